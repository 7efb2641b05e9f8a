"""The days promised to clients, for the calendars of those who keep the promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from report.asked import Asked
from rules.language.compile import Scope
from rules.views import MILESTONE as VIEW
from rules.views.reader import ViewReader
from unify.derived import AGREEMENT, MILESTONE

_DAYS = 90
"""How long a day that has passed stays in the calendar."""


@dataclass(frozen=True, slots=True)
class PromisedDay:
    """A milestone that was promised to a client; `client` and `project` are keys.

    `on`: its day as overdue asks it, `committed_on` as it is promised. `changed_at`: when it was last another here.
    """

    key: str
    name: str
    project: str | None
    project_name: str | None
    client: str | None
    status_category: str
    on: date
    committed_on: date | None
    changed_at: datetime


def read_feed(asked: Asked) -> Sequence[PromisedDay]:
    """Of the reader's clients, done and cancelled ones too, from 90 days ago on; in the order of their days."""
    since = asked.moment.today - timedelta(days=_DAYS)

    def is_told(scope: Scope) -> ColumnElement[bool]:
        return and_(scope.columns["client_facing"], scope.columns["deadline_on"] >= since)

    def changed(_: Scope) -> Mapping[str, ColumnElement[Any]]:
        agreed = select(func.max(AGREEMENT.c.recorded_at)).where(AGREEMENT.c.milestone_key == MILESTONE.c.key)
        return {"changed_at": MILESTONE.c.changed_here_at, "agreed_at": agreed.scalar_subquery()}

    names = ("key", "name", "project", "project_name", "client", "status_category", "deadline_on", "committed_on")
    rows = ViewReader(asked.connection, asked.moment, asked.scope.allows).rows(VIEW, names, is_told, changed)
    return sorted((_day(dict(row)) for row in rows), key=lambda day: (day.on, day.key))


def _day(row: dict[str, Any]) -> PromisedDay:
    agreed_at = row.pop("agreed_at")
    row["changed_at"] = max(row["changed_at"], agreed_at) if agreed_at else row["changed_at"]
    return PromisedDay(on=row.pop("deadline_on"), **row)
