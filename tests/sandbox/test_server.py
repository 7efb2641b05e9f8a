"""One server with every stand-in, and pages to read what was received."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import httpx
import pytest

from sandbox.lantern_quay import lantern_quay
from sandbox.lantern_quay.office import at
from sandbox.server import Sandbox
from sandbox.slack import CHANNEL, TOKEN
from sandbox.story import StoryClock


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(lantern_quay(), StoryClock(at("2026-11-24 09:00")), vendors=()) as running:
        yield running


def post_to_slack(sandbox: Sandbox, method: str, **arguments: str) -> httpx.Response:
    """One call of Slack's Web API."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return httpx.post(f"{sandbox.url('slack')}/{method}", json=arguments, headers=headers, trust_env=False)


def test_it_frees_its_port_when_it_ends() -> None:
    """A demo that ends cleanly leaves nothing behind."""
    with Sandbox(lantern_quay(), StoryClock(at("2026-11-24 09:00")), vendors=()) as sandbox:
        address = sandbox.inbox_url
        assert httpx.get(address, trust_env=False).status_code == 200

    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)


@pytest.mark.parametrize(
    ("vendor", "path"),
    [
        ("jira", "/rest/api/3/myself"),
        ("trello", "/members/me"),
        ("asana", "/users/me"),
        ("hubspot", "/crm/owners/2026-03"),
    ],
)
def test_every_vendor_answers_below_its_own_base(vendor: str, path: str) -> None:
    """A stranger is refused by the vendor's stand-in, not lost at the server's door."""
    with Sandbox(lantern_quay(), StoryClock(at("2026-11-24 09:00")), vendors=(vendor,)) as sandbox:
        answer = httpx.get(sandbox.url(vendor) + path, trust_env=False)

        assert answer.status_code == 401
        assert [seen.path for seen in sandbox.vendors[vendor].app.log] == [path]


def test_an_unknown_vendor_is_named() -> None:
    """A slip in a test's list of vendors says what there is."""
    with pytest.raises(ValueError, match="no stand-in for 'jria'; there are jira, trello"):
        Sandbox(lantern_quay(), StoryClock(at("2026-11-24 09:00")), vendors=("jria",))


def test_the_inbox_shows_mails_and_slack_messages_with_their_edits(sandbox: Sandbox) -> None:
    """The demo prints this page's address: it must be readable as it is."""
    mail = EmailMessage()
    mail["Subject"] = "紙鳶百貨已等候回覆 9.5 工作小時"
    mail["From"], mail["To"] = "hub@lanternquay.example", "sandy.mok@lanternquay.example"
    mail.set_content("請回覆客戶")
    mail.add_alternative("<p>請回覆客戶</p>", subtype="html")
    with smtplib.SMTP(sandbox.mail.host, sandbox.mail.port) as smtp:
        smtp.send_message(mail)
    posted = post_to_slack(sandbox, "chat.postMessage", channel=CHANNEL, text="8 days late").json()
    post_to_slack(sandbox, "chat.update", channel=CHANNEL, ts=posted["ts"], text="done").raise_for_status()

    page = httpx.get(sandbox.inbox_url, trust_env=False).text
    html = httpx.get(f"{sandbox.inbox_url}mail/0", trust_env=False)
    source = httpx.get(f"{sandbox.inbox_url}mail/0/source", trust_env=False)

    for words in ("紙鳶百貨已等候回覆 9.5 工作小時", "請回覆客戶", "#bd-alerts", "done", "8 days late"):
        assert words in page
    assert html.text.strip() == "<p>請回覆客戶</p>"
    assert "sandbox" in html.headers["content-security-policy"]
    assert "To: sandy.mok@lanternquay.example" in source.text
    assert httpx.get(f"{sandbox.inbox_url}mail/9", trust_env=False).status_code == 404


def test_a_message_cannot_change_the_page(sandbox: Sandbox) -> None:
    """Vendors' texts travel in messages: the page shows them as text."""
    text = "&lt;!channel&gt; <script>alert(1)</script>"
    post_to_slack(sandbox, "chat.postMessage", channel=CHANNEL, text=text).raise_for_status()

    page = httpx.get(sandbox.inbox_url, trust_env=False).text

    assert "<script>" not in page
    assert "&lt;!channel&gt; &lt;script&gt;" in page
