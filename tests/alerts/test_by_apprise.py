"""What goes out by Apprise, handed a stand-in for the library."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from alerts.channels.base import Outgoing, Permanent, Transient
from alerts.channels.by_apprise import AppriseSettings, ByApprise
from alerts.messages import Entry, Line, Message
from alerts.routing import Reader
from config.settings import Secret

GROUP = Reader("", "", "", "en")
MESSAGE = Message("en", "UAT sign-off is late", (Entry("a", (Line("@all: 6 days", "https://x.example/1", "Jira"),)),))
OUTGOING = Outgoing("alert-1234567890ab", GROUP, MESSAGE)


@dataclass
class Library:
    """As much of the package as is called."""

    knows: bool = True
    takes: bool = True
    sent: list[dict[str, Any]] = field(default_factory=list)

    def Apprise(self) -> "Library":
        return self

    def add(self, url: str) -> bool:
        return self.knows

    def notify(self, **message: Any) -> bool:
        self.sent.append(message)
        return self.takes


def settings(url: str = "ntfys://ntfy.example/s3cret") -> AppriseSettings:
    return AppriseSettings(name="ops", url=Secret(reference="env:URL", value=SecretStr(url)))


def test_a_message_is_handed_over_as_plain_text_with_its_mark() -> None:
    """Nobody is called by what a ticket says."""
    library = Library()
    channel = ByApprise(settings(), lambda: library)

    channel.send(OUTGOING)

    [sent] = library.sent
    assert (sent["title"], sent["body_format"]) == ("UAT sign-off is late", "text")
    assert sent["body"] == "@\u200ball: 6 days [Jira: https://x.example/1]\n#12345678"
    assert channel.find(OUTGOING) is None


def test_what_was_not_handed_over_is_waited_for() -> None:
    """Nobody says why; it may have been taken."""
    with pytest.raises(Transient) as lost:
        ByApprise(settings(), lambda: Library(takes=False)).send(OUTGOING)

    assert lost.value.in_doubt


def test_an_address_that_apprise_does_not_know_is_a_persons_business() -> None:
    """Found by `milepost check`; the address is a secret."""
    with pytest.raises(Permanent, match="knows no such address") as refused:
        ByApprise(settings(), lambda: Library(knows=False)).check()

    assert "s3cret" not in str(refused.value)


def test_it_reaches_no_single_person() -> None:
    """Who reads it is Apprise's address to say."""
    assert settings().reaches == "group"
    with pytest.raises(Permanent, match="no persons"):
        ByApprise(settings(), Library).send(Outgoing("k", Reader("person/may", "May", "m@x.example", "en"), MESSAGE))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("wecombot://s3cret", 'kind = "wecom"'),
        ("dingtalk://SECx@s3cret/", 'kind = "dingtalk"'),
        ("feishu://s3cret", 'kind = "feishu"'),
        ("lark://s3cret", 'kind = "feishu"'),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/s3cret", 'kind = "feishu"'),
        ("json://watch.example/s3cret", "jsons://"),
        ("s3cret", "tgram://"),
    ],
)
def test_what_has_a_channel_of_its_own_or_no_encryption_is_refused(url: str, told: str) -> None:
    """With what to write, and without the address."""
    with pytest.raises(ValidationError, match=told) as refused:
        settings(url)

    assert "s3cret" not in str(refused.value)
