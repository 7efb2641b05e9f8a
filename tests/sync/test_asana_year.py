"""The invented firm's Asana, from its stand-in to what the rules ask: which promises have passed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from rules.views import MILESTONE
from sandbox.lantern_quay.office import at
from sandbox.story import Story, tuesday
from tests.sync.year import Year, read_up_to_now
from tests.unify.tiny import rows

LATE = ["小程序提审", "積分規則上線"]


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    with read_up_to_now("asana", tmp_path) as made:
        yield made


def milestones(year: Year) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in year.see(MILESTONE)}


def overdue(year: Year) -> list[str]:
    return sorted(name for name, row in milestones(year).items() if row["overdue"])


def test_every_task_and_milestone_of_the_plan_is_found(year: Year) -> None:
    """The plan is the truth; nothing in it is odd to Asana."""
    projects = year.sandbox.plan.of_vendor("asana")
    items = [item for project in projects for item in project.items]
    promised = [one.name for project in projects for one in project.milestones]
    promised += [item.name for item in items if item.milestone]

    assert sorted(name for (name,) in rows(year.engine, "project", "name")) == sorted(one.name for one in projects)
    assert sorted(name for (name,) in rows(year.engine, "work_item", "name")) == sorted(item.name for item in items)
    assert sorted(milestones(year)) == sorted(promised)
    assert len(rows(year.engine, "comment")) == sum(len(item.messages) for item in items)
    assert rows(year.engine, "mapping_problem") == []


def test_what_was_done_is_done_and_by_whom(year: Year) -> None:
    """The tick tells; the history says whose it was."""
    items = [item for project in year.sandbox.plan.of_vendor("asana") for item in project.items]
    done = {item.name: item.done_at for item in items if item.status == "done"}
    stored = {
        name: at
        for name, at, category in rows(year.engine, "work_item", "name", "done_at", "status_category")
        if category == "done"
    }

    assert stored == done
    assert milestones(year)["積分 UAT"]["status_category"] == "done"
    doers = dict(rows(year.engine, "milestone", "name", "done_by_account"))
    assert doers["積分 UAT"] == f"asana/users/{year.sandbox.asana.account_id('lamhoyin')}"


def test_exactly_the_two_are_overdue(year: Year) -> None:
    """One by its day, which ended yesterday; one by an instant half an hour ago."""
    late = milestones(year)

    assert overdue(year) == LATE
    assert (late["小程序提审"]["due_on"], late["小程序提审"]["due_at"]) == (date(2026, 11, 23), None)
    assert late["積分規則上線"]["due_at"] == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    assert (late["積分規則上線"]["days_overdue"], late["小程序提审"]["days_overdue"]) == (0, 1)

    year.clock.set(at("2026-11-24 08:29"))
    assert overdue(year) == ["小程序提审"]


def test_a_move_is_counted_from_the_date_first_promised(year: Year) -> None:
    """Asana tells the history itself."""
    moved = milestones(year)["小程序原型确认"]

    assert (moved["baseline_on"], moved["due_on"], moved["slip_days"]) == (date(2026, 2, 20), date(2026, 2, 27), 7)


def test_guests_are_clients_and_all_others_ours(year: Year) -> None:
    """The one guest of the year is a vice principal."""
    sides = dict(rows(year.engine, "account", "name", "side"))

    assert sides.pop("Ip Suk Fan 葉淑芬") == "client"
    assert sides.pop("Milepost") == "hub"
    assert set(sides.values()) == {"team"}


def test_the_day_goes_on(year: Year) -> None:
    """Both are finished in the afternoon; a run then asks for what changed and no more."""
    story = Story(year.sandbox, tuesday())
    year.clock.set(at("2026-11-24 17:20"))
    story.advance(year.clock())

    run = year.sync()

    assert run.outcome == "ok"
    assert run.requests <= 4 + 2 * 4 + 2
    assert overdue(year) == []
