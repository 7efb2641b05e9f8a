"""What is known of the sources, for whoever looks after them: runs, completeness, what could not be read, what might
belong together."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from report.asked import Asked
from report.reading.own_sources import read_sources_for
from report.rows import SourceRow
from unify.derived import PROJECT, SOURCE, WORK_ITEM, fetch, table_of
from unify.suggest import About, Suggestion, suggest
from unify.tables import MappingProblem, SyncRun
from unify.tallies import read_tallies

_RUNS = 5
"""Of each source, the latest."""
_RUN, _PROBLEM = table_of(SyncRun), table_of(MappingProblem)
_QUOTED = re.compile(r'"(.+)"')
_MESSAGES = re.compile(r"(\d+) messages")


@dataclass(frozen=True, slots=True)
class Sight:
    """What the credential of a source reaches. `tenants`: the organisations, as the tool calls them; `projects`: the
    names of those that are read."""

    source: str
    tenants: Sequence[str]
    projects: Sequence[str]
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Run:
    """`outcome` is running, ok, failed or stopped; `error` is empty unless it failed."""

    source: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    error: str
    requests: int
    records: int
    changed: int


@dataclass(frozen=True, slots=True)
class Completeness:
    """A stream of a source: how many records the tool counts and how many are here; `hidden`: those that it counts and
    shows to nobody; `absent`: that it lists and that are not here. `parts`: those that differ."""

    source: str
    stream: str
    there: int
    here: int
    hidden: int
    absent: int
    parts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Unread:
    """A field of a record that could not be read, and is empty here; `name` and `url` where the record is an item."""

    source: str
    stream: str
    vendor_id: str
    field: str
    reason: str
    value: str
    seen_at: datetime
    name: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Likely:
    """Two that might belong together: whoever knows writes the line `value` under `setting` of `table`.

    `belongs_to`: the name in the config, "" where it has none yet. `quoted`: the words that speak for it; `messages`:
    how many an account of unknown side wrote.
    """

    about: About
    name: str
    table: str
    setting: str
    value: str
    belongs_to: str
    quoted: str
    messages: int


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """Whoever sees only clients of theirs is told how fresh the sources are; the rest is empty. `problems` are a page
    of `problem_count`."""

    sources: Sequence[SourceRow]
    sights: Sequence[Sight] = ()
    runs: Sequence[Run] = ()
    completeness: Sequence[Completeness] = ()
    problems: Sequence[Unread] = ()
    problem_count: int = 0
    likely: Sequence[Likely] = ()


def read_sources_page(asked: Asked) -> SourcesPage:
    """In the order of the config; `source` narrows it to one."""
    rows = [row for row in read_sources_for(asked) if asked.filters.source in ("", row.name)]
    if not asked.reader.scope.is_all:
        return SourcesPage(rows)
    names = [row.name for row in rows]
    of_these = _PROBLEM.c.source.in_(names)
    return SourcesPage(
        rows,
        _sights(asked, names),
        [run for name in names for run in _runs(asked, name)],
        [one for name in names for one in _completeness(asked, name)],
        _problems(asked, names),
        asked.connection.scalar(select(func.count()).select_from(_PROBLEM).where(of_these)) or 0,
        [] if asked.filters.source else [_likely(one, asked) for one in suggest(asked.connection, asked.settings)],
    )


def _sights(asked: Asked, names: Sequence[str]) -> list[Sight]:
    known = select(SOURCE.c.name, SOURCE.c.tenant, SOURCE.c.expires_on).where(SOURCE.c.name.in_(names))
    stored = {row["name"]: row for row in fetch(asked.connection, known)}
    projects: dict[str, list[str]] = {}
    living = select(PROJECT.c.source, PROJECT.c.name).where(PROJECT.c.deleted_at.is_(None))
    for row in fetch(asked.connection, living.order_by(PROJECT.c.name, PROJECT.c.key)):
        projects.setdefault(row["source"], []).append(row["name"])
    return [
        Sight(
            name,
            [_without_id(line) for line in stored[name]["tenant"].splitlines()],
            projects.get(name, []),
            stored[name]["expires_on"],
        )
        for name in names
        if name in stored
    ]


def _without_id(tenant: str) -> str:
    """Where it has a name, that alone."""
    return tenant.partition(" ")[2] or tenant


def _runs(asked: Asked, source: str) -> list[Run]:
    run = _RUN.c
    columns = (run.source, run.started_at, run.finished_at, run.outcome, run.error)
    latest = select(*columns, run.requests, run.records, run.changed).where(run.source == source)
    return [Run(**row) for row in fetch(asked.connection, latest.order_by(run.id.desc()).limit(_RUNS))]


def _completeness(asked: Asked, source: str) -> list[Completeness]:
    streams: dict[str, Completeness] = {}
    for one in read_tallies(asked.connection, source).values():
        known = streams.get(one.stream) or Completeness(source, one.stream, 0, 0, 0, 0, ())
        streams[one.stream] = Completeness(
            source,
            one.stream,
            known.there + (one.there or 0),
            known.here + (one.here if one.there is not None else 0),
            known.hidden + one.unlisted,
            known.absent + len(one.absent),
            (*known.parts, one.part) if one.is_incomplete and one.part else known.parts,
        )
    return [streams[stream] for stream in sorted(streams)]


def _problems(asked: Asked, names: Sequence[str]) -> list[Unread]:
    problem, filters = _PROBLEM.c, asked.filters
    columns = (problem.source, problem.stream, problem.vendor_id, problem.field, problem.reason, problem.value)
    item, key = WORK_ITEM.c, problem.source + "/" + problem.stream + "/" + problem.vendor_id
    of_items = _PROBLEM.outerjoin(WORK_ITEM, item.key == key)
    page = select(*columns, problem.seen_at, item.name, item.url).select_from(of_items).where(problem.source.in_(names))
    ordered = page.order_by(problem.source, problem.stream, problem.vendor_id, problem.field)
    return [Unread(**row) for row in fetch(asked.connection, ordered.limit(filters.limit).offset(filters.offset))]


def _likely(one: Suggestion, asked: Asked) -> Likely:
    section, _, name = one.table.partition(".")
    known: Collection[str] = asked.settings.clients if section == "clients" else asked.settings.people
    quoted, messages = _QUOTED.search(one.evidence), _MESSAGES.search(one.evidence)
    return Likely(
        about=one.about,
        name=one.name,
        table=one.table,
        setting=one.setting,
        value=one.value,
        belongs_to=name if name in known else "",
        quoted=quoted[1].replace('" and "', ", ") if quoted else "",
        messages=int(messages[1]) if messages else 0,
    )
