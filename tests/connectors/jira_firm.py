"""A small firm in Jira, and a connector that reads it over real HTTP."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.settings import Secret
from connectors.base import Cursor, Page, Record
from connectors.governor import Governor
from connectors.jira import LIMITS, Jira, JiraSettings
from sandbox.jira import EMAIL, HUB, TOKEN, Deployment, JiraSandbox
from sandbox.plan import ContactPlan, ItemPlan, Message, MilestonePlan, Move, Plan, ProjectPlan, Staff, StatusChange
from tests.connectors.serving import serving
from unify.mappers import jira as mapper
from unify.mapping import Mapped, MappingContext

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
HONG_KONG = ZoneInfo("Asia/Hong_Kong")


def hours_ago(hours: float) -> datetime:
    """An instant before the tests' present."""
    return NOW - timedelta(hours=hours)


def items(count: int, *, first: int = 100, minutes_apart: float = 60) -> list[ItemPlan]:
    """Ordinary tasks, each changed some time after the one before."""
    return [
        ItemPlan(
            number=first + place,
            name=f"Task {place}",
            status="doing",
            created_at=NOW - timedelta(days=60) + timedelta(minutes=minutes_apart * place),
            assignee="mei",
            reporter="mei",
        )
        for place in range(count)
    ]


def signed_off(number: int = 50) -> ItemPlan:
    """An epic with all that may hang on an item."""
    return ItemPlan(
        number=number,
        name="UAT sign-off",
        kind="epic",
        milestone=True,
        status="doing",
        created_at=hours_ago(900),
        assignee="mei",
        reporter="mei",
        due=date(2026, 11, 16),
        moves=(Move(hours_ago(500), "mei", date(2026, 10, 30), date(2026, 11, 16)),),
        status_changes=(StatusChange(hours_ago(800), "mei", "todo", "doing"),),
        messages=(
            Message("sam", hours_ago(30), "When is it done?\nWe wait.", number=1),
            Message("mei", hours_ago(29), "On Monday.", number=2),
        ),
    )


def firm(project_items: list[ItemPlan] | None = None, *, key: str = "APP") -> Plan:
    """One project with a version; `project_items` are its issues."""
    return Plan(
        name="Firm",
        story_now=NOW,
        first_sync=NOW,
        staff=[Staff("mei", "Mei Chan", "mei@firm.example", "lead", number=1)],
        clients=[],
        companies=[],
        contacts=[ContactPlan("sam", "Sam Lee", "sam@client.example", "client", number=2)],
        projects=[
            ProjectPlan(
                number=3,
                vendor="jira",
                key=key,
                name="App",
                client=None,
                owner="mei",
                created_at=hours_ago(2000),
                items=[signed_off()] if project_items is None else project_items,
                milestones=[MilestonePlan(7, "version", "Release 2.1", date(2026, 11, 13))],
            )
        ],
        tickets=[],
        deals=[],
    )


def sandbox(plan: Plan | None = None, deployment: Deployment = "Cloud", service: tuple[str, ...] = ()) -> JiraSandbox:
    """A site that holds a plan."""
    return JiraSandbox.from_plan(plan or firm(), lambda: NOW, deployment, service)


@dataclass
class Connected:
    """A connector and the site it reads."""

    box: JiraSandbox
    jira: Jira
    governor: Governor
    cursors: dict[tuple[str, str], Cursor] = field(default_factory=dict)

    def pages(self, stream: str, part: str = "APP") -> list[Page]:
        """Read on from where the last reading of the stream ended."""
        pages = list(self.jira.read(stream, part, self.cursors.get((stream, part))))
        for page in pages:
            if page.cursor is not None:
                self.cursors[stream, part] = page.cursor
        return pages

    def records(self, stream: str, part: str = "APP") -> list[Record]:
        """What `pages` brings."""
        return [record for page in self.pages(stream, part) for record in page.records]

    def round(self) -> int:
        """Read every stream of every part, as a run does; return the requests it took."""
        before = self.governor.requests
        for stream in self.jira.streams():
            for part in self.jira.parts(stream.name):
                self.pages(stream.name, part)
        return self.governor.requests - before

    def asked(self, path: str) -> list[str]:
        """Requests whose path ends so."""
        return [str(seen) for seen in self.box.app.log if seen.path.endswith(path)]


def settings(url: str, **more: Any) -> JiraSettings:
    """Settings of a Cloud site, unless `more` says otherwise."""
    secret = Secret.model_validate({"reference": "env:JIRA_TOKEN", "value": TOKEN})
    return JiraSettings.model_validate({"name": "delivery", "url": url, "email": EMAIL, "token": secret, **more})


@contextmanager
def connected(box: JiraSandbox | None = None, **more: Any) -> Iterator[Connected]:
    """Serve a site and connect to it."""
    box = box or sandbox()
    if box.deployment == "Server":
        more = {"email": "", **more}
    with serving(box.app) as url:
        governor = Governor(
            "delivery", limits=LIMITS, stop=threading.Event(), redact=str, wait=lambda _: False, timeout=(2, 5)
        )
        yield Connected(box, Jira(settings(url, **more), governor), governor)
        governor.close()


def context(
    vocabulary: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
    own_account: str = HUB["accountId"],
    **more: Any,
) -> MappingContext:
    """What the mapper is told."""
    told = settings(**{"url": "https://firm.atlassian.net", **more})
    return MappingContext("delivery", HONG_KONG, told, vocabulary or {}, frozenset({own_account}))


def map_all(site: Connected, **more: Any) -> Mapped:
    """Read a site from end to end and map it, as a run does."""
    vocabulary: dict[str, dict[str, Any]] = {}
    records: list[Record] = []
    for stream in site.jira.streams():
        for part in site.jira.parts(stream.name):
            found = site.records(stream.name, part)
            if stream.vocabulary:
                vocabulary[stream.name] = {record.id: record.payload for record in found}
            records += found
    told, all_rows = context(vocabulary, **more), Mapped()
    for record in records:
        mapped = mapper.map_record(record, told)
        all_rows.problems += mapped.problems
        for table, rows in mapped.rows.items():
            for row in rows:
                all_rows.add(table, row)
    return all_rows
