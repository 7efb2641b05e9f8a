"""E-mail over a real SMTP server on loopback: form, threads, refusals, and text that wants to be a header."""

from collections.abc import Iterator
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from alerts.channels.base import Outgoing, Permanent, Transient
from alerts.channels.mail import Email, EmailSettings, compose
from alerts.messages import Entry, Line, Message
from alerts.routing import Reader
from config.settings import Secret
from sandbox.mail import MailSandbox, Refusal
from tests.alerts.firm import TUESDAY

MARCO = Reader("person/marco", "Marco Yip 葉子朗", "marco@lanternquay.example", "zh-Hant-HK")
MESSAGE = Message(
    "zh-Hant-HK",
    "九渡銀行：UAT sign-off 逾期 8 日",
    (
        Entry(
            "milestone-overdue:1",
            (Line("原定 11月16日（一）"), Line("於 Jira 開啟（需登入）", "https://jira.example/1?a=1&b=2")),
        ),
    ),
    (Line("資料：Jira 08:52（8 分鐘前）。"),),
)
OUTGOING = Outgoing("alert-1", MARCO, MESSAGE)


@pytest.fixture
def server() -> Iterator[MailSandbox]:
    """A mail server that keeps what it gets."""
    server = MailSandbox(lambda: TUESDAY)
    server.start()
    yield server
    server.stop()


def channel(server: MailSandbox, **changes: object) -> Email:
    sender = "Milepost 里程 <hub@lanternquay.example>"
    values = {"host": server.host, "port": server.port, "security": "none", "from": sender, **changes}
    return Email(EmailSettings.model_validate(values), lambda: TUESDAY)


def test_a_mail_reads_as_text_and_as_html(server: MailSandbox) -> None:
    """Complete in both; light in weight; nothing is fetched from anywhere to show it."""
    channel(server).send(OUTGOING)

    [mail] = server.received
    assert mail.message["Subject"] == MESSAGE.title
    assert mail.message["To"] == "Marco Yip 葉子朗 <marco@lanternquay.example>"
    assert mail.part("plain").split() == MESSAGE.as_text().split()
    html = mail.part("html")
    assert MESSAGE.title in html
    assert 'href="https://jira.example/1?a=1&amp;b=2"' in html
    assert "prefers-color-scheme: dark" in html
    assert "src=" not in html
    assert "@import" not in html
    assert len(mail.raw) < 100_000


def test_robots_are_asked_not_to_answer_and_the_id_tells_repeats_apart(server: MailSandbox) -> None:
    """A vacation note must not start a conversation; a repeat carries the same Message-ID."""
    channel(server).send(OUTGOING)
    channel(server).send(OUTGOING)

    headers = [received.message for received in server.received]
    assert [mail["Message-ID"] for mail in headers] == ["<alert-1@lanternquay.example>"] * 2
    assert headers[0]["Auto-Submitted"] == "auto-generated"
    assert "OOF" in headers[0]["X-Auto-Response-Suppress"]
    assert headers[0]["Date"].datetime == TUESDAY


def test_the_end_is_told_in_the_same_thread_and_its_subject_says_so(server: MailSandbox) -> None:
    """A lock screen shows the subject alone; "Re: 8 days late" would alarm once more."""
    mail = channel(server)
    receipt = mail.send(OUTGOING)
    over = Message("zh-Hant-HK", "已完成：九渡銀行", (Entry("milestone-overdue:1", (Line("毋須再跟進。"),)),))
    mail.update(receipt, Outgoing("alert-2", MARCO, over), MESSAGE)

    first, second = (received.message for received in server.received)
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert second["Subject"] == "已完成：九渡銀行"
    assert server.received[1].part("plain").startswith("已完成：九渡銀行")


@pytest.mark.parametrize(
    ("refusal", "error", "in_doubt"),
    [
        (Refusal("550 5.1.1 no such person"), Permanent, False),
        (Refusal("451 4.7.1 greylisted, come back later"), Transient, False),
        (Refusal("552 5.3.4 too big", stage="data"), Permanent, False),
        (Refusal("451 4.3.0 later", stage="data"), Transient, False),
        (Refusal("", stage="data", kept=True), Transient, True),
    ],
)
def test_a_refusal_says_whether_to_wait_or_whether_a_person_must_act(
    server: MailSandbox, refusal: Refusal, error: type[Exception], in_doubt: bool
) -> None:
    """4xx: later. 5xx: never. Broken off after the text: nobody knows."""
    server.refusals = [refusal]

    with pytest.raises(error) as refused:
        channel(server).send(OUTGOING)

    assert getattr(refused.value, "in_doubt", False) is in_doubt


@pytest.mark.parametrize("farewell", ["421 4.4.2 closing", "250 OK", "500 5.5.1 what?"])
def test_a_mail_that_was_taken_is_sent_whatever_quit_is_answered(server: MailSandbox, farewell: str) -> None:
    """Told again, up to twenty times, or by another channel too: for a word that says nothing of the mail."""
    server.farewell = farewell

    receipt = channel(server).send(OUTGOING)

    assert receipt == {"message_id": "<alert-1@lanternquay.example>"}
    assert len(server.received) == 1


def test_a_refusal_is_told_whatever_quit_is_answered(server: MailSandbox) -> None:
    """The 550 is for a person; a 421 that follows would have it tried for hours."""
    server.refusals, server.farewell = [Refusal("550 5.1.1 no such person")], "421 4.4.2 closing"

    with pytest.raises(Permanent, match="550"):
        channel(server).send(OUTGOING)


def test_a_server_that_is_away_certainly_took_nothing(server: MailSandbox) -> None:
    """So it is safe to send again."""
    server.stop()

    with pytest.raises(Transient) as away:
        channel(server).send(OUTGOING)

    assert not away.value.in_doubt
    server.start()


def test_a_server_without_encryption_is_not_trusted_with_a_password(server: MailSandbox) -> None:
    """`starttls` means it: no silent fall-back to plain text."""
    secret = Secret(reference="env:SMTP_PASSWORD", value=SecretStr("s3cret"))

    with pytest.raises(Permanent) as refused:
        channel(server, security="starttls", user="hub", password=secret).send(OUTGOING)

    assert "s3cret" not in str(refused.value)


def test_a_reader_without_an_address_parks_the_delivery(server: MailSandbox) -> None:
    """`to = ["email"]` names nobody: the route needs a WHO."""
    with pytest.raises(Permanent, match="NAME:WHO"):
        channel(server).send(Outgoing("alert-1", Reader("", "", "", "en"), MESSAGE))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"security": "none", "host": "smtp.lanternquay.example"}, "for this machine only"),
        ({"from": "nobody"}, "Name <address>"),
        ({"user": "hub"}, "password is not"),
        ({"host": ""}, "the name of the mail server"),
        ({"host": "https://smtp.lanternquay.example/"}, "the name of the mail server"),
        ({"port": 0}, "from 1 to 65535: 587 for starttls"),
        ({"port": 99999999}, "from 1 to 65535"),
        ({"port": True}, "write a whole number"),
    ],
)
def test_wrong_settings_say_what_to_write(values: dict[str, object], told: str) -> None:
    """Found when the config is read, not at the first alert."""
    right = {"host": "127.0.0.1", "from": "hub@lanternquay.example"}

    with pytest.raises(ValidationError, match=told):
        EmailSettings.model_validate({**right, **values})


_HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress")
_ANY = st.text(max_size=200)


@given(_ANY, _ANY, _ANY)
def test_no_text_becomes_a_header_or_markup(title: str, line: str, name: str) -> None:
    """`\\r\\nBcc:` in a card's title, `<script>` in a ticket."""
    message = Message("en", title, (Entry("a", (Line(line),)),))
    reader = Reader("person/marco", name, "marco@lanternquay.example", "en")

    sender = Address("Milepost", "hub", "lanternquay.example")
    mail = compose(Outgoing("alert-1", reader, message), sender, "", TUESDAY)

    assert mail.keys() == [*_HEADERS, "MIME-Version", "Content-Type"]
    assert message_from_bytes(mail.as_bytes(), policy=default).keys() == mail.keys()
    html = mail.get_body(("html",))
    assert isinstance(html, EmailMessage)
    shown = str(html.get_content())
    assert shown.count("<td") == 4
    assert shown.count("<script") == 0
