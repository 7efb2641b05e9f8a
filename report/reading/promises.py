"""Open milestones that were promised to clients: what is late, what was moved past its promise, what comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, or_, select

from report.asked import Asked
from report.rows import MilestoneRow
from rules.language.compile import Scope
from rules.moment import Moment
from rules.views import MILESTONE
from rules.views.base import Age, figure_of
from rules.working_time import OutsideCalendar
from unify.derived import AGREEMENT, Row

DUE_SOON_DAYS = 30

_COLUMNS = (
    *("key", "name", "url", "source", "project", "project_name", "client", "bd", "owner_name", "calendar"),
    *("baseline_on", "agreed_on", "committed_on", "due_on", "due_at", "deadline_on", "deadline_at", "overdue"),
    *("slip_days", "moves", "moved_at", "moved_by_name", "open_items", "total_items"),
    *("client_facing", "moved_past_promise"),
)
_AGES: Mapping[str, Age] = {column.name: column for column in MILESTONE.columns if isinstance(column, Age)}


@dataclass(frozen=True, slots=True)
class Promises:
    """`overdue`, the longest first; `moved`: promised to a day that has passed, and not overdue only because the date
    was moved without the client, the longest past first; `soon`: due within `DUE_SOON_DAYS`, the nearest first;
    `undated`.

    `internal`: how many more are overdue that no client was promised, where the reader sees all.
    """

    overdue: Sequence[MilestoneRow]
    moved: Sequence[MilestoneRow]
    soon: Sequence[MilestoneRow]
    undated: Sequence[MilestoneRow]
    internal: int


def read_promises(asked: Asked) -> Promises:
    """As far as the page is about them."""
    soon = asked.moment.today + timedelta(days=DUE_SOON_DAYS)
    whole = asked.scope.is_all

    def is_told(scope: Scope) -> ColumnElement[bool]:
        columns = scope.columns
        comes = or_(columns["deadline_on"] <= soon, columns["deadline_on"].is_(None))
        facing = and_(columns["client_facing"], or_(columns["overdue"], columns["moved_past_promise"], comes))
        return and_(columns["is_open"], or_(facing, columns["overdue"] if whole else false()))

    found = asked.views.rows(MILESTONE, _COLUMNS, is_told)
    facing = [row for row in found if row["client_facing"]]
    references = _references(asked.connection)

    def made(rows: Sequence[Row]) -> list[MilestoneRow]:
        return [_milestone(row, asked, references) for row in rows]

    return Promises(
        overdue=sorted(made([row for row in facing if row["overdue"]]), key=lambda row: (-row.days_overdue, row.key)),
        moved=sorted(
            made([row for row in facing if row["moved_past_promise"]]),
            key=lambda row: (-row.days_past_promise, row.key),
        ),
        soon=sorted(
            made([row for row in facing if not row["overdue"] and row["deadline_on"] and row["deadline_on"] <= soon]),
            key=lambda row: (row.deadline_on or date.max, row.key),
        ),
        undated=made([row for row in facing if row["deadline_on"] is None]),
        internal=len(found) - len(facing),
    )


def _references(connection: Connection) -> Mapping[tuple[str, date], str]:
    """By what the client agreed to a milestone's date, as it was recorded last; a date from a field of the tool has
    none."""
    agreement = AGREEMENT.c
    statement = select(agreement.milestone_key, agreement.agreed_on, agreement.reference).order_by(
        agreement.recorded_at, agreement.id
    )
    return {(row.milestone_key, row.agreed_on): row.reference for row in connection.execute(statement)}


def _milestone(row: Row, asked: Asked, references: Mapping[tuple[str, date], str]) -> MilestoneRow:
    moment, committed_on = asked.moment, row["committed_on"]
    ages: dict[str, Any] = {name: figure_of(_AGES[name], dict(row), moment) for name in _OVERDUE}
    known = {name: row[name] for name in _COLUMNS if name not in _NOT_SHOWN}
    return MilestoneRow(
        **known | {"project_name": row["project_name"] or ""},
        agreed_reference=references.get((row["key"], row["agreed_on"])),
        days_overdue=ages["days_overdue"] or 0,
        working_days_overdue=ages["working_days_overdue"],
        days_past_promise=max((moment.today - committed_on).days, 0) if committed_on else 0,
        working_days_past_promise=_working_days(row, moment, committed_on, max(moment.today, committed_on or date.min)),
        slip_working_days=_working_days(row, moment, row["baseline_on"], row["deadline_on"]),
        moved_by=row["moved_by_name"],
        stale=row["source"] in asked.stale,
    )


_OVERDUE = ("days_overdue", "working_days_overdue")
_NOT_SHOWN = frozenset({"calendar", "client_facing", "moved_past_promise", "moved_by_name"})


def _working_days(row: Row, moment: Moment, start: date | None, end: date | None) -> int | None:
    if start is None or end is None:
        return None
    try:
        return moment.calendar(row["calendar"]).days_between(start, end)
    except OutsideCalendar:
        return None  # due in many years: how many of those days are worked, nobody knows yet
