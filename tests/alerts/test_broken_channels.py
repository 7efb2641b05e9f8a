"""A channel that does not deliver is told to the coordinator, by another one."""

from datetime import timedelta

import pytest

from alerts.channels.base import Permanent, Transient
from config.settings import Route, RouteMatch
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, Inbox, feedback, milestone

LATER = TUESDAY + timedelta(minutes=1)


@pytest.fixture
def chat(hub: Hub) -> Inbox:
    """Marco is told by chat, Sandy by mail; so is May."""
    chat = Inbox()
    hub.others = {"chat": chat}
    bank = Route(match=RouteMatch(client="bank"), to=("chat:bd",))
    hub.settings = firm.settings(routes=(bank, Route(to=("email:bd",))))
    return chat


def titles_for_may(hub: Hub) -> list[str]:
    return [sent.message.title for sent in hub.mail.of("may")]


def test_the_coordinator_hears_once_of_a_channel_that_refuses_and_once_that_it_delivers_again(
    hub: Hub, chat: Inbox
) -> None:
    """By mail, with the reason and what to do."""
    chat.failures = [Permanent("the token was revoked: make a new one")]
    hub.tell(milestone())
    hub.tell(milestone(), at=LATER)
    hub.tell(milestone(), at=LATER + timedelta(minutes=1))

    [told] = [sent for sent in hub.mail.of("may") if sent.message.title.startswith("Does not")]
    assert told.message.title == "Does not deliver: chat"
    assert "chat refuses: the token was revoked: make a new one" in told.message.as_text()
    assert "milepost deliveries retry" in told.message.as_text()

    hub.tell(milestone(), milestone(2), at=LATER + timedelta(minutes=2))
    hub.tell(milestone(), milestone(2), at=LATER + timedelta(minutes=3))
    assert [notice.message.title for _, notice, _ in hub.mail.updated] == ["Delivers again: chat"]


def test_a_channel_that_is_away_is_told_of_after_half_an_hour(hub: Hub, chat: Inbox) -> None:
    """A hiccup is nobody's business."""
    chat.failures = [Transient("timed out")] * 6
    told = []
    for minute in range(40):
        hub.tell(milestone(), at=TUESDAY + timedelta(minutes=minute))
        hub.wait(timedelta(minutes=1))
        told.append("Does not deliver: chat" in titles_for_may(hub))

    assert not any(told[:15])
    assert told[-1]


def test_where_no_other_channel_is_left_nothing_is_planned_for_the_broken_one(hub: Hub) -> None:
    """It would park in its turn, and so on."""
    hub.mail.failures = [Permanent("the server refuses user and password (535)")] * 5
    hub.tell(feedback())
    hub.tell(feedback(), at=LATER)
    hub.tell(feedback(), at=LATER + timedelta(minutes=1))

    assert {row["kind"] for row in firm.deliveries(hub.engine)} == {"alert"}


def test_a_reader_who_was_refused_is_no_failure_of_the_channel(hub: Hub) -> None:
    """Nothing was tried."""
    firm.put(hub.engine, "person", {"key": "person/x", "name": "潘詠琳", "email": "poon@paperkite.example"})
    hub.settings = firm.settings(routes=(Route(to=("email:owner",)),))
    hub.tell(milestone(owner="person/x"))
    hub.tell(milestone(owner="person/x"), at=LATER)

    assert not any(title.startswith("Does not deliver") for title in titles_for_may(hub))


def test_one_wrong_address_among_right_ones_is_told_once(hub: Hub, chat: Inbox) -> None:
    """Else each of its messages would be told, and each of the others' as the end of it."""
    found = []
    for minute in range(6):
        chat.failures = [Permanent("nobody of that name")] if minute % 2 == 0 else []
        found.append(milestone(minute))
        hub.tell(*found, at=TUESDAY + timedelta(minutes=minute))

    assert sum(title.startswith("Does not deliver") for title in titles_for_may(hub)) == 1
