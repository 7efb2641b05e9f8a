"""What the colours of projects are made of, read for all of them at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, case, func, or_, true

from rules.health.decide import AMBER_SCORE, MANY_MOVES, PLANNED_LATE_DAYS, pace_matters
from rules.health.values import Acceptance, Hours, Project, Promise, Unanswered, Unread, Waiting
from rules.language.compile import Scope
from rules.views import MILESTONE, RISK
from rules.views.milestone import needed_days
from rules.views.owners import PROJECT
from rules.views.project import PROJECT_VIEW
from rules.views.reader import ViewReader
from unify.derived import Row, slices

UnreadOf = Callable[[str, str], Unread | None]
"""(source, calendar) -> that it was not read for too long; None: it was."""

ACCEPTANCE_HOURS = 40
"""Of work: so long an acceptance may take, as in the rule acceptance-waiting."""
_ACCEPTED_LATELY = 20
"""Working days for which a late acceptance counts."""

_Fact = TypeVar("_Fact")


def read_projects(views: ViewReader, feedback: Mapping[str, Sequence[Waiting]], unread: UnreadOf) -> Iterator[Project]:
    """Every living project; `feedback` that nobody has handled, by project."""
    promises, acceptances, risks = _promises(views), _acceptances(views), _risks(views)
    next_days = _next_days(views)
    names = ("key", "name", "client", "calendar", "source", "spent_hours", "budget_hours")
    percent = ("spent_percent", "open_percent")
    # No column of the view: rules have no use for a word that each firm uses as it likes.
    rows = views.rows(PROJECT_VIEW, names + percent, lambda _: true(), lambda _: {"native": PROJECT.c.health_native})
    for row in rows:
        key = row["key"]
        yield Project(
            key,
            row["name"],
            row["client"],
            row["native"],
            is_dated=key in next_days,
            next_on=next_days.get(key),
            promises=promises.get(key, ()),
            acceptances=acceptances.get(key, ()),
            feedback=feedback.get(key, ()),
            risks=risks.get(key, ()),
            hours=_hours(row),
            unread=unread(row["source"], row["calendar"]),
        )


def _next_days(views: ViewReader) -> Mapping[str, date | None]:
    """By project that promised the client any day, kept or not: that of its next milestone; None: none is to come."""

    def has_day(scope: Scope) -> ColumnElement[bool]:
        columns = scope.columns
        is_dated = or_(columns["committed_on"].is_not(None), columns["deadline_on"].is_not(None))
        return and_(columns["client_facing"], is_dated)

    def next_on(scope: Scope) -> Mapping[str, ColumnElement[Any]]:
        return {"next_on": func.min(case((scope.columns["awaited"], scope.columns["deadline_on"])))}

    return {row["project"]: row["next_on"] for row in views.by_project(MILESTONE, has_day, next_on)}


def _promises(views: ViewReader) -> Mapping[str, Sequence[Promise]]:
    """The open milestones promised to clients of which any limit may ask, by project."""
    dates = ("calendar", "committed_on", "deadline_on", "awaited", "moves_since_promise")

    def may_matter(scope: Scope) -> ColumnElement[bool]:
        columns = scope.columns
        is_late = or_(columns["promise_passed"], columns["days_beyond_promise"] >= PLANNED_LATE_DAYS.start)
        has_open_items = and_(columns["awaited"], columns["open_items"] > 0)
        may_be = or_(is_late, columns["moves"] >= MANY_MOVES, has_open_items)
        return and_(columns["client_facing"], columns["is_open"], columns["project"].is_not(None), may_be)

    rows = views.rows(MILESTONE, ("key", "name", "project", "open_items", *dates), may_matter)
    found = [(row["project"], _promise(views, row)) for row in rows]
    closed = _closed_lately(views, [one.key for _, one in found if pace_matters(one)])
    return _by_project((project, _with_pace(one, closed.get(one.key))) for project, one in found)


def _closed_lately(views: ViewReader, keys: Sequence[str]) -> Mapping[str, int]:
    """The pace of those milestones: counted from all that was ever done, so of no more of them than must be."""
    found: dict[str, int] = {}
    for some in slices(views.connection, MILESTONE.table, keys):
        among = partial(_among, some)
        found |= {row["key"]: row["closed_lately"] for row in views.rows(MILESTONE, ("key", "closed_lately"), among)}
    return found


def _among(keys: Sequence[str], scope: Scope) -> ColumnElement[bool]:
    return scope.columns["key"].in_(keys)


def _with_pace(promise: Promise, closed_lately: int | None) -> Promise:
    if closed_lately is None:
        return promise
    needed = needed_days(promise.open_items, closed_lately)
    return replace(promise, closed_lately=closed_lately, needed_days=needed)


def _promise(views: ViewReader, row: Row) -> Promise:
    calendar, committed_on, deadline_on = row["calendar"], row["committed_on"], row["deadline_on"]
    is_past = committed_on is not None and committed_on < views.moment.today
    is_beyond = committed_on is not None and deadline_on is not None and committed_on < deadline_on
    return Promise(
        row["key"],
        row["name"],
        committed_on,
        deadline_on,
        days_past=views.days_past(calendar, committed_on) if is_past else 0,
        awaited=bool(row["awaited"]),
        days_planned_late=views.days(calendar, committed_on, deadline_on) if is_beyond else 0,
        moves=row["moves_since_promise"],
        open_items=row["open_items"],
        days_left=views.days(calendar, views.moment.today, deadline_on) if row["awaited"] else 0,
    )


def _acceptances(views: ViewReader) -> Mapping[str, Sequence[Acceptance]]:
    """What was accepted after its promise lately, or is not yet, and has waited for that; by project."""

    def late(scope: Scope) -> ColumnElement[bool]:
        columns, ages = scope.columns, scope.ages
        waits = and_(columns["acceptance_awaited"], ages["hours_since_done"].compare(">=", ACCEPTANCE_HOURS, scope))
        came = and_(
            columns["status_category"] == "done",
            columns["client_facing"],
            columns["accepted"].is_(True),
            columns["accepted_on"] <= scope.today,
            columns["accepted_on"] > columns["committed_on"],
            ages["working_days_since_accepted"].compare("<=", _ACCEPTED_LATELY, scope),
        )
        return and_(columns["project"].is_not(None), columns["committed_on"] < scope.today, or_(waits, came))

    names = ("key", "name", "project", "calendar", "committed_on", "accepted_on", "acceptance_awaited")
    found = []
    for row in views.rows(MILESTONE, names, late):
        until = views.moment.today if row["acceptance_awaited"] else row["accepted_on"]
        days = views.days(row["calendar"], row["committed_on"], until)
        if days > 0:  # the weekend after its Friday is no delay
            one = Acceptance(row["key"], row["name"], row["committed_on"], days, bool(row["acceptance_awaited"]))
            found.append((row["project"], one))
    return _by_project(found)


def _risks(views: ViewReader) -> Mapping[str, Sequence[Unanswered]]:
    """Those to which nobody has a response, by project."""

    def unanswered(scope: Scope) -> ColumnElement[bool]:
        columns = scope.columns
        return and_(columns["has_no_response"], columns["score"] >= AMBER_SCORE, columns["project"].is_not(None))

    rows = views.rows(RISK, ("key", "name", "project", "score"), unanswered)
    return _by_project((row["project"], Unanswered(row["key"], row["name"], row["score"])) for row in rows)


def _hours(row: Row) -> Hours | None:
    if row["spent_percent"] is None:
        return None
    return Hours(row["spent_hours"], row["budget_hours"], row["spent_percent"], row["open_percent"] or 0)


def _by_project(found: Iterable[tuple[str, _Fact]]) -> Mapping[str, Sequence[_Fact]]:
    grouped: dict[str, list[_Fact]] = defaultdict(list)
    for project, fact in found:
        grouped[project].append(fact)
    return grouped
