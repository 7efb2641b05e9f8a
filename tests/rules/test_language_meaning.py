"""What an expression means: the database and a plain evaluation in Python choose the same rows."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Connection, literal_column
from sqlalchemy.types import TypeEngine

from rules.language import compile
from rules.language.compile import Scope
from rules.language.parse import read_condition
from rules.moment import Moment
from tests.rules.language_expressions import conditions
from tests.rules.language_meanings import E
from tests.rules.language_rows import INSTANTS, KEYS, ROWS, VIEW, chosen, fill, moment_at
from unify.engine import open_engine

SMALL = conditions.filter(lambda expression: expression.is_small)


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """A database with rows of which every third value is missing."""
    engine = open_engine("sqlite://")
    with engine.connect() as opened:
        fill(opened)
        yield opened
    engine.dispose()


@hypothesis_settings(max_examples=500, derandomize=True)
@given(expression=SMALL, now=st.sampled_from(INSTANTS))
def test_the_database_chooses_what_a_plain_evaluation_chooses(
    connection: Connection, expression: E, now: datetime
) -> None:
    """Missing values, negation, nights and holidays, Unicode and patterns mean the same in both."""
    moment = moment_at(now)

    expected = {row["key"] for row in ROWS if expression.of(row, moment)}

    assert chosen(connection, expression.text, moment) == expected


@hypothesis_settings(max_examples=200, derandomize=True)
@given(expression=SMALL, now=st.sampled_from(INSTANTS))
def test_an_expression_and_its_negation_split_all_rows(connection: Connection, expression: E, now: datetime) -> None:
    """Plain SQL loses rows with a missing value from both sides."""
    moment = moment_at(now)

    holds, fails = (chosen(connection, text, moment) for text in (expression.text, f"not ({expression.text})"))

    assert holds | fails == KEYS
    assert not holds & fails


def test_the_instant_itself_is_met(connection: Connection) -> None:
    """An instant that is bound in another form than it is stored misses the equal row, silently."""
    moment = moment_at(INSTANTS[0])
    equal = {row["key"] for row in ROWS if row["at"] == moment.now}

    assert equal
    assert chosen(connection, "at <= now and at >= now", moment) == equal


def test_a_positive_comparison_can_use_an_index() -> None:
    """Wrapping every atom to make it two-valued would scan a million rows for a handful."""
    scope = VIEW.scope(moment_at(INSTANTS[0]))

    sql = str(compile.condition(read_condition("at < now and not flag", VIEW.terms, {}), scope))

    assert sql == "thing.at < :param_1 AND thing.flag IS NOT true"


def test_the_words_of_a_closed_set_stand_in_the_query() -> None:
    """SQLite uses an index over open rows alone only where the query names their categories itself."""
    scope = VIEW.scope(moment_at(INSTANTS[0]))
    condition = compile.condition(read_condition("category in ('todo', 'done')", VIEW.terms, {}), scope)

    sql = str(condition.compile(compile_kwargs={"render_postcompile": True}))

    assert sql == "thing.category IN ('todo', 'done')"


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("state not in ('todo', 'done')", "thing.state IN ('in_progress')"),
        ("not state in ('todo', 'in_progress', 'done')", "false"),
        ("category not in ('todo')", "(thing.category IN ('todo')) IS NOT true"),
    ],
)
def test_none_of_a_closed_set_is_one_of_the_others_where_no_row_lacks_it(text: str, sql: str) -> None:
    """An index finds the others; a wrapped `not` scans."""
    condition = compile.condition(read_condition(text, VIEW.terms, {}), VIEW.scope(moment_at(INSTANTS[0])))

    assert str(condition.compile(compile_kwargs={"render_postcompile": True})) == sql


class Ticks(Scope):
    """Every folded time as a column of a table of moments."""

    def folded(self, of: Callable[[Moment], Any], as_type: TypeEngine[Any]) -> ColumnElement[Any]:
        return literal_column(f"tick.{type(of(self.moment)).__name__}", as_type)


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("at < now", "thing.at < tick.datetime"),
        ("day <= today - 3", "thing.day <= tick.date"),
        ("at > ago('3d')", "thing.at > tick.datetime"),
        ("day > working_days_ago(3)", "thing.day > CASE WHEN (thing.calendar = 'x') THEN tick.date ELSE tick.date END"),
        (
            "at < working_hours_ago(8)",
            "thing.at < CASE WHEN (thing.calendar = 'x') THEN tick.datetime ELSE tick.datetime END",
        ),
        ("days_late > 3", "thing.flag AND thing.day < tick.date"),
        ("waited > 8", "thing.at < CASE WHEN (thing.calendar = 'x') THEN tick.datetime ELSE tick.datetime END"),
    ],
)
def test_every_time_is_folded_in_one_place(text: str, sql: str) -> None:
    """So one query can be made over many moments: what a rule would have found, hour by hour."""
    scope = VIEW.scope(moment_at(INSTANTS[0]))
    ticks = Ticks(scope.columns, scope.ages, scope.moment)

    condition = compile.condition(read_condition(text, VIEW.terms, {}), ticks)

    assert re.sub(":calendar_1", "'x'", str(condition)) == sql
