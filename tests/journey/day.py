"""The demo firm's Tuesday, held in the hand: its tools over HTTP, the hub, and a clock that the test moves."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import SQLModel

from cli.demo import enter_closures
from cli.demo_settings import write_settings
from cli.hub import Hub, RoundResult
from cli.opening import open_hub
from report.document import Document
from report.filters import Filters
from report.pages.today import TODAY
from report.reading.today import Today, read_today
from report.structured import as_json
from sandbox.lantern_quay import lantern_quay
from sandbox.mail import Received
from sandbox.plan import Plan
from sandbox.server import Sandbox
from sandbox.story import StoryClock

AT_ONCE = timedelta()
"""The patience of a hub in a test: what fails is not waited for."""
HONG_KONG = ZoneInfo("Asia/Hong_Kong")


def tuesday(hour: int, minute: int = 0) -> datetime:
    """An instant of Tue 24 Nov 2026, told in Hong Kong time."""
    return datetime.combine(date(2026, 11, 24), time(hour, minute), HONG_KONG)


@dataclass
class Day:
    """The sandbox and a hub on it. Nothing has been read yet."""

    plan: Plan
    sandbox: Sandbox
    hub: Hub
    clock: StoryClock

    def first_round(self) -> RoundResult:
        """The sync at 08:50, rules and messages at 09:00."""
        self.clock.set(self.plan.first_sync)
        runs = self.hub.sync()
        self.clock.set(self.plan.story_now)
        outcomes, done = self.hub.evaluate()
        return RoundResult(runs, outcomes, done, self.hub.deliver())

    def round_at(self, at: datetime) -> RoundResult:
        """A whole round at that time."""
        self.clock.set(at)
        return self.hub.run()

    def today(self, **filters: Any) -> Today:
        """What needs somebody now, as the report's first page has it; as far as `filters` leave it."""
        with self.hub.asking(Filters(**filters)) as asked:
            return read_today(asked)

    def today_json(self, **filters: Any) -> dict[str, Any]:
        """The same for programs."""
        with self.hub.asking(Filters(**filters)) as asked:
            return as_json(read_today(asked), asked)

    def today_page(self) -> Document:
        """The same in words."""
        with self.hub.asking(Filters()) as asked:
            return TODAY.show(read_today(asked), asked)

    def mails_to(self, person: str) -> Sequence[Received]:
        """What that member of the staff received, in order."""
        address = self.plan.person(person).email
        return [mail for mail in self.sandbox.mail.received if address in mail.recipients]

    def commented(self) -> list[str]:
        """What carries a comment of ours now, over all tools, by what it is called."""
        tools = self.sandbox
        places = {
            *(f"jira/{one['item']}" for one in tools.jira.comments_posted),
            *(f"trello/{one['card']}" for one in tools.trello.comments_posted),
            *(f"asana/{one['task']}" for one in tools.asana.comments_posted),
            *(f"hubspot/{ticket}" for one in tools.hubspot.comments_posted for ticket in one["tickets"]),
        }
        items = [(row, row["name"]) for row in self.rows("work_item")]
        tickets = [(row, row["subject"]) for row in self.rows("feedback") if row["origin"] == "ticket"]
        return sorted(
            name
            for row, name in (*items, *tickets)
            if {f"{row['source']}/{row['vendor_id']}", f"{row['source']}/{row.get('short')}"} & places
        )

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A whole table, by its keys."""
        found = SQLModel.metadata.tables[table]
        with self.hub.reader.connect() as connection:
            rows = connection.execute(select(found).order_by(*found.primary_key)).mappings()
            return [dict(row) for row in rows]

    def row(self, table: str, **values: object) -> dict[str, Any]:
        """The one row with those values."""
        (found,) = (row for row in self.rows(table) if values.items() <= row.items())
        return found


@contextmanager
def day(folder: Path, plan: Plan | None = None) -> Iterator[Day]:
    """A new day in `folder`: the story's, or that of another `plan`."""
    plan = plan or lantern_quay()
    clock = StoryClock(plan.first_sync)
    with Sandbox(plan, clock) as sandbox:
        config = write_settings(folder, sandbox)
        with open_hub(config, clock=clock, stop=threading.Event(), environ={}, patience=AT_ONCE) as hub:
            enter_closures(hub, plan)
            yield Day(plan, sandbox, hub, clock)
