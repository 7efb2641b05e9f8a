"""The invented firm's year at one vendor, read into a database: what the rules see of it."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from cli.demo_settings import write_settings
from cli.opening import read_config
from config.settings import Settings
from connectors.kinds import KINDS
from rules.moment import Moment
from rules.views import View, select_view
from rules.working_time import WorkingTime, calendars
from sandbox.lantern_quay import lantern_quay
from sandbox.plan import Vendor
from sandbox.server import Sandbox
from sandbox.story import StoryClock
from sync.engine import RunResult, sync_source
from tests.sync.test_vendors import governed
from tests.unify.tiny import new_database
from unify.mappers import MAPPERS
from unify.settle import settle


class Year:
    """The stand-in, the demo's own settings, and a database that follows."""

    def __init__(self, sandbox: Sandbox, vendor: Vendor, settings: Settings, engine: Engine, clock: StoryClock) -> None:
        self.sandbox = sandbox
        self.settings = settings
        self.engine = engine
        self.clock = clock
        self._source = settings.sources[vendor]

    @property
    def working(self) -> Mapping[str, WorkingTime]:
        """Working time by calendar."""
        return calendars(self.settings, self.clock())

    def sync(self) -> RunResult:
        """One run, with link and derive."""
        source, stop, days = self._source, threading.Event(), partial(_days, self.working)

        def after(connection: Connection, touched: Any) -> None:
            settle(connection, self.settings, touched, days, self.clock())

        governor = governed(source, stop)
        try:
            return sync_source(
                source,
                KINDS[source.kind].connect(source, governor),
                MAPPERS[source.kind],
                self.engine,
                zone=self.settings.zone,
                clock=self.clock,
                stop=stop,
                requests=lambda: governor.requests,
                after=after,
            )
        finally:
            governor.close()

    def see(self, view: View) -> list[dict[str, Any]]:
        """What the rules see."""
        with self.engine.connect() as connection:
            found = select_view(view, Moment.of(self.settings, self.working, self.clock())).read(connection)
        return [dict(row) for row in found]


@contextmanager
def read_up_to_now(vendor: Vendor, folder: Path) -> Iterator[Year]:
    """The year up to 24 November, 08:50, read once; the clock then shows 09:00."""
    plan = lantern_quay()
    clock = StoryClock(plan.first_sync)
    with Sandbox(plan, clock, vendors=(vendor,)) as sandbox:
        settings = read_config(write_settings(folder, sandbox), {}).settings
        made = Year(sandbox, vendor, settings, new_database(folder, "year.db"), clock)
        assert made.sync().outcome == "ok"
        clock.set(plan.story_now)
        yield made
        made.engine.dispose()


def _days(working: Mapping[str, WorkingTime], calendar: str, first: date, last: date) -> int:
    return working[calendar].days_between(first, last)
