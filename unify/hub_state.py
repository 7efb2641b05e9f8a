"""What the hub remembers of itself, by name: among it, when something was last done that is done once a day."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, select

from unify.derived import table_of
from unify.tables import HubState
from unify.upsert import Upserts

_DAY = timedelta(days=1)

SETTLED_TIMES = "settled_times"
"""The name under which is remembered how often link and derive went over anything."""

_state = table_of(HubState)


def recall(connection: Connection, name: str) -> str | None:
    """What was remembered under that name; None: nothing yet."""
    told: str | None = connection.execute(select(_state.c.value).where(_state.c.name == name)).scalar()
    return told


def recall_all(connection: Connection, kind: str) -> Mapping[str, str]:
    """What was remembered under "{kind}/{name}", by name, in their order."""
    begins = _state.c.name.startswith(f"{kind}/", autoescape=True)
    rows = connection.execute(select(_state.c.name, _state.c.value).where(begins).order_by(_state.c.name))
    return {name.removeprefix(f"{kind}/"): value for name, value in rows}


def forget(connection: Connection, name: str) -> None:
    """Remember nothing under that name any more."""
    connection.execute(delete(_state).where(_state.c.name == name))


def remember(connection: Connection, name: str, value: str) -> None:
    """Remember `value` in place of what was remembered before."""
    Upserts(connection.dialect).save(connection, "hub_state", [{"name": name, "value": value}], {})


def last_done(connection: Connection, task: str) -> datetime | None:
    """When `task` ("pruned/boards") was last done; None: never."""
    told = recall(connection, task)
    return None if told is None else datetime.fromisoformat(told)


def is_due(last: datetime | None, now: datetime) -> bool:
    """Whether what was last done then is to be done again."""
    return last is None or now - last >= _DAY


def note_done(connection: Connection, task: str, now: datetime) -> None:
    """Note that `task` was done."""
    remember(connection, task, now.astimezone(UTC).isoformat())
