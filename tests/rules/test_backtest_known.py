"""What a back-test knows of the past, column by column: what it may take as it is now, and what it refuses."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column
from sqlmodel import SQLModel

from rules.backtest import CannotReplay
from rules.backtest.known import unchanged
from rules.backtest.versions import Archive
from rules.load import load_rules
from rules.views import FEEDBACK, ITEM, MILESTONE, View
from rules.views.base import Stored
from tests.rules.past_rows import change, message
from tests.rules.rows import SETTINGS, STORY, database, feedback, local, milestone, moment, source
from tests.rules.test_evaluate import rule
from unify import tables

NOVEMBER = local("2026-11-01 00:00")


@pytest.mark.parametrize(
    ("when", "view", "words"),
    [
        ("open_items > 3", MILESTONE, "open_items: it counts other rows"),
        ("days_behind > 0", MILESTONE, "days_behind: it counts other rows"),
        ("updated_at < ago('3d')", ITEM, "updated_at: only the last is known"),
        ("idle_working_hours > 8", ITEM, "idle_working_hours: only the last is known"),
    ],
)
def test_what_cannot_be_replayed_is_refused_with_the_reason(when: str, view: View, words: str) -> None:
    """An invented history would be believed."""
    with pytest.raises(CannotReplay, match="cannot replay own") as refused:
        unchanged(rule(when, view), moment())

    assert words in str(refused.value)


def test_a_view_without_history_is_refused() -> None:
    (silent,) = (known for known in load_rules(SETTINGS) if known.id == "client-silent")

    with pytest.raises(CannotReplay, match="cannot replay client-silent: earlier rows are known of milestone"):
        unchanged(silent, moment())


_ALL_NEW: dict[str, Any] = {
    "name": "New",
    "subject": "New",
    "status_native": "Done",
    "status_category": "done",
    "calendar": "default",
    "due_on": date(2026, 11, 20),
    "due_at": STORY,
    "deadline_on": date(2026, 11, 20),
    "deadline_at": STORY,
    "done_at": STORY,
    "closed_at": STORY,
    "owner_account": "delivery/users/1",
    "owner_person": "person/may",
    "baseline_on": date(2026, 11, 10),
    "agreed_on": date(2026, 11, 20),
    "agreed_recorded_at": STORY,
    "slip_days": 10,
    "moves": 1,
    "moved_at": STORY,
    "assignee_accounts": ["delivery/users/1"],
    "first_response_at": STORY,
    "response_basis": "visible",
    "answered": True,
    "handled": True,
    "received_at": local("2026-09-01 10:00"),
    "created_at": local("2026-09-01 10:00"),
}


def work_item() -> tables.WorkItem:
    return tables.WorkItem(key="delivery/issues/1", source="delivery", vendor_id="1", kind="Task")


@pytest.mark.parametrize(
    ("view", "bare"),
    [(MILESTONE, milestone()), (FEEDBACK, feedback(waiting_since=None)), (ITEM, work_item())],
    ids=lambda one: one.name if isinstance(one, View) else "",
)
def test_what_the_documentation_calls_kept_is_what_walking_back_changes(
    view: View, bare: SQLModel, tmp_path: Path
) -> None:
    """Whoever asks for a column "in the history" gets what it was, and of all others what they are."""
    row = type(bare)(**bare.model_dump() | {name: new for name, new in _ALL_NEW.items() if name in view.table.c})
    at = local("2026-11-12 15:30")
    history = [
        change(row, field, old, new, at)
        for field, old, new in (
            ("name", "Old", "New"),
            ("status", "Doing", "Done"),
            ("due", None, "2026-11-20T01:00:00+00:00"),
            ("assignee", None, "delivery/users/1"),
        )
    ]
    answered = [message(row, "team", at)] if isinstance(row, tables.Feedback) else []
    with database(tmp_path, source(), row, *history, *answered) as engine, engine.connect() as connection:
        archive = Archive(connection, view, SETTINGS, moment())
        first, *_, last = [one.row for some in archive.slices([NOVEMBER, STORY]) for one in some]

    stored = (one for one in view.columns if isinstance(one, Stored))
    shown = {one.sql.name: one for one in stored if isinstance(one.sql, Column) and one.sql.table is view.table}
    changed = {name for name in shown if first[name] != last[name]}
    assert changed == {name for name, one in shown.items() if one.history == "tracked"}
