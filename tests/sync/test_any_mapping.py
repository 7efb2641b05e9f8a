"""Whatever the config makes of words, mapping again what is stored gives what a fresh sync would give (ADR 0003)."""

import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from hypothesis import Phase, given
from hypothesis import settings as law
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select
from sqlmodel import SQLModel

from config.settings import EffortField, PersonSettings, RiskField, Settings, SourceSettings, StatusCategory
from connectors.base import Account, Cursor, Page, Ref, Stream
from connectors.hubspot import HubspotSettings
from connectors.kinds import KINDS
from sandbox.hubspot import PROJECT_PROPERTY
from sandbox.plan import Plan
from sandbox.server import Sandbox
from sync.engine import sync_source
from sync.remapping import remap_source
from tests.faults.firm import KINDS as TOOLS
from tests.faults.firm import NOW, People, firm
from tests.sync.test_vendors import ZONE, governed, settings_of
from tests.unify.factories import weekdays
from tests.unify.tiny import new_database
from unify.engine import open_engine
from unify.mappers import MAPPERS
from unify.settle import settle
from unify.tables import SourceRow

WORDS = ("Risk", "impact-4", "Client: Harbour", "Production down", "Deliverable", "High", "Epic", "Task", "Story")
STATUSES = ("To Do", "In Progress", "Doing", "Done", "Waiting on us", "New", "released", "unreleased")
LABELS = (("Risk", "impact-4"), ("Client: Harbour",), (), ("Production down", "Deliverable"), ("occurred", "Risk"))

_SEEN_BY_US = ("baseline_on", "slip_days", "moves", "moved_at", "moved_by_account", "done_by_account", "deadline_on")
_WHEN = ("changed_here_at", "seen_at")


class Recorded:
    """A connector that tells again what another one once told, however it is configured."""

    def __init__(self, real: Any) -> None:
        self._account: Account = real.check()
        self._streams: Sequence[Stream] = real.streams()
        self._parts: dict[str, Sequence[str]] = {}
        self._pages: dict[tuple[str, str], list[Page]] = {}
        for stream in self._streams:
            self._parts[stream.name] = list(real.parts(stream.name))
            for part in self._parts[stream.name]:
                self._pages[stream.name, part] = list(real.read(stream.name, part, None))

    def check(self) -> Account:
        return self._account

    def streams(self) -> Sequence[Stream]:
        return self._streams

    def parts(self, stream: str) -> Sequence[str]:
        return self._parts[stream]

    def read(self, stream: str, part: str, cursor: Cursor | None) -> Iterator[Page]:
        yield from self._pages[stream, part]

    def counts(self) -> Mapping[tuple[str, str], int]:
        return {}

    def living_ids(self, stream: str, part: str) -> Iterator[Sequence[str]]:
        yield [one.id for page in self._pages[stream, part] for one in page.records if one.stream == stream]

    def comment(self, on: Ref, text: str | None, key: str, known: str | None) -> str | None:
        raise NotImplementedError


@dataclass
class Case:
    """A tool as it was yesterday and as it is today, and a database that saw both with the default settings."""

    source: SourceSettings
    today: Recorded
    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(10**6)))

    def database(self, of: str) -> Engine:
        """A database of its own, like that one."""
        made = self.folder / f"{next(self.numbers)}.db"
        shutil.copy(self.folder / f"{of}.db", made)
        return open_engine(f"sqlite:///{made}", lock_wait_s=30)


def sync(engine: Engine, source: SourceSettings, connector: Recorded, now: datetime) -> None:
    """Read all that the tool tells."""
    ended = sync_source(
        source, connector, MAPPERS[source.kind], engine,
        zone=ZONE, clock=lambda: now, stop=threading.Event(), after=partial(_settle, source, now), full=True,
    )  # fmt: skip
    assert (ended.outcome, ended.error) == ("ok", "")


def remap(engine: Engine, source: SourceSettings, connector: Recorded, now: datetime) -> None:
    """Map again what is stored; then, as at every start after the config changed, link and derive all."""
    remap_source(source, connector, MAPPERS[source.kind], engine, zone=ZONE, clock=lambda: now, stop=threading.Event())
    with engine.begin() as connection:
        _settle(source, now, connection, None)


def _settle(source: SourceSettings, now: datetime, connection: Connection, touched: Any) -> None:
    people = {"may": PersonSettings(name="May", email="may@acme.example")}
    known = Settings(coordinator="may", people=people, team_domains=("acme.example",), sources={source.name: source})
    settle(connection, known, touched, weekdays, now)


def living(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All living rows, but for when we saw them, and what only our own looking can tell: yesterday's plans."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    models = {*SourceRow.__subclasses__()}
    names = {*(str(model.__tablename__) for model in models), "mapping_problem", "identity_link", "reference", "person"}
    with engine.connect() as connection:
        for name in sorted(names):
            table = SQLModel.metadata.tables[name]
            shown = [column for column in table.c if column.name not in _WHEN]
            asked = select(*shown)
            if "deleted_at" in table.c:
                asked = asked.where(table.c.deleted_at.is_(None))
            rows = [row._asdict() for row in connection.execute(asked)]
            found[name] = sorted((tuple(_told(row).items()) for row in rows if _is_told(row)), key=repr)
    engine.dispose()
    return found


def _is_told(row: dict[str, Any]) -> bool:
    return row.get("origin") != "compared"


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A version's or a project's history is what we saw; of what has its own, all must be equal."""
    if row.get("kind") in ("version", "project"):
        return {name: value for name, value in row.items() if name not in _SEEN_BY_US}
    return row


@pytest.fixture(scope="module", params=TOOLS)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Between yesterday and today dates moved, somebody wrote, and something was deleted."""
    kind, folder = cast(Any, request.param), tmp_path_factory.mktemp(str(request.param))
    plan = labelled(firm(kind))
    with Sandbox(plan, lambda: NOW, vendors=(kind,)) as sandbox:
        source = settings_of(kind, sandbox.url(kind))
        if isinstance(source, HubspotSettings):
            source = source.model_copy(update={"project_property": PROJECT_PROPERTY})
        yesterday = recorded(source)
        people = People(kind, plan, getattr(sandbox, kind))
        for place in (0, 3, 5):
            people.edit(place, NOW)
        if kind == "jira":
            sandbox.jira.release_version(plan.projects[0].milestones[0].number, NOW.date())
            sandbox.jira.delete(people.work[4].number)
        today = recorded(source)
    new_database(folder, "empty.db").dispose()
    made = Case(source, today, folder)
    used = made.database("empty")
    sync(used, source, yesterday, NOW)
    sync(used, source, today, NOW + timedelta(days=1))
    used.dispose()
    shutil.copy(folder / "0.db", folder / "used.db")
    return made


def labelled(plan: Plan) -> Plan:
    """The plan's items with labels that a config may have words for."""
    for item, labels in zip((item for project in plan.projects for item in project.items), cycle(LABELS), strict=False):
        item.labels = labels
    return plan


def recorded(source: SourceSettings) -> Recorded:
    """What the tool tells now."""
    governor = governed(source, threading.Event())
    try:
        return Recorded(KINDS[source.kind].connect(source, governor))
    finally:
        governor.close()


def mappings() -> st.SearchStrategy[dict[str, Any]]:
    """Any settings that say what words mean."""
    some = st.lists(st.sampled_from(WORDS), unique=True, max_size=3).map(tuple)
    lists = ("milestone_types", "milestone_labels", "client_facing_types", "feedback_labels", "urgent_labels")
    said = st.dictionaries(st.sampled_from(STATUSES), st.sampled_from(get_args(StatusCategory)), max_size=3)
    fields = st.dictionaries(st.sampled_from(get_args(RiskField)), st.sampled_from(("Impact", "Occurred", "Client")))
    hours = st.dictionaries(st.sampled_from(get_args(EffortField)), st.sampled_from(("Impact", "Estimated time")))
    return st.fixed_dictionaries(
        {
            **dict.fromkeys((*lists, "risk_labels", "accepted_labels", "payment_labels"), some),
            "status": said,
            "risk_fields": fields,
            "effort_fields": hours,
            "budget_hours": st.dictionaries(st.sampled_from(("APP", "NFA")), st.just(280.0)),
            "client_field": st.sampled_from(("", "Client", "Client:")),
            "accepted_field": st.sampled_from(("", "Occurred")),
            "client_comments_are_feedback": st.booleans(),
        }
    )


@law(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # shrinking takes minutes
@given(first=mappings(), then=mappings())
def test_mapping_again_gives_what_a_fresh_sync_gives(case: Case, first: dict[str, Any], then: dict[str, Any]) -> None:
    """From any mapping to any other; what only our own looking saw is the one thing that a fresh sync cannot know."""
    now = NOW + timedelta(days=2)
    used, fresh = case.database("used"), case.database("empty")
    for config in (first, then):
        remap(used, case.source.model_copy(update=config), case.today, now)
    sync(fresh, case.source.model_copy(update=then), case.today, now)

    found = living(used)
    assert found["work_item"] or found["feedback"]
    assert found == living(fresh)
