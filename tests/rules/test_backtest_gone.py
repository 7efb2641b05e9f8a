"""The back-test of what is not there any more: it was, with its history, until it went."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from connectors.base import Page, Record, Ref
from rules.backtest import Backtest, Doubt, backtest
from rules.rule import Rule
from rules.views import FEEDBACK
from rules.views.base import table
from tests.rules.past_rows import BUDGET, change, hours, message, told
from tests.rules.past_rows import tried as of_rows
from tests.rules.rows import SETTINGS, due, feedback, local, milestone, source
from tests.rules.test_evaluate import rule
from tests.unify.tiny import SOURCE, TinyMapper, context, new_database
from unify import tables
from unify.engine import writing
from unify.mapping import Mapped, MappingContext
from unify.pages import PageStore, State
from unify.records import Place
from unify.tables import row_key
from unify.upsert import Upserts

NOVEMBER = local("2026-11-01 00:00")
MADE, GONE = local("2026-11-02 10:00"), local("2026-11-20 09:45")


class Histories(TinyMapper):
    """Promises with the changes below them, and tickets with what was said below them; payloads are rows."""

    TABLES: Mapping[str, str] = {"plans": "milestone", "tickets": "feedback", "moves": "change", "notes": "comment"}

    def tables(self, stream: str) -> tuple[str, ...]:
        return (self.TABLES[stream],)

    def map_record(self, record: Record, context: MappingContext) -> Mapped:
        mapped = Mapped()
        row = {"key": row_key(context.source, record.stream, record.id), "vendor_id": record.id, "created_at": MADE}
        mapped.add(self.tables(record.stream)[0], {**row, **record.payload})
        return mapped


def record(stream: str, number: int, below: Ref | None = None, **payload: Any) -> Record:
    return Record(stream, str(number), None, payload, below, b"{}")


def move(number: int, of: Ref, field: str, old: str, new: str, at: datetime) -> Record:
    """A change below the record that it is of."""
    on = row_key(SOURCE, *of)
    return record("moves", number, of, entity_key=on, field=field, old=old, new=new, changed_at=at)


def note(number: int, on: Ref, side: str, at: datetime) -> Record:
    """Something said below a ticket."""
    key = row_key(SOURCE, *on)
    said = {"on_key": key, "on_keys": [key], "visible": True, "direction": "outbound", "created_at": at, "text": side}
    return record("notes", number, on, **said)


def read(engine: Engine, *records: Record) -> None:
    with writing(engine) as connection:
        connection.execute(insert(table(type(source()))), source(SOURCE).model_dump())
        store(engine).save(connection, Page(records, None), Place("plans", "b1", 1), MADE, State())
        for side in ("team", "client"):  # as settling would tell
            connection.exec_driver_sql(f"UPDATE comment SET side = '{side}' WHERE text = '{side}'")


def bury(engine: Engine, at: datetime, *refs: Ref) -> None:
    with writing(engine) as connection:
        store(engine).bury(connection, refs, at)


def store(engine: Engine) -> PageStore:
    return PageStore(Histories(), context(), Upserts(engine.dialect))


def tried(engine: Engine, one: Rule) -> Backtest:
    with engine.connect() as connection:
        return backtest(connection, one, SETTINGS, hours(NOVEMBER), BUDGET)


def test_a_milestone_that_was_deleted_keeps_the_dates_it_had(tmp_path: Path) -> None:
    """Due on the 10th, moved on the 12th to the 30th, deleted on the 20th: late for a day and a half."""
    plan = Ref("plans", "1")
    engine = new_database(tmp_path)
    read(
        engine,
        record("plans", 1, kind="item", name="UAT", status_native="Doing", due_on=local("2026-11-30 12:00").date()),
        move(1, plan, "due", "2026-11-10", "2026-11-30", local("2026-11-12 15:30")),
    )
    bury(engine, GONE, plan)

    assert told(tried(engine, rule("overdue"))) == [("1", "11 Nov 00:00", ["warning"], "12 Nov 16:00")]


def test_what_was_deleted_from_a_milestone_before_it_is_not_of_its_history(tmp_path: Path) -> None:
    """As with what lives: what the tool took back is as if it had never been."""
    plan = Ref("plans", "1")
    engine = new_database(tmp_path)
    read(
        engine,
        record("plans", 1, kind="item", name="UAT", status_native="Doing", due_on=local("2026-11-30 12:00").date()),
        move(1, plan, "due", "2026-11-10", "2026-11-30", local("2026-11-12 15:30")),
    )
    bury(engine, local("2026-11-18 12:00"), Ref("moves", "1"))
    bury(engine, GONE, plan)

    assert told(tried(engine, rule("overdue"))) == []


def test_feedback_that_was_deleted_had_been_answered_when_it_was(tmp_path: Path) -> None:
    """Received Tue 10 Nov 10:00, answered the next day at 14:10, deleted on the 20th."""
    ticket = Ref("tickets", "1")
    engine = new_database(tmp_path)
    read(
        engine,
        record("tickets", 1, origin="ticket", subject="Down", received_at=local("2026-11-10 10:00")),
        note(1, ticket, "team", local("2026-11-11 14:10")),
    )
    bury(engine, GONE, ticket)

    found = tried(engine, rule("unhandled", FEEDBACK, "severity"))

    assert told(found) == [("1", "11 Nov 11:00", ["warning"], "11 Nov 15:00")]


@pytest.mark.parametrize(
    ("kind", "stream", "taken"),
    [
        ("jira", "versions", ["name", "owner"]),
        ("asana", "projects", ["name", "owner"]),
        ("jira", "issues", ["name"]),
        ("asana", "tasks", []),
        ("trello", "cards", []),
    ],
)
def test_what_a_tool_keeps_no_history_of_is_taken_as_it_is_now(
    tmp_path: Path, kind: str, stream: str, taken: list[str]
) -> None:
    """Whoever renamed a version yesterday is not told that it bore that name all along."""
    row = milestone(1, created_at=MADE)
    row.key = f"delivery/{stream}/1"
    asked = rule("owner = 'person/lee' and name = 'UAT'")

    assert of_rows(tmp_path, asked, NOVEMBER, source(kind=kind), row).unchanged == taken


# --- what is counted as doubtful ----------------------------------------------------------------------------------


def test_what_is_passed_over_today_is_counted_by_the_reason(tmp_path: Path) -> None:
    """It was never there as far as the back-test goes; and that must not be mistaken for silence."""
    ended = tables.Project(key="delivery/projects/9", source="delivery", vendor_id="9", name="Old", archived=True)
    made: dict[str, Any] = due(date(2026, 11, 10), created_at=MADE)
    rows = (
        *(source(), source("former", active=False), ended, milestone(1, **made)),
        milestone(2, **made, project_key=ended.key),
        milestone(3, **made, source="former"),
        milestone(4, **made, counted=False),
        milestone(5, **made, counted=False, deleted_at=local("2026-10-01 10:00")),
    )

    found = of_rows(tmp_path, rule("overdue"), NOVEMBER, *rows)

    assert [one.subject for one in found.raised] == ["delivery/versions/1"]
    assert found.doubts == {Doubt.PROJECT_GONE: 1, Doubt.SOURCE_GONE: 1, Doubt.NOT_COUNTED: 1}


def test_a_row_without_a_beginning_and_a_change_between_two_readings_are_counted(tmp_path: Path) -> None:
    """Of Jira's versions nothing else is known."""
    row = milestone(1, **due(date(2026, 11, 20)))
    seen = change(row, "due", "2026-11-10", "2026-11-20", local("2026-11-12 15:30"), origin="compared")
    before = change(row, "due", "2026-11-01", "2026-11-10", local("2026-10-11 15:30"), origin="compared")

    found = of_rows(tmp_path, rule("overdue"), NOVEMBER, source(), row, seen, before)

    assert found.doubts == {Doubt.INTERVAL: 1, Doubt.NO_BEGINNING: 1}


def test_tickets_of_which_only_the_last_times_are_kept_are_counted(tmp_path: Path) -> None:
    """Where the messages can be read, they tell."""
    times: dict[str, Any] = {"received_at": MADE, "last_received_at": MADE, "last_sent_at": local("2026-11-12 15:30")}
    read = feedback(2, **times)

    found = of_rows(
        tmp_path,
        rule("unhandled", FEEDBACK, "severity"),
        NOVEMBER,
        *(source(), feedback(1, **times), read, message(read, "team", local("2026-11-12 15:30"))),
    )

    assert found.doubts == {Doubt.LAST_TIMES: 1}
