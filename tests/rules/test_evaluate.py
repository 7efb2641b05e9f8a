"""Evaluation: what a pass over the rules finds, and what cannot happen in it."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, MetaData, String, Table, text
from sqlalchemy.exc import DatabaseError

from rules.evaluate import evaluate
from rules.fence import fenced
from rules.language.parse import read_condition, read_value
from rules.load import load_rules
from rules.rule import Place, Rule
from rules.views import FEEDBACK, MILESTONE, View
from rules.views.base import table
from tests.rules.rows import SETTINGS, database, due, feedback, local, milestone, moment, source
from unify import tables
from unify.engine import open_engine


def rule(when: str, view: View = MILESTONE, severity: str = "'warning'", rule_id: str = "own") -> Rule:
    """A rule that was never in a file."""
    condition, value = read_condition(when, view.terms, {}), read_value(severity, view.terms, {})
    return Rule(rule_id, view, condition, value, {}, {}, {}, None, Place("here"))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """The demo's shape in small: two overdue milestones, one in time, one ticket that waits."""
    rows = (
        source(),
        source("crm", kind="hubspot"),
        tables.Client(key="client/paperkite", names={"": "Paper Kite Stores"}),
        milestone(1, client_key="client/paperkite", **due(date(2026, 11, 16))),
        milestone(2, **due(date(2026, 11, 20))),
        milestone(3, **due(date(2026, 12, 1))),
        feedback(1, source="crm", waiting_since=local("2026-11-20 16:30"), severity="high"),
    )
    with database(tmp_path, *rows) as opened:
        yield opened


def test_the_library_finds_what_is_wrong(engine: Engine) -> None:
    """Each finding says what it is about, whose, how bad, and carries the facts for the message."""
    outcomes = {outcome.rule.id: outcome for outcome in evaluate(engine, load_rules(SETTINGS), moment())}
    unhandled, overdue = outcomes["feedback-unhandled"], outcomes["milestone-overdue"]

    assert [(f.rule, f.subject, f.source, f.client, f.severity) for f in overdue.findings] == [
        ("milestone-overdue", "delivery/versions/1", "delivery", "client/paperkite", "critical"),
        ("milestone-overdue", "delivery/versions/2", "delivery", None, "warning"),
    ]
    (finding,) = unhandled.findings
    assert (finding.subject, finding.severity) == ("crm/tickets/1", "high")
    assert finding.facts["waited_hours"] == 9.5
    assert "rule_severity" not in finding.facts


def test_the_same_rows_and_the_same_now_give_the_same_findings(engine: Engine) -> None:
    """In the same order too."""
    rules = load_rules(SETTINGS)

    assert evaluate(engine, rules, moment()) == evaluate(engine, rules, moment())


def test_a_severity_that_is_missing_is_a_warning(engine: Engine) -> None:
    """A finding without a severity would match no route."""
    (outcome,) = evaluate(engine, [rule("overdue", severity="case when name = 'M1' then 'high' end")], moment())

    assert [finding.severity for finding in outcome.findings] == ["high", "warning"]


def test_a_rule_that_takes_too_long_is_its_own_outcome(tmp_path: Path) -> None:
    """The others run, and its absent findings end no alert."""
    many = (milestone(number, **due(date(2026, 11, 16))) for number in range(2_000))
    rules = [rule("overdue"), rule("unhandled", FEEDBACK)]

    with database(tmp_path, source(), *many, feedback(1, waiting_since=local("2026-11-02 09:00"))) as engine:
        slow, fine = evaluate(engine, rules, moment(), time_limit_s=0.0)

    assert slow.error == "took longer than 0 s and was stopped"
    assert not slow.findings
    assert fine.error is None
    assert [finding.subject for finding in fine.findings] == ["delivery/tickets/1"]


def test_a_time_that_the_calendar_does_not_know_is_that_rules_error(engine: Engine) -> None:
    """Saturating would find the wrong rows, silently."""
    broken, fine = evaluate(engine, [rule("deadline_at < working_hours_ago(9000)"), rule("overdue")], moment())

    assert "outside the calendar" in str(broken.error)
    assert len(fine.findings) == 2


def test_a_failing_query_is_that_rules_error_and_is_logged(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    """With its traceback: it is for us to mend."""
    lost = View("lost", _LOST, _LOST, (), MILESTONE.columns)

    broken, fine = evaluate(engine, [rule("overdue", lost), rule("overdue")], moment())

    assert broken.error is not None
    assert fine.error is None
    assert caplog.records[0].exc_info


_LOST = Table("lost", MetaData(), Column("key", String))


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO person (key) VALUES ('x')",
        "DELETE FROM milestone",
        "DROP TABLE milestone",
        "CREATE TEMP TABLE t (x)",
        "ATTACH DATABASE ':memory:' AS other",
        "PRAGMA query_only = OFF",
        "SELECT body FROM raw_record",
        "SELECT sql FROM sqlite_master",
        "SELECT randomblob(1000000000)",
        "SELECT load_extension('x')",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
    ],
)
def test_inside_the_fence_only_the_views_tables_can_be_read(engine: Engine, sql: str) -> None:
    """The second fence, should the language ever let something through."""
    with (
        engine.connect() as connection,
        connection.begin(),
        pytest.raises(DatabaseError, match=r"not authorized|prohibited|authoriz"),
        fenced(connection, {"milestone"}, 10.0),
    ):
        connection.execute(text(sql))


def test_the_fence_is_gone_afterwards(engine: Engine) -> None:
    """The connection goes back to a pool that others use."""
    with engine.connect() as connection, connection.begin():
        raw = connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        before = raw.getlimit(sqlite3.SQLITE_LIMIT_LENGTH)

        with fenced(connection, {"milestone"}, 0.0):
            connection.execute(text("SELECT key FROM milestone"))

        assert raw.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) == before
        assert connection.execute(text("SELECT count(*) FROM person")).scalar() == 0


def test_what_is_no_time_out_stays_what_it_is(engine: Engine) -> None:
    """Only an interruption is called too slow."""
    with (
        engine.connect() as connection,
        pytest.raises(DatabaseError),
        fenced(connection, {"milestone"}, 10.0),
    ):
        connection.execute(text("SELECT nothing FROM milestone"))


def test_all_rules_of_a_pass_read_one_snapshot(tmp_path: Path) -> None:
    """A page committed between two rules must not make them disagree."""
    with database(tmp_path, source(), milestone(1, **due(date(2026, 11, 16)))) as engine:
        writer = open_engine(f"sqlite:///{tmp_path / 'milepost.db'}")

        def rules() -> Iterator[Rule]:
            yield rule("overdue")
            with writer.begin() as connection:
                connection.execute(table(tables.Milestone).update().values(status_category="done"))
            yield rule("overdue", rule_id="later")

        first, second = evaluate(engine, rules(), moment())
        writer.dispose()

    assert len(first.findings) == len(second.findings) == 1
