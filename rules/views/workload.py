"""The view `workload`: who has how much to do in which week, over all tools."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Date, String, Table, and_, case, cast, exists, func, literal, null, select

from rules.language.compile import Scope
from rules.language.portable import monday_of
from rules.moment import Moment
from rules.views.base import Computed, Row, Stored, View, name_of, table
from rules.views.need import WORK_TOOLS, Need
from rules.views.owners import PROJECT, SOURCE
from rules.views.promise import OPEN
from unify import tables

_person, _account = table(tables.Person), table(tables.Account)
_item, _milestone = table(tables.WorkItem), table(tables.Milestone)
_i, _p = _item.c, _person.c
_A_WEEK = timedelta(days=7)

_left = func.coalesce(
    _i.remaining_hours,
    case(
        (_i.estimate_hours > func.coalesce(_i.spent_hours, 0), _i.estimate_hours - func.coalesce(_i.spent_hours, 0)),
        (_i.estimate_hours.is_not(None), 0.0),
    ),
)
"""Hours still to be worked on an item: as the tool says, else what is left of its estimate."""

_load = (
    select(
        _account.c.person_key.label("person_key"),
        monday_of(_i.due_on).label("week_on"),
        func.count().label("items"),
        func.count(_left).label("estimated_items"),
        func.sum(_left).label("hours"),
    )
    .select_from(
        _item.join(SOURCE, SOURCE.c.name == _i.source)
        .join(_account, _account.c.key == _i.assignee_accounts[0].as_string())
        .outerjoin(PROJECT, PROJECT.c.key == _i.project_key)
    )
    .where(
        _i.status_category.in_(OPEN),
        _i.due_on.is_not(None),
        _i.deleted_at.is_(None),
        SOURCE.c.active,
        PROJECT.c.deleted_at.is_(None),
        PROJECT.c.archived.is_not(True),
        ~exists().where(_milestone.c.key == _i.key, _milestone.c.deleted_at.is_(None)).correlate(_item),
    )
    .group_by(_account.c.person_key, monday_of(_i.due_on))
    .subquery("load")
)
_week_on = _load.c.week_on


def _is_near(scope: Scope) -> ColumnElement[bool]:
    """Weeks begin on Mondays, on any calendar."""
    this_week = scope.folded(_monday, Date())
    next_week = scope.folded(lambda moment: _monday(moment) + _A_WEEK, Date())
    return and_(_week_on >= this_week, _week_on <= next_week)


def _monday(moment: Moment) -> date:
    return moment.today - timedelta(days=moment.today.weekday())


def _work(
    row: Row, moment: Moment, numbers: Sequence[str], remaining_hours: float | None = None
) -> Iterator[tuple[Table, Row]]:
    """An item for each of `numbers`, due today, of the person `row`."""
    account = tables.Account(
        key=f"example/account/{numbers[0]}", source="example", vendor_id=numbers[0], person_key=row["key"]
    )
    yield _account, account.model_dump()
    for number in numbers:
        item = tables.WorkItem(
            key=f"example/load/{number}",
            source="example",
            vendor_id=number,
            status_category="todo",
            assignee_accounts=[account.key],
            due_on=moment.today,
            remaining_hours=remaining_hours,
        )
        yield _item, item.model_dump()


def _so_many(count: int, row: Row, moment: Moment) -> Sequence[tuple[Table, Row]]:
    return [*_work(row, moment, [str(number) for number in range(int(count))])] if count else []


def _so_long(hours: float, row: Row, moment: Moment) -> Sequence[tuple[Table, Row]]:
    return [*_work(row, moment, ["estimated"], remaining_hours=hours)]


_ESTIMATES = Need(
    "estimates of open work",
    "enter them in the tool, or name the field that holds them under effort_fields",
    WORK_TOOLS,
    _load.c.hours.is_not(None),
)

WORKLOAD = View(
    name="workload",
    table=_person,
    source=_person.join(_load, _load.c.person_key == _p.key),
    beside=(_milestone,),
    living=(_p.side != "client",),
    rows=Need("dated work that somebody has", "enter dates and assignees in the tool", WORK_TOOLS),
    columns=(
        Stored(
            "key", "text", "The person's key, and the week's Monday.", "fixed", _p.key + "/" + cast(_week_on, String)
        ),
        Stored("name", "text", "The person's name.", "fixed", name_of(_p.name)),
        Stored("owner", "text", "Key of the person.", "fixed", _p.key),
        Stored("source", "text", "Empty: work of every source is counted.", "fixed", literal("")),
        Stored("client", "text", "Always missing: it is no client's.", "fixed", null().cast(String())),
        Stored("calendar", "text", "The default one.", "fixed", literal("default")),
        Stored("week_on", "date", "The Monday of the week.", "fixed", _week_on),
        Stored("capacity_hours", "number", "Hours that they can work in a week.", "untracked", _p.capacity_hours),
        Computed(
            "items",
            "number",
            "Their open items that are due in that week, milestones left out; of several who have one, the first.",
            lambda _: _load.c["items"],
            _so_many,
        ),
        Computed(
            "estimated_items",
            "number",
            "Those of them that say how long they still take.",
            lambda _: _load.c.estimated_items,
        ),
        Computed(
            "remaining_hours",
            "number",
            "Hours that these still take; where the tool keeps none, the estimate less what was spent.",
            lambda _: _load.c.hours,
            _so_long,
            needs=(_ESTIMATES,),
        ),
        Computed("is_near", "flag", "It is this week or the next.", _is_near),
    ),
)
