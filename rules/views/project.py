"""The view `project`: what was spent of the hours that a project may take, and how much of it is still open."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, case, func, select

from rules.language.portable import rounded
from rules.moment import Moment
from rules.views.base import Computed, Row, Stored, View, table
from rules.views.need import WORK_TOOLS, Need
from rules.views.owners import PROJECT, SOURCE, client_columns, projects_with_client
from rules.views.promise import OPEN
from unify import tables

_item = table(tables.WorkItem)
_i, _p = _item.c, PROJECT.c

_budgeted = table(tables.Project).alias("budgeted")
_work = (
    select(
        _i.project_key.label("project_key"),
        rounded(func.sum(_i.spent_hours)).label("spent"),
        func.sum(case((_i.status_category.in_(OPEN), 1), else_=0)).label("open"),
        func.sum(case((_i.status_category != "cancelled", 1), else_=0)).label("total"),
    )
    # Of the others nobody asks, and they have many items.
    .where(_i.project_key.in_(select(_budgeted.c.key).where(_budgeted.c.budget_hours.is_not(None))))
    .where(_i.deleted_at.is_(None))
    .group_by(_i.project_key)
    .subquery("work")
)
_open, _total = func.coalesce(_work.c.open, 0), func.coalesce(_work.c.total, 0)


def _percent(part: ColumnElement[Any], of: ColumnElement[Any]) -> ColumnElement[Any]:
    """To four places: what is all of it is 100, and no float more."""
    return rounded(part * 100.0 / func.nullif(of, 0))


def _items(row: Row, number: str, **more: Any) -> tuple[Table, Row]:
    shared = {"source": row["source"], "project_key": row["key"], "vendor_id": number}
    return _item, tables.WorkItem(key=f"{row['key']}.{number}", **shared, **more).model_dump()


def _so_long(hours: float, row: Row, _: Moment) -> Sequence[tuple[Table, Row]]:
    return [_items(row, "spent", status_category="done", spent_hours=hours)]


def _so_many(count: int, row: Row, _: Moment) -> Sequence[tuple[Table, Row]]:
    return [_items(row, str(number), status_category="todo") for number in range(int(count))]


_BUDGET = Need("budget of hours", "write budget_hours under [sources.NAME]", there=_p.budget_hours.is_not(None))
_SPENT = Need(
    "hours spent on work",
    "track them in the tool, or name the field that holds them under effort_fields",
    WORK_TOOLS,
    _work.c.spent.is_not(None),
)

PROJECT_VIEW = View(
    name="project",
    table=PROJECT,
    source=projects_with_client().outerjoin(_work, _work.c.project_key == _p.key),
    living=(_p.deleted_at.is_(None), _p.archived.is_not(True), SOURCE.c.active),
    rows=Need("projects", "a project that is read", WORK_TOOLS),
    columns=(
        Stored("key", "text", "What names it here: source, stream and the tool's own id.", "fixed", _p.key),
        Stored("short", "text", "What people call it: APP.", "fixed", _p.short),
        Stored("name", "text", "As the tool calls it.", "untracked", _p.name),
        Stored("url", "text", "Its page in the tool.", "fixed", _p.url),
        Stored("source", "text", "The source it was read from, as the config names it.", "fixed", _p.source),
        Stored("source_kind", "text", "The kind of that source, such as jira.", "fixed", SOURCE.c.kind),
        *client_columns(_p.client_key),
        Stored("start_on", "date", "When work on it is to begin.", "untracked", _p.start_on),
        Stored("due_on", "date", "Its own day.", "untracked", _p.due_on),
        Stored(
            "budget_hours",
            "number",
            "Hours that it may take, as the config says.",
            "untracked",
            _p.budget_hours,
            needs=(_BUDGET,),
        ),
        Computed(
            "spent_hours",
            "number",
            "Hours spent on all of its items, where it has a budget.",
            lambda _: _work.c.spent,
            _so_long,
            needs=(_BUDGET, _SPENT),
        ),
        Computed(
            "open_items",
            "number",
            "Its items that are neither done nor cancelled, where it has a budget.",
            lambda _: _open,
            _so_many,
        ),
        Computed("total_items", "number", "Its items but cancelled ones, where it has a budget.", lambda _: _total),
        Computed(
            "spent_percent",
            "number",
            "`spent_hours` of `budget_hours`.",
            lambda _: _percent(_work.c.spent, _p.budget_hours),
            needs=(_BUDGET, _SPENT),
        ),
        Computed("open_percent", "number", "`open_items` of `total_items`.", lambda _: _percent(_open, _total)),
    ),
)
