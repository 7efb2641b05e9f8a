"""Driving one connector into the store: page by page, each in one transaction, from cursor to cursor.

It knows streams, parts and pages; which vendor it is talking to, it does not.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import xxhash
from sqlalchemy import Engine, select

from config.clock import Clock, system_clock
from config.settings import Secret, SourceSettings
from connectors.base import Account, Connector, ConnectorError, Cursor, NotFound, Page, Stopped, Stream
from connectors.side_by_side import Refusal, read_parts
from sync.absence import Absence
from sync.completeness import Completeness
from sync.lease import Held, LeaseHeld, LeaseLost, lease
from sync.runs import RunRecord, note, of_parts
from sync.settling import After, settle
from sync.tenant import own_accounts, recognise
from unify.derived import SOURCE
from unify.engine import StoreError, writing
from unify.erasure import cut_log
from unify.hub_state import recall, remember
from unify.mapping import Mapper, MappingContext
from unify.pages import PageStore, State
from unify.prune import prune
from unify.records import Place, has_records
from unify.remap import load_vocabulary, mapping_version, remap
from unify.upsert import Upserts

_NOT_SCOPE = {
    *("name", "kind", "url", "projects", "expires", "every", "comment_back", "ca_file"),
    *("milestone_types", "milestone_labels", "client_facing_types", "feedback_labels", "urgent_labels", "status"),
    *("client_comments_are_feedback", "risk_labels", "accepted_labels", "payment_labels", "most_deleted"),
    *("effort_fields", "budget_hours"),
}
"""Settings that change nothing in what is asked of the vendor. `projects` are parts, each with its own cursor."""

OUR_MISTAKE = "a mistake of ours ({}): the log says where"
"""What is kept of an error that no connector names: its own text may hold anything, secrets among it."""


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
    accept_deletions: bool = False,
    keep_deleted: timedelta | None = None,
    lease_clock: Clock = system_clock,
) -> RunResult:
    """Read what is new in one source, and record the run; what was committed stays, however it ends.

    `zone` is the organisation's; `requests` counts those made so far (the governor's counter); `after` links and
    derives what was touched. `full` reads everything again and looks for what is gone; `accept_deletions` lets go what
    was doubted before. What was deleted longer than `keep_deleted` ago (None: nothing) is removed by a run that read
    everything. A vendor's refusal is the result's `error`; StoreError, and mistakes of ours, are raised.
    """
    try:
        with lease(engine, settings.name, clock=lease_clock) as held:
            record = RunRecord(engine, settings, clock(), lease_clock)
            run = _Run(settings, connector, mapper, engine, zone, clock, stop, progress, requests, held, record)
            return run.run(full, accept_deletions, after, keep_deleted)
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
        record: RunRecord,
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
        self._record = record
        self._context = MappingContext(self._source, zone, settings, {}, frozenset())
        self._upserts = Upserts(engine.dialect)
        self._pass_id = record.id
        self._completeness = Completeness(self._source)
        self._absence = Absence(self._source, connector, engine, held, clock, settings.most_deleted, self._completeness)
        self._result = RunResult(self._source, "ok")
        self._refusal: Exception | None = None
        self._all_new = False

    def run(self, full: bool, accepted: bool, after: After | None, keep_deleted: timedelta | None) -> RunResult:
        """Read, remove what is long gone, link and derive, record how it ended."""
        requests = self._requests()
        try:
            with writing(self._engine) as connection:
                self._absence.begin(connection, self._settings.since, accepted=accepted)
                self._all_new = not has_records(connection, self._source)
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
            self._refusal = mistake
            self._end(replace(self._result, outcome="failed", error=error))
            raise
        warnings, made = tuple(self._absence.warnings), self._requests() - requests
        self._result = replace(self._result, requests=made, warnings=warnings)
        self._end(self._result)
        return self._result

    def _end(self, result: RunResult) -> None:
        counts = {"requests": result.requests, "records": result.records, "changed": result.changed}
        self._record.end(self._clock(), result.outcome, result.error, self._refusal, **counts)

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
            self._refusal = refusal

    # --- what is read ---------------------------------------------------------------------------------------------

    def _read_all(self, full: bool) -> None:
        """1. who answers; 2. vocabulary; 3. map again if that changed; 4. the streams, in order; 5. what is gone."""
        ours = self._recognise(self._connector.check(), full)
        self._context = replace(self._context, own_accounts=ours)
        streams = self._connector.streams()
        vocabulary = [stream for stream in streams if stream.vocabulary]
        others = [stream for stream in streams if not stream.vocabulary]
        refused = self._read_streams(vocabulary)
        self._learn(vocabulary)
        refused += self._read_streams(others)
        with writing(self._engine) as connection:
            remember(connection, f"projects/{self._source}", self._named)
        pages = self._pages()
        self._absence.bury_out_of_sight(pages)
        with writing(self._engine) as connection:
            self._completeness.compare(connection, pages, self._connector.counts(), self._clock())
        refused += self._absence.sweep_if_due(pages, others, self._obey_stop, full=full)
        if refused:
            raise of_parts(refused)

    def _recognise(self, account: Account, full: bool) -> frozenset[str]:
        """Refuse another organisation; let every part be read whole if `full`, or if the scope changed.

        Returns the ids of all accounts that were ever ours.
        """
        scope = _scope_version(self._settings)
        with writing(self._engine) as connection:
            source = connection.execute(select(SOURCE).where(SOURCE.c.name == self._source)).one()
            tenant = recognise(self._source, source.tenant, account)
            if recall(connection, f"projects/{self._source}") not in (None, self._named):
                self._absence.because = "out_of_scope"
            if full or source.scope_version not in ("", scope):
                self._pages().forget_cursors(connection)
            note(connection, self._source, tenant=tenant, account_id=account.id, scope_version=scope)
            return own_accounts(connection, self._source, account.id)

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
        return PageStore(self._mapper, self._context, self._upserts, all_new=self._all_new)

    def _read_streams(self, streams: Sequence[Stream]) -> list[Refusal]:
        """Read every part of `streams`; return why some could not be, which costs no other part.

        Without its words the rest cannot be understood: where those are refused, nothing is read.
        """
        refused: list[Refusal] = []
        pages = self._pages()
        for stream in streams:
            parts = list(self._connector.parts(stream.name))
            self._absence.leave_parts(pages, stream, parts)
            self._obey_stop()
            passes = self._begin(pages, stream, parts)
            reads = {part: one.read for part, one in passes.items()}
            with closing(read_parts(reads, stream.at_once)) as told:
                for part, found in told:
                    if isinstance(found, ConnectorError):
                        if stream.vocabulary and not isinstance(found, NotFound):
                            raise found
                        refused.append(found)
                    elif found is None:
                        self._end_pass(pages, stream, passes[part])
                    else:
                        self._save(pages, stream, passes[part], found)
                    del found  # or it lives until the next one is complete: a page more in memory
                    self._obey_stop()
        return refused

    def _begin(self, pages: PageStore, stream: Stream, parts: Sequence[str]) -> dict[str, "_Pass"]:
        begun = {}
        with writing(self._engine) as connection:
            for part in parts:
                place = Place(stream.name, part, self._pass_id)
                begun[part] = _Pass(place, pages.state(connection, place), self._connector)
        return begun

    def _save(self, pages: PageStore, stream: Stream, of: "_Pass", page: Page) -> None:
        """Save a page, and how far it was read.

        A cursor among pages that are whole together is kept for the end: half of them prove nothing.
        """
        of.whole.update(child for child, parent in page.whole if parent is None)
        of.last = page.cursor or of.last
        with writing(self._engine) as connection:
            self._held.renew(connection)
            changed = pages.save(connection, page, of.place, self._clock(), of.before, mapped=not stream.vocabulary)
            if page.cursor is not None and not of.whole:
                pages.save_cursor(connection, of.place, page.cursor)
        self._count(page, of.place, changed)

    def _end_pass(self, pages: PageStore, stream: Stream, of: "_Pass") -> None:
        with writing(self._engine) as connection:
            self._held.renew(connection)
            if of.last is not None:
                pages.save_cursor(connection, of.place, of.last)
            self._absence.bury_missed(connection, pages, stream, of.whole, of.place)
            pages.end_pass(connection, of.place, self._clock())

    def _count(self, page: Page, place: Place, changed: int) -> None:
        records = self._result.records + len(page.records)
        self._result = replace(self._result, records=records, changed=self._result.changed + changed)
        self._progress(Progress(self._source, place.stream, place.part, records))

    def _obey_stop(self) -> None:
        if self._stop.is_set():
            raise Stopped(f"{self._source}: stopped between two pages")


@dataclass(slots=True)
class _Pass:
    """One part of a stream being read from end to end."""

    place: Place
    before: State
    connector: Connector
    whole: set[str] = field(default_factory=set)
    """Streams of which its pages are all there is."""
    last: Cursor | None = None

    def read(self) -> Iterator[Page]:
        """Its pages, from where an earlier pass ended."""
        return self.connector.read(self.place.stream, self.place.part, self.before.cursor)


def _scope_version(settings: SourceSettings) -> str:
    """A hash of the settings that decide what is asked for: with others, what was read before is not enough."""
    secrets = {name for name, value in settings if isinstance(value, Secret)}
    return xxhash.xxh3_64_hexdigest(settings.model_dump_json(exclude=_NOT_SCOPE | secrets).encode())
