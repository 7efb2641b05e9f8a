"""Dates that were moved: what was agreed with the client and what was not, in the figures and in words."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from report.reading.today import read_today
from report.structured import as_json
from tests.alerts.firm import hk, put
from tests.report.browser import figures, listed, seen
from tests.report.firm import asked, milestone, read


@pytest.mark.parametrize(
    ("dates", "is_told"),
    [
        ({"due_on": date(2026, 11, 30)}, True),
        ({"due_on": None, "deadline_on": None, "deadline_at": None}, True),
        ({"due_on": date(2026, 12, 24), "agreed_on": date(2026, 11, 23)}, True),
        ({"due_on": date(2026, 11, 30), "agreed_on": date(2026, 11, 30)}, False),
        ({"due_on": date(2026, 11, 30), "baseline_on": date(2026, 11, 24)}, False),
        ({"due_on": date(2026, 11, 30), "status_category": "done"}, False),
        ({"due_on": date(2026, 11, 30), "client_facing": False}, False),
        ({"due_on": date(2026, 11, 23)}, False),
    ],
    ids=[
        "moved on",
        "taken away",
        "moved past the agreed day",
        "agreed",
        "promised for today",
        "done",
        "promised to nobody",
        "overdue",
    ],
)
def test_moving_the_date_makes_no_broken_promise_vanish(
    engine: Engine, dates: dict[str, object], is_told: bool
) -> None:
    """Scenario 4: what leaves the overdue ones because somebody moved its date turns up here, and only that."""
    put(engine, "milestone", milestone(1, **{"baseline_on": date(2026, 10, 30), **dates}))

    shown = read(engine)

    assert [row.key for row in shown.promises.moved] == ["delivery/issue/1"] * is_told
    assert not {row.key for row in shown.promises.overdue} & {row.key for row in shown.promises.moved}


def test_a_promise_that_was_moved_away_is_told_by_how_long_ago_it_was(engine: Engine) -> None:
    """Part 3, health: "17 working days past the promised 30 Oct"; the longest past first, each for its BD manager."""
    put(
        engine,
        "milestone",
        milestone(1, due_on=date(2026, 11, 30), baseline_on=date(2026, 11, 20)),
        milestone(2, due_on=date(2026, 11, 30), baseline_on=date(2026, 10, 30)),
    )

    shown = read(engine)

    told = [(row.key, row.days_past_promise, row.working_days_past_promise) for row in shown.promises.moved]
    assert told == [("delivery/issue/2", 25, 17), ("delivery/issue/1", 4, 2)]
    assert [len(read(engine, bd=name).promises.moved) for name in ("marco", "sandy")] == [2, 0]


def test_a_promise_that_was_moved_without_the_client_is_no_ordinary_date(engine: Engine) -> None:
    """Scenario 4: a moved date turns an alert into another one, never into silence."""
    moved = {"due_on": date(2026, 11, 30), "baseline_on": date(2026, 10, 30), "slip_days": 31, "moves": 3}
    put(engine, "milestone", milestone(1, **moved), milestone(2, **moved | {"agreed_on": date(2026, 11, 30)}))

    allowed, told = sorted((row["promised"] for row in listed(engine, "due-soon")), key=lambda cell: cell.warn)

    assert (allowed.notes[0], allowed.warn) == ("moved by 21 working days", "")
    assert (told.notes[0], told.warn) == ("moved by 21 working days", "not agreed with the client")


def test_an_agreed_date_says_by_what_and_what_the_tool_says_still(engine: Engine) -> None:
    """Scenario 3: 'in 6 days' must count to a date that the row shows; the tool's own is told as such."""
    agreed = {"agreed_on": date(2026, 11, 30), "deadline_on": date(2026, 11, 30), "deadline_at": hk(30, 23, 59)}
    put(engine, "milestone", milestone(1, name="Release 2.1", due_on=date(2026, 11, 13), slip_days=17, **agreed))
    record = {"milestone_key": "delivery/issue/1", "agreed_on": date(2026, 11, 30), "recorded_by": "marco"}
    put(engine, "agreement", *({**record, "reference": ref, "recorded_at": hk(23, 17)} for ref in ("CR-11", "CR-012")))

    text = seen(engine).text

    assert "Mon 30 Nov in 6 days agreed with the client (CR-012) Jira still says Fri 13 Nov" in text
    assert "nobody Fri 13 Nov moved by 11 working days Have Jira changed to Mon 30 Nov" in text
    with asked(engine) as one:
        (row,) = as_json(read_today(one), one)["due_soon"]
    assert (row["agreed_on"], row["agreed_reference"], row["deadline_on"]) == ("2026-11-30", "CR-012", "2026-11-30")
    assert (row["baseline_on"], row["due_on"], row["slip_working_days"]) == ("2026-11-13", "2026-11-13", 11)


def test_a_date_that_moved_after_it_was_agreed_shows_both(engine: Engine) -> None:
    """The client accepted 30 Nov; a tool that says 11 Dec has moved again, without the client."""
    put(engine, "milestone", milestone(1, due_on=date(2026, 12, 11), agreed_on=date(2026, 11, 30), moves=1))

    text = seen(engine).text

    assert "then agreed for Mon 30 Nov not agreed with the client Agree Fri 11 Dec with the client, or ask" in text


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"slip_days": 2, "due_on": date(2026, 11, 29), "baseline_on": date(2026, 11, 27)}, ["moved by 2 days"]),
        (
            {"slip_days": -2, "due_on": date(2026, 11, 25), "baseline_on": date(2026, 11, 27)},
            ["brought forward by 2 working days"],
        ),
        ({"due_on": date(2026, 11, 27), "moves": 2, "moved_at": hk(5)}, ["moved 2 times, last on Thu 5 Nov"]),
        ({"due_on": date(2026, 11, 27)}, []),
    ],
    ids=["over a weekend", "brought forward", "there and back", "as promised"],
)
def test_a_date_says_how_it_moved_and_nothing_where_it_did_not(
    engine: Engine, values: dict[str, Any], told: list[str]
) -> None:
    """On a phone every line that says nothing hides one that does."""
    put(engine, "milestone", milestone(1, **values))

    (row,) = listed(engine, "due-soon")

    if told:
        assert [note for note in row["promised"].notes if note] == told
        assert row["promised"].text
    else:
        assert "promised" not in row


def test_a_promise_that_was_moved_away_keeps_the_page_red(engine: Engine) -> None:
    """Scenario 4: "0 overdue" alone would read as good news on the day on which a promise was broken in silence."""
    put(
        engine,
        "milestone",
        milestone(1, due_on=date(2026, 11, 30), baseline_on=date(2026, 10, 30), slip_days=31, moves=3),
    )

    text, told = seen(engine, bd="marco").text, figures(engine, bd="marco")

    assert [(name, figure.value, figure.tone) for name, figure in told.items()] == [
        ("overdue", 0, ""),
        ("moved", 1, "red"),
        ("feedback", 0, ""),
        ("due-soon", 0, ""),
    ]
    assert "due this week; 1 in the next 30 days" in text
    assert "1 promise passed, new date not agreed" in text
    assert "Fri 30 Oct Mon 30 Nov moved by 21 working days moved 3 times not agreed with the client" in text
    assert "25 days 17 working days nobody Agree Mon 30 Nov with the client" in text
    assert "No current date has passed, but 1 promise has" in text
    assert "No promised date has passed." not in text
    assert "未有客戶同意記錄" in seen(engine, "zh-Hant-HK").text
    assert "无客户确认记录" in seen(engine, "zh-Hans-CN").text
