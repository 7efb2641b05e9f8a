"""What is urgent: told at once at any hour to those on duty, again and again until somebody takes it."""

from datetime import datetime, timedelta

import pytest

from alerts.actions import acknowledge
from config.settings import PersonSettings
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import feedback, hk, milestone
from unify.engine import writing

NIGHT = hk(21, 22, 40)
"""Saturday evening."""
URGENT = feedback(severity="critical", urgent=True)


def told(hub: Hub) -> list[str]:
    """Who got a new message, in order."""
    return [one.reader.name for one in hub.mail.sent]


def test_those_on_duty_hear_at_once_and_every_fifteen_minutes(hub: Hub) -> None:
    """The BD manager and the coordinator, who is the owner too where nobody is: each once."""
    for minute in range(0, 40, 5):
        hub.tell(URGENT, at=NIGHT + timedelta(minutes=minute))

    assert sorted(told(hub)) == ["May Chan"] * 3 + ["莫詠珊"] * 3


def test_whoever_the_config_names_is_on_duty(hub: Hub) -> None:
    """Beside those of the route: a firm has its own list for the night."""
    hub.settings = firm.settings(on_duty=("kevin",))

    hub.tell(URGENT, at=NIGHT)

    assert sorted(told(hub)) == ["罗建明", "莫詠珊"]


def test_once_taken_it_is_told_no_more_but_for_what_the_client_writes_next(hub: Hub) -> None:
    """Their second message never waits: not for the morning, and not because somebody has the first."""
    firm.put(hub.engine, "feedback", firm.feedback_row(last_received_at=NIGHT - timedelta(minutes=1)))
    done = hub.tell(URGENT, at=NIGHT)
    with writing(hub.engine) as connection:
        acknowledge(connection, hub.settings, done.events[0].fingerprint, "sandy", NIGHT + timedelta(minutes=5))
    hub.tell(URGENT, at=NIGHT + timedelta(minutes=30))
    assert sorted(told(hub)) == ["May Chan", "莫詠珊"]

    firm.change(hub.engine, "feedback", "crm/ticket/1", last_received_at=NIGHT + timedelta(minutes=40))
    for minute in (41, 42):
        hub.tell(URGENT, at=NIGHT + timedelta(minutes=minute))

    assert sorted(told(hub)) == ["May Chan"] * 2 + ["莫詠珊"] * 2
    assert "潘詠琳再次來訊。" in hub.mail.of("sandy")[1].message.body()


def taken(hub: Hub, at: datetime, wrote: datetime) -> None:
    """It is told at `at`, of what the client wrote at `wrote`, and Sandy takes it."""
    firm.put(hub.engine, "feedback", firm.feedback_row(last_received_at=wrote))
    done = hub.tell(URGENT, at=at)
    with writing(hub.engine) as connection:
        acknowledge(connection, hub.settings, done.events[0].fingerprint, "sandy", at + timedelta(minutes=1))
    assert sorted(told(hub)) == ["May Chan", "莫詠珊"]


def test_what_the_client_wrote_before_the_first_was_told_is_told_when_it_is_read(hub: Hub) -> None:
    """Their second message is half a minute older than our telling of the first, and the tool gives it out later."""
    taken(hub, NIGHT, wrote=NIGHT - timedelta(minutes=3))

    firm.change(hub.engine, "feedback", "crm/ticket/1", last_received_at=NIGHT - timedelta(seconds=30))
    for minute in range(7, 40, 3):
        hub.tell(URGENT, at=NIGHT + timedelta(minutes=minute))

    assert sorted(told(hub)) == ["May Chan"] * 2 + ["莫詠珊"] * 2


@pytest.mark.parametrize("ahead", [timedelta(minutes=6), timedelta(days=365)])
def test_a_tools_clock_ahead_of_ours_makes_one_message_no_two(hub: Hub, ahead: timedelta) -> None:
    """A stamp of six minutes from now is the message that was told, now as well as in six minutes."""
    taken(hub, NIGHT, wrote=NIGHT + ahead)

    for minute in range(2, 12):
        hub.tell(URGENT, at=NIGHT + timedelta(minutes=minute))

    assert sorted(told(hub)) == ["May Chan", "莫詠珊"]


def test_it_goes_up_by_the_clock_on_the_wall(hub: Hub) -> None:
    """Half an hour to the head, half an hour more to the director, on a Saturday night."""
    above = {
        "winnie": PersonSettings(name="Winnie Lau", email="winnie@lanternquay.example", role="head"),
        "grace": PersonSettings(name="Grace Tam", email="grace@lanternquay.example", role="director"),
    }
    hub.settings = firm.settings(people={**hub.settings.people, **above})
    first: dict[str, int] = {}
    for minute in range(0, 70, 5):
        hub.tell(URGENT, at=NIGHT + timedelta(minutes=minute))
        for name in told(hub):
            first.setdefault(name, minute)

    assert first == {"May Chan": 0, "莫詠珊": 0, "Winnie Lau": 30, "Grace Tam": 60}


def test_a_milestone_never_wakes_anybody(hub: Hub) -> None:
    """However late it is: its day has passed, and the next morning is soon enough."""
    hub.tell(milestone(), at=NIGHT)

    assert told(hub) == []
