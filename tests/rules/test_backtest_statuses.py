"""What a status was: in the words of each tool's history, with what stands beside them."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.backtest.past import Accounts, Known, Record, milestone_at
from rules.backtest.statuses import Status, Words, statuses
from rules.backtest.versions import versions
from tests.rules.past_rows import change
from tests.rules.rows import CALENDARS, ZONE, local, milestone
from unify.derive_feedback import Policy
from unify.derive_milestones import Days, derive_milestone
from unify.tables import Milestone

WORDS = Words(
    kinds={"boards": "trello", "tasks": "asana", "delivery": "jira"},
    own={"boards": {"驗收": "done"}, "delivery": {"Parked": "cancelled"}},
    seen={("delivery", "Building"): "in_progress", ("delivery", "Released"): "done"},
)

Step = tuple[str | None, str | None]
BORN = local("2026-09-01 10:00")


def categories(source: str, native: str, category: str, *steps: Step) -> list[str]:
    """The categories before the first of these changes, after each, and now."""
    row = milestone(1, source=source)
    rows = [change(row, "status", old, new, BORN + timedelta(days=day)) for day, (old, new) in enumerate(steps)]
    now = WORDS.now(source, native, category)
    found = statuses(now, [one.model_dump() for one in rows], WORDS.ticks(source))
    return [WORDS.category(source, status) for status in (found.first, *(status for _, status in found.then), now)]


@pytest.mark.parametrize(
    ("native", "category", "steps", "expected"),
    [
        ("Doing", "in_progress", [("To do", "Doing")], ["todo", "in_progress"]),
        ("驗收", "done", [("Doing", "驗收")], ["in_progress", "done"]),
        ("Doing", "done", [("incomplete", "complete")], ["in_progress", "done"]),
        ("Doing", "in_progress", [("complete", "incomplete")], ["done", "in_progress"]),
        ("Doing", "cancelled", [(None, "archived")], ["in_progress", "cancelled"]),
        ("Doing", "in_progress", [("archived", None)], ["cancelled", "in_progress"]),
        ("Doing", "done", [("To do", "Doing"), ("incomplete", "complete")], ["todo", "in_progress", "done"]),
        ("Doing", "done", [("incomplete", "complete"), ("To do", "Doing")], ["todo", "done", "done"]),
    ],
)
def test_a_card_has_a_list_a_tick_and_an_archive(
    native: str, category: str, steps: list[Step], expected: list[str]
) -> None:
    """Each is told by changes of its own; the list alone is not the status."""
    assert categories("boards", native, category, *steps)[: len(expected)] == expected


@pytest.mark.parametrize(
    ("native", "category", "steps", "expected"),
    [
        ("completed", "done", [("incomplete", "completed")], ["unknown", "done"]),
        ("completed", "done", [("Doing", "Review"), ("incomplete", "completed")], ["in_progress", "todo", "done"]),
        ("Doing", "in_progress", [("completed", "incomplete")], ["done", "in_progress"]),
    ],
)
def test_a_task_has_a_section_and_a_tick(native: str, category: str, steps: list[Step], expected: list[str]) -> None:
    """The section of what is ticked is not kept with it: what it was before is open, and nobody can tell how."""
    assert categories("tasks", native, category, *steps)[: len(expected)] == expected


def test_a_word_of_jira_means_what_rows_that_have_it_now_are() -> None:
    """Jira's history has no categories; the config's own words come first, and an unheard one is open."""
    found = categories(
        "delivery", "Released", "done", ("Parked", "Idea"), ("Idea", "Building"), ("Building", "Released")
    )

    assert found == ["cancelled", "unknown", "in_progress", "done", "done"]


def test_a_version_that_is_archived_has_that_word() -> None:
    assert categories("delivery", "archived", "cancelled", ("unreleased", "archived")) == [
        "todo",
        "cancelled",
        "cancelled",
    ]


def test_a_ticked_task_is_called_as_its_mapper_calls_it() -> None:
    """So that a rule on `status` finds in the past what it finds now."""
    assert WORDS.native("tasks", Status("Doing", ticked=True)) == "completed"
    assert WORDS.native("boards", Status("Doing", ticked=True)) == "Doing"


# --- forwards and backwards ---------------------------------------------------------------------------------------

KNOWN = Known(
    ZONE,
    Words({"delivery": "jira"}, {}, {("delivery", word): word for word in ("todo", "in_progress", "done")}),
    Accounts({}, {}),
    lambda calendar, a, b: CALENDARS[calendar].days_between(a, b),
    Policy(),
)
dates = st.none() | st.dates(local("2026-09-05 00:00").date(), local("2026-12-20 00:00").date()).map(str)
events = st.lists(
    st.tuples(st.sampled_from(["due", "status"]), dates, st.sampled_from(["todo", "in_progress", "done"])), max_size=6
)


@given(born_with=dates, told=events, steps=st.lists(st.integers(1, 90 * 24), min_size=6, max_size=6))
def test_walking_back_gives_what_was_stored_then(
    born_with: str | None, told: list[tuple[str, str | None, str]], steps: list[int]
) -> None:
    """A milestone lives through its changes, derived after each as the hub derives; then it is walked back."""
    at, row = BORN, derived({**_born(), **_due(born_with)}, [])
    lived, changes = [(at, row)], []
    for (field, day, word), hours in zip(told, steps, strict=False):
        at += timedelta(hours=hours)
        old = str(row["status_native"]) if field == "status" else str(row["due_on"]) if row["due_on"] else None
        new = word if field == "status" else day
        if old == new:
            continue
        changes.append(change(_row(row), field, old, new, at).model_dump())
        row = derived({**row, **(_due(day) if field == "due" else _status(word, at))}, changes)
        lived.append((at, row))

    ticks = [at for at, _ in lived]
    found = list(versions(Record(row, changes), milestone_at, KNOWN, ticks))

    assert [version.row for version in found] == [stored for _, stored in lived]


def _born() -> dict[str, object]:
    return milestone(1, created_at=BORN, status_native="todo").model_dump() | {"status_category": "todo"}


def _row(row: dict[str, object]) -> Milestone:
    return Milestone.model_validate(row)


def _due(day: str | None) -> dict[str, object]:
    return {"due_on": datetime.fromisoformat(day).date() if day else None}


def _status(word: str, at: datetime) -> dict[str, object]:
    return {"status_native": word, "status_category": word, "done_at": at if word == "done" else None}


def derived(row: dict[str, object], changes: list[dict[str, object]]) -> dict[str, object]:
    days = Days(ZONE, KNOWN.working_days, "default")
    return {**row, **derive_milestone(row, changes, [], (0, 0), days)}
