"""How much each person has to do in this week and in the next: what the view `workload` shows.

The hours of an item are spread over its working days, from today or its start to its date, equally among those who have
it; what is late is all to be done in this week, and what is due later and has no hours is in neither yet. SQL knows no
calendar: it looks up how many working days lie before a day in a row of figures that is handed in, `_AHEAD_DAYS` long,
as it is handed the day itself. Who works on other days than the default calendar's has a row of their own.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Date,
    Integer,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)

from rules.language.portable import days_between, elements, rounded
from rules.moment import Moment, OwnDays
from rules.views.base import table
from rules.views.owners import PROJECT, SOURCE
from rules.views.promise import OPEN
from unify import tables

_account, _milestone, _item = table(tables.Account), table(tables.Milestone), table(tables.WorkItem)
_part_of_it = _item.alias("part_of_it")
_i = _item.c

A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
_AHEAD_DAYS, _DIGITS = 365, 4
"""How far ahead work is spread; what is due later is spread as if it were due then."""

# Whoever asks without a moment asks whether there is any such work: all of it is then late.
_TODAY = bindparam("workload_today", date.max, Date())
_THIS_MONDAY = bindparam("workload_this_monday", date.max, Date())
_NEXT_MONDAY = bindparam("workload_next_monday", date.max, Date())
_AFTER_NEXT = bindparam("workload_after_next", date.max, Date())
"""The Monday after the next."""
_DAYS_LEFT = bindparam("workload_days_left", 7, Integer())
"""Of this week, from today on."""
_WEEKS = 4
"""Figures before those of the days: the working days of this week and of the next, and the same but for leave."""
_FIGURES = _DIGITS * (_WEEKS + _AHEAD_DAYS + 1)
_WORKING_DAYS = bindparam("workload_working_days", "0" * _FIGURES, String())
_OWN_DAYS = bindparam("workload_own_days", (), JSON())
"""The same of each who works on other days, with the person's key behind."""


def bound(moment: Moment) -> Mapping[str, Any]:
    """What the parameters of `LOAD` stand for at that moment, by their names."""
    monday = monday_of(moment)
    figures = {days: _figures(moment, days) for days in {OwnDays("default"), *moment.own_days.values()}}
    return {
        _TODAY.key: moment.today,
        _THIS_MONDAY.key: monday,
        _NEXT_MONDAY.key: monday + A_WEEK,
        _AFTER_NEXT.key: monday + 2 * A_WEEK,
        _DAYS_LEFT.key: (monday + A_WEEK - moment.today).days,
        _WORKING_DAYS.key: figures[OwnDays("default")],
        _OWN_DAYS.key: [figures[days] + person for person, days in sorted(moment.own_days.items())],
    }


def _figures(moment: Moment, own: OwnDays) -> str:
    """What SQL looks up of whoever works on those days: the working days of the weeks, and before each day to come."""
    calendar, yesterday = moment.calendar(own.calendar), moment.today - A_DAY
    last = moment.today + _AHEAD_DAYS * A_DAY
    around = [monday_of(moment) + n * A_DAY for n in range((last - monday_of(moment)).days + 1)]
    off = [
        day
        for day in around
        if any(spell.first <= day <= spell.last for spell in own.away) and calendar.is_working_day(day)
    ]

    def worked(since: date, until: date) -> int:
        return calendar.days_between(since, until) - bisect_right(off, until) + bisect_right(off, since)

    weeks = [monday_of(moment) - A_DAY + n * A_WEEK for n in range(2)]
    counts = (
        *(count(before, before + A_WEEK) for count in (worked, calendar.days_between) for before in weeks),
        *(worked(yesterday, yesterday + n * A_DAY) for n in range(_AHEAD_DAYS + 1)),
    )
    return "".join(f"{count:0{_DIGITS}}" for count in counts)


def monday_of(moment: Moment) -> date:
    """Weeks begin on Mondays, on any calendar."""
    return moment.today - timedelta(days=moment.today.weekday())


_own = elements(_OWN_DAYS).table_valued("value").alias("own_days")
_days_of = (
    select(
        func.substr(_own.c.value, _FIGURES + 1).label("person_key"),
        func.substr(_own.c.value, 1, _FIGURES).label("days"),
    )
    # So that each is cut once.
    .offset(0)
    .subquery("days_of")
)
_days = func.coalesce(_days_of.c.days, _WORKING_DAYS)


def _figure(number: ColumnElement[int] | int) -> ColumnElement[int]:
    """The figure of that number, from 0 on, of the person whose row is joined."""
    return cast(func.substr(_days, number * _DIGITS + 1, _DIGITS), Integer)


def _before(days: ColumnElement[int]) -> ColumnElement[int]:
    """Working days from today on, before the day that is so many days ahead."""
    return _figure(days + _WEEKS)


def _smaller(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[int]:
    return case((one < other, one), else_=other)


def _greater(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[int]:
    return case((one > other, one), else_=other)


LEFT = func.coalesce(
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
        (LEFT / func.json_array_length(_i.assignee_accounts)).label("hours"),
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
        # Of neither week is what is due later and takes nobody knows how long.
        or_(_i.due_on < _AFTER_NEXT, LEFT.is_not(None)),
        _i.deleted_at.is_(None),
        SOURCE.c.active,
        PROJECT.c.deleted_at.is_(None),
        PROJECT.c.archived.is_not(True),
        ~exists().where(_milestone.c.key == _i.key, _milestone.c.deleted_at.is_(None)).correlate(_item),
        # The hours of what has parts are told of its parts.
        ~exists().where(_part_of_it.c.parent_key == _i.key, _part_of_it.c.deleted_at.is_(None)).correlate(_item),
    )
    # So that its columns are reckoned once a row, as those below: else SQLite does so wherever they are named.
    .offset(0)
    .subquery("open_work")
)
_worker = table(tables.Person).alias("worker")
_spread = (
    select(_worker.c.key.label("person_key"), *(column for column in _open.c if column.name != "person_key"))
    .add_columns(_before(_open.c.begins).label("before_first"), _before(_open.c.ends).label("before_end"))
    .add_columns(_before(_DAYS_LEFT).label("before_next"), _before(_DAYS_LEFT + 7).label("before_third"))
    # Led by the people: their days are looked for once each, and not for each of their items.
    .select_from(
        _worker.outerjoin(_days_of, _days_of.c.person_key == _worker.c.key).outerjoin(
            _open, _open.c.person_key == _worker.c.key
        )
    )
    .offset(0)
    .subquery("spread")
)
"""With the working days before the first and up to the last day of each, and before the next two Mondays."""
_s = _spread.c


def _of_week(number: int) -> Sequence[ColumnElement[Any]]:
    """What falls into this week (0) or the next (1): how many works, how many of them are due in it, of those how many
    have an estimate, and the hours."""
    opens, closes = (_DAYS_LEFT, _DAYS_LEFT + 7) if number else (literal(0), _DAYS_LEFT)
    falls_in = case((_s.late, literal(not number)), else_=and_(_s.begins < closes, _s.ends > opens))
    is_due = and_(falls_in, or_(_s.late, _s.ends <= closes))
    before_opening, before_closing = (_s.before_next, _s.before_third) if number else (literal(0), _s.before_next)
    first, end = _greater(_s.before_first, before_opening), _smaller(_s.before_end, before_closing)
    in_all = _s.before_end - _s.before_first
    share = case(
        (_s.late, 1.0),
        (in_all == 0, case((is_due, 1.0), else_=0.0)),  # nothing but days off: in the week of its date
        else_=(end - first) * 1.0 / in_all,
    )
    return (
        func.sum(case((falls_in, 1), else_=0)).label(f"works_{number}"),
        func.sum(case((is_due, 1), else_=0)).label(f"items_{number}"),
        func.sum(case((and_(is_due, _s.hours.is_not(None)), 1), else_=0)).label(f"estimated_items_{number}"),
        rounded(func.sum(case((falls_in, _s.hours * share)))).label(f"hours_{number}"),
    )


_of_person = select(_s.person_key, *_of_week(0), *_of_week(1)).group_by(_s.person_key).subquery("of_person")
_week = select(literal(0).label("number")).union_all(select(literal(1))).subquery("week")


def _told(name: str) -> ColumnElement[Any]:
    """That figure of the person, of the week."""
    return case((_week.c.number == 0, _of_person.c[f"{name}_0"]), else_=_of_person.c[f"{name}_1"])


LOAD = (
    select(
        _of_person.c.person_key,
        _week.c.number,
        *(_told(name).label(name) for name in ("items", "estimated_items", "hours")),
        _figure(_week.c.number).label("working_days"),
        _figure(_week.c.number + 2).label("days_but_for_leave"),
    )
    .select_from(
        _of_person.join(_week, _told("works") > 0).outerjoin(_days_of, _days_of.c.person_key == _of_person.c.person_key)
    )
    .subquery("load")
)
"""By person and week (0 is this one): `items` that are due in it, `estimated_items` of those, and `hours`; its working
days, and how many they would be but for their leave."""
IN_THIS_WEEK = LOAD.c.number == 0
WEEK_ON = case((IN_THIS_WEEK, _THIS_MONDAY), else_=_NEXT_MONDAY)
