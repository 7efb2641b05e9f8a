"""Rules that are asked every minute look at what is open, by an index, and not at all that was ever done."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bench.many_items import NOW, Firm, build
from bench.rules import SETTINGS
from rules.evaluate import find
from rules.load import load_rules
from rules.moment import Moment
from rules.working_time import calendars


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The steps of SQLite's plan by rule, of the very statement that a pass sends."""
    engine = build(Path(tmp_path_factory.mktemp("many")) / "many.db", Firm(200, 10))
    moment = Moment.of(SETTINGS, calendars(SETTINGS, NOW), NOW)
    sent: list[tuple[str, Any]] = []
    found = {}
    with engine.connect() as connection, connection.begin():
        event.listen(connection, "before_cursor_execute", lambda *given: sent.append((given[2], given[3])))
        for rule in load_rules(SETTINGS):
            find(connection, rule, moment)
            statement, parameters = sent[-1]
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found[rule.id] = [row.detail for row in rows]
    engine.dispose()
    return found


@pytest.mark.parametrize(
    ("rule", "index"),
    [
        ("milestone-overdue", "milestone USING INDEX milestone_by_status (status_category=? AND deadline_at<?)"),
        ("feedback-unhandled", "feedback USING INDEX feedback_by_handled (handled=?"),
        ("feedback-reopened", "feedback USING INDEX feedback_by_waiting (waiting_since<?)"),
        ("feedback-negative", "feedback USING INDEX feedback_by_score (score<?)"),
        ("acceptance-waiting", "milestone USING INDEX milestone_by_acceptance (status_category=? AND client_facing=?"),
        ("payment-milestone-done", "milestone USING INDEX milestone_by_payment (payment=? AND status_category=?)"),
        ("item-stale", "work_item USING INDEX work_item_by_status (status_category=?"),
        ("item-unassigned-due-soon", "work_item USING INDEX work_item_by_status (status_category=? AND due_on>? AND"),
    ],
)
def test_rules_begin_with_the_few_that_they_are_about(plans: dict[str, list[str]], rule: str, index: str) -> None:
    """A firm keeps the done things of years; a pass must not cost more each month."""
    assert any(step.startswith(f"SEARCH {index}") for step in plans[rule]), plans[rule]


def test_no_rule_goes_through_all_that_was_ever_done(plans: dict[str, list[str]]) -> None:
    """Nor for the sake of an order: the few are found first, and then sorted."""
    all_of_it = {f"SCAN {table}" for table in ("work_item", "milestone", "feedback", "change", "reference")}

    assert {
        rule: step for rule, steps in plans.items() for step in steps if " ".join(step.split()[:2]) in all_of_it
    } == {}


def test_what_a_milestone_counts_is_found_by_its_own_items(plans: dict[str, list[str]]) -> None:
    """Led by the index of statuses, each milestone would look through all that was ever done."""
    counting = [step for step in plans["milestone-at-risk"] if step.startswith("SEARCH work_item ")]

    assert counting
    assert not any("work_item_by_status" in step for step in counting), counting


def test_whether_there_is_open_work_for_a_client_is_asked_of_what_is_open(plans: dict[str, list[str]]) -> None:
    """Of all that was ever done for them nobody needs to know."""
    wanted = "SEARCH work_item USING INDEX work_item_by_client (client_key=? AND status_category=?)"
    assert wanted in plans["client-silent"], plans["client-silent"]


def test_the_load_of_everybody_is_one_look_at_the_open_work(plans: dict[str, list[str]]) -> None:
    """Led by the weeks, SQLite would go through it once for each; led by the items, through the days of all who work
    on days of their own once for each."""
    steps = plans["workload-over"]

    assert len([step for step in steps if step.startswith("SEARCH work_item ")]) == 1, steps
    assert steps.count("MATERIALIZE open_work") == steps.count("CO-ROUTINE spread") == 1, steps
    assert "SEARCH open_work USING AUTOMATIC COVERING INDEX (person_key=?) LEFT-JOIN" in steps, steps
