"""The risk register, as far as a reader may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rules.views import RISK
from rules.views.reader import ViewReader, Where


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A risk; `project` and `client` are keys. `probability` and `impact` are 1 to 5, None: nobody said; `score` is
    their product."""

    key: str
    name: str
    url: str | None
    source: str
    project: str | None
    project_name: str | None
    client: str | None
    owner_name: str | None
    status: str
    is_open: bool
    probability: int | None
    impact: int | None
    score: int | None
    response: str | None
    response_plan: str
    due_on: date | None
    implemented: bool
    has_no_response: bool
    occurred: bool
    occurred_on: date | None


def risks_where(views: ViewReader, where: Where) -> Sequence[RiskRow]:
    """Those for which `where` holds: open ones first, the gravest first."""
    rows = views.rows(RISK, tuple(RiskRow.__dataclass_fields__), where)
    found = [RiskRow(**{**row, **{name: bool(row[name]) for name in _FLAGS}}) for row in rows]
    return sorted(found, key=lambda row: (not row.is_open, -(row.score or 0), row.name, row.key))


_FLAGS = ("is_open", "implemented", "has_no_response", "occurred")
