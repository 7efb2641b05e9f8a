"""When offices were closed out of turn: what people entered, before, during or after it.

A closure is never deleted: one that was entered wrongly is lifted, with who did so and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from unify import tables
from unify.decisions import LONGEST, Refused
from unify.derived import table_of

LONGEST_CLOSURE = timedelta(days=7)
"""More is a slip of the pen, or days off that the config lists."""

CLOSURE = table_of(tables.Closure)


@dataclass(frozen=True, slots=True)
class Closed:
    """That the offices of `region` were closed from `begins_at` to `ends_at`, and why."""

    region: str
    begins_at: datetime
    ends_at: datetime
    reason: str = ""
    recorded_at: datetime | None = field(default=None, compare=False)


def close(connection: Connection, closed: Closed, by: str, now: datetime) -> int | None:
    """Record a closure and return its number; None: the very same stands already.

    Raises Refused where it ends before it begins, lasts longer than `LONGEST_CLOSURE`, or has no reason.
    """
    reason = closed.reason.strip()[:LONGEST]
    if not reason:
        raise Refused('say why: --reason "typhoon 8"')
    if closed.begins_at >= closed.ends_at:
        raise Refused("a closure must begin before it ends")
    if closed.ends_at - closed.begins_at > LONGEST_CLOSURE:
        raise Refused(
            f"a closure lasts at most {LONGEST_CLOSURE.days} days: check the dates, or list the days in days_off"
        )
    told = {"region": closed.region, "begins_at": closed.begins_at, "ends_at": closed.ends_at, "reason": reason}
    same = (CLOSURE.c[name] == value for name, value in told.items())
    if connection.scalar(select(CLOSURE.c.id).where(*same, CLOSURE.c.lifted_at.is_(None)).limit(1)) is not None:
        return None
    added = insert(CLOSURE).values(**told, recorded_at=now, recorded_by=by).returning(CLOSURE.c.id)
    number: int = connection.execute(added).scalar_one()
    return number


def lift(connection: Connection, number: int, by: str, now: datetime) -> Closed:
    """Take back the closure of that number, as though it had never been entered. Raises Refused if none stands."""
    chosen = select(CLOSURE).where(CLOSURE.c.id == number, CLOSURE.c.lifted_at.is_(None))
    row = connection.execute(chosen).mappings().first()
    if row is None:
        raise Refused(f"there is no closure {number} that stands: `milepost calendar list` names them")
    connection.execute(update(CLOSURE).where(CLOSURE.c.id == number).values(lifted_at=now, lifted_by=by))
    return Closed(row["region"], row["begins_at"], row["ends_at"], row["reason"])


def read_closures(connection: Connection) -> Sequence[Closed]:
    """Those that stand, by their beginning."""
    columns = ("region", "begins_at", "ends_at", "reason", "recorded_at")
    chosen = select(*(CLOSURE.c[name] for name in columns))
    standing = chosen.where(CLOSURE.c.lifted_at.is_(None)).order_by(CLOSURE.c.begins_at, CLOSURE.c.id)
    return tuple(Closed(*row) for row in connection.execute(standing))
