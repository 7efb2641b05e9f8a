"""What is true: all that a database holds, and what the plan says that it must hold."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from sandbox.plan import ItemPlan, Plan, Status
from tests.factories import HONG_KONG
from unify import tables
from unify.raw import unpack

Rows = list[tuple[Any, ...]]
Dump = dict[str, Rows]

DUMPED = (
    *("project", "work_item", "milestone", "account", "person", "identity_link", "reference", "client", "company"),
    *("contact", "deal", "feedback", "comment", "change", "mapping_problem", "raw_record"),
)

_VOLATILE = {"changed_here_at", "seen_at", "pass_id", "deleted_at"}
"""When we saw it, not what we saw."""

assert tables


def dump(database: Path) -> Dump:
    """All that a database holds of what lives at the vendor, column by column, but for when we saw it.

    Read past our own code, which is what is on trial.
    """
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        found = {table: _rows(connection, table) for table in DUMPED}
    connection.close()
    return found


def _rows(connection: sqlite3.Connection, table: str) -> Rows:
    names = [column.name for column in SQLModel.metadata.tables[table].columns]
    # A raw record's is its parent's where it has none of its own (a history): no new content, so no new row.
    raw = table == "raw_record"
    volatile = _VOLATILE | ({"updated_at", "hash", "codec", "body"} if raw else set())
    shown = ", ".join(f'"{name}"' for name in names if name not in volatile) + (", codec, body" if raw else "")
    living = " WHERE deleted_at IS NULL" if "deleted_at" in names else ""
    found = connection.execute(f'SELECT {shown} FROM "{table}"{living}').fetchall()
    return sorted([(*row[:-2], _payload(*row[-2:])) for row in found] if raw else found, key=repr)


def _payload(codec: str, body: bytes) -> str:
    """What a record says, however it was written: Trello's actions come by two ways, and in two spellings."""
    return json.dumps(json.loads(unpack(codec, body)), sort_keys=True)


def is_intact(database: Path) -> bool:
    """Whether SQLite itself finds nothing wrong with the file."""
    with sqlite3.connect(database) as connection:
        (said,) = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    return bool(said == "ok")


def difference(found: Mapping[str, Rows], expected: Mapping[str, Rows]) -> str:
    """What one holds and the other does not, a line each; "" where they are equal."""
    lines = []
    for table in expected:
        lines += [f"{table}: missing {row}" for row in expected[table] if row not in found[table]]
        lines += [f"{table}: too much {row}" for row in found[table] if row not in expected[table]]
        if not lines and len(found[table]) != len(expected[table]):
            lines.append(f"{table}: {len(found[table])} rows for {len(expected[table])}")
    return "\n".join(line[:300] for line in lines[:8])


# --- the plan's own words

_CATEGORIES: Mapping[Status, str] = {
    "todo": "todo",
    "doing": "in_progress",
    "done": "done",
    "cancelled": "cancelled",
}


def planned(plan: Plan) -> Dump:
    """What the plan says of every record, in the words of the unified model."""
    items = [item for project in plan.projects for item in project.items]
    versions = [version for project in plan.projects for version in project.milestones]
    moves = [(item.name, _day(move.old), _day(move.new)) for item in items for move in item.moves]
    talks = [*(item.messages for item in items), *(ticket.messages for ticket in plan.tickets)]
    said = [message.text for messages in talks for message in messages]
    return {
        "project": sorted((project.name,) for project in plan.projects),
        "work_item": sorted(_item(item) for item in items),
        "milestone": sorted(
            [(item.name, _day(item.due)) for item in items if item.milestone]
            + [(version.name, _day(version.due)) for version in versions]
        ),
        "comment": sorted((text,) for text in said),
        "change": sorted(moves),
        "feedback": sorted((one.subject, one.text, "done" if one.closed_at else "todo") for one in plan.tickets),
        "deal": sorted((deal.name, deal.amount, deal.currency) for deal in plan.deals),
    }


def _item(item: ItemPlan) -> tuple[Any, ...]:
    assignee = item.assignee.title() if item.assignee else None
    return item.name, _CATEGORIES[item.status], _day(item.due), assignee


def _day(due: date | datetime | None) -> str | None:
    if isinstance(due, datetime):
        due = due.astimezone(HONG_KONG).date()
    return str(due) if due else None


def _read_day(text: str) -> str | None:
    """A day, or the day of an instant."""
    return text if len(text) == len("2026-11-24") else _day(datetime.fromisoformat(text))


_STORED = {
    "project": "SELECT name FROM project WHERE deleted_at IS NULL",
    "milestone": "SELECT name, due_on FROM milestone WHERE deleted_at IS NULL",
    "comment": "SELECT text FROM comment WHERE deleted_at IS NULL",
    "change": """SELECT i.name, c.old, c.new FROM change c JOIN work_item i ON i.key = c.entity_key
                 WHERE c.field = 'due' AND c.old IS NOT NULL AND c.deleted_at IS NULL""",
    "feedback": "SELECT subject, text, status_category FROM feedback WHERE deleted_at IS NULL",
    "deal": "SELECT name, amount_text, currency FROM deal WHERE deleted_at IS NULL",
}


def stored(database: Path) -> Dump:
    """The same of a database."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        found = {table: sorted(connection.execute(asked).fetchall(), key=repr) for table, asked in _STORED.items()}
        found["change"] = sorted((name, _read_day(old), _read_day(new)) for name, old, new in found["change"])
        names = dict(connection.execute("SELECT key, name FROM account"))
        asked = "SELECT name, status_category, due_on, assignee_accounts FROM work_item WHERE deleted_at IS NULL"
        found["work_item"] = sorted(
            (name, category, due, next((names[key] for key in json.loads(assignees)), None))
            for name, category, due, assignees in connection.execute(asked)
        )
    connection.close()
    return found
