"""The mail server keeps what it receives and refuses what it was told to refuse."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from sandbox.lantern_quay.office import at
from sandbox.mail import MailSandbox, Refusal

NINE = at("2026-11-24 09:00")


@pytest.fixture
def server() -> Iterator[MailSandbox]:
    made = MailSandbox(lambda: NINE)
    made.start()
    yield made
    made.stop()


def send(server: MailSandbox, *to: str) -> dict[str, tuple[int, bytes]]:
    """Send one mail; returns the refused recipients."""
    mail = EmailMessage()
    mail["Subject"] = "九渡銀行：UAT sign-off 逾期 8 日"
    mail["From"] = "hub@lanternquay.example"
    mail["To"] = ", ".join(to)
    mail.set_content("原定 11月16日（一）\n.\n完")
    mail.add_alternative("<p>原定 <b>11月16日（一）</b></p>", subtype="html")
    with smtplib.SMTP(server.host, server.port) as smtp:
        return smtp.send_message(mail)


def test_a_mail_is_kept_as_it_came(server: MailSandbox, tmp_path: Path) -> None:
    """Raw bytes, both texts, and a file that any mail program opens."""
    send(server, "marco.yip@lanternquay.example")

    (mail,) = server.received
    assert mail.at == NINE
    assert mail.recipients == ("marco.yip@lanternquay.example",)
    assert mail.message["Subject"] == "九渡銀行：UAT sign-off 逾期 8 日"
    assert "原定 11月16日（一）" in mail.part("plain")
    assert "<b>11月16日（一）</b>" in mail.part("html")
    (path,) = server.write(tmp_path / "mail")
    assert path.name == "0001-marco.yip.eml"
    assert path.read_bytes() == mail.raw


def test_one_recipient_may_be_refused_and_the_other_not(server: MailSandbox) -> None:
    """The sender learns it from a dict that is easily overlooked."""
    server.refusals.append(Refusal("550 5.1.1 gone", to="^old@"))

    refused = send(server, "old@lanternquay.example", "new@lanternquay.example")

    assert refused == {"old@lanternquay.example": (550, b"5.1.1 gone")}
    assert server.received[0].recipients == ("new@lanternquay.example",)


def test_a_mail_may_be_put_off_after_all_of_it_came(server: MailSandbox) -> None:
    """451, once; the second attempt is taken."""
    server.refusals.append(Refusal("451 4.7.1 try again later", stage="data"))

    with pytest.raises(smtplib.SMTPDataError) as refusal:
        send(server, "marco.yip@lanternquay.example")
    send(server, "marco.yip@lanternquay.example")

    assert refusal.value.smtp_code == 451
    assert len(server.received) == 1


@pytest.mark.parametrize(("kept", "received"), [(False, 0), (True, 1)])
def test_the_line_may_break_after_the_data(server: MailSandbox, kept: bool, received: int) -> None:
    """Whether the mail arrived, the sender cannot know."""
    server.refusals.append(Refusal("", stage="data", kept=kept))

    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(server, "marco.yip@lanternquay.example")

    assert len(server.received) == received
