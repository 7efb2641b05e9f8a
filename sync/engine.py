"""Driving one connector into the store: page by page, each in one transaction, from cursor to cursor.

It knows streams, parts and pages; which vendor it is talking to, it does not.
"""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import xxhash
from sqlalchemy import Connection, Engine, delete, func, select

from config.clock import Clock, system_clock
from config.settings import Secret, SourceSettings
from connectors.base import Account, Connector, ConnectorError, Cursor, NotFound, Page, Stopped, Stream
from sync.absence import Absence
from sync.lease import Held, LeaseHeld, LeaseLost, lease
from sync.runs import RunRecord, note
from sync.tenant import recognise
from unify.derived import COMMENT, SOURCE, TOUCHED, WORK_ITEM
from unify.engine import StoreError, writing
from unify.erasure import cut_log
from unify.hub_state import recall, remember
from unify.mapping import Mapper, MappingContext
from unify.pages import PageStore
from unify.prune import prune
from unify.records import Place
from unify.remap import load_vocabulary, mapping_version, remap
from unify.upsert import Upserts

_NOT_SCOPE = {
    *("name", "kind", "url", "projects", "expires", "every", "comment_back", "ca_file"),
    *("milestone_types", "milestone_labels", "client_facing_types", "feedback_labels", "urgent_labels", "status"),
    *("client_comments_are_feedback", "risk_labels"),
}
"""Settings that change nothing in what is asked of the vendor. `projects` are parts, each with its own cursor."""

_FEW, _ALL = 1_000, 20_000
"""Up to so few touched rows, link and derive get the list of their keys; above so many, they go over everything."""

_MANY = (WORK_ITEM, COMMENT)
"""The tables that hold nearly all rows. What is looked up by its key costs about four times what comes by in turn."""

OUR_MISTAKE = "a mistake of ours ({}): the log says where"
"""What is kept of an error that no connector names: its own text may hold anything, secrets among it."""

After = Callable[[Connection, Mapping[str, Collection[str]] | None], object]
"""Link and derive: given the touched keys by table, or None for everything."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: what it reads now, and how many records it has seen."""

    source: str
    stream: str
    part: str
    records: int


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run over one source ended. `busy`: somebody else works on it, and nothing was done."""

    source: str
    outcome: Literal["ok", "failed", "stopped", "busy"]
    error: str = ""
    records: int = 0
    """Read, repeats included."""
    changed: int = 0
    """New or different."""
    requests: int = 0
    warnings: tuple[str, ...] = ()


def sync_source(
    settings: SourceSettings,
    connector: Connector,
    mapper: Mapper,
    engine: Engine,
    *,
    zone: ZoneInfo,
    clock: Clock,
    stop: threading.Event,
    progress: Callable[[Progress], None] = lambda progress: None,
    requests: Callable[[], int] = lambda: 0,
    after: After | None = None,
    full: bool = False,
    keep_deleted: timedelta | None = None,
    lease_clock: Clock = system_clock,
) -> RunResult:
    """Read what is new in one source, and record the run; what was committed stays, however it ends.

    `zone` is the organisation's; `requests` counts those made so far (the governor's counter); `after` links and
    derives what was touched. `full` reads everything again and looks for what is gone. What was deleted longer than
    `keep_deleted` ago (None: nothing) is removed by a run that read everything. A vendor's refusal is the result's
    `error`; StoreError, and mistakes of ours, are raised.
    """
    try:
        with lease(engine, settings.name, clock=lease_clock) as held:
            run = _Run(settings, connector, mapper, engine, zone, clock, stop, progress, requests, held)
            return run.run(full, after, keep_deleted)
    except LeaseHeld as other:
        return RunResult(settings.name, "busy", str(other))


class _Run:
    """One run over one source, in one thread."""

    def __init__(
        self,
        settings: SourceSettings,
        connector: Connector,
        mapper: Mapper,
        engine: Engine,
        zone: ZoneInfo,
        clock: Clock,
        stop: threading.Event,
        progress: Callable[[Progress], None],
        requests: Callable[[], int],
        held: Held,
    ) -> None:
        self._settings = settings
        self._source = settings.name
        self._connector = connector
        self._mapper = mapper
        self._engine = engine
        self._clock = clock
        self._stop = stop
        self._progress = progress
        self._requests = requests
        self._held = held
        self._context = MappingContext(self._source, zone, settings, {}, frozenset())
        self._upserts = Upserts(engine.dialect)
        self._pass_id = 0
        self._absence = Absence(self._source, connector, engine, held, clock)
        self._result = RunResult(self._source, "ok")

    def run(self, full: bool, after: After | None, keep_deleted: timedelta | None) -> RunResult:
        """Begin, read, remove what is long gone, link and derive, record how it ended."""
        requests = self._requests()
        record = RunRecord(self._engine, self._source, self._settings.kind, self._clock())
        self._pass_id = record.id
        try:
            self._read(full)
            if keep_deleted is not None and self._result.outcome == "ok":
                with writing(self._engine) as connection:
                    self._held.renew(connection)
                    prune(connection, self._source, keep_deleted, self._clock())
            if after is not None and self._result.outcome != "stopped":
                settle(self._engine, after)
            cut_log(self._engine)
        except Exception as mistake:
            error = str(mistake) if isinstance(mistake, StoreError) else OUR_MISTAKE.format(type(mistake).__name__)
            self._end(record, replace(self._result, outcome="failed", error=error))
            raise
        warnings, made = tuple(self._absence.warnings), self._requests() - requests
        self._result = replace(self._result, requests=made, warnings=warnings)
        self._end(record, self._result)
        return self._result

    def _end(self, record: RunRecord, result: RunResult) -> None:
        counts = {"requests": result.requests, "records": result.records, "changed": result.changed}
        record.end(self._clock(), result.outcome, result.error, **counts)

    def _read(self, full: bool) -> None:
        """Read all there is to read; a refusal or a stop ends that, and is what the run's result says."""
        try:
            self._read_all(full)
        except Stopped:
            self._result = replace(self._result, outcome="stopped")
        except (ConnectorError, LeaseLost) as refusal:
            # Whoever shows a run's error names its source already.
            error = str(refusal).removeprefix(f"{self._source}: ")
            self._result = replace(self._result, outcome="failed", error=error)

    # --- what is read ---------------------------------------------------------------------------------------------

    def _read_all(self, full: bool) -> None:
        """1. who answers; 2. vocabulary; 3. map again if that changed; 4. the streams, in order; 5. what is gone."""
        own_account = self._recognise(self._connector.check(), full)
        self._context = replace(self._context, own_account=own_account)
        streams = self._connector.streams()
        vocabulary = [stream for stream in streams if stream.vocabulary]
        others = [stream for stream in streams if not stream.vocabulary]
        missing = self._read_streams(vocabulary)
        self._learn(vocabulary)
        missing += self._read_streams(others)
        with writing(self._engine) as connection:
            remember(connection, f"projects/{self._source}", self._named)
        missing += self._absence.sweep_if_due(self._pages(), others, self._obey_stop, full=full)
        if missing:
            raise NotFound("; ".join(dict.fromkeys(missing)))

    def _recognise(self, account: Account, full: bool) -> str:
        """Refuse another organisation; let every part be read whole if `full`, or if the scope changed."""
        scope = _scope_version(self._settings)
        with writing(self._engine) as connection:
            source = connection.execute(select(SOURCE).where(SOURCE.c.name == self._source)).one()
            tenant = recognise(self._source, source.tenant, account)
            if recall(connection, f"projects/{self._source}") not in (None, self._named):
                self._absence.because = "out_of_scope"
            if full or source.scope_version not in ("", scope):
                self._pages().forget_cursors(connection)
            note(connection, self._source, tenant=tenant, account_id=account.id, scope_version=scope)
        return account.id

    def _learn(self, vocabulary: Sequence[Stream]) -> None:
        """Hand the vocabulary to the mapper; if it, the mapper or the settings changed, map what is stored again."""
        with writing(self._engine) as connection:
            words = load_vocabulary(connection, self._source, [stream.name for stream in vocabulary])
            self._context = replace(self._context, vocabulary=words)
            version = mapping_version(connection, self._mapper, self._context)
            known = connection.execute(select(SOURCE.c.mapping_version).where(SOURCE.c.name == self._source))
            if known.scalar_one() == version:
                return
        remap(
            self._engine,
            self._mapper,
            self._context,
            clock=self._clock,
            stop=self._stop,
            committing=self._held.renew,
        )

    @property
    def _named(self) -> str:
        """What the config names of the source, as it is remembered."""
        return "\n".join(sorted(self._settings.projects))

    def _pages(self) -> PageStore:
        return PageStore(self._mapper, self._context, self._upserts)

    def _read_streams(self, streams: Sequence[Stream]) -> list[str]:
        """Read every part of `streams`; return what the vendor says is not there, which costs no other part."""
        missing = []
        pages = self._pages()
        for stream in streams:
            parts = list(self._connector.parts(stream.name))
            self._absence.leave_parts(pages, stream, parts)
            for part in parts:
                try:
                    self._read_part(pages, stream, part)
                except NotFound as absent:
                    missing.append(str(absent))
        return missing

    def _read_part(self, pages: PageStore, stream: Stream, part: str) -> None:
        """One pass. A cursor among pages that are whole together is kept for the end: half of them prove nothing."""
        self._obey_stop()
        place = Place(stream.name, part, self._pass_id)
        with writing(self._engine) as connection:
            before = pages.state(connection, place)
        whole: set[str] = set()
        last: Cursor | None = None
        for page in self._connector.read(stream.name, part, before.cursor):
            whole.update(child for child, parent in page.whole if parent is None)
            last = page.cursor or last
            with writing(self._engine) as connection:
                self._held.renew(connection)
                changed = pages.save(connection, page, place, self._clock(), before, mapped=not stream.vocabulary)
                if page.cursor is not None and not whole:
                    pages.save_cursor(connection, place, page.cursor)
            self._count(page, place, changed)
            del page  # or it lives until the next one is complete: two pages in memory instead of one
            self._obey_stop()
        with writing(self._engine) as connection:
            self._held.renew(connection)
            if last is not None:
                pages.save_cursor(connection, place, last)
            self._absence.bury_missed(connection, pages, stream, whole, place)
            pages.end_pass(connection, place, self._clock())

    def _count(self, page: Page, place: Place, changed: int) -> None:
        records = self._result.records + len(page.records)
        self._result = replace(self._result, records=records, changed=self._result.changed + changed)
        self._progress(Progress(self._source, place.stream, place.part, records))

    def _obey_stop(self) -> None:
        if self._stop.is_set():
            raise Stopped(f"{self._source}: stopped between two pages")


def settle(engine: Engine, after: After) -> None:
    """Link and derive what was touched, in one transaction with forgetting that it was."""
    with writing(engine) as connection:
        count = connection.execute(select(func.count()).select_from(TOUCHED)).scalar_one()
        if count == 0:
            return
        after(connection, None if _is_much(connection, count) else _touched_keys(connection))
        connection.execute(delete(TOUCHED))


def _is_much(connection: Connection, touched: int) -> bool:
    """Whether going over everything is cheaper than going from key to key."""
    if not _FEW < touched <= _ALL:
        return touched > _ALL
    stored = sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in _MANY)
    return touched * 4 > stored


def _touched_keys(connection: Connection) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for table, key in connection.execute(select(TOUCHED.c.table, TOUCHED.c.key).order_by(TOUCHED.c.key)):
        keys.setdefault(table, []).append(key)
    return keys


def _scope_version(settings: SourceSettings) -> str:
    """A hash of the settings that decide what is asked for: with others, what was read before is not enough."""
    secrets = {name for name, value in settings if isinstance(value, Secret)}
    return xxhash.xxh3_64_hexdigest(settings.model_dump_json(exclude=_NOT_SCOPE | secrets).encode())
