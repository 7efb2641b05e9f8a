"""What the hub does to a source once a day: when it was last done, and whether it is time again."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from unify.derived import table_of
from unify.tables import HubState
from unify.upsert import Upserts

_DAY = timedelta(days=1)

_state = table_of(HubState)


def last_done(connection: Connection, task: str) -> datetime | None:
    """When `task` ("pruned/boards") was last done; None: never."""
    told = connection.execute(select(_state.c.value).where(_state.c.name == task)).scalar()
    return None if told is None else datetime.fromisoformat(told)


def is_due(last: datetime | None, now: datetime) -> bool:
    """Whether what was last done then is to be done again."""
    return last is None or now - last >= _DAY


def note_done(connection: Connection, task: str, now: datetime) -> None:
    """Note that `task` was done."""
    row = {"name": task, "value": now.astimezone(UTC).isoformat()}
    Upserts(connection.dialect).save(connection, "hub_state", [row], {})
