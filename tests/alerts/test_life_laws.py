"""Laws of the life of an alert, for any order of what is found, what people do, and how time passes."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select
from sqlmodel import SQLModel

from alerts.actions import NotAllowed, acknowledge, release, silence, snooze
from alerts.life import Cause, Event, fold
from alerts.outbox import DELIVERY, DELIVERY_ALERT
from alerts.silences import Match
from alerts.store import ALERT, ALERT_EVENT
from config.settings import Route
from rules.evaluate import Finding
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import hk, milestone
from unify.decisions import Refused
from unify.engine import writing

SIGN_OFF = "milestone-overdue:delivery/issue/1"
FOUND = st.sampled_from(["critical", "warning", "critical", "info", ""])
"""How severe it is; "": it is not found any more."""
DEEDS = st.sampled_from(["", "", "take", "take", "put off", "until moved", "hand back", "silence", "move"])
WHO = st.sampled_from(["may", "marco", "sandy"])
HOURS = st.sampled_from([1, 3, 9, 17, 26, 70])
STEPS = st.lists(st.tuples(FOUND, DEEDS, WHO, HOURS), min_size=1, max_size=9)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """One database for all examples; each empties it."""
    folder: Path = tmp_path_factory.mktemp("laws")
    engine = firm.database(folder)
    routes = (Route(to=("email:bd", "email:coordinator")),)
    yield Hub(engine, firm.settings(routes=routes))
    engine.dispose()


@given(STEPS)
@settings(max_examples=25, deadline=None)
def test_the_state_is_what_the_events_add_up_to_and_no_news_is_told_twice(
    shared: Hub, steps: list[tuple[str, str, str, int]]
) -> None:
    """Whatever people do in whatever order: what is stored can be rebuilt, and each change is told to a reader once."""
    hub, now, due = shared, hk(3, 10), "2026-10-30"
    _empty(hub)
    for severity, deed, who, hours in steps:
        due = f"2026-10-{int(due[-2:]) - 1:02}" if deed == "move" else due
        with writing(hub.engine) as connection:
            _do(connection, hub, deed, who)
        hub.round(*([_late(severity, due)] if severity else []), at=now)
        hub.round(*([_late(severity, due)] if severity else []))  # the same round again tells nothing
        _check_state(hub)
        now += timedelta(hours=hours)
        hub.now = now
    _check_tellings(hub)


def _late(severity: str, due: str) -> Finding:
    return milestone(severity=severity, deadline_on=due, deadline_at=f"{due}T15:59:59+00:00")


def _do(connection: Connection, hub: Hub, deed: str, who: str) -> None:
    """What somebody tries; what their role forbids, or what there is no alert for, is refused."""
    calendars, now = firm.working_time(), hub.now
    try:
        match deed:
            case "take":
                acknowledge(connection, hub.settings, SIGN_OFF, who, now)
            case "put off":
                snooze(connection, hub.settings, calendars, SIGN_OFF, who, now, now + timedelta(hours=30))
            case "until moved":
                snooze(connection, hub.settings, calendars, SIGN_OFF, who, now, None)
            case "hand back":
                release(connection, hub.settings, SIGN_OFF, who, now)
            case "silence":
                match = Match(rule="milestone-overdue", client="bank")
                silence(connection, hub.settings, calendars, match, now + timedelta(hours=20), "x", who, now)
    except (NotAllowed, Refused):
        pass


def _check_state(hub: Hub) -> None:
    with hub.engine.connect() as connection:
        row = connection.execute(select(ALERT)).mappings().first()
        life = fold(_events(connection))
    assert (row is None) == (life is None)
    if row is None or life is None:
        return
    stored = {name: row[name] for name in row if hasattr(life, name)}
    assert stored == {name: getattr(life, name) for name in stored}
    assert {"state", "held_by", "held_until", "held_while", "level", "resolved_at"} <= stored.keys()


def _check_tellings(hub: Hub) -> None:
    """For each reader and episode: as often as it happened, at most."""
    with hub.engine.connect() as connection:
        happened = Counter((event.episode, event.reason) for event in _events(connection))
        ends = Counter(event.episode for event in _events(connection) if event.to_state == "resolved")
        joined = DELIVERY.join(DELIVERY_ALERT, DELIVERY_ALERT.c.delivery_id == DELIVERY.c.id)
        columns = (DELIVERY.c.recipient, DELIVERY_ALERT.c.episode, DELIVERY_ALERT.c.reason)
        told = Counter(tuple(row) for row in connection.execute(select(*columns).select_from(joined)))
    again = (Cause.NOTHING_DONE, Cause.SNOOZE_OVER, Cause.DATE_MOVED, Cause.RELEASED)
    for (_, episode, reason), times in told.items():
        match reason:
            case "first":
                assert times == 1
            case "worse":
                assert times <= happened[episode, Cause.WORSE]
            case "fires again":
                assert times <= sum(happened[episode, cause] for cause in again)
            case "ended":
                assert times <= ends[episode]


def _events(connection: Connection) -> list[Event]:
    columns = [ALERT_EVENT.c[name] for name in Event.__dataclass_fields__]
    return [Event(*row) for row in connection.execute(select(*columns).order_by(ALERT_EVENT.c.id))]


def _empty(hub: Hub) -> None:
    with writing(hub.engine) as connection:
        for table in reversed(SQLModel.metadata.sorted_tables):
            connection.execute(delete(table))
    hub.now = hk(3, 10)
