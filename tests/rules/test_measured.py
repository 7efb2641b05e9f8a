"""A rule that asks of what nobody delivers is not measured; every other one could fire."""

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlmodel import SQLModel

from config.settings import Secret, Settings, SourceSettings
from rules.evaluate import evaluate
from rules.language.parse import read_condition
from rules.load import load_rules
from rules.measured import can_hold, not_measured, unmeasured
from rules.rule import Rule
from rules.views.milestone import MILESTONE
from tests.rules.language_expressions import conditions
from tests.rules.language_meanings import E
from tests.rules.language_rows import INSTANTS, PARAMS, ROWS, VIEW, moment_at
from tests.rules.rows import STORY, database, due, feedback, milestone, moment, source
from unify import tables
from unify.freshness import read_freshness

TOKEN = Secret.model_validate({"reference": "env:TOKEN", "value": "t"})


def firm(*kinds: str) -> Settings:
    """Settings with a source of each kind, named as its kind."""
    sources = {kind: SourceSettings(name=kind, kind=kind, token=TOKEN) for kind in kinds}
    return Settings(coordinator="kitty", sources=sources)


def lacking(folder: Path, settings: Settings, *rows: SQLModel, rules: list[Rule] | None = None) -> dict[str, str]:
    """What is said of each rule that is not measured; all sources were read."""
    folder.mkdir(exist_ok=True)
    read = (source(name, kind=name, last_ok_at=STORY) for name in settings.sources)
    with database(folder, *read, *rows) as engine, engine.connect() as connection:
        fresh = read_freshness(connection, settings, STORY)
        told = unmeasured(connection, rules or load_rules(settings), settings, fresh)
        found = {outcome.rule.id for outcome in evaluate(engine, load_rules(settings), moment()) if outcome.findings}
    assert not found & set(told)
    return {rule: not_measured(reasons) for rule, reasons in told.items()}


JIRA_MILESTONE = milestone(1, source="jira", total_items=3, **due(date(2026, 11, 16)))


def test_without_a_crm_the_rules_on_deals_marks_and_silence_say_so(tmp_path: Path) -> None:
    """ "All is well with our clients" would be a guess: nobody could have told otherwise."""
    told = lacking(tmp_path, firm("jira"), JIRA_MILESTONE, tables.Client(key="client/kite"), feedback(1, source="jira"))

    assert told["deal-at-risk"] == (
        "not measured: no deals: no source of kind hubspot is in the config; then deals in the CRM"
    )
    assert told["feedback-negative"].startswith("not measured: no scores of surveys: no source of kind hubspot")
    assert told["client-silent"].startswith("not measured: no contact with a client on record: ")
    assert told["risk-high"] == "not measured: no risks: jira has none; work items marked by risk_labels"
    assert "milestone-overdue" not in told
    assert "feedback-unhandled" not in told


def test_what_only_the_config_can_bring_is_told_with_its_key(tmp_path: Path) -> None:
    """Where nobody wrote down what was agreed, its rules have nothing to hold anybody to."""
    told = lacking(tmp_path, firm("hubspot"), tables.Client(key="client/kite"))

    assert told["contract-ending"] == "not measured: no end of a contract: write contract_end under [clients.NAME]"
    assert told["credential-expiring"] == "not measured: no end of a credential: write expires under [sources.NAME]"
    assert "write report_day under [clients.NAME]" in told["client-report-due"]


def test_a_rule_is_measured_as_soon_as_one_row_has_what_it_asks_for(tmp_path: Path) -> None:
    """Whoever rates one risk has begun to."""
    unrated = tables.Risk(key="jira/issues/1", source="jira", vendor_id="1")
    rated = tables.Risk(key="jira/issues/1", source="jira", vendor_id="1", probability=3, impact=4)

    before = lacking(tmp_path / "unrated", firm("jira"), unrated)
    after = lacking(tmp_path / "rated", firm("jira"), rated)

    assert "name their fields under risk_fields" in before["risk-high"]
    assert not {"risk-high", "risk-without-response"} & set(after)
    assert "risk-occurred" not in before


def test_before_anything_was_read_it_says_that(tmp_path: Path) -> None:
    """Nobody should mend a config that is right."""
    settings = firm("trello")
    with database(tmp_path, source("trello", kind="trello")) as engine, engine.connect() as connection:
        fresh = read_freshness(connection, settings, STORY)
        told = unmeasured(connection, load_rules(settings), settings, fresh)

    assert not_measured(told["item-stale"]) == "not measured: no work items: trello was not read yet: milepost sync"


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ((), "jira, trello were not read yet: milepost sync"),
        (("jira",), "trello was not read yet: milepost sync; jira has none; work items marked by risk_labels"),
        (("jira", "trello"), "jira, trello have none; work items marked by risk_labels"),
    ],
)
def test_a_source_that_was_not_read_is_not_said_to_have_none(tmp_path: Path, read: Collection[str], said: str) -> None:
    """It may have what is missing, and is mended by another command."""
    settings = firm("jira", "trello")
    rows = [source(name, kind=name, last_ok_at=STORY if name in read else None) for name in settings.sources]
    with database(tmp_path, *rows) as engine, engine.connect() as connection:
        fresh = read_freshness(connection, settings, STORY)
        told = unmeasured(connection, load_rules(settings), settings, fresh)

    assert not_measured(told["risk-high"]) == f"not measured: no risks: {said}"


@pytest.mark.parametrize(
    ("when", "measured"),
    [
        ("open_items > 0", False),
        ("open_items = 0", True),
        ("not open_items > 0", True),
        ("overdue or open_items > 3", True),
        ("overdue and open_items > 3", False),
        ("if(overdue, open_items > 0, false)", False),
        ("open_items / 2 > 0", True),  # reckoned with: nothing is claimed
    ],
)
def test_it_hangs_on_what_the_condition_makes_of_what_is_missing(tmp_path: Path, when: str, measured: bool) -> None:
    """Trello does not tell which cards belong to a milestone: a rule that asks for that alone is blind."""
    rule = load_rules(firm())[0]
    own = Rule(**{**vars(rule), "id": "own", "view": MILESTONE, "when": read_condition(when, MILESTONE.terms, {})})

    told = lacking(tmp_path, firm("trello"), milestone(1, source="trello", **due(date(2026, 12, 1))), rules=[own])

    assert ("own" not in told) is measured


BEHIND = {"day": ("days_late", "working_days_late"), "at": ("waited",)}
"""Ages that are missing where their column is."""
NULLABLE = ("n", "x", "flag", "other", "text", "category", "day", "until", "at", "ended")


@hypothesis_settings(max_examples=100, derandomize=True)
@given(
    expression=conditions.filter(lambda expression: expression.is_small),
    absent=st.sets(st.sampled_from(NULLABLE)),
    now=st.sampled_from(INSTANTS),
)
def test_what_cannot_hold_holds_in_no_row(expression: E, absent: set[str], now: Any) -> None:
    """ "Not measured" is a promise that the rule is not merely quiet."""
    names = {*absent, *(age for column in absent for age in BEHIND.get(column, ()))}
    bare = {name: False if name in ("flag", "other") else None for name in absent}
    condition = read_condition(expression.text, VIEW.terms, PARAMS)

    if not can_hold(condition, dict.fromkeys(names)):
        assert not any(expression.of(row | bare, moment_at(now)) for row in ROWS[:80])
