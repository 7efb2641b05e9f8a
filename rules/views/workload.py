"""The view `workload`: who has how much to do in this week and in the next, over all tools.

The hours of an item are spread over its working days, from today or its start to its date, equally among those who have
it; what is late is all to be done in this week. SQL knows no calendar: it looks up how many working days lie before a
day in a row of figures that is handed in, `_AHEAD_DAYS` long, as it is handed the day itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Float,
    Integer,
    String,
    Table,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
)

from rules.language.compile import Scope
from rules.language.portable import days_between, elements, rounded
from rules.moment import Moment
from rules.views.base import Computed, Row, Stored, View, name_of, table
from rules.views.need import WORK_TOOLS, Need
from rules.views.owners import PROJECT, SOURCE
from rules.views.promise import OPEN
from unify import tables

_person, _account = table(tables.Person), table(tables.Account)
_item, _milestone = table(tables.WorkItem), table(tables.Milestone)
_part_of_it = _item.alias("part_of_it")
_i, _p = _item.c, _person.c

HOURS_A_DAY, FOR_WORK = 8, 0.8
"""Of a working day; and how much of it is left for what was planned."""
_A_DAY, _A_WEEK = timedelta(days=1), timedelta(days=7)
_AHEAD_DAYS, _DIGITS = 365, 4
"""How far ahead work is spread; what is due later is spread as if it were due then."""

# Whoever asks without a moment asks whether there is any such work: all of it is then late.
_TODAY = bindparam("workload_today", date.max, Date())
_THIS_MONDAY = bindparam("workload_this_monday", date.max, Date())
_NEXT_MONDAY = bindparam("workload_next_monday", date.max, Date())
_DAYS_LEFT = bindparam("workload_days_left", 7, Integer())
"""Of this week, from today on."""
_WORKING_DAYS = bindparam("workload_working_days", "0" * _DIGITS * (_AHEAD_DAYS + 1), String())


def _bound(moment: Moment) -> Mapping[str, Any]:
    monday = _monday(moment)
    calendar, yesterday = moment.calendar(None), moment.today - _A_DAY
    before = (calendar.days_between(yesterday, yesterday + timedelta(days=n)) for n in range(_AHEAD_DAYS + 1))
    return {
        _TODAY.key: moment.today,
        _THIS_MONDAY.key: monday,
        _NEXT_MONDAY.key: monday + _A_WEEK,
        _DAYS_LEFT.key: (monday + _A_WEEK - moment.today).days,
        _WORKING_DAYS.key: "".join(f"{count:0{_DIGITS}}" for count in before),
    }


def _monday(moment: Moment) -> date:
    """Weeks begin on Mondays, on any calendar."""
    return moment.today - timedelta(days=moment.today.weekday())


def _before(days: ColumnElement[int]) -> ColumnElement[int]:
    """Working days from today on, before the day that is so many days ahead."""
    return cast(func.substr(_WORKING_DAYS, days * _DIGITS + 1, _DIGITS), Integer)


def _smaller(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[int]:
    return case((one < other, one), else_=other)


def _greater(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[int]:
    return case((one > other, one), else_=other)


_left = func.coalesce(
    _i.remaining_hours,
    case(
        (_i.estimate_hours > func.coalesce(_i.spent_hours, 0), _i.estimate_hours - func.coalesce(_i.spent_hours, 0)),
        (_i.estimate_hours.is_not(None), 0.0),
    ),
)
"""Hours still to be worked on an item: as the tool says, else what is left of its estimate."""

_somebody = elements(_i.assignee_accounts).table_valued("value").alias("somebody")
_open = (
    select(
        _account.c.person_key.label("person_key"),
        (_left / func.json_array_length(_i.assignee_accounts)).label("hours"),
        (_i.due_on < _TODAY).label("late"),
        # Days from today to its first day, and to the one after its last.
        case(
            (
                and_(_i.start_on > _TODAY, _i.start_on <= _i.due_on),
                _smaller(days_between(_TODAY, _i.start_on), literal(_AHEAD_DAYS)),
            ),
            else_=0,
        ).label("begins"),
        _smaller(days_between(_TODAY, _i.due_on) + 1, literal(_AHEAD_DAYS)).label("ends"),
    )
    .select_from(
        _item.join(SOURCE, SOURCE.c.name == _i.source)
        .join(_somebody, true())
        .join(_account, _account.c.key == _somebody.c.value)
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
        # The hours of what has parts are told of its parts.
        ~exists().where(_part_of_it.c.parent_key == _i.key, _part_of_it.c.deleted_at.is_(None)).correlate(_item),
    )
    .subquery("open_work")
)
_o = _open.c
_week = select(literal(0).label("number")).union_all(select(literal(1))).subquery("week")
_is_this_week = _week.c.number == 0
_opens = case((_is_this_week, 0), else_=_DAYS_LEFT)
_closes = case((_is_this_week, _DAYS_LEFT), else_=_DAYS_LEFT + 7)
_in_all = _before(_o.ends) - _before(_o.begins)
_within = _before(_smaller(_o.ends, _closes)) - _before(_greater(_o.begins, _opens))
_is_due = or_(_o.late, _o.ends <= _closes)
_share = case(
    (_o.late, 1.0),
    (_in_all == 0, case((_is_due, 1.0), else_=0.0)),  # nothing but days off: in the week of its date
    else_=_within * 1.0 / _in_all,
)
_load = (
    select(
        _o.person_key,
        _week.c.number,
        func.sum(case((_is_due, 1), else_=0)).label("items"),
        func.sum(case((and_(_is_due, _o.hours.is_not(None)), 1), else_=0)).label("estimated_items"),
        rounded(func.sum(_o.hours * _share)).label("hours"),
    )
    .select_from(_open.join(_week, case((_o.late, _is_this_week), else_=and_(_o.begins < _closes, _o.ends > _opens))))
    .group_by(_o.person_key, _week.c.number)
    .subquery("load")
)
_in_this_week = _load.c.number == 0
_week_on = case((_in_this_week, _THIS_MONDAY), else_=_NEXT_MONDAY)


def _capacity(scope: Scope) -> ColumnElement[float]:
    """As the config says; else what the working days of the week give."""

    def of(weeks: int) -> ColumnElement[float]:
        def hours(moment: Moment) -> float:
            before = _monday(moment) + weeks * _A_WEEK - _A_DAY
            return round(moment.calendar(None).days_between(before, before + _A_WEEK) * HOURS_A_DAY * FOR_WORK, 4)

        return scope.folded(hours, Float())

    return case((_p.capacity_hours > 0, _p.capacity_hours), (_in_this_week, of(0)), else_=of(1))


def _load_percent(scope: Scope) -> ColumnElement[float]:
    return rounded(_load.c.hours * 100 / func.nullif(scope.columns["capacity_hours"], 0))


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
    bound=_bound,
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
        Stored("week_on", "date", "The Monday of the week: of this one, or of the next.", "fixed", _week_on),
        Stored(
            "own_capacity_hours",
            "number",
            "Hours that they can work in a week, as the config says; 0: it does not.",
            "untracked",
            _p.capacity_hours,
        ),
        Computed("this_week", "flag", "It is this week, and not the next.", lambda _: _in_this_week),
        Computed(
            "items",
            "number",
            "Their open items that are due in that week, overdue ones in this: no milestones, nothing that has parts.",
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
            "unestimated_items",
            "number",
            "Those of them that do not.",
            lambda _: _load.c["items"] - _load.c.estimated_items,
        ),
        Computed(
            "few_estimates",
            "flag",
            "Less than half of them say how long they still take.",
            lambda _: _load.c["items"] > _load.c.estimated_items * 2,
        ),
        Computed(
            "remaining_hours",
            "number",
            "Hours of that week that their open work takes: what remains of each item, else its estimate less what was "
            "spent, equally of all who have it and of each working day until its date; all of what is overdue.",
            lambda _: _load.c.hours,
            _so_long,
            needs=(_ESTIMATES,),
        ),
        Computed(
            "capacity_hours",
            "number",
            "Hours that they can work in that week: as the config says, else "
            f"{FOR_WORK * 100:g} % of {HOURS_A_DAY} hours on each of its working days.",
            _capacity,
        ),
        Computed(
            "load_percent",
            "number",
            "`remaining_hours` of `capacity_hours`.",
            _load_percent,
            needs=(_ESTIMATES,),
        ),
        Computed(
            "over_capacity",
            "flag",
            "`remaining_hours` are more than `capacity_hours`.",
            lambda scope: _load.c.hours > scope.columns["capacity_hours"],
            needs=(_ESTIMATES,),
        ),
    ),
)
