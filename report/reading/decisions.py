"""Who decided what lately, of what the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.decisions import Decided, decided
from report.asked import Asked

_DAYS = 90


@dataclass(frozen=True, slots=True)
class Decisions:
    """Those of [`since`, now], the latest first."""

    since: datetime
    rows: Sequence[Decided]


def read_decisions(asked: Asked) -> Decisions:
    """Of three months. Who sees only clients of theirs is not told of dates that no client was promised."""
    since = asked.now - timedelta(days=_DAYS)
    found = decided(asked.connection, since, asked.now)
    return Decisions(since, [row for row in reversed(found) if _is_told(row, asked)])


def _is_told(row: Decided, asked: Asked) -> bool:
    of_theirs = asked.scope.holds(f"client/{row.client}" if row.client else None)
    return of_theirs and (row.client_facing or asked.reader.scope.is_all)
