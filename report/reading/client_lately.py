"""What happened at a client's since we last met."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, or_

from rules.language.compile import Scope
from rules.views import FEEDBACK, MILESTONE
from rules.views.reader import ViewReader
from unify.derived import Row

_DAYS = 30
"""Where no meeting is on record."""
_MOST = 50


@dataclass(frozen=True, slots=True)
class Happened:
    """`done`: a milestone; `moved`: the day of one, to `to` (YYYY-MM-DD); `wrote`: new feedback; `answered`, `closed`:
    older feedback."""

    kind: Literal["done", "moved", "wrote", "answered", "closed"]
    at: datetime
    name: str
    url: str | None
    source: str
    project: str | None
    project_name: str | None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Lately:
    """Since the last meeting, or for `_DAYS` where none is on record; the latest first, at most `_MOST` of `count`."""

    since: datetime
    met: bool
    count: int
    rows: Sequence[Happened]


def read_lately(views: ViewReader, met_at: datetime | None) -> Lately:
    """Of whom `views` allows."""
    since = met_at or views.moment.now - timedelta(days=_DAYS)
    found = sorted((*_milestones(views, since), *_feedback(views, since)), key=lambda row: (row.at, row.name))
    return Lately(since, met_at is not None, len(found), found[::-1][:_MOST])


_WHERE = ("key", "url", "source", "project", "project_name")


def _milestones(views: ViewReader, since: datetime) -> Iterator[Happened]:
    def lately(scope: Scope) -> ColumnElement[bool]:
        columns = scope.columns
        is_done = and_(columns["status_category"] == "done", columns["done_at"] > since)
        return and_(columns["client_facing"], or_(is_done, columns["moved_at"] > since))

    names = (*_WHERE, "name", "status_category", "done_at", "moved_at", "deadline_on")
    for row in views.rows(MILESTONE, names, lately):
        if row["status_category"] == "done" and row["done_at"] and row["done_at"] > since:
            yield _happened("done", row["done_at"], row["name"], row)
        if row["moved_at"] and row["moved_at"] > since:
            to = row["deadline_on"].isoformat() if row["deadline_on"] else None
            yield _happened("moved", row["moved_at"], row["name"], row, to)


def _feedback(views: ViewReader, since: datetime) -> Iterator[Happened]:
    def lately(scope: Scope) -> ColumnElement[bool]:
        columns = scope.columns
        return or_(*(columns[name] > since for name in ("received_at", "first_response_at", "closed_at")))

    names = (*_WHERE, "subject", "received_at", "first_response_at", "closed_at")
    for row in views.rows(FEEDBACK, names, lately):
        for kind, name in _FEEDBACK:
            if row[name] and row[name] > since:
                yield _happened(kind, row[name], row["subject"], row)


_FEEDBACK: Sequence[tuple[Literal["wrote", "answered", "closed"], str]] = (
    ("wrote", "received_at"),
    ("answered", "first_response_at"),
    ("closed", "closed_at"),
)


def _happened(
    kind: Literal["done", "moved", "wrote", "answered", "closed"],
    at: datetime,
    name: str,
    row: Row,
    to: str | None = None,
) -> Happened:
    return Happened(kind, at, name, row["url"], row["source"], row["project"], row["project_name"], to)
