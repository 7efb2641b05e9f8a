"""The invented firm's Asana, from its stand-in to what the rules ask: which promises have passed."""

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from cli.demo_settings import write_settings
from cli.opening import read_config
from config.settings import Settings
from connectors.asana import Asana, AsanaSettings
from connectors.governor import Governor
from rules.moment import Moment
from rules.views import MILESTONE, select_view
from rules.working_time import WorkingTime, calendars
from sandbox.lantern_quay import lantern_quay
from sandbox.lantern_quay.office import at
from sandbox.server import Sandbox
from sandbox.story import Story, StoryClock, tuesday
from sync.engine import RunResult, sync_source
from tests.unify.tiny import new_database, rows
from unify.mappers import asana
from unify.settle import settle

LATE = ["小程序提审", "積分規則上線"]


def _days(working: Mapping[str, WorkingTime], calendar: str, first: date, last: date) -> int:
    return working[calendar].days_between(first, last)


class Year:
    """The stand-in, the demo's own settings, and a database that follows."""

    def __init__(self, sandbox: Sandbox, settings: Settings, engine: Engine, clock: StoryClock) -> None:
        self.sandbox = sandbox
        self.settings = settings
        self.engine = engine
        self.clock = clock

    def sync(self) -> RunResult:
        """One run, with link and derive."""
        source = self.settings.sources["asana"]
        assert isinstance(source, AsanaSettings)
        stop = threading.Event()
        governor = Governor("asana", limits=["10000/second"], stop=stop, redact=lambda text: text)
        working = calendars(self.settings, self.clock())

        def after(connection: Connection, touched: Any) -> None:
            days = partial(_days, working)
            settle(connection, self.settings, touched, days, self.clock())

        run = partial(sync_source, zone=self.settings.zone, clock=self.clock, stop=stop, after=after)
        try:
            return run(source, Asana(source, governor), asana, self.engine, requests=lambda: governor.requests)
        finally:
            governor.close()

    def milestones(self) -> dict[str, dict[str, Any]]:
        """What the rules see, by name."""
        working = calendars(self.settings, self.clock())
        with self.engine.connect() as connection:
            found = select_view(MILESTONE, Moment.of(self.settings, working, self.clock())).read(connection)
        return {row["name"]: dict(row) for row in found}

    def overdue(self) -> list[str]:
        """The names of those whose promise has passed."""
        return sorted(name for name, row in self.milestones().items() if row["overdue"])


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    """The year up to 24 November, 08:50, read once; the clock then shows 09:00."""
    plan = lantern_quay()
    clock = StoryClock(plan.first_sync)
    with Sandbox(plan, clock, vendors=("asana",)) as sandbox:
        settings = read_config(write_settings(tmp_path, sandbox), {}).settings
        made = Year(sandbox, settings, new_database(tmp_path, "year.db"), clock)
        assert made.sync().outcome == "ok"
        clock.set(plan.story_now)
        yield made
        made.engine.dispose()


def test_every_task_and_milestone_of_the_plan_is_found(year: Year) -> None:
    """The plan is the truth; nothing in it is odd to Asana."""
    projects = year.sandbox.plan.of_vendor("asana")
    items = [item for project in projects for item in project.items]
    promised = [one.name for project in projects for one in project.milestones]
    promised += [item.name for item in items if item.milestone]

    assert sorted(name for (name,) in rows(year.engine, "project", "name")) == sorted(one.name for one in projects)
    assert sorted(name for (name,) in rows(year.engine, "work_item", "name")) == sorted(item.name for item in items)
    assert sorted(year.milestones()) == sorted(promised)
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
    assert year.milestones()["積分 UAT"]["status_category"] == "done"
    doers = dict(rows(year.engine, "milestone", "name", "done_by_account"))
    assert doers["積分 UAT"] == f"asana/users/{year.sandbox.asana.account_id('lamhoyin')}"


def test_exactly_the_two_are_overdue(year: Year) -> None:
    """One by its day, which ended yesterday; one by an instant half an hour ago."""
    late = year.milestones()

    assert year.overdue() == LATE
    assert (late["小程序提审"]["due_on"], late["小程序提审"]["due_at"]) == (date(2026, 11, 23), None)
    assert late["積分規則上線"]["due_at"] == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    assert (late["積分規則上線"]["days_overdue"], late["小程序提审"]["days_overdue"]) == (0, 1)

    year.clock.set(at("2026-11-24 08:29"))
    assert year.overdue() == ["小程序提审"]


def test_a_move_is_counted_from_the_date_first_promised(year: Year) -> None:
    """Asana tells the history itself."""
    moved = year.milestones()["小程序原型确认"]

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
    assert year.overdue() == []
