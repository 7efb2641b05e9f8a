"""The view `milestone`: every living milestone of an active source, with what is known of its date."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

from sqlalchemy import ColumnElement, Date, Integer, Table, and_, case, false, func, literal, or_, select
from sqlmodel.sql.sqltypes import UTCDateTime

from config.settings import StatusCategory
from rules.language.compile import Scope
from rules.moment import Moment
from rules.views.acceptance import ACCEPTANCE
from rules.views.base import (
    AHEAD_DAYS,
    Age,
    Computed,
    Row,
    Stored,
    View,
    days_since,
    name_of,
    table,
    working_days_beyond,
    working_days_since,
    working_days_to,
)
from rules.views.need import WORK_TOOLS, Need
from rules.views.owners import PROJECT, SOURCE, owner_columns, with_owners
from rules.views.promise import (
    OPEN,
    committed_on,
    days_beyond_promise,
    moved_past_promise,
    moved_without_agreement,
    moves_since_promise,
    promise_passed,
)
from rules.working_time import WorkingTime
from unify import tables
from unify.tables import BY_SHORT

CATEGORIES: tuple[str, ...] = get_args(StatusCategory)

_milestone = table(tables.Milestone)
_mover_account, _mover = table(tables.Account).alias("mover_account"), table(tables.Person).alias("mover")
_doer_account, _doer = table(tables.Account).alias("doer_account"), table(tables.Person).alias("doer")
_of_item = table(tables.WorkItem).alias("of_item")
"""The item that the milestone is made from, where it is made from one."""
_item, _reference = table(tables.WorkItem), table(tables.Reference)
_m = _milestone.c

PACE_DAYS = 20
"""Working days whose closed items tell the pace."""
_DAYS_OFF_AHEAD = timedelta(days=120)
"""How far it is looked whether a date falls on a day off."""


def _is_open(_: Scope) -> ColumnElement[bool]:
    return _m.status_category.in_(OPEN)


def _has_owner(_: Scope) -> ColumnElement[bool]:
    """As link tells an owner, but that the account may be one that was never read."""
    lead = and_(_m.kind == "version", PROJECT.c.owner_account.is_not(None))
    return or_(_m.owner_account.is_not(None), _m.owner_person.is_not(None), lead)


def _overdue(scope: Scope) -> ColumnElement[bool]:
    """Open, and the instant that the promise asks for has passed; undated ones never are."""
    return and_(_m.status_category.in_(OPEN), _m.deadline_at < scope.now)


def _awaited(scope: Scope) -> ColumnElement[bool]:
    return and_(_m.status_category.in_(OPEN), _m.deadline_at >= scope.now)


def _on_day_off(scope: Scope) -> ColumnElement[bool]:
    """On a day off of the organisation or of those who must answer, in what is to come."""
    is_off = (
        and_(or_(literal(name == "default"), _m.calendar == name), _m.deadline_on.in_(days))
        for name, calendar in scope.moment.calendars.items()
        if (days := _days_off(calendar, scope.earliest.today, scope.moment.today + _DAYS_OFF_AHEAD))
    )
    ahead = scope.folded(lambda at: at.today + _DAYS_OFF_AHEAD, Date())
    return and_(_m.deadline_on >= scope.today, _m.deadline_on <= ahead, or_(*is_off, false()))


def _days_off(calendar: WorkingTime, first: date, last: date) -> Sequence[date]:
    last = min(last, calendar.last)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if not calendar.is_working_day(day)]


def _closed_lately(scope: Scope) -> ColumnElement[int]:
    """How many of its items were done in the last `PACE_DAYS` working days. Items are counted as derive does."""

    def before(calendar: WorkingTime, moment: Moment) -> datetime:
        last = calendar.days_ago(PACE_DAYS, moment.today, at_least=True)
        return datetime.combine(last, time.max, moment.zone).astimezone(UTC)

    # Looked up and not joined: the count, and with it a rule that asks it, needs nothing but the milestone.
    short = select(_of_item.c.short).where(_of_item.c.key == _m.key).correlate(_milestone).scalar_subquery()
    named = [_m.key, _m.source + f"/{BY_SHORT}/" + short]
    return (
        select(func.count())
        .select_from(_reference.join(_item, _item.c.key == _reference.c.from_key))
        # By way of the references: led by the index of statuses, SQLite would go through all that was ever done.
        .where(_reference.c.to_key.in_(named), _item.c.deleted_at.is_(None))
        .where(func.coalesce(_item.c.status_category, "") == "done")
        .where(_item.c.done_at > scope.on_calendar(before, UTCDateTime()))
        .correlate(_milestone)
        .scalar_subquery()
    )


def _closed_items(count: int, row: Row, moment: Moment) -> Sequence[tuple[Table, Row]]:
    """So many items of the milestone `row`, done just now."""
    shared = {"source": row["source"], "kind": "task", "status_category": "done", "done_at": moment.now}
    items = [
        tables.WorkItem(key=f"{row['key']}.{n}", vendor_id=str(n), **shared).model_dump() for n in range(int(count))
    ]
    belong = [(_reference, {"from_key": item["key"], "to_key": row["key"]}) for item in items]
    return [*((_item, item) for item in items), *belong]


def _needed_days(scope: Scope) -> ColumnElement[int]:
    """Rounded up, with the pace in it once: SQLite counts it wherever it is named."""
    to_do, pace = _m.open_items * PACE_DAYS, func.nullif(scope.columns["closed_lately"], 0)
    is_some = case((_m.open_items > 0, 1), else_=0)
    # Division of whole numbers: `//` would ask for a function that not every SQLite has.
    return (to_do - is_some).op("/", precedence=8, return_type=Integer())(pace) + is_some


def needed_days(open_items: int, closed_lately: int) -> int | None:
    """The same of counts that are known: whoever reads many rows has the pace counted once in each."""
    return -(-open_items * PACE_DAYS // closed_lately) if closed_lately else None


def _working_days_left(row: Row, moment: Moment) -> float | None:
    if not row["awaited"]:
        return None
    return moment.calendar(row["calendar"]).days_between(moment.today, row["deadline_on"])


def _days_behind(row: Row, moment: Moment) -> float | None:
    if row["needed_days"] is None or row["deadline_on"] is None or row["needed_days"] > AHEAD_DAYS:
        return None
    needed: int = row["needed_days"]
    return needed - moment.calendar(row["calendar"]).days_between(moment.today, row["deadline_on"])


def _days_overdue(row: Row, moment: Moment) -> float | None:
    return (moment.today - row["deadline_on"]).days if row["overdue"] and row["deadline_on"] else None


def _working_days_overdue(row: Row, moment: Moment) -> float | None:
    if not row["overdue"] or not row["deadline_on"]:
        return None
    return moment.calendar(row["calendar"]).days_between(row["deadline_on"], moment.today)


_DATED = Need("dates on milestones", "enter them in the tool", WORK_TOOLS, _m.deadline_at.is_not(None))
_PROMISED = Need("dates on milestones", "enter them in the tool", WORK_TOOLS, committed_on.is_not(None))
_ITEMS = Need(
    "items that belong to milestones",
    "put issues into versions or epics",
    ("jira",),
    or_(_m.total_items > 0, _m.open_items > 0),
    absent=0,
)

MILESTONE = View(
    name="milestone",
    table=_milestone,
    source=with_owners(_milestone)
    .outerjoin(_mover_account, _mover_account.c.key == _m.moved_by_account)
    .outerjoin(_mover, _mover.c.key == _mover_account.c.person_key)
    .outerjoin(_doer_account, _doer_account.c.key == _m.done_by_account)
    .outerjoin(_doer, _doer.c.key == _doer_account.c.person_key),
    beside=(_item, _reference, table(tables.Change)),
    living=(
        _m.deleted_at.is_(None),
        _m.counted.is_not(false()),
        SOURCE.c.active,
        PROJECT.c.deleted_at.is_(None),
        # No project known: the milestone counts all the same.
        PROJECT.c.archived.is_not(True),
    ),
    rows=Need("milestones", "versions, or items marked by milestone_types or milestone_labels", WORK_TOOLS),
    columns=(
        Stored("key", "text", "What names it here: source, stream and the tool's own id.", "fixed", _m.key),
        Stored("name", "text", "As the tool calls it.", "tracked", _m.name),
        Stored("url", "text", "Its page in the tool.", "fixed", _m.url),
        Stored("source", "text", "The source it was read from, as the config names it.", "fixed", _m.source),
        Stored("source_kind", "text", "The kind of that source, such as jira.", "fixed", SOURCE.c.kind),
        Stored("kind", "text", "What it is in the tool.", "fixed", _m.kind, ("version", "item", "project")),
        Stored("project", "text", "Key of its project.", "untracked", _m.project_key),
        Stored("project_name", "text", "Its project, as the tool calls it.", "untracked", PROJECT.c.name),
        *owner_columns(_milestone),
        Stored("status_category", "text", "What the tool's word means.", "tracked", _m.status_category, CATEGORIES),
        Stored("status", "text", "The tool's own word.", "tracked", _m.status_native),
        Stored("client_facing", "flag", "It was promised to the client.", "untracked", _m.client_facing),
        Stored("due_on", "date", "The day that the tool says now.", "tracked", _m.due_on),
        Stored("due_at", "instant", "The instant, where the tool says one.", "tracked", _m.due_at),
        Stored(
            "deadline_on",
            "date",
            "The day that `overdue` asks: the agreed one, else the tool's.",
            "tracked",
            _m.deadline_on,
        ),
        Stored(
            "deadline_at", "instant", "The instant that `overdue` asks: the end of that day.", "tracked", _m.deadline_at
        ),
        Stored("baseline_on", "date", "The day first promised.", "tracked", _m.baseline_on),
        Stored("agreed_on", "date", "The day that the client accepted last.", "tracked", _m.agreed_on),
        Stored(
            "committed_on",
            "date",
            "The promise: `agreed_on`, else `baseline_on`.",
            "tracked",
            committed_on,
        ),
        Stored("slip_days", "number", "Calendar days from `baseline_on` to `deadline_on`.", "tracked", _m.slip_days),
        Stored("moves", "number", "How often the date was changed after the first promise.", "tracked", _m.moves),
        Stored("moved_at", "instant", "When it was last changed.", "tracked", _m.moved_at),
        Stored(
            "moved_by_name", "text", "Who changed it last.", "tracked", name_of(_mover.c.name, _mover_account.c.name)
        ),
        Stored("open_items", "number", "Its items that are not done.", "untracked", _m.open_items, needs=(_ITEMS,)),
        Stored(
            "total_items", "number", "Its items; 0: the tool does not tell which they are.", "untracked", _m.total_items
        ),
        Stored("calendar", "text", "The calendar of those who must answer.", "untracked", _m.calendar),
        Stored("done_at", "instant", "When it was done.", "tracked", _m.done_at),
        Stored("done_by_name", "text", "Who set it done.", "tracked", name_of(_doer.c.name, _doer_account.c.name)),
        Stored("created_at", "instant", "When it was entered in the tool.", "fixed", _m.created_at),
        Stored("updated_at", "instant", "When the tool last changed it.", "untracked", _m.updated_at),
        Computed("is_open", "flag", "Neither done nor cancelled.", _is_open),
        Computed("has_owner", "flag", "Somebody has it, also where the hub does not know who.", _has_owner),
        Computed("overdue", "flag", "Open, and its day (or instant) has passed.", _overdue, needs=(_DATED,)),
        Computed("awaited", "flag", "Open, dated, and not overdue.", _awaited, needs=(_DATED,)),
        Computed(
            "moved_without_agreement",
            "flag",
            "Open, and moved to a day after `committed_on`, or its date was taken away: no agreement of the client to "
            "that is on record.",
            moved_without_agreement,
            needs=(_PROMISED,),
        ),
        Computed(
            "moves_since_promise",
            "number",
            "How often the date was changed after the promise: after the client's last agreement, where there is one.",
            moves_since_promise,
        ),
        Computed(
            "days_beyond_promise",
            "number",
            "Calendar days from `committed_on` to `deadline_on`.",
            days_beyond_promise,
        ),
        Computed("promise_passed", "flag", "`committed_on` has passed.", promise_passed),
        Computed(
            "on_day_off",
            "flag",
            "Its day, within the next 120 days, is a day off: of the organisation or of those who must answer.",
            _on_day_off,
        ),
        Computed(
            "closed_lately",
            "number",
            f"Its items that were done in the last {PACE_DAYS} working days: the pace.",
            _closed_lately,
            shown_by=_closed_items,
        ),
        Computed(
            "needed_days",
            "number",
            "Working days that its open items take at that pace, rounded up; missing where none was done.",
            _needed_days,
        ),
        Computed(
            "moved_past_promise",
            "flag",
            "Open and not overdue, though `committed_on` has passed: the tool's date was moved or taken away, and no "
            "agreement of the client to a later one is on record.",
            moved_past_promise,
        ),
        *ACCEPTANCE,
        Age(
            "working_days_left",
            "Working days until its day, while open and not overdue.",
            working_days_to("deadline_on", "awaited"),
            _working_days_left,
            needs=(_DATED,),
        ),
        Age(
            "days_behind",
            f"Working days by which `needed_days` is more than those left. Of more than {AHEAD_DAYS} needed only that "
            "they are more is known: the figure is missing.",
            working_days_beyond("deadline_on", "needed_days"),
            _days_behind,
        ),
        Age(
            "days_overdue",
            "Calendar days since its day, while overdue.",
            days_since("deadline_on", "overdue"),
            _days_overdue,
        ),
        Age(
            "working_days_overdue",
            "Working days since its day, while overdue.",
            working_days_since("deadline_on", "overdue"),
            _working_days_overdue,
        ),
    ),
)
