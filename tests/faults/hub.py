"""The hub's side of a fault: one source, read into one database by the real connector, mapper, link and derive."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, Engine

from config.clock import Clock
from config.settings import ClientSettings, PersonSettings, Secret, Settings, SourceSettings
from connectors.asana import AsanaSettings
from connectors.base import Connector
from connectors.governor import ANSWER_S, PATIENCE, Governor
from connectors.hubspot import HubspotSettings
from connectors.jira import Jira, JiraSettings
from connectors.jira_ranges import LARGE
from connectors.kinds import KINDS
from connectors.trello import TrelloSettings
from rules.working_time import WorkingTime, calendars
from sandbox import asana, hubspot, jira, trello
from sync.engine import RunResult, sync_source
from unify.engine import open_engine
from unify.mappers import MAPPERS
from unify.settle import settle


def source_of(kind: str, url: str, deployment: str = "Cloud") -> SourceSettings:
    """The settings of a source of that kind, called as its kind."""
    match kind:
        case "jira" if deployment == "Server":
            return JiraSettings(name=kind, url=url, token=_secret(jira.TOKEN))
        case "jira":
            return JiraSettings(name=kind, url=url, email=jira.EMAIL, token=_secret(jira.TOKEN))
        case "asana":
            return AsanaSettings(name=kind, url=url, token=_secret(asana.TOKEN))
        case "hubspot":
            return HubspotSettings(name=kind, url=url, token=_secret(hubspot.TOKEN))
        case "trello":
            return TrelloSettings(name=kind, url=url, key=_secret(trello.KEY), token=_secret(trello.TOKEN))
    raise ValueError(kind)


def _secret(value: str) -> Secret:
    return Secret(reference="env:SECRET", value=SecretStr(value))


@dataclass
class Hub:
    """Reads one source. Nothing here waits for real: `waits` holds the pauses that it would have made."""

    source: SourceSettings
    database: Path
    clock: Clock
    timezone: str = "Asia/Hong_Kong"
    patience: timedelta = PATIENCE
    timeout: tuple[float, float] = (5.0, 20.0)
    answer_s: float = ANSWER_S
    lock_wait_s: float = 30.0
    large: int = LARGE
    """A project of Jira with more issues is read in pieces."""
    stop: threading.Event = field(default_factory=threading.Event)
    waits: list[float] = field(default_factory=list)

    def sync(self, *, full: bool = False) -> RunResult:
        """One run, with link and derive, by a connector and connections of its own, as a new process would."""
        settings = self.settings
        governor = Governor(
            self.source.name,
            limits=["100000/second"],
            stop=self.stop,
            redact=str,
            timeout=self.timeout,
            patience=self.patience,
            answer_s=self.answer_s,
            wait=self._wait,
        )
        try:
            return sync_source(
                self.source,
                self._connector(governor),
                MAPPERS[self.source.kind],
                self.engine,
                zone=settings.zone,
                clock=self.clock,
                stop=self.stop,
                requests=lambda: governor.requests,
                after=partial(self._settle, settings),
                full=full,
            )
        finally:
            self.engine.dispose()
            governor.close()

    @property
    def engine(self) -> Engine:
        """What opens the database: every run with connections of its own."""
        return _engine(self.settings.database, self.lock_wait_s)

    @property
    def settings(self) -> Settings:
        """May coordinates; the Harbour is a client."""
        return Settings(
            timezone=self.timezone,
            database=f"sqlite:///{self.database}",
            coordinator="may",
            team_domains=("acme.example",),
            people={one: PersonSettings(name=one.title(), email=f"{one}@acme.example") for one in ("may", "lee")},
            clients={"harbour": ClientSettings(name="Harbour Ltd", bd="may", domains=("harbour.example",))},
            sources={self.source.name: self.source},
        )

    def _connector(self, governor: Governor) -> Connector:
        if isinstance(self.source, JiraSettings):
            return Jira(self.source, governor, large=self.large)
        return KINDS[self.source.kind].connect(self.source, governor)

    def _wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return self.stop.is_set()

    def _settle(self, settings: Settings, connection: Connection, touched: Any) -> None:
        now = self.clock()
        working = _working_time(self.timezone, now.year)
        settle(connection, settings, touched, lambda _, a, b: working.days_between(a, b), now)


@lru_cache
def _engine(database: str, lock_wait_s: float) -> Engine:
    """One for each file, whatever stands in it now: compiling the statements anew is half the cost of a small run."""
    return open_engine(database, lock_wait_s=lock_wait_s)


@lru_cache
def _working_time(timezone: str, year: int) -> WorkingTime:
    """Made once, for it takes a tenth of a second."""
    return calendars(Settings(timezone=timezone, coordinator="may"), datetime(year, 1, 1, tzinfo=UTC))["default"]
