"""What changed lately and what is due this week, on the first page; and lists too long for it."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine

from report.pages.today import SHOWN
from tests.alerts.firm import TUESDAY, hk, put
from tests.report.asking import MARCO, Asking
from tests.report.browser import figures, listed, rows
from tests.report.firm import alert, feedback, milestone

MOVED: dict[str, Any] = {"name": "UAT sign-off", "due_on": date(2026, 11, 30), "baseline_on": date(2026, 10, 30)}


def moves(engine: Engine, *days: str | None, at: int = 23) -> None:
    """That its due date went from the first of these days to the next, and so on, on that day of November."""
    known = {"source": "delivery", "entity_key": "delivery/issue/1", "field": "due"}
    for number, (old, new) in enumerate(pairwise(days)):
        vendors = {"key": f"delivery/change/{number}", "vendor_id": str(number)}
        put(engine, "change", {**known, **vendors, "old": old, "new": new, "changed_at": hk(at, 10 + number)})


def changes(engine: Engine, **how: Any) -> list[tuple[str, str]]:
    """What is told of, and how it changed."""
    return [(row["name"].text, row["change"].text) for row in listed(engine, "changes", **how)]


def test_a_date_that_was_moved_twice_is_one_change(engine: Engine) -> None:
    """From where it stood when the last working day began to where it stands; who moved it knows the steps between."""
    put(engine, "milestone", milestone(1, **MOVED, moves=2, moved_at=hk(23, 11)))
    moves(engine, "2026-11-16", "2026-11-20", "2026-11-30")

    assert changes(engine) == [("UAT sign-off", "Mon 16 Nov → Mon 30 Nov")]
    assert changes(engine, bd="sandy") == []


@pytest.mark.parametrize(
    ("days", "at"),
    [(("2026-11-30", "2026-12-07", "2026-11-30"), 23), (("2026-11-16", "2026-11-30"), 20)],
    ids=["there and back", "before the last working day"],
)
def test_what_is_as_it_was_is_no_change(engine: Engine, days: tuple[str, ...], at: int) -> None:
    """A typing slip that was put right, and what was told yesterday."""
    put(engine, "milestone", milestone(1, **MOVED, moves=1, moved_at=hk(at, 11)))
    moves(engine, *days, at=at)

    assert changes(engine) == []
    assert "changes" not in figures(engine)


def test_a_date_that_was_taken_away_is_told(engine: Engine) -> None:
    """Nothing is overdue without a date: that is why somebody takes it away."""
    put(engine, "milestone", milestone(1, **MOVED | {"due_on": None}))
    moves(engine, "2026-11-16", None)

    assert changes(engine) == [("UAT sign-off", "Mon 16 Nov → no date")]


def test_requests_feedback_and_turned_projects_follow(engine: Engine) -> None:
    """Of Monday and this morning; what came in on Friday was told on Monday."""
    put(
        engine,
        "alert",
        alert("requirement-changed", "Second reviewer", created_at="2026-11-23T02:00:00+00:00"),
        alert("requirement-changed", "Old wish", created_at="2026-11-10T02:00:00+00:00"),
    )
    put(engine, "feedback", feedback(1), feedback(2, received_at=hk(23, 15), waiting_since=hk(23, 15)))
    of = {"key": "delivery/project/10", "client_key": "client/bank", "reasons": []}
    put(
        engine,
        "health_day",
        {**of, "day": date(2026, 11, 20), "colour": "green", "computed_at": hk(20)},
        {**of, "day": TUESDAY.date(), "colour": "red", "computed_at": TUESDAY},
    )

    assert changes(engine) == [
        ("Second reviewer", "asked for besides what was agreed"),
        ("Feedback 2", "the client wrote"),
        ("Mobile app revamp", "Green → Red"),
    ]
    assert [name for name, _ in changes(engine, reader=MARCO)] == ["Second reviewer", "Mobile app revamp"]
    assert figures(engine)["changes"].value == 3


def test_what_is_due_by_sunday_stands_apart(engine: Engine) -> None:
    """The figure counts this week; beside it stands how many there are in the next 30 days."""
    on = (date(2026, 11, 27), date(2026, 11, 29), date(2026, 11, 30))
    put(engine, "milestone", *(milestone(number, name=f"{day}", due_on=day) for number, day in enumerate(on)))

    due = figures(engine)["due-soon"]

    assert (due.value, due.label) == (2, "due this week; 3 in the next 30 days")


def test_a_long_list_leads_to_all_of_it(engine: Engine) -> None:
    """The page stays one that a phone can load; a file has every row."""
    many = SHOWN + 105
    put(engine, "milestone", *(milestone(number, name=f"Late {number}") for number in range(many)))
    asking = Asking(engine)
    first, whole = asking.page("/"), asking.page("/", status="overdue")

    assert len(rows(first, "overdue")) == SHOWN + 1  # with the client's name above them
    assert 'href="/?status=overdue" rel="next"' in first
    assert f'<span class="count">{many}</span>' in whole
    assert 'href="/?status=overdue&amp;page=2" rel="next"' in whole
    assert 'id="feedback"' not in whole
    assert 'href="/#feedback"' in whole
    assert len(rows(asking.page("/", status="overdue", page="2"), "overdue")) == many - 100 + 1
    assert len(listed(engine, "overdue", page=0)) == many
