"""The one place that builds everything from the settings, wires the stages together, and names the jobs."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Self

import xxhash
from sqlalchemy import Connection, Engine, select, update

from alerts.answer_note import queue_answer_note
from alerts.channels.base import Channel
from alerts.channels.kinds import open_channel
from alerts.outbox import Delivered, count_parked, deliver
from alerts.round import Round, preview, run_round
from cli.forecast import Forecast, last_good_run
from config.clock import Clock, system_clock
from config.secrets import Redactor
from config.settings import Settings, SourceSettings
from connectors.base import Connector, ConnectorError
from connectors.governor import PATIENCE, Governor
from connectors.kinds import KINDS
from report.overview import Overview, overview
from report.server import Health
from rules.evaluate import Outcome, evaluate
from rules.moment import Moment
from rules.rule import Rule
from rules.working_time import WorkingTime, calendars
from sync.engine import Progress, RunResult, sync_source
from sync.engine import settle as settle_stored
from sync.remapping import remap_source
from sync.schedule import Job
from sync.sources import run_sources
from unify.decisions import agree, answered
from unify.derived import Touched, table_of
from unify.engine import LOCK_WAIT_S, open_engine, writing
from unify.freshness import read_freshness
from unify.lookup import find_feedback, find_milestone
from unify.mappers import MAPPERS
from unify.migrate import migrate
from unify.settle import settle
from unify.tables import HubState, Source

log = logging.getLogger(__name__)

EVALUATE_EVERY = timedelta(seconds=60)
"""Overdue begins at midnight, without any sync."""
DELIVER_EVERY = timedelta(seconds=5)
_JITTER = 0.1
_SETTLED = "settled_with"
_sources, _state = table_of(Source), table_of(HubState)

_NOT_SETTLED_WITH = {
    *("folder", "database", "public_url", "rules_dir", "feedback_hours", "stale_after", "first_run", "language"),
    *("keep_deleted_days", "channels", "routes", "rules", "sources"),
}
"""Settings that link and derive do not look at: when others change, everything is settled again."""


@dataclass(frozen=True, slots=True)
class RoundResult:
    """One round over everything: how each source's run ended, what the rules said, what was sent."""

    runs: Sequence[RunResult]
    outcomes: Sequence[Outcome]
    round: Round
    delivered: Delivered

    @property
    def failed(self) -> bool:
        """A source, a rule or a delivery of ours failed; that alerts fire is no failure."""
        return bool(
            any(run.outcome not in ("ok", "busy") for run in self.runs)
            or any(outcome.error for outcome in self.outcomes)
            or self.delivered.parked
        )


class Hub:
    """Everything that one settings file makes. Close it, or use it as a context manager."""

    def __init__(
        self,
        settings: Settings,
        rules: Sequence[Rule],
        *,
        redactor: Redactor,
        clock: Clock = system_clock,
        wall: Clock = system_clock,
        stop: threading.Event | None = None,
        patience: timedelta = PATIENCE,
        lock_wait_s: float = LOCK_WAIT_S,
    ) -> None:
        """`clock` is what facts, rules and working time use (the story's, in the demo); `wall` is real time, and
        `patience` what one call to a vendor may spend on waiting and repeating.

        Opens and migrates the database. Raises StoreError.
        """
        self.settings = settings
        self.rules = rules
        self.clock = clock
        self.wall = wall
        self.stop = stop or threading.Event()
        self.redactor = redactor
        self._patience = patience
        self._governors = {name: self._governor(source) for name, source in settings.sources.items()}
        # Where comments are off, what waits from before is not written either.
        commented = [name for name, source in settings.sources.items() if source.comment_back]
        self._commenters = _Lazily(lambda name: self.connector(name), commented)
        self._readers = _Lazily(lambda name: self.connector(name), settings.sources)
        self.channels: Mapping[str, Channel] = {
            name: open_channel(channel, clock) for name, channel in settings.channels.items()
        }
        self.engine: Engine = open_engine(settings.database, lock_wait_s=lock_wait_s)
        self._calendars: tuple[int, Mapping[str, WorkingTime]] | None = None
        try:
            migrate(self.engine)
            self._keep_sources()
            self.settle_if_changed()
        except BaseException:
            self.engine.dispose()
            raise
        self.reader: Engine = open_engine(settings.database, read_only=True, lock_wait_s=lock_wait_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database, and of the connections to the vendors."""
        for governor in self._governors.values():
            governor.close()
        self.reader.dispose()
        self.engine.dispose()

    # --- the three jobs -------------------------------------------------------------------------------------------

    def sync(
        self,
        names: Iterable[str] = (),
        *,
        full: bool = False,
        progress: Callable[[Progress], None] = lambda progress: None,
        before: Callable[[Forecast], None] | None = None,
    ) -> list[RunResult]:
        """Read the sources of those names (none: all), side by side; how each ended, in their order.

        `before` is told of each what is coming; a first read is looked at for that, with a few requests.
        """
        chosen = list(names) or list(self.settings.sources)
        return run_sources(
            {name: partial(self.sync_one, name, full=full, progress=progress, before=before) for name in chosen}
        )

    def sync_one(
        self,
        name: str,
        *,
        full: bool = False,
        progress: Callable[[Progress], None] = lambda progress: None,
        before: Callable[[Forecast], None] | None = None,
    ) -> RunResult:
        """Read one source, link and derive what was touched."""
        source = self.settings.sources[name]
        if before is not None and (coming := self._forecast(name, full)) is not None:
            before(coming)
        return sync_source(
            source,
            self._readers[name],
            MAPPERS[source.kind],
            self.engine,
            zone=self.settings.zone,
            clock=self.clock,
            stop=self.stop,
            progress=progress,
            requests=lambda: self._governors[name].requests,
            after=self.settle,
            full=full,
            keep_deleted=timedelta(days=self.settings.keep_deleted_days),
            lease_clock=self.wall,
        )

    def _forecast(self, name: str, full: bool) -> Forecast | None:
        """What the last good run took; of a first or full one, what can be counted; None where the vendor is away."""
        with self.reader.connect() as connection:
            last = last_good_run(connection, name)
        if last is not None and not full:
            return last
        connector, governor = self._readers[name], self._governors[name]
        began, made = time.monotonic(), governor.requests
        try:
            connector.check()
            parts = [len(connector.parts(stream.name)) for stream in connector.streams()]
        except ConnectorError:  # told by the run that follows
            return None
        each_s = (time.monotonic() - began) / max(governor.requests - made, 1)
        return Forecast(name, sum(parts), timedelta(seconds=sum(parts) * each_s), parts=max(parts, default=0))

    def remap(self, names: Iterable[str] = ()) -> dict[str, int]:
        """Map what is stored of those sources (none: all) again, without a request; how many records of each.

        Raises LeaseHeld where a run is at work.
        """
        return {name: self._remap_one(self.settings.sources[name]) for name in list(names) or self.settings.sources}

    def _remap_one(self, source: SourceSettings) -> int:
        return remap_source(
            source,
            self._readers[source.name],
            MAPPERS[source.kind],
            self.engine,
            zone=self.settings.zone,
            clock=self.clock,
            stop=self.stop,
            after=self.settle,
            lease_clock=self.wall,
        )

    def evaluate(self) -> tuple[list[Outcome], Round]:
        """Every rule over what is stored; alerts and the outbox follow."""
        moment = self.moment()
        outcomes = evaluate(self.reader, self.rules, moment)
        with self.reader.connect() as connection:
            fresh = read_freshness(connection, self.settings, moment.now)
        return outcomes, run_round(self.engine, self.settings, outcomes, fresh, moment.calendars, moment.now)

    def deliver(self) -> Delivered:
        """Send what is due."""
        return deliver(
            self.engine,
            self.channels,
            self._commenters,
            clock=self.clock,
            wall=self.wall,
            redact=self.redactor,
            stop=self.stop,
        )

    def run(
        self,
        progress: Callable[[Progress], None] = lambda progress: None,
        before: Callable[[Forecast], None] | None = None,
    ) -> RoundResult:
        """The three in order, once. Who stops it in the first is told of nothing that was half read."""
        runs = self.sync(progress=progress, before=before)
        if self.stop.is_set():
            return RoundResult(runs, (), Round(), Delivered())
        outcomes, done = self.evaluate()
        return RoundResult(runs, outcomes, done, self.deliver())

    def rehearse(
        self,
        progress: Callable[[Progress], None] = lambda progress: None,
        before: Callable[[Forecast], None] | None = None,
    ) -> RoundResult:
        """Sync, and what would be told to whom now; nothing is sent and no alert is kept."""
        runs = self.sync(progress=progress, before=before)
        if self.stop.is_set():
            return RoundResult(runs, (), Round(), Delivered())
        moment = self.moment()
        outcomes = evaluate(self.reader, self.rules, moment)
        with self.reader.connect() as connection:
            fresh = read_freshness(connection, self.settings, moment.now)
        done = preview(self.engine, self.settings, outcomes, fresh, moment.calendars, moment.now)
        return RoundResult(runs, outcomes, done, Delivered())

    def jobs(self, soon: Callable[[str], None]) -> list[Job]:
        """What `serve` runs in the background; `soon` asks for a job before its time."""

        def sync_then_evaluate(name: str) -> None:
            result = self.sync_one(name)
            if result.outcome != "busy":
                soon("evaluate")

        def evaluate_then_deliver() -> None:
            self.evaluate()
            soon("deliver")

        return [
            *(
                Job(
                    f"sync:{name}", source.every, _kept_alive(partial(sync_then_evaluate, name)), source.every * _JITTER
                )
                for name, source in self.settings.sources.items()
            ),
            Job("evaluate", EVALUATE_EVERY, _kept_alive(evaluate_then_deliver)),
            Job("deliver", DELIVER_EVERY, _kept_alive(self.deliver)),
        ]

    def answered(self, typed: str, at: datetime, how: str, by: str) -> str:
        """Record that the feedback meant by `typed` was answered elsewhere; what became of it, in a sentence.

        The answer and its note in the tool are recorded together. Raises NotOne, Refused.
        """
        now = self.clock()
        with writing(self.engine) as connection:
            found = find_feedback(connection, typed)
            answered(connection, found.key, at, how, by, now)
            refused = queue_answer_note(connection, self.settings, found.key, at, how, by, now)
        self.settle_touched()
        self.deliver()
        return f"{found.name}: recorded; " + (f"no note in the tool ({refused})" if refused else "noted in the tool")

    def agreed(self, typed: str, on: date, reference: str, by: str) -> str:
        """Record the date that the client accepted for the milestone meant by `typed`; a sentence about it.

        Raises NotOne, Refused.
        """
        with writing(self.engine) as connection:
            found = find_milestone(connection, typed)
            agree(connection, found.key, on, reference, by, self.clock())
        self.settle_touched()
        return f"{found.name}: the client accepted {on} ({reference})"

    # --- what the report and the commands ask ---------------------------------------------------------------------

    def moment(self) -> Moment:
        """The present, for one pass."""
        now = self.clock()
        return Moment.of(self.settings, self.calendars(now), now)

    def calendars(self, now: datetime) -> Mapping[str, WorkingTime]:
        """The working calendars around `now`: made once a year, for each takes a tenth of a second."""
        year = now.astimezone(self.settings.zone).year
        if self._calendars is None or self._calendars[0] != year:
            self._calendars = (year, calendars(self.settings, now))
        return self._calendars[1]

    def overview(self) -> Overview:
        """What the report shows now."""
        return overview(self.reader, self.settings, self.moment())

    def health(self) -> Health:
        """What does not work: a stale source, a message that nobody gets."""
        with self.reader.connect() as connection:
            fresh = read_freshness(connection, self.settings, self.clock())
            parked = count_parked(connection)
        stale = [f"{name}: {_last_read(one.read_at)}" for name, one in fresh.items() if one.stale]
        return Health((*stale, *([f"{parked} messages need a person: milepost deliveries list"] if parked else [])))

    def connector(self, name: str) -> Connector:
        """A connector of its own for one thread; all of a source share its governor."""
        source = self.settings.sources[name]
        return KINDS[source.kind].connect(source, self._governors[name])

    # --- keeping the database true to the settings ----------------------------------------------------------------

    def settle(self, connection: Connection, touched: Touched | None) -> None:
        """Link and derive, with the working days of the config's calendars."""
        known = self.calendars(self.clock())

        settle(
            connection,
            self.settings,
            touched,
            lambda calendar, a, b: known.get(calendar, known["default"]).days_between(a, b),
            self.clock(),
        )

    def settle_touched(self) -> None:
        """Link and derive what a decision touched."""
        settle_stored(self.engine, self.settle)

    def settle_if_changed(self) -> None:
        """Link and derive everything again, if people, clients, calendars or the like are not what they were."""
        known = self.settings.model_dump(mode="json", exclude=_NOT_SETTLED_WITH)
        sources = self.settings.sources.items()
        known["commented"] = sorted(name for name, source in sources if source.client_comments_are_feedback)
        version = xxhash.xxh3_64_hexdigest(json.dumps(known, sort_keys=True).encode())
        with writing(self.engine) as connection:
            found = connection.execute(select(_state.c.value).where(_state.c.name == _SETTLED)).scalar()
            if found == version:
                return
            self.settle(connection, None)
            connection.execute(_state.delete().where(_state.c.name == _SETTLED))
            connection.execute(_state.insert().values(name=_SETTLED, value=version))

    def _keep_sources(self) -> None:
        """A source that left the config keeps its rows, outside rules and report."""
        with writing(self.engine) as connection:
            gone = _sources.c.name.not_in(self.settings.sources)
            connection.execute(update(_sources).where(gone, _sources.c.active).values(active=False))

    def _governor(self, source: SourceSettings) -> Governor:
        return Governor(
            source.name,
            limits=KINDS[source.kind].limits,
            stop=self.stop,
            redact=self.redactor,
            ca_file=source.ca_file,
            patience=self._patience,
        )


def _last_read(at: datetime | None) -> str:
    return f"not read since {at:%Y-%m-%d %H:%M} UTC" if at else "never read"


class _Lazily(Mapping[str, Connector]):
    """Connectors by source, each made when it is first asked for: the vendors' SDKs are slow to load."""

    def __init__(self, make: Callable[[str], Connector], names: Iterable[str]) -> None:
        self._make = make
        self._names = list(names)
        self._made: dict[str, Connector] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> Connector:
        with self._lock:
            if name not in self._made:
                if name not in self._names:
                    raise KeyError(name)
                self._made[name] = self._make(name)
            return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _kept_alive(job: Callable[[], object]) -> Callable[[], None]:
    """A job that fails is logged and runs again at its next time: one bad minute must not end the hub."""

    def run() -> None:
        try:
            job()
        except Exception:
            log.exception("a job failed; it runs again at its next time")

    return run
