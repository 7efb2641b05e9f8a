"""Which projects became better or worse since an instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, func, select

from rules.health.values import WORST_FIRST, Colour
from unify.derived import PROJECT, fetch, table_of
from unify.tables import HealthDay

_DAY = table_of(HealthDay)
_LONGEST = timedelta(days=14)
"""What is known of a time before that says nothing of a week."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A project whose colour is another now. `client` and `key` are keys; None: it is nobody's."""

    name: str
    client: str | None
    before: Colour
    after: Colour
    key: str = ""

    @property
    def is_worse(self) -> bool:
        """Else it is better."""
        return WORST_FIRST.index(self.after) < WORST_FIRST.index(self.before)


def read_turns(connection: Connection, since: datetime, today: date) -> Sequence[Turn]:
    """What is another today than it was at `since`, the worst first.

    Grey is neither good nor bad: what turned grey, and what turned from grey to green, is not among them.
    """
    # A row says since when it has been as it is on its day: of a day on which it changed later, the one before counts.
    known_by_then = and_(_DAY.c.computed_at < since, _DAY.c.computed_at >= since - _LONGEST)
    last = select(_DAY.c.key, func.max(_DAY.c.day).label("day")).where(known_by_then).group_by(_DAY.c.key).subquery()
    then = _DAY.alias("then")
    rows = fetch(
        connection,
        select(*(PROJECT.c[name] for name in ("key", "name", "client_key")))
        .add_columns(then.c.colour.label("before"), _DAY.c.colour.label("after"))
        .join(_DAY, and_(_DAY.c.key == PROJECT.c.key, _DAY.c.day == today))
        .join(last, last.c.key == PROJECT.c.key)
        .join(then, and_(then.c.key == last.c.key, then.c.day == last.c.day))
        .where(then.c.colour != _DAY.c.colour, _DAY.c.colour != "grey"),
    )
    turns = [Turn(row["name"], row["client_key"], row["before"], row["after"], row["key"]) for row in rows]
    found = [turn for turn in turns if turn.is_worse or turn.before != "grey"]
    return sorted(found, key=lambda turn: (WORST_FIRST.index(turn.after), -WORST_FIRST.index(turn.before), turn.name))
