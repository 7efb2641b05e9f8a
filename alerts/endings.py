"""Why alerts are over: what became of their subjects, read from the unified rows.

"Done" is said only of what the tool says is done. What can no longer be seen is called just that.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select
from sqlalchemy.engine import RowMapping

from alerts.facts import Facts, limit_passed
from alerts.messages import Ending
from rules.views import VIEWS
from rules.working_time import WorkingTime, calendar_of
from unify.derive_milestones import history
from unify.derived import (
    ACCOUNT,
    AGREEMENT,
    ANSWER,
    CHANGE,
    COMMENT,
    PERSON,
    PROJECT,
    REFERENCE,
)


def read_ending(
    connection: Connection, on: str, subject: str, facts: Facts, now: datetime, calendars: Mapping[str, WorkingTime]
) -> Ending:
    """Why the alert on `subject`, a row of the view `on`, is over.

    `facts` are those that held last: only what has changed since can be the reason. Days are those of the calendars'
    zone, which is one.
    """
    table = VIEWS[on].table
    if not {"key", "project_key", "status_category"} <= set(table.c.keys()):
        return Ending("cleared")  # a person, a client, a source: nothing is done or answered about it
    project_gone = and_(PROJECT.c.key.is_not(None), or_(PROJECT.c.deleted_at.is_not(None), PROJECT.c.archived))
    joined = table.outerjoin(PROJECT, PROJECT.c.key == table.c.project_key)
    chosen = select(table, project_gone.label("project_gone")).select_from(joined).where(table.c.key == subject)
    row = connection.execute(chosen).mappings().first()
    if row is None or (row["deleted_at"] is not None and row["delete_reason"] != "archived"):
        return Ending("gone")
    if on == "feedback":
        return _feedback(connection, row, facts, now, calendars)
    over = _finished(connection, row, facts)
    if over is not None or on != "milestone":
        return over or Ending("cleared")
    return _dated_anew(connection, row, facts, now, calendars["default"].zone)


def _finished(connection: Connection, row: RowMapping, facts: Facts) -> Ending | None:
    """That it was done or given up, or is no longer seen; None: it is as open as it was."""
    category, was = row["status_category"], facts.text("status_category")
    if category == "done" and was != "done":
        return Ending("done", _name(connection, row.get("done_by_account")), row.get("done_at"))
    if category == "cancelled" and was != "cancelled":
        change = _last_change(connection, row["key"], "status")
        if change is None:
            return Ending("cancelled")
        return Ending("cancelled", _name(connection, change["author_account"]), change["changed_at"])
    if row["deleted_at"] is not None or row["project_gone"]:
        return Ending("gone")
    return None


def _dated_anew(connection: Connection, row: RowMapping, facts: Facts, now: datetime, zone: ZoneInfo) -> Ending:
    """What became of the date of a milestone that is open."""
    is_agreed = row["agreed_on"] is not None and row["agreed_on"] == row["deadline_on"]
    if is_agreed and facts.is_true("moved_without_agreement"):
        return _agreed(connection, row)
    deadline, was_overdue = row["deadline_at"], facts.is_true("overdue", default=True)
    if deadline is None and was_overdue and facts.at("deadline_at") is not None:
        change = _last_change(connection, row["key"], "due")
        if change is None or change["new"]:
            return Ending("date removed")
        return Ending("date removed", _name(connection, change["author_account"]), change["changed_at"])
    if deadline is None or deadline <= now or deadline == facts.at("deadline_at") or not was_overdue:
        return Ending("cleared")
    if is_agreed:
        return _agreed(connection, row)
    path = _path(connection, row, zone)
    mover = _name(connection, row["moved_by_account"])
    return Ending("date moved", mover, row["moved_at"], row["deadline_on"], path=path)


def _agreed(connection: Connection, row: RowMapping) -> Ending:
    """By what the client agreed, and who recorded it when; a mapped field tells neither."""
    this = (AGREEMENT.c.milestone_key == row["key"]) & (AGREEMENT.c.agreed_on == row["agreed_on"])
    newest = select(AGREEMENT).where(this).order_by(AGREEMENT.c.recorded_at.desc(), AGREEMENT.c.id.desc()).limit(1)
    recorded = connection.execute(newest).mappings().first()
    if recorded is None:
        return Ending("date agreed", new_on=row["agreed_on"])
    by = _recorder(connection, recorded["recorded_by"])
    return Ending("date agreed", by, recorded["recorded_at"], row["agreed_on"], how=recorded["reference"])


def _path(connection: Connection, row: RowMapping, zone: ZoneInfo) -> tuple[date, ...]:
    """The first promise and every date that took its place; () where the history does not lead to the new one."""
    changes = connection.execute(select(CHANGE).where(CHANGE.c.entity_key == row["key"])).mappings().all()
    planned = [setting.on for setting in history(dict(row), map(dict, changes), zone) if not setting.actual]
    days = [on for on, before in zip(planned, [None, *planned], strict=False) if on is not None and on != before]
    path = (row["baseline_on"], *days[-row["moves"] :]) if row["moves"] else ()
    return path if len(path) == row["moves"] + 1 and path[-1] == row["deadline_on"] else ()


def _feedback(
    connection: Connection, row: RowMapping, facts: Facts, now: datetime, calendars: Mapping[str, WorkingTime]
) -> Ending:
    closed = _is_closed(row["status_category"], row["closed_at"])
    was_closed = _is_closed(facts.text("status_category"), facts.at("closed_at"))
    if closed and not (was_closed and row["closed_at"] == facts.at("closed_at")):
        return Ending("closed", at=row["closed_at"])
    if row["deleted_at"] is not None or row["project_gone"]:
        return Ending("gone")
    if not row["answered"] or facts.is_true("answered"):
        return _closed_meanwhile(row, facts, now, calendars) or Ending("cleared")
    manual = _latest(connection, ANSWER, ANSWER.c.feedback_key == row["key"], ANSWER.c.answered_at)
    in_tool = _latest(connection, COMMENT, _is_our_word_on(row), COMMENT.c.created_at)
    if manual and (in_tool is None or manual["answered_at"] >= in_tool["created_at"]):
        by = _recorder(connection, manual["recorded_by"])
        return Ending("answered elsewhere", by, manual["answered_at"], how=manual["how"])
    if in_tool is None:
        return Ending("answered")
    return Ending("answered", _name(connection, in_tool["author_account"]), in_tool["created_at"])


def _closed_meanwhile(
    row: RowMapping, facts: Facts, now: datetime, calendars: Mapping[str, WorkingTime]
) -> Ending | None:
    """That the office was closed while the client waited, as somebody has entered since the alert began: by that, the
    time allowed for an answer is not over yet."""
    since, limit = facts.at("waiting_since"), limit_passed(facts, calendars)
    if since is None or limit is None or row["waiting_since"] != since or limit <= now:
        return None
    closures = calendar_of(calendars, row["calendar"]).closed_between(since, now)
    return Ending("office closed", at=limit, how=closures[-1].reason) if closures else None


def _is_closed(category: str, closed_at: datetime | None) -> bool:
    return category in ("done", "cancelled") or closed_at is not None


def _is_our_word_on(row: RowMapping) -> ColumnElement[bool]:
    """What our people wrote on the feedback, or on the item that it also is, first or among others."""
    places = [key for key in (row["key"], row["item_key"]) if key]
    referring = select(REFERENCE.c.from_key).where(REFERENCE.c.to_key.in_(places))
    ours = (COMMENT.c.side == "team") & COMMENT.c.created_at.is_not(None) & COMMENT.c.deleted_at.is_(None)
    return ours & or_(COMMENT.c.on_key.in_(places), COMMENT.c.key.in_(referring))


def _latest(
    connection: Connection, table: Table, where: ColumnElement[bool], by: ColumnElement[Any]
) -> RowMapping | None:
    return connection.execute(select(table).where(where).order_by(by.desc()).limit(1)).mappings().first()


def _last_change(connection: Connection, entity: str, field: str) -> RowMapping | None:
    where = (CHANGE.c.entity_key == entity) & (CHANGE.c.field == field)
    return _latest(connection, CHANGE, where, CHANGE.c.changed_at)


def _name(connection: Connection, account: str | None) -> str:
    """What the person behind an account is called; "" where nobody is known."""
    if account is None:
        return ""
    named = func.coalesce(func.nullif(PERSON.c.name, ""), ACCOUNT.c.name)
    joined = ACCOUNT.outerjoin(PERSON, PERSON.c.key == ACCOUNT.c.person_key)
    return connection.scalar(select(named).select_from(joined).where(ACCOUNT.c.key == account)) or ""


def _recorder(connection: Connection, by: str) -> str:
    """The name of one of `[people]`; whoever else recorded it goes by the name they gave."""
    return connection.scalar(select(PERSON.c.name).where(PERSON.c.key == f"person/{by}")) or by
