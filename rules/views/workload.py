"""The view `workload`: who has how much to do in this week and in the next, over all tools."""

from collections.abc import Iterator, Sequence

from sqlalchemy import (
    ColumnElement,
    String,
    Table,
    case,
    cast,
    func,
    literal,
    null,
)

from rules.language.compile import Scope
from rules.language.portable import rounded
from rules.moment import Moment
from rules.views.base import Computed, Row, Stored, View, name_of, table
from rules.views.need import WORK_TOOLS, Need
from rules.views.week_load import IN_THIS_WEEK, LOAD, WEEK_ON, bound
from unify import tables

_person, _account = table(tables.Person), table(tables.Account)
_item, _milestone = table(tables.WorkItem), table(tables.Milestone)
_p = _person.c

HOURS_A_DAY, FOR_WORK = 8, 0.8
"""Of a working day; and how much of it is left for what was planned."""


_present = LOAD.c.working_days * 1.0 / func.nullif(LOAD.c.days_but_for_leave, 0)
"""The part of the week's working days on which they are there."""
_capacity = rounded(
    case(
        (_p.capacity_hours > 0, _p.capacity_hours * func.coalesce(_present, 1.0)),
        else_=LOAD.c.working_days * (HOURS_A_DAY * FOR_WORK),
    )
)
"""As the config says, for the days on which they are there; else what their working days of the week give."""


def _load_percent(scope: Scope) -> ColumnElement[float]:
    return rounded(LOAD.c.hours * 100 / func.nullif(scope.columns["capacity_hours"], 0))


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
    LOAD.c.hours.is_not(None),
)

WORKLOAD = View(
    name="workload",
    table=_person,
    source=_person.join(LOAD, LOAD.c.person_key == _p.key),
    beside=(_milestone,),
    living=(_p.side != "client",),
    bound=bound,
    rows=Need("dated work that somebody has", "enter dates and assignees in the tool", WORK_TOOLS),
    columns=(
        Stored(
            "key", "text", "The person's key, and the week's Monday.", "fixed", _p.key + "/" + cast(WEEK_ON, String)
        ),
        Stored("name", "text", "The person's name.", "fixed", name_of(_p.name)),
        Stored("owner", "text", "Key of the person.", "fixed", _p.key),
        Stored("source", "text", "Empty: work of every source is counted.", "fixed", literal("")),
        Stored("client", "text", "Always missing: it is no client's.", "fixed", null().cast(String())),
        Stored("calendar", "text", "The default one.", "fixed", literal("default")),
        Stored("week_on", "date", "The Monday of the week: of this one, or of the next.", "fixed", WEEK_ON),
        Stored(
            "own_capacity_hours",
            "number",
            "Hours that they can work in a week, as the config says; 0: it does not.",
            "untracked",
            _p.capacity_hours,
        ),
        Computed("this_week", "flag", "It is this week, and not the next.", lambda _: IN_THIS_WEEK),
        Computed(
            "items",
            "number",
            "Their open items that are due in that week, overdue ones in this: no milestones, nothing that has parts.",
            lambda _: LOAD.c["items"],
            _so_many,
        ),
        Computed(
            "estimated_items",
            "number",
            "Those of them that say how long they still take.",
            lambda _: LOAD.c.estimated_items,
        ),
        Computed(
            "unestimated_items",
            "number",
            "Those of them that do not.",
            lambda _: LOAD.c["items"] - LOAD.c.estimated_items,
        ),
        Computed(
            "few_estimates",
            "flag",
            "Less than half of them say how long they still take.",
            lambda _: LOAD.c["items"] > LOAD.c.estimated_items * 2,
        ),
        Computed(
            "remaining_hours",
            "number",
            "Hours of that week that their open work takes: what remains of each item, else its estimate less what was "
            "spent, equally of all who have it and of each working day until its date; all of what is overdue.",
            lambda _: LOAD.c.hours,
            _so_long,
            needs=(_ESTIMATES,),
        ),
        Computed(
            "capacity_hours",
            "number",
            "Hours that they can work in that week: as the config says, less the part of it that they are away, else "
            f"{FOR_WORK * 100:g} % of {HOURS_A_DAY} hours on each of their working days.",
            lambda _: _capacity,
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
            lambda scope: LOAD.c.hours > scope.columns["capacity_hours"],
            needs=(_ESTIMATES,),
        ),
    ),
)
