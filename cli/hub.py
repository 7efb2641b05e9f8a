"""The one place that builds everything from the settings, wires the stages together, and names the jobs."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, update

from alerts.attempt import Delivered
from alerts.channels.base import Channel, Outgoing
from alerts.channels.kinds import open_channel
from alerts.links import Links, Offer
from alerts.outbox import deliver
from alerts.parking import count_parked
from alerts.round import Round, preview, run_round
from cli import heartbeat
from cli.alarm import Alarm
from cli.forecast import Forecast, last_good_run
from cli.settling import Settling
from cli.vendors import Vendors
from config.clock import Clock, system_clock
from config.secrets import Redactor
from config.settings import Language, Settings
from connectors.governor import PATIENCE
from connectors.scope import count
from report.asked import Asked, Reader, language_of
from report.filters import Filters
from report.server import Health
from rules.evaluate import Outcome, evaluate
from rules.health.keeping import keep_health
from rules.indicators.months import keep_indicators, note_failed
from rules.moment import Moment
from rules.rule import Rule
from rules.working_time import WorkingTime, calendars
from sync.engine import Progress, RunResult, sync_source
from sync.remapping import remap_source
from sync.schedule import Job
from sync.sources import run_sources
from unify.breaker import read_broken
from unify.closures import Closed, read_closures
from unify.derived import SOURCE
from unify.engine import LOCK_WAIT_S, open_engine, writing
from unify.freshness import read_freshness
from unify.keys import read_key
from unify.mappers import MAPPERS
from unify.migrate import migrate

EVALUATE_EVERY = timedelta(seconds=60)
"""Overdue begins at midnight, without any sync."""
DELIVER_EVERY = timedelta(seconds=5)
_JITTER = 0.1

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RoundResult:
    """One round over everything: how each source's run ended, what the rules said, what was sent."""

    runs: Sequence[RunResult]
    outcomes: Sequence[Outcome]
    round: Round
    delivered: Delivered
    evaluated: bool = True
    """False: it was stopped before, and nothing was told."""

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
        self._vendors = Vendors(settings, stop=self.stop, redact=redactor, patience=patience)
        self.channels: Mapping[str, Channel] = {
            name: open_channel(channel, clock, wall, self.stop, redactor, self._offers)
            for name, channel in settings.channels.items()
        }
        self.engine: Engine = open_engine(settings.database, lock_wait_s=lock_wait_s)
        self.links = _links(settings, self.engine, redactor)
        self._calendars: tuple[tuple[int, Sequence[Closed]], Mapping[str, WorkingTime]] | None = None
        self.settling = Settling(settings, self.engine, clock, self.calendars)
        try:
            migrate(self.engine)
            self._keep_sources()
            self.settling.settle_if_changed()
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
        self._vendors.close()
        self.reader.dispose()
        self.engine.dispose()

    def sync(
        self,
        names: Iterable[str] = (),
        *,
        full: bool = False,
        accept_deletions: bool = False,
        progress: Callable[[Progress], None] = lambda progress: None,
        before: Callable[[Forecast], None] | None = None,
    ) -> list[RunResult]:
        """Read the sources of those names (none: all), side by side; how each ended, in their order.

        `before` is told of each what is coming; a first read is looked at for that, with a few requests.
        """
        chosen = list(names) or list(self.settings.sources)
        one = partial(self.sync_one, full=full, accept_deletions=accept_deletions, progress=progress, before=before)
        return run_sources({name: partial(one, name) for name in chosen})

    def sync_one(
        self,
        name: str,
        *,
        full: bool = False,
        accept_deletions: bool = False,
        progress: Callable[[Progress], None] = lambda progress: None,
        before: Callable[[Forecast], None] | None = None,
    ) -> RunResult:
        """Read one source, link and derive what was touched."""
        source = self.settings.sources[name]
        if before is not None and (coming := self._forecast(name, full=full)) is not None:
            before(coming)
        return sync_source(
            source,
            self._vendors.readers[name],
            MAPPERS[source.kind],
            self.engine,
            zone=self.settings.zone,
            clock=self.clock,
            stop=self.stop,
            progress=progress,
            requests=lambda: self._vendors.requests(name),
            after=self.settling.settle,
            full=full,
            accept_deletions=accept_deletions,
            keep_deleted=timedelta(days=self.settings.keep_deleted_days),
            lease_clock=self.wall,
        )

    def _forecast(self, name: str, *, full: bool) -> Forecast | None:
        """What the last good run took; of a first or full one, what can be counted; None where the vendor is away."""
        with self.reader.connect() as connection:
            last = last_good_run(connection, name, self.settings.zone)
        return self._vendors.forecast(name) if last is None or full else last

    def remap(self, names: Iterable[str] = ()) -> dict[str, int]:
        """Map what is stored of those sources (none: all) again, without a request; how many records of each.

        Raises LeaseHeld where a run is at work.
        """
        return {name: self._remap_one(name) for name in list(names) or self.settings.sources}

    def _remap_one(self, name: str) -> int:
        source = self.settings.sources[name]
        return remap_source(
            source,
            self._vendors.readers[name],
            MAPPERS[source.kind],
            self.engine,
            zone=self.settings.zone,
            clock=self.clock,
            stop=self.stop,
            after=self.settling.settle,
            lease_clock=self.wall,
        )

    def evaluate(self) -> tuple[list[Outcome], Round]:
        """Every rule over what is stored; alerts and the outbox follow."""
        moment = self.moment()
        self._keep_figures(moment)
        return self._round(run_round, moment)

    def _round(self, go: Callable[..., Round], moment: Moment) -> tuple[list[Outcome], Round]:
        """`go` is `run_round`, or `preview`."""
        outcomes = evaluate(self.reader, self.rules, moment)
        with self.reader.connect() as connection:
            fresh = read_freshness(connection, self.settings, moment.now)
        return outcomes, go(self.engine, self.settings, outcomes, fresh, moment.calendars, moment.now)

    def _keep_figures(self, moment: Moment) -> None:
        """The figures of each month, and how everything is doing today; what is wrong with them keeps nobody from being
        told of what is late."""
        try:
            keep_indicators(self.reader, self.engine, moment)
            keep_health(self.reader, self.engine, self.settings, moment)
        except Exception as error:
            # Once, not in every round: `status` says it as long as it lasts.
            if note_failed(self.engine, self.redactor(f"{type(error).__name__}: {error}"), moment.now):
                log.exception("the indicators and the health of projects cannot be reckoned, and stay as they are")
        else:
            note_failed(self.engine, None, moment.now)

    def deliver(self) -> Delivered:
        """Send what is due."""
        return deliver(
            self.engine,
            self.settings,
            self.channels,
            self._vendors.commenters,
            calendars=lambda: self.moment().calendars,
            clock=self.clock,
            wall=self.wall,
            redact=self.redactor,
            stop=self.stop,
        )

    def run(
        self,
        progress: Callable[[Progress], None] = lambda progress: None,
        before: Callable[[Forecast], None] | None = None,
        *,
        dry_run: bool = False,
    ) -> RoundResult:
        """The three in order, once; of `dry_run` only the first, and what would be told to whom now.

        Who stops it in the first is told of nothing that was half read.
        """
        runs = self.sync(progress=progress, before=before)
        if self.stop.is_set():
            return RoundResult(runs, (), Round(), Delivered(), evaluated=False)
        if dry_run:
            outcomes, done = self._rehearse()
            return RoundResult(runs, outcomes, done, Delivered())
        outcomes, done = self.evaluate()
        result = RoundResult(runs, outcomes, done, self.deliver())
        self.beat(outcomes)
        return result

    def beat(self, outcomes: Iterable[Outcome]) -> None:
        """Call the heartbeat's address, where there is one and every rule ran."""
        url = self.settings.heartbeat_url
        if url is not None and not any(outcome.error for outcome in outcomes):
            heartbeat.note(self.engine, heartbeat.call(url, self.stop, self.redactor), self.wall())

    def _rehearse(self) -> tuple[list[Outcome], Round]:
        """As `evaluate`, but nothing is kept, and no month closed; without comments that a tool has no place for."""
        outcomes, done = self._round(preview, self.moment())
        nowhere = [written for written in done.comments if not self._vendors.takes_comment(written.on)]
        done.comments = [written for written in done.comments if written not in nowhere]
        done.uncommented |= {written.on: "the tool has no place for one there" for written in nowhere}
        return outcomes, done

    def jobs(self, soon: Callable[[str], None]) -> list[Job]:
        """What `serve` runs in the background; `soon` asks for a job before its time."""

        def sync_then_evaluate(name: str) -> None:
            if self._rests(name):
                return
            result = self.sync_one(name)
            if result.outcome != "busy":
                soon("evaluate")

        def evaluate_then_deliver() -> None:
            outcomes, _ = self.evaluate()
            soon("deliver")
            self.beat(outcomes)

        alarm = Alarm(self.settings, self.channels, self.wall, self.redactor, self._is_working)
        syncs = [
            Job(f"sync:{name}", source.every, partial(sync_then_evaluate, name), source.every * _JITTER)
            for name, source in self.settings.sources.items()
        ]
        return [
            *syncs,
            Job("evaluate", EVALUATE_EVERY, alarm.around("evaluate", evaluate_then_deliver)),
            Job("deliver", DELIVER_EVERY, alarm.around("deliver", self.deliver)),
        ]

    def _is_working(self, calendar: str, at: datetime) -> bool:
        """As far as the settings tell: a database that fails is not asked for closures."""
        return calendars(self.settings, at)[calendar].is_working(at)

    def _rests(self, name: str) -> bool:
        """Whether a source that failed again and again is left alone for now; whoever asks for it by hand is served."""
        with self.reader.connect() as connection:
            broken = read_broken(connection, self.settings.sources[name])
        return broken is not None and broken.rests(self.wall())

    def moment(self) -> Moment:
        """The present, for one pass."""
        now = self.clock()
        with self.reader.connect() as connection:
            return Moment.of(self.settings, self.calendars(connection, now), now)

    def calendars(self, connection: Connection, now: datetime) -> Mapping[str, WorkingTime]:
        """The working calendars around `now`, with the closures that stand: made anew for another year or when a
        closure came or went, for each takes a tenth of a second."""
        made_for = (now.astimezone(self.settings.zone).year, read_closures(connection))
        if self._calendars is None or self._calendars[0] != made_for:
            self._calendars = (made_for, calendars(self.settings, now, made_for[1]))
        return self._calendars[1]

    def _offers(self, outgoing: Outgoing) -> Sequence[Offer]:
        """The links by which the reader of a message can act."""
        return self.links.offers(outgoing, self.clock()) if self.links else ()

    @contextmanager
    def asking(self, filters: Filters, language: Language | None = None, *, is_demo: bool = False) -> Iterator[Asked]:
        """What the report says now to whoever sits at the machine."""
        reader = Reader()
        with self.reader.connect() as connection:
            yield Asked(
                connection=connection,
                settings=self.settings,
                moment=self.moment(),
                rules=self.rules,
                reader=reader,
                language=language or language_of(reader, filters.bd, self.settings),
                filters=filters,
                is_demo=is_demo,
            )

    def health(self) -> Health:
        """What does not work: a stale source, a message that nobody gets."""
        with self.reader.connect() as connection:
            fresh = read_freshness(connection, self.settings, self.clock())
            parked = count_parked(connection)
        stale = [f"{name}: {_last_read(one.read_at)}" for name, one in fresh.items() if one.stale]
        return Health((*stale, *([_parked(parked)] if parked else [])))

    def _keep_sources(self) -> None:
        """A source that left the config keeps its rows, outside rules and report; the others' credentials end when the
        config says so."""
        with writing(self.engine) as connection:
            for name, source in self.settings.sources.items():
                ends = update(SOURCE).where(SOURCE.c.name == name)
                connection.execute(ends.values(expires_on=source.expires))
            gone = SOURCE.c.name.not_in(self.settings.sources)
            connection.execute(update(SOURCE).where(gone, SOURCE.c.active).values(active=False))


def _links(settings: Settings, engine: Engine, redactor: Redactor) -> Links | None:
    """The links of mails; None without an address that leads here."""
    if not settings.public_url:
        return None
    key = read_key(Path(str(engine.url.database)), "links")
    redactor.register(key)
    return Links(key, settings.public_url, settings.people)


def _parked(number: int) -> str:
    return f"{count(number, 'message needs', 'messages need')} a person: milepost deliveries list"


def _last_read(at: datetime | None) -> str:
    return f"not read since {at:%Y-%m-%d %H:%M} UTC" if at else "never read"
