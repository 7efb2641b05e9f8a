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
    """Of three months."""
    since = asked.now - timedelta(days=_DAYS)
    found = decided(asked.connection, since, asked.now)
    mine = [row for row in found if asked.scope.holds(f"client/{row.client}" if row.client else None)]
    return Decisions(since, mine[::-1])
