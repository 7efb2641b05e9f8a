"""The milestones of one project."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, true

from report.asked import Asked
from rules.language.compile import Scope
from rules.views import MILESTONE


@dataclass(frozen=True, slots=True)
class ProjectMilestone:
    """A milestone with all its dates; `items` are those that belong to it, 0 where the tool does not tell which."""

    key: str
    name: str
    url: str | None
    source: str
    owner_name: str | None
    status: str
    status_category: str
    client_facing: bool
    baseline_on: date | None
    agreed_on: date | None
    deadline_on: date | None
    due_on: date | None
    done_at: datetime | None
    slip_days: int | None
    moves: int
    open_items: int
    total_items: int
    overdue: bool
    moved_past_promise: bool

    @property
    def is_over(self) -> bool:
        """Whether nothing is to come of it."""
        return self.status_category in ("done", "cancelled")


def read_milestones_of(asked: Asked, project: str) -> Sequence[ProjectMilestone]:
    """Open ones first, the nearest day first; then what is over, the latest first. Whoever sees only clients of theirs
    is told of what was promised to these."""
    views = asked.views.within(asked.reader.scope.allows)

    def of_it(scope: Scope) -> ColumnElement[bool]:
        told = true() if asked.reader.scope.is_all else scope.columns["client_facing"]
        return and_(scope.columns["project"] == project, told)

    found = views.rows(MILESTONE, tuple(ProjectMilestone.__dataclass_fields__), of_it)
    # A flag that hangs on a missing date is missing.
    rows = [ProjectMilestone(**{**row, **{name: bool(row[name]) for name in _FLAGS}}) for row in found]
    open_ones = sorted(
        (row for row in rows if not row.is_over),
        key=lambda row: (row.deadline_on or date.max, not row.client_facing, row.name),
    )
    over = sorted((row for row in rows if row.is_over), key=lambda row: (row.deadline_on or date.min, row.key))
    return [*open_ones, *reversed(over)]


_FLAGS = ("client_facing", "overdue", "moved_past_promise")
