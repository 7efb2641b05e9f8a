"""The same rule finds the same rows on SQLite and on Postgres."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from tests.rules.language_expressions import PATTERNS, conditions
from tests.rules.language_meanings import E, column, follows
from tests.rules.language_rows import INSTANTS, KEYS, ROWS, chosen, fill, moment_at

SMALL = conditions.filter(lambda expression: expression.is_small)


@pytest.fixture(scope="module")
def connection(postgres: Engine) -> Iterator[Connection]:
    """The rows of the language's tests, in a transaction that is not kept."""
    with postgres.connect() as opened:
        fill(opened)
        yield opened


@hypothesis_settings(max_examples=300, derandomize=True)
@given(expression=SMALL, now=st.sampled_from(INSTANTS))
def test_postgres_chooses_what_a_plain_evaluation_chooses(connection: Connection, expression: E, now: datetime) -> None:
    """And so what SQLite chooses, which is held to the same evaluation."""
    moment = moment_at(now)
    expected = {row["key"] for row in ROWS if expression.of(row, moment)}

    assert chosen(connection, expression.text, moment) == expected
    assert chosen(connection, f"not ({expression.text})", moment) == KEYS - expected


@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_finds_the_same_texts(connection: Connection, pattern: str, negated: bool) -> None:
    """Case, letters beyond ASCII, backslashes and wildcards in what is stored: each database has its own idea."""
    like = follows(column("text"), pattern, negated)
    moment = moment_at(INSTANTS[0])

    assert chosen(connection, like.text, moment) == {row["key"] for row in ROWS if like.of(row, moment)}


def test_the_instant_itself_is_met(connection: Connection) -> None:
    """On both, though one keeps instants as text."""
    moment = moment_at(INSTANTS[0])

    assert chosen(connection, "at <= now and at >= now", moment) == {r["key"] for r in ROWS if r["at"] == moment.now}
