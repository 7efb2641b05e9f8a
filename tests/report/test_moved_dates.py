"""Dates that were moved: what was agreed with the client and what was not, in the figures and in words."""

from datetime import date

import pytest
from sqlalchemy import Engine

from report.page import Page
from tests.alerts.firm import put
from tests.report.browser import seen
from tests.report.firm import milestone, read


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

    assert [row.key for row in shown.moved_past_promise] == ["delivery/issue/1"] * is_told
    assert not {row.key for row in shown.overdue} & {row.key for row in shown.moved_past_promise}


def test_a_promise_that_was_moved_away_is_told_by_how_long_ago_it_was(engine: Engine) -> None:
    """Part 3, health: "17 working days past the promised 30 Oct"; the longest past first, each for its BD manager."""
    put(
        engine,
        "milestone",
        milestone(1, due_on=date(2026, 11, 30), baseline_on=date(2026, 11, 20)),
        milestone(2, due_on=date(2026, 11, 30), baseline_on=date(2026, 10, 30)),
    )

    shown = read(engine)

    told = [(row.key, row.days_past_promise, row.working_days_past_promise) for row in shown.moved_past_promise]
    assert told == [("delivery/issue/2", 25, 17), ("delivery/issue/1", 4, 2)]
    assert [len(shown.narrowed(name).moved_past_promise) for name in ("marco", "sandy")] == [2, 0]


def test_a_promise_that_was_moved_without_the_client_is_no_ordinary_date(engine: Engine) -> None:
    """Scenario 4: a moved date turns an alert into another one, never into silence."""
    moved = {"due_on": date(2026, 11, 30), "baseline_on": date(2026, 10, 30), "slip_days": 31, "moves": 3}
    put(engine, "milestone", milestone(1, **moved), milestone(2, **moved | {"agreed_on": date(2026, 11, 30)}))

    shown = read(engine)
    silent, told = sorted(Page.of(shown, "en").due_soon, key=lambda row: row.not_agreed)

    assert (silent.slip, silent.not_agreed) == ("21 working days", "")
    assert (told.slip, told.not_agreed) == ("21 working days", "Fri 30 Oct")
    assert seen(shown).text.count("21 working days promised Fri 30 Oct, not agreed with the client") == 1


def test_a_promise_that_was_moved_away_keeps_the_page_red(engine: Engine) -> None:
    """Scenario 4: "0 overdue" alone would read as good news on the day on which a promise was broken in silence."""
    put(engine, "milestone", milestone(1, due_on=date(2026, 11, 30), baseline_on=date(2026, 10, 30), moves=3))
    shown = read(engine)

    text, figures = seen(shown, person="marco").text, Page.of(shown, "en", person="marco").figures

    assert [(name, figure.value, figure.tone) for name, figure in figures.items()] == [
        ("overdue", 0, ""),
        ("moved", 1, "late"),
        ("feedback", 0, ""),
        ("due-soon", 1, ""),
    ]
    assert "1 promise passed, new date not agreed" in text
    assert "Fri 30 Oct 25 days 17 working days Mon 30 Nov not agreed with the client" in text
    assert "No current date has passed, but 1 promise has" in text
    assert "No promised date has passed." not in text
    assert "未有客戶同意記錄" in seen(shown, "zh-Hant-HK").text
    assert "无客户确认记录" in seen(shown, "zh-Hans-CN").text
