"""What follows a milestone that is done, as columns of the view `milestone`: acceptance by the client, and payment."""

from sqlalchemy import ColumnElement, and_, or_

from rules.language.compile import Scope
from rules.moment import Moment
from rules.views.base import (
    Age,
    Computed,
    Row,
    Stored,
    ViewColumn,
    table,
    working_days_since,
    working_hours,
    working_hours_since,
)
from rules.views.need import WORK_TOOLS, Need
from unify import tables

_m = table(tables.Milestone).c

_ACCEPTED = Need(
    "acceptances by clients",
    "say how they show, with accepted_labels or accepted_field",
    WORK_TOOLS,
    _m.accepted.is_not(None),
)
_PAYMENT = Need(
    "milestones that are paid for", "mark them in the tool with one of payment_labels", WORK_TOOLS, _m.payment
)


def _awaited(scope: Scope) -> ColumnElement[bool]:
    """An acceptance on a day to come is a plan."""
    not_yet = or_(_m.accepted.is_(False), _m.accepted_on > scope.today)
    # Said so that an index leads past all of which it is not known, which may be all that were ever done.
    return and_(_m.status_category == "done", _m.client_facing, _m.accepted.is_not(None), not_yet)


def _hours_since_done(row: Row, moment: Moment) -> float | None:
    return working_hours(moment.calendar(row["calendar"]), row["done_at"], moment.now) if row["done_at"] else None


def _working_days_since_accepted(row: Row, moment: Moment) -> float | None:
    if not row["accepted"] or row["accepted_on"] is None:
        return None
    return moment.calendar(row["calendar"]).days_between(row["accepted_on"], moment.today)


ACCEPTANCE: tuple[ViewColumn, ...] = (
    Stored(
        "accepted",
        "flag",
        "The client accepted it, or will on the day `accepted_on`; missing: the config does not say how that shows.",
        "untracked",
        _m.accepted,
        needs=(_ACCEPTED,),
    ),
    Stored("accepted_on", "date", "The day of that, where a field holds it.", "untracked", _m.accepted_on),
    Stored(
        "payment", "flag", "One of the config's `payment_labels` marks it.", "untracked", _m.payment, needs=(_PAYMENT,)
    ),
    Computed(
        "acceptance_awaited",
        "flag",
        "Done, promised to the client, and not accepted by today, where the config says how that shows.",
        _awaited,
        needs=(_ACCEPTED,),
    ),
    Age(
        "hours_since_done",
        "Working hours since `done_at`.",
        working_hours_since("done_at"),
        _hours_since_done,
        since="done_at",
    ),
    Age(
        "working_days_since_accepted",
        "Working days since `accepted_on`.",
        working_days_since("accepted_on", "accepted"),
        _working_days_since_accepted,
    ),
)
