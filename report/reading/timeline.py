"""Milestones promised to clients, of some months: where each was promised first, where it stands, and what is late."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, false, or_, true

from report.asked import Asked
from rules.indicators.figures import month_of, months_until
from rules.language.compile import Scope
from rules.views import MILESTONE
from rules.views.reader import ViewReader
from unify.derived import Row

Zoom = Literal["month", "quarter"]
STATUSES = ("overdue", "moved", "open", "done")
"""What the filter `status` can ask for; moved: to a day that the client did not agree to."""
_MONTHS: Mapping[Zoom, tuple[int, int]] = {"month": (1, 4), "quarter": (4, 12)}
"""How many months before this one are shown, and how many in all."""
_SAME = ("key", "name", "url", "source", "client", "project", "project_name", "owner_name", "baseline_on", "agreed_on")
_NAMES = (
    *_SAME,
    *("status_category", "deadline_on", "due_on", "done_at", "calendar", "slip_days", "moves"),
    *("overdue", "moved_without_agreement"),
)


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """A milestone; `client` and `project` are keys. `until` is the day on which it was done, or is due now."""

    key: str
    name: str
    url: str | None
    source: str
    client: str | None
    project: str | None
    project_name: str | None
    owner_name: str | None
    is_done: bool
    baseline_on: date | None
    agreed_on: date | None
    until: date
    slip_days: int
    """Calendar days from `baseline_on` to the day that is due, less than 0 where that came first."""
    moves: int
    overdue: bool
    working_days_overdue: int
    moved_without_agreement: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """The days from `first` to `last`; `rows` are a page of the `count` milestones that lie in them, by client: first
    whose most are overdue, and of each the earliest."""

    zoom: Zoom
    first: date
    last: date
    rows: Sequence[TimelineRow]
    count: int
    overdue: int
    moved: int
    undated: int
    """Open ones without a date, which lie nowhere."""


def read_timeline(asked: Asked) -> Timeline:
    """Around this month, or around the one that `month` names; what is overdue is always among them."""
    zoom: Zoom = "quarter" if asked.filters.zoom == "quarter" else "month"
    window = _window(asked, zoom)
    views = asked.views

    def within(scope: Scope) -> ColumnElement[bool]:
        return and_(_is_within(scope, asked, *window), _has_status(scope, asked.filters.status))

    few = ("key", "name", "client", "deadline_on", "overdue", "moved_without_agreement")
    found = views.rows(MILESTONE, few, within)
    late = Counter(row["client"] for row in found if row["overdue"])
    found.sort(key=lambda row: (-late[row["client"]], asked.client_name(row["client"]), *_by_date(row)))
    shown = [row["key"] for row in found[asked.filters.offset :][: asked.filters.limit]]

    def is_shown(scope: Scope) -> ColumnElement[bool]:
        return scope.columns["key"].in_(shown) if len(shown) < len(found) else within(scope)

    whole = {row["key"]: _row(row, views) for row in views.rows(MILESTONE, _NAMES, is_shown)}
    return Timeline(
        zoom,
        *window,
        rows=[whole[key] for key in shown],
        count=len(found),
        overdue=late.total(),
        moved=sum(bool(row["moved_without_agreement"]) for row in found),
        undated=_undated(views),
    )


def _by_date(row: Row) -> tuple[Any, ...]:
    return row["deadline_on"] or date.max, row["name"], row["key"]


def _window(asked: Asked, zoom: Zoom) -> tuple[date, date]:
    """Whole months, or whole quarters."""
    day = asked.filters.month or asked.moment.today
    if zoom == "quarter":
        day = day.replace(month=(day.month - 1) // 3 * 3 + 1)
    before, months = _MONTHS[zoom]
    first = months_until(day, before + 1).first
    last = first
    for _ in range(months):
        last = month_of(last).last + timedelta(days=1)
    return first, last - timedelta(days=1)


def _is_within(scope: Scope, asked: Asked, first: date, last: date) -> ColumnElement[bool]:
    """Open ones of which a part lies in those days, or that are overdue; and those that were done in them."""
    column = scope.columns
    begins = or_(column["deadline_on"] <= last, column["baseline_on"] <= last)
    ends = or_(column["deadline_on"] >= first, column["baseline_on"] >= first, column["overdue"])
    is_open = and_(column["is_open"], column["deadline_on"].is_not(None), begins, ends)
    zone = asked.moment.zone
    since, until = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    done_in = and_(column["done_at"] >= since, column["done_at"] < until)
    undated = and_(column["done_at"].is_(None), column["due_on"].between(first, last))
    is_done = and_(column["status_category"] == "done", or_(done_in, undated))
    return and_(column["client_facing"], or_(is_open, is_done))


def _has_status(scope: Scope, status: str) -> ColumnElement[bool]:
    column = scope.columns
    match status:
        case "":
            return true()
        case "overdue":
            return column["overdue"]
        case "moved":
            return column["moved_without_agreement"]
        case "open":
            return column["is_open"]
        case "done":
            return column["status_category"] == "done"
    return false()


def _row(row: Row, views: ViewReader) -> TimelineRow:
    done, overdue, day = row["status_category"] == "done", bool(row["overdue"]), row["deadline_on"]
    until = (views.day(row["done_at"]) if row["done_at"] else row["due_on"]) if done else day
    return TimelineRow(
        **{name: row[name] for name in _SAME},
        is_done=done,
        until=until,
        slip_days=row["slip_days"] or 0,
        moves=row["moves"] or 0,
        overdue=overdue,
        working_days_overdue=views.days(row["calendar"], day, views.moment.today) if overdue else 0,
        moved_without_agreement=bool(row["moved_without_agreement"]),
    )


def _undated(views: ViewReader) -> int:
    def undated(scope: Scope) -> ColumnElement[bool]:
        column = scope.columns
        return and_(column["client_facing"], column["is_open"], column["deadline_on"].is_(None))

    return len(views.rows(MILESTONE, ("key",), undated))
