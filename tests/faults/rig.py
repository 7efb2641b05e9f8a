"""One tool under test: its stand-in behind real HTTP, the hub that reads it, and the question whether all is true."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.types import Receive, Scope, Send

from config.clock import Clock
from sandbox.asana import AsanaSandbox
from sandbox.http import Door, Fault
from sandbox.hubspot import HubspotSandbox
from sandbox.hubspot_state import stamp
from sandbox.jira import JiraSandbox
from sandbox.jira_state import stamp as jira_stamp
from sandbox.plan import Plan
from sandbox.story import StoryClock
from sandbox.trello import TrelloSandbox
from sync.engine import RunResult
from tests.faults.firm import NOW, People
from tests.faults.hub import Hub, source_of
from tests.faults.truth import Dump, difference, dump, is_intact, planned, stored

BOXES: dict[str, Any] = {"asana": AsanaSandbox, "hubspot": HubspotSandbox, "jira": JiraSandbox, "trello": TrelloSandbox}

ITEMS = {
    "asana": r"GET /tasks$",
    "hubspot": r"POST /crm/objects/[\d-]+/tickets/search$",
    "jira": r"GET /rest/api/3/search/jql$",
    "trello": r"GET /boards/\w+/cards/all$",
}
"""The requests that read items, in "METHOD /path"."""


_clean: dict[str, Dump] = {}


class Line:
    """What listens at one address for all tests; the tool that answers there changes from test to test."""

    def __init__(self) -> None:
        self.door: Door | None = None
        self.url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it to who answers now."""
        assert self.door is not None
        await self.door(scope, receive, send)


@dataclass
class Rig:
    """A tool of one kind with a small firm in it. `database` is the hub's; `clean` is what a fresh one would hold."""

    kind: str
    line: Line
    empty: Path
    """A database with all tables and no row; others are made beside it."""
    plan: Plan
    clock: StoryClock = field(default_factory=lambda: StoryClock(NOW))
    deployment: str = "Cloud"
    """Of Jira."""

    def __post_init__(self) -> None:
        more = {"deployment": self.deployment} if self.kind == "jira" else {}
        self.box = BOXES[self.kind].from_plan(self.plan, self.clock, **more)
        self.people = People(self.kind, self.plan, self.box)
        self.line.door = self.box.app
        self._untold = ""
        """What was done to the tool that the plan does not tell."""
        # HubSpot's items are counted first, to see whether the token may read them.
        self._before = 1 if self.kind == "hubspot" else 0
        """Requests for items that bring none."""
        self._expected: list[tuple[Fault, int]] = []
        self.hub = Hub(source_of(self.kind, self.line.url, self.deployment), self.new_database(), self.clock)

    @property
    def faults(self) -> list[Fault]:
        """What goes wrong."""
        faults: list[Fault] = self.box.app.faults
        return faults

    def break_items(self, **fault: Any) -> Fault:
        """Have the second request for items go wrong: something was read before it."""
        after = fault.pop("after", self._before)
        made = Fault(ITEMS[self.kind], after=after, **fault)
        self.faults.append(made)
        self._expected.append((made, made.times))
        return made

    def break_anything(self, **fault: Any) -> None:
        """Have any request meet a fault, or none, should there be fewer."""
        self.faults.append(Fault("", status=0, **fault))

    def must_have_met(self) -> None:
        """Every fault came to pass: a case without its fault shows nothing."""
        assert [fault for fault, times in self._expected if fault.times == times] == []

    def revoke(self) -> None:
        """The token's owner takes it back."""
        if isinstance(self.box, TrelloSandbox | AsanaSandbox):
            self.box.valid = False
        else:
            self._tokens = set(self.box.tokens)
            self.box.tokens.clear()

    def grant(self) -> None:
        """… and gives it again."""
        if isinstance(self.box, TrelloSandbox | AsanaSandbox):
            self.box.valid = True
        else:
            self.box.tokens |= self._tokens

    def page_by(self, size: int) -> None:
        """Let pages hold so few; Trello's go no smaller than 62."""
        if isinstance(self.box, TrelloSandbox):
            self.box.most_cards, self._before = 62, 4  # after questions of 1000, 500, 250, 125
        else:
            self.box.page_cap = size

    def asked_for_items(self) -> int:
        """How many requests for items there were."""
        return sum(re.search(ITEMS[self.kind], f"{seen.method} {seen.path}") is not None for seen in self.box.app.log)

    def same_instant(self, at: datetime, places: Sequence[int] | None = None) -> None:
        """Have all items (or those at `places`) say that they changed at that instant."""
        self._untold += f" {at} {places}"
        text = stamp(at) or ""
        for one in self.people.work if places is None else [self.people.work[place] for place in places]:
            match self.box:
                case JiraSandbox():
                    self.box.state.issues[self.box.state.by_number[one.number]]["fields"]["updated"] = jira_stamp(at)
                case TrelloSandbox():
                    self.box.state.card(one.number)["dateLastActivity"] = text
                case AsanaSandbox():
                    self.box.state.task(one.number)["modified_at"] = text
                case HubspotSandbox():
                    ticket = self.box.state.objects["tickets"][self.box.ticket_id(one.number)]
                    ticket["updatedAt"] = ticket["properties"]["hs_lastmodifieddate"] = text

    def new_database(self, name: str = "milepost.db") -> Path:
        """An empty one."""
        path = self.empty.with_name(name)
        for left in ("-wal", "-shm"):
            path.with_name(name + left).unlink(missing_ok=True)
        shutil.copyfile(self.empty, path)
        return path

    def sync(self, **changed: Any) -> RunResult:
        """One run of the hub, some of its attributes replaced."""
        return (replace(self.hub, **changed) if changed else self.hub).sync()

    def recover(self) -> RunResult:
        """The next good run, after which everything must be true."""
        self.faults.clear()
        run = self.sync()
        assert (run.outcome, run.error) == ("ok", "")
        self.must_be_true()
        return run

    def clean(self) -> Dump:
        """What a database holds that saw none of it: a fresh one, after one run. What was true once is remembered."""
        key = str((self.kind, self.deployment, self.line.url, self.hub.timezone, self.clock(), self.plan, self._untold))
        if key not in _clean:
            _clean[key] = self._read_clean()
        return _clean[key]

    def _read_clean(self) -> Dump:
        fresh = replace(self.hub, database=self.new_database("clean.db"))
        run = fresh.sync()
        assert (run.outcome, run.error) == ("ok", "")
        return dump(fresh.database)

    def with_clock(self, clock: Clock) -> Hub:
        """The same hub by another clock."""
        return replace(self.hub, clock=clock)

    def id_of(self, place: int) -> str:
        """The tool's own id of an item or ticket."""
        number = self.people.work[place].number
        return str(self.box.ticket_id(number) if self.kind == "hubspot" else self.box.state.by_number[number])

    def must_be_true(self) -> None:
        """Every fault came, the file is sound, and its rows are those of an undisturbed database and of the plan."""
        self.must_be_as_clean()
        assert not (wrong := difference(stored(self.hub.database), planned(self.plan))), wrong

    def must_be_as_clean(self) -> None:
        """As `must_be_true`, but for the plan, whose days are those of Hong Kong."""
        self.must_have_met()
        assert is_intact(self.hub.database)
        assert not (wrong := difference(dump(self.hub.database), self.clean())), wrong
