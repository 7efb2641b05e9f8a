"""A rule's `for`: what was found waits to have lasted; what does not last leaves no message."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from alerts.decide import Reason
from alerts.life import Event, fold
from alerts.round import Round, run_round
from alerts.store import ALERT_EVENT
from rules.evaluate import Finding
from rules.rule import Lasting
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, hk, milestone

FOUR_HOURS = Lasting(4, "h")


def look(
    hub: Hub, at: datetime, *findings: Finding, lasting: Lasting = FOUR_HOURS, stale: tuple[str, ...] = ()
) -> Round:
    """A round, and a go over the outbox; every rule asks for `lasting`."""
    hub.now = at
    found = [replace(one, rule=replace(one.rule, lasting=lasting)) for one in firm.outcomes(*findings)]
    done = run_round(hub.engine, hub.settings, found, firm.freshness(at, stale), firm.working_time(), at)
    hub.deliver()
    return done


def state(hub: Hub) -> tuple[str, int]:
    """Of the one alert: its state and episode."""
    [alert] = firm.alerts(hub.engine)
    return alert["state"], alert["episode"]


def test_what_was_found_fires_once_it_has_lasted(hub: Hub) -> None:
    """Till then nobody hears of it."""
    assert look(hub, TUESDAY, milestone()).decisions == []
    assert state(hub) == ("pending", 0)
    assert look(hub, hk(24, 12, 59), milestone(severity="high")).decisions == []
    done = look(hub, hk(24, 14), milestone())

    assert [event.reason for event in done.events] == ["fired"]
    assert [decision.reason for decision in done.decisions] == [Reason.FIRST]
    assert state(hub) == ("firing", 1)


@pytest.mark.parametrize(
    ("lasting", "fires_at"),
    [
        pytest.param(Lasting(4, "h"), hk(24, 13), id="hours by the clock, lunch or not"),
        pytest.param(Lasting(1, "wd"), hk(24, 18), id="a working day of those who must act"),
        pytest.param(Lasting(2, "wd"), hk(25, 18), id="nights are no part of it"),
    ],
)
def test_it_lasts_by_the_clock_or_by_working_days(hub: Hub, lasting: Lasting, fires_at: datetime) -> None:
    """As the rule says."""
    look(hub, TUESDAY, milestone(), lasting=lasting)
    look(hub, fires_at - timedelta(minutes=1), milestone(), lasting=lasting)

    assert state(hub)[0] == "pending"
    assert look(hub, fires_at, milestone(), lasting=lasting).changed("fired") == 1


def test_what_does_not_last_leaves_no_message(hub: Hub) -> None:
    """And begins to wait anew when it is found again."""
    look(hub, TUESDAY, milestone())
    gone = look(hub, hk(24, 11))
    look(hub, hk(24, 12), milestone())

    assert gone.changed("did not last") == 1
    assert look(hub, hk(24, 15), milestone()).events == []
    assert look(hub, hk(24, 16), milestone()).changed("fired") == 1
    assert len(hub.mail.sent) == 1


def test_a_stale_source_says_neither_that_it_lasts_nor_that_it_does_not(hub: Hub) -> None:
    """When it is read again, what still holds has lasted since it was found."""
    look(hub, TUESDAY, milestone())

    assert look(hub, hk(24, 14), stale=("delivery",)).events == []
    assert look(hub, hk(24, 15), milestone()).changed("fired") == 1


def test_what_was_over_stays_over_as_it_was_while_it_may_open_again(hub: Hub) -> None:
    """How it ended is told as it ended, whatever flickers afterwards."""
    look(hub, hk(23, 9), milestone())
    look(hub, hk(23, 14), milestone())
    firm.put(hub.engine, "milestone", firm.milestone_row(status_category="done"))
    look(hub, hk(23, 15))
    [over] = firm.alerts(hub.engine)
    look(hub, hk(24, 9), milestone(name="another name"))
    look(hub, hk(24, 10))

    assert firm.alerts(hub.engine) == [over]
    assert (len(hub.mail.sent), len(hub.mail.updated)) == (1, 1)  # that it is late, and below that it is done
    with hub.engine.connect() as connection:
        columns = [ALERT_EVENT.c[name] for name in Event.__dataclass_fields__]
        life = fold(Event(*row) for row in connection.execute(select(*columns).order_by(ALERT_EVENT.c.id)))
    assert life is not None
    assert (life.state, life.resolve_reason, life.resolved_at) == ("resolved", "done", over["resolved_at"])


def test_what_the_first_look_finds_has_lasted(hub: Hub) -> None:
    """It was bad before we came: the coordinator's summary has it at once."""
    hub.settings = firm.settings(first_run="summary")
    done = look(hub, TUESDAY, milestone())

    assert [event.reason for event in done.events] == ["first look"]
