"""The laws of sync hold for the real connectors and mappers, over HTTP, on a year of the invented firm."""

import inspect
import re
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from config.settings import Secret, SourceSettings
from connectors.asana import AsanaSettings
from connectors.governor import Governor
from connectors.hubspot import HubspotSettings
from connectors.jira import JiraSettings
from connectors.kinds import KINDS
from connectors.trello import TrelloSettings
from sandbox import asana, hubspot, jira, trello
from sandbox.lantern_quay import lantern_quay
from sandbox.lantern_quay.office import at
from sandbox.server import Sandbox
from sync.engine import Progress, RunResult, sync_source
from sync.remapping import remap_source
from tests.unify.tiny import new_database, rows
from unify.mappers import MAPPERS
from unify.mapping import MappingContext
from unify.records import stored_records
from unify.tables import SourceRow

ZONE = ZoneInfo("Asia/Hong_Kong")
NOW = at("2026-11-24 08:50")

TABLES = (
    *("project", "work_item", "milestone", "comment", "change", "account", "feedback", "mapping_problem"),
    *("company", "contact", "deal"),
)

Dump = dict[str, list[tuple[object, ...]]]


@pytest.fixture(params=["asana", "hubspot", "jira", "trello"])
def source(request: pytest.FixtureRequest) -> Iterator[SourceSettings]:
    """A source of each kind, served by its stand-in."""
    kind: str = request.param
    with Sandbox(lantern_quay(), lambda: NOW, vendors=(kind,)) as sandbox:
        yield settings_of(kind, sandbox.url(kind))


def settings_of(kind: str, url: str) -> SourceSettings:
    if kind == "jira":
        return JiraSettings(name=kind, kind="jira", url=url, email=jira.EMAIL, token=_secret(jira.TOKEN))
    if kind == "asana":
        return AsanaSettings(name=kind, kind="asana", url=url, token=_secret(asana.TOKEN))
    if kind == "hubspot":
        return HubspotSettings(name=kind, kind="hubspot", url=url, token=_secret(hubspot.TOKEN))
    return TrelloSettings(name=kind, kind="trello", url=url, key=_secret(trello.KEY), token=_secret(trello.TOKEN))


def _secret(value: str) -> Secret:
    return Secret(reference="env:SECRET", value=SecretStr(value))


def governed(source: SourceSettings, stop: threading.Event) -> Governor:
    return Governor(source.name, limits=["10000/second"], stop=stop, redact=lambda text: text)


def sync(
    engine: Engine,
    source: SourceSettings,
    *,
    now: datetime = NOW,
    full: bool = False,
    stop: threading.Event | None = None,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> RunResult:
    stop = stop or threading.Event()
    governor = governed(source, stop)
    try:
        return sync_source(
            source,
            KINDS[source.kind].connect(source, governor),
            MAPPERS[source.kind],
            engine,
            zone=ZONE,
            clock=lambda: now,
            stop=stop,
            progress=progress,
            requests=lambda: governor.requests,
            full=full,
        )
    finally:
        governor.close()


def remap(engine: Engine, source: SourceSettings) -> int:
    """Map again a day later what is stored; how many requests were made."""
    stop, later = threading.Event(), NOW + timedelta(days=1)
    governor = governed(source, stop)
    connector = KINDS[source.kind].connect(source, governor)
    remap_source(source, connector, MAPPERS[source.kind], engine, zone=ZONE, clock=lambda: later, stop=stop)
    governor.close()
    return governor.requests


def dump(engine: Engine) -> Dump:
    return {table: rows(engine, table) for table in TABLES}


def test_the_database_is_the_same_after_every_further_reading(source: SourceSettings, tmp_path: Path) -> None:
    """A second run, a full one, and a remap without a request leave what the first one made."""
    engine = new_database(tmp_path)
    first = sync(engine, source)
    made = dump(engine)
    assert (first.outcome, first.error) == ("ok", "")
    assert made["work_item"] or made["feedback"]

    again = sync(engine, source)
    assert (again.outcome, dump(engine)) == ("ok", made)

    full = sync(engine, source, full=True)
    assert (full.outcome, full.warnings, dump(engine)) == ("ok", (), made)

    assert (remap(engine, source), dump(engine)) == (0, made)
    engine.dispose()


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_a_cut_run_is_made_whole_by_the_next(source: SourceSettings, tmp_path: Path, share: float) -> None:
    """Stopped after a part of its records and begun again, it leaves what an undisturbed one leaves."""
    whole, cut = new_database(tmp_path, "whole.db"), new_database(tmp_path, "cut.db")
    undisturbed = sync(whole, source)
    stop = threading.Event()

    def stop_there(progress: Progress) -> None:
        if progress.records >= undisturbed.records * share:
            stop.set()

    first = sync(cut, source, stop=stop, progress=stop_there)
    second = sync(cut, source)

    assert (first.outcome, second.outcome) == ("stopped", "ok")
    assert dump(cut) == dump(whole)
    whole.dispose()
    cut.dispose()


def test_no_mapper_names_what_is_derived(source: SourceSettings, tmp_path: Path) -> None:
    """A column under "derived" belongs to link and derive: a mapper that names it undoes them with every reading."""
    engine = new_database(tmp_path)
    sync(engine, source)
    named = set[tuple[str, str]]()
    with engine.connect() as connection:
        records = stored_records(connection, source.name, limit=100_000)
        words: dict[str, dict[str, Any]] = {}
        for record in records:
            words.setdefault(record.stream, {})[record.id] = record.payload
        context = MappingContext(source.name, ZONE, source, words, frozenset())
        for record in records:
            for table, made in MAPPERS[source.kind].map_record(record, context).rows.items():
                named |= {(table, column) for row in made for column in row}
    engine.dispose()

    assert not named & derived_columns()
    assert ("milestone", "done_by_account") in derived_columns()


def derived_columns() -> set[tuple[str, str]]:
    """(table, column) of all that stands below the comment "derived" in its model."""
    found = set[tuple[str, str]]()
    for model in SourceRow.__subclasses__():
        _, _, below = inspect.getsource(model).partition("# derived\n")
        found |= {(str(model.__tablename__), name) for name in re.findall(r"^    (\w+): ", below, re.MULTILINE)}
    return found
