"""Rules that are asked every minute look at what is open, by an index, and not at all that was ever done."""

from pathlib import Path

import pytest
from sqlalchemy import text

from bench.many_items import NOW, Firm, build
from bench.rules import SETTINGS
from rules.language import compile
from rules.load import load_rules
from rules.moment import Moment
from rules.views import select_view
from rules.working_time import calendars


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The steps of SQLite's plan by rule."""
    engine = build(Path(tmp_path_factory.mktemp("many")) / "many.db", Firm(200, 10))
    moment = Moment.of(SETTINGS, calendars(SETTINGS, NOW), NOW)
    found = {}
    with engine.connect() as connection:
        for rule in load_rules(SETTINGS):
            selection = select_view(rule.view, moment)
            asked = selection.statement.where(compile.condition(rule.when, selection.scope))
            query = asked.compile(engine, compile_kwargs={"literal_binds": True})
            rows = connection.execute(text(f"EXPLAIN QUERY PLAN {str(query).replace(':', chr(92) + ':')}"))
            found[rule.id] = [row.detail for row in rows]
    engine.dispose()
    return found


@pytest.mark.parametrize(
    ("rule", "index"),
    [
        ("milestone-overdue", "milestone USING INDEX milestone_by_status (status_category=? AND deadline_at<?)"),
        ("feedback-unhandled", "feedback USING INDEX feedback_by_handled (handled=?"),
    ],
)
def test_the_flagship_rules_begin_with_what_is_open(plans: dict[str, list[str]], rule: str, index: str) -> None:
    """A firm keeps the done things of years; a pass must not cost more each month."""
    assert any(step.startswith(f"SEARCH {index}") for step in plans[rule]), plans[rule]


def test_what_a_milestone_counts_is_found_by_its_own_items(plans: dict[str, list[str]]) -> None:
    """Led by the index of statuses, each milestone would look through all that was ever done."""
    counting = [step for step in plans["milestone-at-risk"] if step.startswith("SEARCH work_item ")]

    assert counting
    assert not any("work_item_by_status" in step for step in counting), counting


def test_whether_there_is_open_work_for_a_client_is_asked_of_what_is_open(plans: dict[str, list[str]]) -> None:
    """Of all that was ever done for them nobody needs to know."""
    wanted = "SEARCH work_item USING INDEX work_item_by_client (client_key=? AND status_category=?)"
    assert wanted in plans["client-silent"], plans["client-silent"]
