"""What a back-test rests on that nobody can know, counted: so that whoever reads it can judge how much it is worth."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, literal, not_, or_, select
from sqlalchemy.sql import visitors

from rules.backtest.budget import Budget
from rules.backtest.past import Record
from rules.views import View
from unify.derive_feedback import rests_on_stamps
from unify.derived import PROJECT, SOURCE


class Doubt(StrEnum):
    """Why something of the past may have been otherwise."""

    LAST_TIMES = "last_times"
    """Feedback of which the CRM tells only when the last message came and went: those before it are not known."""
    INTERVAL = "interval"
    """A change that two readings differ by: it counts from the second."""
    NO_BEGINNING = "no_beginning"
    """A row that does not say since when it is there: it is taken to have been there all the time."""
    PROJECT_GONE = "project_gone"
    """A row that is passed over today for its project, which is archived or deleted, and so in the past too."""
    SOURCE_GONE = "source_gone"
    """A row that is passed over for its source, which is not read any more."""
    NOT_COUNTED = "not_counted"
    """A row that is passed over, for it does not count today."""


def doubts_of(record: Record, since: datetime) -> Iterator[Doubt]:
    """What is doubtful about one row's past, once for each time."""
    row = record.row
    has_times = row.get("last_received_at") or row.get("last_sent_at")
    if has_times and rests_on_stamps(row, record.messages):
        yield Doubt.LAST_TIMES
    for change in record.changes:
        if change["origin"] == "compared" and change["changed_at"] > since:
            yield Doubt.INTERVAL
    if not record.begins:
        yield Doubt.NO_BEGINNING


def passed_over(connection: Connection, view: View, since: datetime, budget: Budget) -> Mapping[Doubt, int]:
    """How many rows that were there after `since` the view has none of today, by the first reason that holds.

    Raises TooSlow.
    """
    gone = view.table.c.deleted_at
    conditions: dict[Doubt, list[ColumnElement[bool]]] = {}
    for condition in view.living:
        if gone not in set(visitors.iterate(condition)):
            conditions.setdefault(_about(condition), []).append(condition)
    reasons = ((not_(func.coalesce(and_(*some), false())), literal(why.value)) for why, some in conditions.items())
    why_not = case(*reasons).label("why_not")
    there = or_(gone.is_(None), gone > since)
    asked = select(why_not, func.count()).select_from(view.source).where(there).group_by(why_not)
    with budget.fenced(connection, {table.name for table in view.tables}):
        return {Doubt(why): rows for why, rows in connection.execute(asked) if why}


def _about(condition: ColumnElement[bool]) -> Doubt:
    tables = {getattr(element, "table", None) for element in visitors.iterate(condition)}
    if PROJECT in tables:
        return Doubt.PROJECT_GONE
    return Doubt.SOURCE_GONE if SOURCE in tables else Doubt.NOT_COUNTED
