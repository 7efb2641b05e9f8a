"""What was promised of a milestone, and what became of its date since, as columns of the view `milestone`."""

from typing import get_args

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from config.settings import StatusCategory
from rules.language.compile import Scope
from rules.language.portable import days_between
from rules.views.base import table
from unify import tables

OPEN = tuple(category for category in get_args(StatusCategory) if category not in ("done", "cancelled"))

_milestone, _change = table(tables.Milestone), table(tables.Change)
_m = _milestone.c

committed_on = func.coalesce(_m.agreed_on, _m.baseline_on)


def moved_past_promise(scope: Scope) -> ColumnElement[bool]:
    """Open, its promised day has passed, and yet it is not overdue: the tool's date was moved on or taken away.

    An agreed date that stands is the one that `overdue` asks, so nothing that the client accepted is among these.
    """
    ahead = or_(_m.deadline_at.is_(None), _m.deadline_at >= scope.now)
    return and_(_m.status_category.in_(OPEN), committed_on < scope.today, ahead)


def moved_without_agreement(_: Scope) -> ColumnElement[bool]:
    """Open, and what it asks is not what the client accepted: a day beyond the promise, or none any more.

    An agreed date stands where the tool's own was taken away; so nothing agreed is without a deadline.
    """
    is_beyond = and_(_m.moves > 0, _m.deadline_on > committed_on)
    is_taken_away = and_(_m.deadline_on.is_(None), committed_on.is_not(None))
    return and_(_m.status_category.in_(OPEN), or_(is_beyond, is_taken_away))


def moves_since_promise(_: Scope) -> ColumnElement[int]:
    """All that derive counts; after an agreement the changes to a date that were made since.

    A later hour of the same day is a change and no move: so never more than derive counts.
    """
    native = func.sum(case((_change.c.origin == "native", 1), else_=0))
    # The tool's own history wins over our comparing, as in derive.
    since = (
        select(case((native > 0, native), else_=func.count()))
        .where(_change.c.entity_key == _m.key, _change.c.field == "due", _change.c.new.is_not(None))
        .where(_change.c.changed_at > _m.agreed_recorded_at)
        .correlate(_milestone)
        .scalar_subquery()
    )
    return case((or_(_m.agreed_recorded_at.is_(None), since > _m.moves), _m.moves), else_=since)


def promise_passed(scope: Scope) -> ColumnElement[bool]:
    return committed_on < scope.today


def days_beyond_promise(_: Scope) -> ColumnElement[int]:
    """From the promise to the day that is asked now; below zero where that is earlier."""
    return days_between(committed_on, _m.deadline_on)
