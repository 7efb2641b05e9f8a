"""Why alerts are over: what became of their subjects, read from the unified rows.

"Done" is said only of what the tool says is done. What can no longer be seen is called just that.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select
from sqlalchemy.engine import RowMapping

from alerts.messages import Ending
from unify.derived import ACCOUNT, AGREEMENT, ANSWER, CHANGE, COMMENT, FEEDBACK, MILESTONE, PERSON


def read_endings(connection: Connection, on: str, subjects: Collection[str], now: datetime) -> dict[str, Ending]:
    """The ending of each of `subjects`, which are rows of the view `on`."""
    table, tell = (FEEDBACK, _feedback) if on == "feedback" else (MILESTONE, _milestone)
    rows = {
        row["key"]: row
        for subject in subjects
        for row in connection.execute(select(table).where(table.c.key == subject)).mappings()
    }
    return {
        subject: Ending("gone") if _is_gone(rows.get(subject)) else tell(connection, rows[subject], now)
        for subject in subjects
    }


def _is_gone(row: RowMapping | None) -> bool:
    return row is None or (row["deleted_at"] is not None and row["delete_reason"] != "archived")


def _milestone(connection: Connection, row: RowMapping, now: datetime) -> Ending:
    match row["status_category"]:
        case "done":
            return Ending("done", _name(connection, row["done_by_account"]), row["done_at"])
        case "cancelled":
            change = _last_change(connection, row["key"], "status")
            if change is None:
                return Ending("cancelled")
            return Ending("cancelled", _name(connection, change["author_account"]), change["changed_at"])
    if row["deleted_at"] is not None:
        return Ending("gone")
    if row["deadline_at"] is None or row["deadline_at"] <= now:
        return Ending("cleared")
    if row["agreed_on"] is not None and row["agreed_on"] == row["deadline_on"]:
        reference = connection.scalar(
            select(AGREEMENT.c.reference)
            .where(AGREEMENT.c.milestone_key == row["key"])
            .order_by(AGREEMENT.c.recorded_at.desc(), AGREEMENT.c.id.desc())
            .limit(1)
        )
        return Ending("date agreed", new_on=row["deadline_on"], how=reference or "")
    return Ending("date moved", _name(connection, row["moved_by_account"]), row["moved_at"], row["deadline_on"])


def _feedback(connection: Connection, row: RowMapping, now: datetime) -> Ending:
    if row["status_category"] in ("done", "cancelled") or row["closed_at"] is not None:
        return Ending("closed", at=row["closed_at"])
    if row["deleted_at"] is not None:
        return Ending("gone")
    if not row["answered"]:
        return Ending("cleared")
    manual = _latest(connection, ANSWER, ANSWER.c.feedback_key == row["key"], ANSWER.c.answered_at)
    in_tool = _latest(
        connection, COMMENT, (COMMENT.c.on_key == row["key"]) & (COMMENT.c.side == "team"), COMMENT.c.created_at
    )
    if manual and (in_tool is None or in_tool["created_at"] is None or manual["answered_at"] >= in_tool["created_at"]):
        return Ending("answered elsewhere", manual["recorded_by"], manual["answered_at"], how=manual["how"])
    if in_tool is None:
        return Ending("answered")
    return Ending("answered", _name(connection, in_tool["author_account"]), in_tool["created_at"])


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
