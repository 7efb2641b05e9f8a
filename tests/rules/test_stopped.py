"""A rule that found nothing out is remembered until it runs again: its silence must never pass for good news."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from rules.evaluate import Outcome
from rules.load import load_rules
from rules.stopped import Stopped, note_stopped, read_stopped
from tests.rules.rows import SETTINGS, STORY, fill
from unify.engine import open_engine
from unify.hub_state import recall, remember

OVERDUE, UNHANDLED = (rule for rule in load_rules(SETTINGS) if rule.id in ("milestone-overdue", "feedback-unhandled"))
LATER = STORY + timedelta(hours=1)


@pytest.fixture
def connection() -> Iterator[Connection]:
    """Every table, empty."""
    engine = open_engine("sqlite://")
    fill(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def test_a_stopped_rule_is_told_with_its_reason_and_since_when(connection: Connection) -> None:
    """Since it first failed, whatever the reason has become."""
    note_stopped(connection, [Outcome(OVERDUE, error="too slow"), Outcome(UNHANDLED)], STORY)
    note_stopped(connection, [Outcome(OVERDUE, error="逾期"), Outcome(UNHANDLED)], LATER)

    assert read_stopped(connection) == {OVERDUE.id: Stopped("逾期", STORY)}


@pytest.mark.parametrize("outcomes", [[Outcome(OVERDUE)], []], ids=["it runs again", "it was switched off"])
def test_it_is_forgotten_once_it_is_over(connection: Connection, outcomes: list[Outcome]) -> None:
    """Nobody looks for what is no more; what else the hub remembers stays."""
    remember(connection, "pruned/boards", "then")
    note_stopped(connection, [Outcome(OVERDUE, error="too slow")], STORY)

    note_stopped(connection, outcomes, LATER)

    assert read_stopped(connection) == {}
    assert recall(connection, "pruned/boards") == "then"
