"""One message of each kind that there is, in a language: for the golden files of the channels, and for the pictures."""

from dataclasses import replace
from datetime import date
from email.headerregistry import Address
from email.message import EmailMessage

from alerts.channels.base import Outgoing
from alerts.channels.mail import compose
from alerts.escalation import Rise
from alerts.messages import Ending, Message
from alerts.quiet_words import quiet_line
from alerts.week_words import week_message
from config.settings import Language
from rules.health.turns import Turn
from tests.alerts.firm import TUESDAY, feedback, hk, milestone
from tests.alerts.writing import AT_RISK, DUE, SLOW_BOAT, WEEK, coordinator, group, item, reader, writer

SENDER = Address("Milepost", "hub", "lanternquay.example")
TURNS = (
    Turn("Owners' portal", "client/kite", "green", "red"),
    Turn("Donor portal", "client/kite", "green", "amber"),
    Turn("e-KYC", "client/bank", "amber", "green"),
)
SEVERAL = (
    milestone(1),
    milestone(2, name="Release 2.1", client="client/kite", days_overdue=11, owner_name="Priya Nair", bd_name="莫詠珊"),
    feedback(2, **SLOW_BOAT),
    AT_RISK,
)


def gallery(language: Language) -> dict[str, Message]:
    """By kind: what a person gets, but for the last, which a group reads."""
    to, write = reader(language), writer()
    done = Ending("done", "謝俊傑", hk(24, 10, 12))
    items = [item(finding) for finding in SEVERAL]
    going_up = Rise("sandy", hk(24, 11))
    return {
        "alert": write.one(item(milestone()), to, rise=going_up),
        "daily": write.many(items, to, {}, DUE[1:]),
        "nothing": quiet_line(write, to, items[:2], DUE, failed=0, is_last=False),
        "weekly": week_message(
            write, to, replace(WEEK, turns=TURNS), date(2026, 11, 20), DUE, ahead="due.next", target="90"
        ),
        "first look": write.summary(items, coordinator(language)),
        "resolved": write.ended([item(milestone(), done)], to),
        "escalated": write.risen([item(milestone())], to, {item(milestone()).fingerprint: "莫詠珊"}),
        "group": write.many(items, group(language), {}),
    }


def over(language: Language) -> Message:
    """The daily message when one of its alerts is over: how a channel shows it that can change what it sent."""
    told = gallery(language)["daily"]
    ended = item(milestone(), Ending("done", "謝俊傑", hk(24, 10, 12)))
    return told.with_end(ended.fingerprint, writer().end(ended, reader(language)))


def mail(message: Message) -> EmailMessage:
    """The mail that it becomes."""
    return compose(Outgoing("alert-0123456789abcdef", reader(message.language), message), SENDER, "", TUESDAY)


def part(message: EmailMessage, subtype: str) -> str:
    """The text of one form of a mail."""
    found = message.get_body((subtype,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())
