"""Evaluation: what a pass over the rules finds, and what cannot happen in it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, MetaData, String, Table
from sqlmodel import SQLModel

from rules.evaluate import evaluate
from rules.language.parse import read_condition, read_value
from rules.load import load_rules
from rules.rule import Place, Rule
from rules.views import FEEDBACK, MILESTONE, View
from rules.views.base import table
from tests.rules.rows import SETTINGS, database, due, feedback, fill, local, milestone, moment, source
from unify import tables
from unify.engine import open_engine


def rule(when: str, view: View = MILESTONE, severity: str = "'warning'", rule_id: str = "own") -> Rule:
    """A rule that was never in a file."""
    condition, value = read_condition(when, view.terms, {}), read_value(severity, view.terms, {})
    return Rule(rule_id, view, condition, value, {}, {}, {}, None, Place("here"))


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
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
    if request.param == "sqlite":
        with database(tmp_path_factory.mktemp("rows"), *rows) as opened:
            yield opened
    else:
        server: Engine = request.getfixturevalue("postgres")
        fill(server, *rows)
        yield server.execution_options(postgresql_readonly=True)
        SQLModel.metadata.drop_all(server)


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

    assert slow.error == "took longer than 0 s and was stopped; its alerts stay as they are"
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
    assert "Traceback (most recent call last)" in caplog.text


_LOST = Table("lost", MetaData(), Column("key", String))


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


def test_every_function_of_the_language_is_let_through_the_fence(engine: Engine) -> None:
    """A function that the fence does not know would be refused at night, not when the rule is read."""
    when = (
        "overdue and abs(0 - 1) = 1 and coalesce(moves, 0) = 0 and length(lower(name)) = 2 and name like 'm%' "
        "and contains(name, '1') and starts_with(name, 'M') and if(moves > 1, false, true) "
        "and not days_between(due_on, due_on) > 0 and not hours_between(deadline_at, deadline_at) > 0 "
        "and deadline_at < ago('1h') and deadline_at < working_hours_ago(1) and due_on < working_days_ago(1)"
    )

    (outcome,) = evaluate(engine, [rule(when)], moment())

    assert outcome.error is None
    assert [finding.subject for finding in outcome.findings] == ["delivery/versions/1"]


@pytest.mark.parametrize(
    "when",
    [
        "1 / 0 > 1",
        "moves / (moves - moves) > 1",
        " and ".join(["overdue"] * 150),
        "(" * 20 + "overdue" + ")" * 20,
        " or ".join(["name like '%a%b%c%'"] * 60),
        " or ".join(["moves * 1000000000 * 1000000000 * 1000000000 > 0"] * 3),
        "due_on < today - 3650 or due_on > today + 3650",
        "deadline_at < ago('3650d')",
        "deadline_at < working_hours_ago(10000)",
        "days_overdue > 1000000000",
        "working_days_overdue > 1000000000",
        f"name = '{'x' * 1900}'",
    ],
)
def test_a_rule_at_the_limits_of_the_language_hurts_no_other(engine: Engine, when: str) -> None:
    """It finds nothing, or says why it cannot; the rules after it find what they find."""
    _, fine = evaluate(engine, [rule(when, rule_id="hostile"), rule("overdue")], moment())

    assert fine.error is None
    assert len(fine.findings) == 2


def test_a_rule_that_was_stopped_is_named_in_the_log(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    """`serve` has nobody to print to."""
    evaluate(engine, [rule("deadline_at < working_hours_ago(10000)", rule_id="far-back")], moment())

    assert [record.getMessage() for record in caplog.records if "far-back" in record.getMessage()]
