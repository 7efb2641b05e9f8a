"""The view `item`: what is worked on, whose it is, and who has it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Table, exists, func, select

from rules.language.compile import Scope
from rules.moment import Moment
from rules.views.base import (
    Age,
    Computed,
    Row,
    Stored,
    View,
    table,
    working_days_to,
    working_hours,
    working_hours_since,
)
from rules.views.milestone import CATEGORIES
from rules.views.need import WORK_TOOLS, Need
from rules.views.owners import PROJECT, SOURCE, client_columns, with_client
from unify import tables

_item, _milestone, _change = table(tables.WorkItem), table(tables.Milestone), table(tables.Change)
_i = _item.c
_assignee = _i.assignee_accounts[0].as_string()
OPEN: Sequence[str] = ("todo", "in_progress", "unknown")


def _is_open(_: Scope) -> ColumnElement[bool]:
    return _i.status_category.in_(OPEN)


def _working_days_left(row: Row, moment: Moment) -> float | None:
    if not row["is_open"] or row["due_on"] is None:
        return None
    return moment.calendar(row["calendar"]).days_between(moment.today, row["due_on"])


def _idle_hours(row: Row, moment: Moment) -> float | None:
    if not row["is_open"] or row["updated_at"] is None:
        return None
    return working_hours(moment.calendar(row["calendar"]), row["updated_at"], moment.now)


def _status_since(_: Scope) -> ColumnElement[datetime]:
    """Its last change of status; one that never had any stands where it was made."""
    last = (
        select(func.max(_change.c.changed_at))
        .where(_change.c.entity_key == _i.key, _change.c.field == "status")
        .correlate(_item)
        .scalar_subquery()
    )
    return func.coalesce(last, _i.created_at)


def _put_there(at: datetime, row: Row, _: Moment) -> Sequence[tuple[Table, Row]]:
    """The change of status of the item `row` at that instant."""
    shared = {"key": f"{row['key']}.1", "source": row["source"], "vendor_id": "1"}
    change = tables.Change(**shared, entity_key=row["key"], field="status", new=row["status_native"], changed_at=at)
    return [(_change, change.model_dump())]


def _as_milestone(is_one: bool, row: Row, _: Moment) -> Sequence[tuple[Table, Row]]:
    """The milestone that the item `row` is."""
    known = tables.Milestone(key=row["key"], source=row["source"], vendor_id=row["vendor_id"], kind="item")
    return [(_milestone, known.model_dump())] if is_one else []


_DATED = Need("dates on work items", "enter them in the tool", WORK_TOOLS, _i.due_on.is_not(None))

ITEM = View(
    name="item",
    table=_item,
    source=with_client(_item, _i.client_key, _assignee),
    beside=(_milestone, _change),
    living=(
        _i.deleted_at.is_(None),
        SOURCE.c.active,
        PROJECT.c.deleted_at.is_(None),
        PROJECT.c.archived.is_not(True),
    ),
    rows=Need("work items", "a project that is read", WORK_TOOLS),
    columns=(
        Stored("key", "text", "What names it here: source, stream and the tool's own id.", "fixed", _i.key),
        Stored("short", "text", "What people call it: APP-88.", "fixed", _i.short),
        Stored("name", "text", "Its title.", "tracked", _i.name),
        Stored("url", "text", "Its page in the tool.", "fixed", _i.url),
        Stored("source", "text", "The source it was read from, as the config names it.", "fixed", _i.source),
        Stored("source_kind", "text", "The kind of that source, such as jira.", "fixed", SOURCE.c.kind),
        Stored("kind", "text", "The tool's own type: Bug, card, task.", "untracked", _i.kind),
        Stored("project", "text", "Key of its project.", "untracked", _i.project_key),
        Stored("project_name", "text", "Its project, as the tool calls it.", "untracked", PROJECT.c.name),
        *client_columns(_i.client_key, "tracked"),
        Stored("status_category", "text", "What the tool's word means.", "tracked", _i.status_category, CATEGORIES),
        Stored("status", "text", "The tool's own word.", "tracked", _i.status_native),
        Stored("labels", "labels", "Its labels, or tags.", "untracked", _i.labels),
        Stored("priority", "text", "The tool's own word for it.", "untracked", _i.priority_native),
        Stored("start_on", "date", "When work on it is to begin.", "untracked", _i.start_on),
        Stored("due_on", "date", "Its day.", "tracked", _i.due_on, needs=(_DATED,)),
        Stored("done_at", "instant", "When it was done.", "tracked", _i.done_at),
        Stored("created_at", "instant", "When it was entered in the tool.", "fixed", _i.created_at),
        Stored("updated_at", "instant", "When anything about it last changed in the tool.", "untracked", _i.updated_at),
        Computed("is_open", "flag", "Neither done nor cancelled.", _is_open),
        Computed(
            "has_owner",
            "flag",
            "Somebody has it, also where the hub does not know who.",
            lambda _: _assignee.is_not(None),
        ),
        Computed(
            "status_since",
            "instant",
            "When its status last changed, as far as is known; else when it was entered.",
            _status_since,
            shown_by=_put_there,
        ),
        Computed(
            "is_milestone",
            "flag",
            "It is a milestone as well, of which the rules on milestones speak.",
            lambda _: exists().where(_milestone.c.key == _i.key, _milestone.c.deleted_at.is_(None)).correlate(_item),
            shown_by=_as_milestone,
        ),
        Age(
            "working_days_left",
            "Working days until its day, while open; below zero once it has passed.",
            working_days_to("due_on", "is_open"),
            _working_days_left,
            needs=(_DATED,),
        ),
        Age(
            "idle_working_hours",
            "Working hours since anything about it changed, while open.",
            working_hours_since("updated_at", "is_open"),
            _idle_hours,
            since="updated_at",
        ),
    ),
)
