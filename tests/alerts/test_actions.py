"""What people do with alerts, what their role lets them, and what is kept of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select

from alerts.actions import Acted, NotAllowed, acknowledge, release, silence, snooze, unsilence
from alerts.silences import Match, every_silence, read_silences
from alerts.store import ALERT_EVENT
from config.settings import PersonSettings
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, feedback, hk, milestone
from unify.decisions import Refused
from unify.engine import writing

SIGN_OFF = "milestone-overdue:delivery/issue/1"
STAFF = {"winnie": "head", "grace": "director", "ken": "admin", "raymond": "lead"}


@pytest.fixture
def hub(hub: Hub) -> Hub:
    """The bank's sign-off is late; the firm has a head of BD, a director, an admin and a lead, too."""
    staff = {
        name: PersonSettings.model_validate(
            {"name": name.title(), "email": f"{name}@lanternquay.example", "role": role}
        )
        for name, role in STAFF.items()
    }
    hub.settings = firm.settings(people={**hub.settings.people, **staff})
    hub.round(milestone())
    return hub


@contextmanager
def database(hub: Hub) -> Iterator[Connection]:
    """A writing transaction."""
    with writing(hub.engine) as connection:
        yield connection


def take(hub: Hub, by: str, note: str = "") -> Acted:
    """Acknowledge the sign-off, that Tuesday at nine."""
    with database(hub) as connection:
        return acknowledge(connection, hub.settings, SIGN_OFF, by, TUESDAY, note)


def put_off(hub: Hub, by: str, until: datetime | None, alert: str = SIGN_OFF) -> Acted:
    """Snooze the sign-off, that Tuesday at nine."""
    with database(hub) as connection:
        return snooze(connection, hub.settings, firm.working_time(), alert, by, TUESDAY, until)


def hush(hub: Hub, match: Match, until: datetime, by: str) -> int:
    """Silence, that Tuesday at nine."""
    with database(hub) as connection:
        calendars = firm.working_time()
        return silence(connection, hub.settings, calendars, match, until, "moving house", by, TUESDAY)


def events(hub: Hub) -> list[dict[str, Any]]:
    """What happened to the sign-off after it fired."""
    with hub.engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(ALERT_EVENT).offset(1)).mappings()]


def test_whoever_takes_an_alert_is_kept_with_when_and_why(hub: Hub) -> None:
    """The log names them; the head of BD reads it weekly."""
    acted = take(hub, "may", "ringing Raymond at ten")

    assert (acted.state, acted.by, acted.changed) == ("acknowledged", "may", True)
    kept = {"actor": "may", "at": TUESDAY, "reason": "acknowledged", "note": "ringing Raymond at ten"}
    assert [event.items() >= kept.items() for event in events(hub)] == [True]


def test_taking_it_twice_is_taking_it_once(hub: Hub) -> None:
    """A button is pressed twice on a bad line."""
    take(hub, "may")

    assert not take(hub, "may").changed
    assert len(events(hub)) == 1


def test_another_may_take_it_over(hub: Hub) -> None:
    """Who said so last has it."""
    take(hub, "may")

    assert take(hub, "marco").by == "marco"


def test_what_is_over_cannot_be_taken(hub: Hub) -> None:
    """Somebody presses the button of an old message: they learn that it is over."""
    hub.round(at=hk(24, 10))

    acted = take(hub, "may")

    assert (acted.state, acted.changed) == ("resolved", False)


def test_an_alert_that_there_is_not_is_refused(hub: Hub) -> None:
    """With its name, not with a stack of calls."""
    with database(hub) as connection, pytest.raises(Refused, match='no alert "nonsense"'):
        acknowledge(connection, hub.settings, "nonsense", "may", TUESDAY)


@pytest.mark.parametrize("by", ["may", "marco", "winnie", "grace", "root"])
def test_who_may_take_an_alert(hub: Hub, by: str) -> None:
    """Coordinator, BD manager, head and director; and whoever is at the machine itself, as a coordinator."""
    assert take(hub, by).by == by


@pytest.mark.parametrize(
    ("by", "told"), [("ken", "no decisions on clients: a coordinator"), ("raymond", "acknowledges what they own")]
)
def test_who_may_not_take_a_clients_alert(hub: Hub, by: str, told: str) -> None:
    """The message says who may."""
    with pytest.raises(NotAllowed, match=told):
        take(hub, by)


@pytest.mark.parametrize("by", ["raymond", "ken"])
def test_the_owner_of_an_alert_may_always_take_it(hub: Hub, by: str) -> None:
    """Whoever has the work says that they have it."""
    hub.round(milestone(owner=f"person/{by}"))

    assert take(hub, by).by == by


def test_handing_it_back_lets_it_fire_again(hub: Hub) -> None:
    """Nobody has it any more; doing so twice changes nothing."""
    take(hub, "marco")

    with database(hub) as connection:
        first = release(connection, hub.settings, SIGN_OFF, "may", TUESDAY)
        again = release(connection, hub.settings, SIGN_OFF, "may", TUESDAY)

    assert (first.state, first.by, first.changed, again.changed) == ("firing", None, True, False)


@pytest.mark.parametrize(
    ("by", "until"),
    [
        pytest.param("may", hk(26, 18), id="coordinator, two working days"),
        pytest.param("root", hk(26, 9), id="the machine's user, as a coordinator"),
        pytest.param("marco", datetime(2026, 12, 8, 9, tzinfo=firm.HK), id="BD manager, ten working days"),
        pytest.param("winnie", datetime(2027, 2, 1, 9, tzinfo=firm.HK), id="head"),
        pytest.param("grace", datetime(2027, 2, 1, 9, tzinfo=firm.HK), id="director"),
    ],
)
def test_how_long_each_may_snooze(hub: Hub, by: str, until: datetime) -> None:
    """The delegation levels."""
    acted = put_off(hub, by, until)

    assert (acted.state, acted.by, acted.until, acted.until_moved) == ("snoozed", by, until, False)


@pytest.mark.parametrize(
    ("by", "until", "told"),
    [
        pytest.param("may", hk(27), "2 working days, till Thu 26 Nov here: a coordinator", id="coordinator"),
        pytest.param("marco", datetime(2026, 12, 9, 9, tzinfo=firm.HK), "till Tue 8 Dec here", id="BD manager"),
        pytest.param("raymond", hk(25), "A lead snoozes nothing of a client's", id="lead"),
        pytest.param("ken", hk(25), "The admin snoozes nothing of a client's", id="admin"),
    ],
)
def test_nobody_snoozes_for_longer_than_their_role_allows(hub: Hub, by: str, until: datetime, told: str) -> None:
    """The message says till when they may, and who may longer."""
    with pytest.raises(NotAllowed, match=told):
        put_off(hub, by, until)
    assert events(hub) == []


def test_a_snooze_may_wait_for_the_due_date_to_move(hub: Hub) -> None:
    """For no longer than the role allows: till the morning of the second working day, for a coordinator."""
    acted = put_off(hub, "may", None)

    assert (acted.until_moved, acted.until) == (True, hk(26))
    assert events(hub)[0]["held_while"] == milestone().facts["deadline_at"]


def test_the_head_may_let_a_snooze_wait_without_end(hub: Hub) -> None:
    """Their limit is the date itself."""
    acted = put_off(hub, "winnie", None)

    assert (acted.until_moved, acted.until) == (True, None)


def test_what_has_no_due_date_cannot_wait_for_one(hub: Hub) -> None:
    """A client who waits is owed an answer, not a date."""
    hub.round(milestone(), feedback())

    with pytest.raises(Refused, match="no due date that could move"):
        put_off(hub, "may", None, "feedback-unhandled:crm/ticket/1")


def test_a_snooze_into_the_past_is_refused(hub: Hub) -> None:
    """It would be over at once."""
    with pytest.raises(Refused, match="in the future"):
        put_off(hub, "may", TUESDAY)


def test_snoozing_twice_is_snoozing_once(hub: Hub) -> None:
    """Till another time it is another snooze."""
    assert put_off(hub, "may", hk(25)).changed
    assert not put_off(hub, "may", hk(25)).changed
    assert put_off(hub, "may", hk(26)).changed


def test_a_bd_manager_silences_one_clients_rule_for_ten_working_days(hub: Hub) -> None:
    """Kept with who, when, why; said twice it is the same one."""
    until = datetime(2026, 12, 8, 18, tzinfo=firm.HK)
    number = hush(hub, Match(rule="milestone-overdue", client="bank"), until, "marco")

    with hub.engine.connect() as connection:
        found = read_silences(connection, TUESDAY)
    assert hush(hub, Match(rule="milestone-overdue", client="bank"), until, "marco") == number
    assert [(one.id, one.created_by, one.reason, one.ends_at) for one in found] == [
        (number, "marco", "moving house", until)
    ]


@pytest.mark.parametrize(
    ("by", "match", "until", "told"),
    [
        pytest.param("marco", Match(client="bank"), hk(25), "one client's rule", id="BD manager, a whole client"),
        pytest.param(
            "marco",
            Match(rule="milestone-overdue", client="kite"),
            hk(25),
            "their own clients: kite is not marco's",
            id="BD manager, another's client",
        ),
        pytest.param(
            "marco",
            Match(rule="milestone-overdue", client="bank"),
            datetime(2026, 12, 9, 9, tzinfo=firm.HK),
            "10 working days, till Tue 8 Dec here",
            id="BD manager, too long",
        ),
        pytest.param("may", Match(client="bank", rule="r"), hk(25), "A coordinator silences nothing", id="coordinator"),
        pytest.param("ken", Match(source="crm"), hk(25), "The admin silences nothing of a client's", id="admin"),
    ],
)
def test_nobody_silences_more_than_their_role_allows(
    hub: Hub, by: str, match: Match, until: datetime, told: str
) -> None:
    """A silence is how an alarm is lost: its limits are narrow."""
    with pytest.raises(NotAllowed, match=told):
        hush(hub, match, until, by)


@pytest.mark.parametrize(
    ("match", "until", "told"),
    [
        pytest.param(Match(), hk(25), "say what to silence", id="everything"),
        pytest.param(Match(client="bnak"), hk(25), '"bnak" is none of', id="no such client"),
        pytest.param(Match(source="jria"), hk(25), '"jria" is none of', id="no such source"),
        pytest.param(Match(client="bank"), TUESDAY, "in the future", id="over already"),
    ],
)
def test_a_silence_that_means_nothing_is_refused(hub: Hub, match: Match, until: datetime, told: str) -> None:
    """It would hide nothing, or all."""
    with pytest.raises(Refused, match=told):
        hush(hub, match, until, "winnie")


def test_the_admin_silences_what_is_of_the_hub(hub: Hub) -> None:
    """Sources are theirs."""
    assert hush(hub, Match(subject="crm"), hk(30), "ken")


@pytest.mark.parametrize("by", ["marco", "may", "winnie", "grace"])
def test_a_silence_is_ended_by_who_made_it_a_coordinator_or_a_head(hub: Hub, by: str) -> None:
    """Whoever made it, or answers for all."""
    number = hush(hub, Match(rule="milestone-overdue", client="bank"), hk(30), "marco")

    with database(hub) as connection:
        assert unsilence(connection, hub.settings, number, by, hk(24, 10))


def test_a_silence_that_is_ended_stays_with_who_ended_it_and_when(hub: Hub) -> None:
    """Another BD manager, an admin and a lead leave it as it is."""
    number = hush(hub, Match(rule="milestone-overdue", client="bank"), hk(30), "marco")

    with database(hub) as connection:
        for other in ("sandy", "ken"):
            with pytest.raises(NotAllowed, match="ends what they silenced: else a coordinator, the head of BD"):
                unsilence(connection, hub.settings, number, other, TUESDAY)
        assert unsilence(connection, hub.settings, number, "winnie", hk(24, 10))
        assert not unsilence(connection, hub.settings, number, "winnie", hk(24, 11))
        with pytest.raises(Refused, match="no silence 99"):
            unsilence(connection, hub.settings, 99, "winnie", TUESDAY)
        assert read_silences(connection, hk(24, 11)) == []
        assert [(one.ended_by, one.ended_at) for one in every_silence(connection)] == [("winnie", hk(24, 10))]
