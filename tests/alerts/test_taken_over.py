"""Somebody takes what another has: whoever had it is told so, once."""

from datetime import datetime

import pytest
from pydantic import SecretStr

from alerts.actions import acknowledge, release, snooze
from alerts.channels.slack import SlackSettings
from config.settings import Route, Secret
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import hk, milestone
from unify.engine import writing

SIGN_OFF = "milestone-overdue:delivery/issue/1"
ELEVEN = hk(24, 11)


@pytest.fixture
def hub(hub: Hub) -> Hub:
    """Marco was told of the sign-off at nine, and took it five minutes later."""
    hub.tell(milestone(), at=hk(24))
    with writing(hub.engine) as connection:
        acknowledge(connection, hub.settings, SIGN_OFF, "marco", hk(24, 9, 5))
    return hub


def take_over(hub: Hub, by: str = "may", at: datetime = ELEVEN) -> None:
    """Though Marco has it."""
    with writing(hub.engine) as connection:
        acknowledge(connection, hub.settings, SIGN_OFF, by, at)


def told(hub: Hub) -> list[tuple[str, str]]:
    """Who was answered in the thread of theirs, and what they read."""
    return [(one.reader.name, one.message.body()) for _, one, _ in hub.mail.updated]


def test_whoever_had_it_hears_who_has_it_now(hub: Hub) -> None:
    """Once, in the thread that told of it; not who took it, nor anybody who never had it."""
    take_over(hub)
    for minute in range(3):
        hub.tell(milestone(), at=hk(24, 11, minute))

    assert told(hub) == [("Marco Yip", "You had it until now.\nTaken by May Chan, Tue 24 Nov 11:00.")]
    assert [one.message.title for _, one, _ in hub.mail.updated] == ["Taken over: Bank of Nine Ferries, UAT…"]
    assert len(hub.mail.sent) == 1


def test_to_put_off_what_another_has_is_to_take_it(hub: Hub) -> None:
    """He would ring the client today; she says that it waits."""
    with writing(hub.engine) as connection:
        snooze(connection, hub.settings, firm.working_time(), SIGN_OFF, "may", hk(24, 11), hk(25, 9))
    hub.tell(milestone(), at=hk(24, 11, 1))

    [(name, body)] = told(hub)
    assert (name, body.splitlines()[1].startswith("Snoozed by May Chan until")) == ("Marco Yip", True)


def test_each_who_lost_it_hears_it_when_at_work(hub: Hub) -> None:
    """Nobody is rung at night to hear that they need not do anything."""
    take_over(hub)
    hub.tell(milestone(), at=hk(24, 20))
    assert told(hub) == []

    hub.tell(milestone(), at=hk(25, 9))
    take_over(hub, "sandy", hk(25, 9, 2))
    hub.tell(milestone(), at=hk(25, 9, 5))
    assert [name for name, _ in told(hub)] == ["Marco Yip"]
    assert [one.reader.name for one in hub.mail.sent] == ["Marco Yip", "May Chan"]


def test_what_was_handed_back_first_is_taken_from_nobody(hub: Hub) -> None:
    """He gave it back himself."""
    with writing(hub.engine) as connection:
        release(connection, hub.settings, SIGN_OFF, "marco", hk(24, 10))
    take_over(hub)
    hub.tell(milestone(), at=hk(24, 11, 1))

    assert told(hub) == []


def test_a_channel_that_changes_its_messages_says_it_in_a_new_one(hub: Hub) -> None:
    """A message that is changed in place rings nobody."""
    token = Secret(reference="env:SLACK", value=SecretStr("t"))
    slack, chat = SlackSettings(name="chat", token=token, channel="C1"), firm.Inbox()
    hub.settings = firm.settings(channels={"chat": slack}, routes=(Route(to=("chat:bd",)),))
    hub.others = {"chat": chat}
    hub.tell(milestone(), milestone(2), at=hk(24, 9, 10))
    other = SIGN_OFF.replace("/1", "/2")
    with writing(hub.engine) as connection:
        acknowledge(connection, hub.settings, other, "marco", hk(24, 10))
        acknowledge(connection, hub.settings, other, "may", hk(24, 11))
    hub.tell(milestone(), milestone(2), at=hk(24, 11, 1))

    assert chat.titles()[-1].startswith("Taken over: ")
