"""Why a rule says something of one thing, or nothing: its parts agree with the rule, whatever it asks."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlmodel import SQLModel

from config.settings import RuleSettings
from rules.evaluate import Outcome
from rules.explained import Part
from rules.language.nodes import Constant
from rules.language.parse import read_condition
from rules.load import RuleFiles, load_rules
from rules.rule import Place, Rule
from rules.stopped import note_stopped
from rules.titles import check
from rules.why import Looked, Seen, look, seen_by
from tests.rules.language_expressions import conditions
from tests.rules.language_meanings import E
from tests.rules.language_rows import INSTANTS, PARAMS, ROWS, VIEW, moment_at
from tests.rules.language_rows import fill as fill_things
from tests.rules.rows import SETTINGS, STORY, database, due, feedback, local, milestone, moment, source
from unify import tables
from unify.engine import open_engine, writing
from unify.freshness import read_freshness

RULES = load_rules(SETTINGS)


@pytest.fixture(scope="module")
def things() -> Iterator[Connection]:
    """Rows of which every third value is missing, and a memory of stopped rules."""
    engine = open_engine("sqlite://")
    SQLModel.metadata.tables["hub_state"].create(engine)
    with engine.connect() as opened:
        fill_things(opened)
        yield opened
    engine.dispose()


def over_things(text: str) -> Rule:
    """A rule over the language's own view."""
    when = read_condition(text, VIEW.terms, PARAMS)
    title = {"en": check("thing", VIEW)}
    return Rule("own", VIEW, when, Constant("info", "text"), {}, title, title, None, Place("own.yaml"))  # type: ignore[arg-type]  # one language will do


@hypothesis_settings(max_examples=100, derandomize=True)
@given(
    expression=conditions.filter(lambda expression: expression.is_small),
    row=st.sampled_from(ROWS),
    now=st.sampled_from(INSTANTS),
)
def test_the_parts_agree_with_the_whole_and_with_a_plain_evaluation(
    things: Connection, expression: E, row: dict[str, Any], now: datetime
) -> None:
    """Whoever reads which part did not hold must be able to rely on it, below `not` too."""
    at = moment_at(now)
    shown = {**row, "days_late": None, "working_days_late": None, "waited": None}

    (looked,) = look(things, [Seen(VIEW, shown)], [over_things(expression.text)], [], SETTINGS, {}, at)

    assert looked.condition is not None
    assert looked.condition.holds is bool(expression.of(row, at))
    for part in whole(looked.condition):
        if part.parts:
            held = [inner.holds for inner in part.parts]
            assert part.holds is (all(held) if part.joined_by == "and" else any(held))
    assert {part.holds for part in looked.condition.decisive()} == {looked.condition.holds}


def whole(part: Part) -> Iterator[Part]:
    yield part
    for inner in part.parts:
        yield from whole(inner)


def looks(
    folder: Path, key: str, *rows: SQLModel, rules: Sequence[Rule] = RULES, off: Sequence[Rule] = ()
) -> dict[str, Looked]:
    """What each rule says of the row of that key."""
    with database(folder, source(last_ok_at=STORY), *rows) as engine, engine.connect() as connection:
        fresh = read_freshness(connection, SETTINGS, STORY)
        told = look(connection, seen_by(connection, key, moment()), rules, off, SETTINGS, fresh, moment())
    return {one.rule: one for one in told}


def test_a_rule_that_fires_tells_what_it_read(tmp_path: Path) -> None:
    """The flag alone says nothing: what it is made of stands beside it."""
    told = looks(tmp_path, "delivery/versions/1", milestone(1, **due(date(2026, 11, 16))))["milestone-overdue"]

    assert (told.verdict, told.severity, told.title) == ("fires", "critical", "M1 is 8 days late")
    assert told.condition is not None
    (part,) = told.condition.decisive()
    assert part.text == "overdue"
    assert part.meaning == "Open, and its day (or instant) has passed."
    assert part.values is not None
    assert part.values["status_category"] == "in_progress"
    assert part.values["deadline_at"] == local("2026-11-16 23:59") + timedelta(seconds=59, microseconds=999_999)


def test_a_silent_rule_tells_which_part_did_not_hold(tmp_path: Path) -> None:
    """With what a time in the rule meant just now."""
    told = looks(tmp_path, "delivery/tickets/1", feedback(1, score=40.0, received_at=local("2026-08-01 09:00")))

    negative = told["feedback-negative"]
    assert negative.verdict == "holds its peace"
    assert negative.condition is not None
    (part,) = negative.condition.decisive()
    assert part.text == "received_at >= ago('60d')"
    assert part.values == {"received_at": local("2026-08-01 09:00"), "ago('60d')": STORY - timedelta(days=60)}


def test_what_came_nearest_to_holding_is_told_first(tmp_path: Path) -> None:
    """Of four limits by severity the one of its own severity is the answer, and not the first that is written."""
    ticket = feedback(1, severity="warning", received_at=local("2026-11-20 09:00"))

    told = looks(tmp_path, "delivery/tickets/1", ticket)["feedback-open-too-long"]

    assert told.condition is not None
    first, *_ = told.condition.decisive()
    assert first.text == "open_hours > 40"


def test_the_clock_of_what_waits_is_there_fired_or_not(tmp_path: Path) -> None:
    """ "Nine and a half hours" is believed by whoever sees them counted."""
    told = looks(tmp_path, "delivery/tickets/1", feedback(1, waiting_since=local("2026-11-20 16:30")))

    (clock,) = told["feedback-unhandled"].clocks
    assert (clock.column, clock.calendar, clock.hours) == ("waiting_since", "default", 9.5)
    assert [one.hours for one in clock.days] == [1.5, 0.0, 0.0, 8.0, 0.0]


def test_off_stopped_and_not_measured_are_told_apart(tmp_path: Path) -> None:
    """Each is mended by somebody else."""
    settings = {"milestone-due-soon": RuleSettings(enabled=False)}
    files = RuleFiles(tmp_path)
    rules, off = files.enabled(settings), [rule for rule in [files.named("milestone-due-soon", settings)] if rule]
    slow = next(rule for rule in rules if rule.id == "milestone-slipped")
    with database(
        tmp_path, source(last_ok_at=STORY), milestone(1, **due(date(2026, 11, 16), baseline_on=date(2026, 11, 16)))
    ):
        pass
    writer = open_engine(f"sqlite:///{tmp_path / 'milepost.db'}")
    with writing(writer) as connection:
        note_stopped(connection, [Outcome(slow, error="took too long")], STORY)
        seen = seen_by(connection, "delivery/versions/1", moment())
        told = {one.rule: one for one in look(connection, seen, rules, off, SETTINGS, {}, moment())}
    writer.dispose()

    assert (told["milestone-due-soon"].verdict, told["milestone-due-soon"].reason) == (
        "is off",
        "[rules.milestone-due-soon] enabled = false",
    )
    assert (told["milestone-slipped"].verdict, told["milestone-slipped"].reason) == (
        "was stopped",
        "since 2026-11-24 09:00: took too long",
    )
    assert told["milestone-at-risk"].verdict == "not measured"
    assert told["milestone-overdue"].verdict == "fires"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"deleted_at": STORY, "delete_reason": "archived"}, "gone there since 2026-11-24 (archived)"),
        ({"deleted_at": local("2026-11-24 01:00")}, "gone there since 2026-11-24 (deleted)"),
        ({"source": "left"}, "its source left is not in the config any more"),
        ({"project_key": "delivery/projects/1"}, "its project is archived, or gone"),
        ({"counted": False}, "it is the date of a project, on a day that one of its milestones holds: that one counts"),
    ],
)
def test_what_no_rule_looks_at_says_why(tmp_path: Path, changed: dict[str, Any], reason: str) -> None:
    """The most silent of all: nothing fires because nothing looks."""
    old = tables.Project(key="delivery/projects/1", source="delivery", vendor_id="1", name="Old", archived=True)
    row = milestone(1, **changed)
    gone = source("left", active=False)
    with database(tmp_path, source(), gone, old, row) as engine, engine.connect() as connection:
        (seen,) = seen_by(connection, row.key, moment())

    assert (seen.row, seen.unseen) == (None, reason)


def test_a_source_that_left_the_config_says_so(tmp_path: Path) -> None:
    """Of itself, as of all that was read from it."""
    with database(tmp_path, source("left", active=False)) as engine, engine.connect() as connection:
        (seen,) = seen_by(connection, "left", moment())

    assert (seen.view.name, seen.row, seen.unseen) == ("source", None, "it is not in the config any more")


def test_of_a_person_the_rules_are_asked_of_each_week(tmp_path: Path) -> None:
    """The rows of `workload` are weeks, with keys of their own; who asks why names the person."""
    lee = tables.Person(key="person/lee", name="Lee", side="team", capacity_hours=32)
    account = tables.Account(key="delivery/users/1", source="delivery", vendor_id="1", person_key=lee.key)
    work: dict[str, Any] = {"source": "delivery", "status_category": "todo", "assignee_accounts": [account.key]}
    items = [
        tables.WorkItem(key=f"delivery/issues/{day}", vendor_id=str(day), due_on=date(2026, 11, day), **work, **more)
        for day, more in ((20, {"remaining_hours": 40.5}), (30, {"start_on": date(2026, 11, 30)}))
    ]
    overload = [rule for rule in RULES if rule.view.name == "workload"]

    with database(tmp_path, source(last_ok_at=STORY), lee, account, *items) as engine, engine.connect() as connection:
        seen = seen_by(connection, lee.key, moment())
        fresh = read_freshness(connection, SETTINGS, STORY)
        told = look(connection, seen, overload, [], SETTINGS, fresh, moment())
        off = look(connection, seen, [], overload, SETTINGS, fresh, moment())

    assert [(one.verdict, one.subject) for one in told] == [
        ("fires", "person/lee/2026-11-23"),
        ("holds its peace", "person/lee/2026-11-30"),
    ]
    assert [one.verdict for one in off] == ["is off"], "once, and not once a week"


def test_a_person_without_dated_work_has_no_week(tmp_path: Path) -> None:
    lee = tables.Person(key="person/lee", name="Lee", side="team")
    with database(tmp_path, lee) as engine, engine.connect() as connection:
        assert seen_by(connection, lee.key, moment()) == []


def test_a_rule_fires_on_what_is_older_than_the_calendar(tmp_path: Path) -> None:
    """Its hours cannot be counted: that is no reason to call the rule stopped."""
    told = looks(tmp_path, "delivery/tickets/1", feedback(1, waiting_since=local("2003-05-05 10:00")))

    assert (told["feedback-unhandled"].verdict, told["feedback-unhandled"].clocks) == ("fires", ())
