"""What is asked of a row before it is joined says no more than the rule itself."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Column, ColumnElement, Connection, create_engine, func, select
from sqlalchemy.sql import visitors

from rules.early import told_early
from rules.language import compile
from rules.language.parse import read_condition
from tests.rules.language_expressions import conditions
from tests.rules.language_meanings import E
from tests.rules.language_rows import INSTANTS, PARAMS, TABLE, VIEW, fill, moment_at

BESIDE = TABLE.alias("beside")
JOINED = TABLE.outerjoin(BESIDE, (BESIDE.c.key == TABLE.c.key) & (TABLE.c.key % 7 != 0))


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """The rows of the language's tests."""
    with create_engine("sqlite://").connect() as opened:
        fill(opened)
        yield opened


def compiled(text: str, now: datetime) -> ColumnElement[bool]:
    """The condition, where the calendar and some others are those of a joined table, and `n` is looked up."""
    scope = VIEW.scope(moment_at(now))
    looked_up = select(func.max(BESIDE.c.n)).where(BESIDE.c.key == TABLE.c.key).correlate(TABLE).scalar_subquery()
    others: Mapping[str, Any] = {name: BESIDE.c[name] for name in ("calendar", "x", "other", "category", "until")}
    scope = replace(scope, columns={**scope.columns, **others, "n": looked_up})
    return compile.condition(read_condition(text, VIEW.terms, PARAMS), scope)


def chosen(connection: Connection, *holding: ColumnElement[bool]) -> set[int]:
    return set(connection.scalars(select(TABLE.c.key).select_from(JOINED).where(*holding)))


@hypothesis_settings(max_examples=300, derandomize=True)
@given(expression=conditions.filter(lambda expression: expression.is_small), now=st.sampled_from(INSTANTS))
def test_no_row_is_ruled_out_of_which_the_rule_holds(connection: Connection, expression: E, now: datetime) -> None:
    """And what is asked early names the row's own columns alone."""
    for text in (expression.text, f"not ({expression.text})"):
        condition = compiled(text, now)
        early = told_early(TABLE, condition)

        assert chosen(connection, condition) <= chosen(connection, *early)
        assert {one.table for told in early for one in visitors.iterate(told) if isinstance(one, Column)} <= {TABLE}


@pytest.mark.parametrize(
    ("condition", "early"),
    [
        ("state = 'todo'", []),
        ("state = 'todo' and waited > 8", ["thing.at < :param_1"]),
        ("waited > 8 or state = 'todo'", ["thing.at < :param_1 OR thing.state = __[POSTCOMPILE_param_2]"]),
        ("waited > 8 or n > 1", []),
        ("waited > 8 and n > 1 or flag", ["thing.at < :param_1 OR thing.flag"]),
        ("not (waited > 8)", []),
        ("at > working_hours_ago(8) and at < now", ["thing.at > :param_1"]),
    ],
)
def test_what_hangs_on_a_calendar_is_told_by_the_loosest(condition: str, early: list[str]) -> None:
    """Beside what the condition asks of the row by itself; nothing, where one way to hold asks nothing of it."""
    assert [str(told) for told in told_early(TABLE, compiled(condition, INSTANTS[0]))] == early
