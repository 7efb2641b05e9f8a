"""The back-test's law: asking only where an answer can change gives what asking every time, one query each, gives."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert
from sqlmodel import SQLModel

from rules.backtest import Backtest, backtest
from rules.backtest.episodes import Answer, episodes
from rules.backtest.versions import Archive, Version
from rules.evaluate import find
from rules.rule import Rule
from rules.views import FEEDBACK, ITEM
from rules.views.base import table
from tests.rules.past_rows import BUDGET, change, hours, message
from tests.rules.rows import CALENDARS, SETTINGS, STORY, due, feedback, fill, local, milestone, source
from tests.rules.test_backtest import item
from tests.rules.test_evaluate import rule
from unify import tables
from unify.derived import CHANGE
from unify.engine import open_engine

_EVERY = timedelta(hours=13)
_SINCE = local("2026-11-12 06:00")
"""Twelve days with two weekends, asked at every hour of the day."""

instants = st.integers(0, 12 * 24 * 60).map(lambda minutes: _SINCE + timedelta(minutes=minutes))
days = st.none() | st.integers(-5, 15).map(lambda n: date(2026, 11, 12) + timedelta(days=n))
words = st.sampled_from(["Doing", "Done", "Blocked"])
_CATEGORY = {"Doing": "in_progress", "Done": "done", "Blocked": "todo"}

RULES = [
    rule("overdue", severity="if(days_overdue > 2, 'critical', 'warning')"),
    rule("working_days_left <= 3 and not moved_without_agreement"),
    rule("not (due_on < today - 1) or working_days_overdue = 2", severity="if(awaited, 'info', 'high')"),
    rule("due_on between working_days_ago(2) and tomorrow or moved_at >= working_hours_ago(9)"),
    rule("on_day_off or promise_passed and not overdue", severity="if(overdue, 'high', 'info')"),
    rule("unhandled", FEEDBACK, "severity"),
    rule("waited_hours > 3 and waited_hours <= 11 or received_at < ago('50h') and not answered", FEEDBACK),
    rule("status_since < working_hours_ago(6) and is_open", ITEM),
    rule("working_days_left <= 1 or due_on is null and created_at < ago('3d')", ITEM, "if(has_owner, 'info', 'high')"),
]


@st.composite
def histories(draw: st.DrawFn) -> list[SQLModel]:
    """A milestone, an item and a ticket, each with changes at any time before, in or after the rest of the days."""
    made: list[SQLModel] = [source()]
    dues, statuses = (
        draw(st.lists(st.tuples(days, instants), max_size=3)),
        draw(st.lists(st.tuples(words, instants), max_size=3)),
    )
    born, gone = draw(st.none() | instants), draw(st.none() | instants)
    word, day = draw(words), draw(days)
    calendar = draw(st.sampled_from(list(CALENDARS)))
    shared: dict[str, Any] = {"created_at": born, "deleted_at": gone, "status_native": word}
    shared["status_category"] = _CATEGORY[word]
    shared["done_at"] = draw(instants) if word == "Done" else None
    dated = due(day) if day else {}
    promise = milestone(1, **{**dated, **shared}, calendar=calendar, baseline_on=draw(days))
    task = item(1, status_native=word, status_category=_CATEGORY[word], due_on=day)
    for row in (promise, task):
        made += [row, *_changes(row, "due", [(str(one) if one else None, at) for one, at in dues])]
        made += _changes(row, "status", statuses)
    severity = draw(st.sampled_from(["warning", "high", "critical"]))
    ticket = feedback(1, received_at=draw(instants), severity=severity, calendar=calendar)
    said = draw(
        st.lists(st.tuples(st.sampled_from(["team", "client"]), instants), max_size=3, unique_by=lambda m: m[1])
    )
    return [*made, ticket, *(message(ticket, side, at) for side, at in said)]


def _changes(row: SQLModel, field: str, told: Sequence[tuple[str | None, datetime]]) -> list[SQLModel]:
    values = sorted({at: value for value, at in told}.items())
    olds = [None, *(value for _, value in values)]
    return [change(row, field, old, new, at) for old, (at, new) in zip(olds, values, strict=False)]


def one_by_one(connection: Connection, tried: Rule, ticks: list[Any]) -> Backtest:
    """The same by the naive way: at each tick a database that holds what was there, and the rule's plain query."""
    every = [
        version
        for slice_ in Archive(connection, tried.view, SETTINGS, ticks[-1]).slices([one.now for one in ticks])
        for version in slice_
    ]
    answers: list[Answer] = []
    engine = open_engine("sqlite://")
    with engine.connect() as memory:
        for needed in {*tried.view.tables, CHANGE}:
            needed.create(memory)
        memory.execute(insert(table(tables.Source)), source().model_dump())
        for number, moment in enumerate(ticks):
            there = [version for version in every if version.first <= number <= version.last]
            hold(memory, tried, there)
            for finding in find(memory, tried, moment):
                answers.append(Answer(finding.subject, number, number + 1, finding.severity))
    engine.dispose()
    answers.sort(key=lambda one: (one.subject, one.begins))
    return Backtest(tried, ticks, episodes(answers, len(ticks)), [])


def hold(memory: Connection, tried: Rule, there: list[Version]) -> None:
    memory.execute(delete(tried.view.table))
    memory.execute(delete(CHANGE))
    for version in there:
        memory.execute(insert(tried.view.table), version.row)
        if version.changes:
            memory.execute(insert(CHANGE), version.changes)


@settings(max_examples=30, deadline=None)
@given(tried=st.sampled_from(RULES), rows=histories())
def test_asking_where_an_answer_can_change_is_asking_always(tried: Rule, rows: list[SQLModel]) -> None:
    """Every alert begins, changes and ends at the same tick."""
    engine = open_engine("sqlite://")
    fill(engine, *rows)
    ticks = hours(_SINCE, STORY, _EVERY)
    with engine.connect() as connection:
        found = backtest(connection, tried, SETTINGS, ticks, BUDGET)
        expected = one_by_one(connection, tried, ticks)
    engine.dispose()

    assert shape(found) == shape(expected)


def shape(of: Backtest) -> list[tuple[str, list[tuple[int, str]], int | None]]:
    return [(one.subject, [(stage.tick, stage.severity) for stage in one.stages], one.ends) for one in of.raised]
