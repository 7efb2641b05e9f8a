"""What the tests of alerts share: a database, and the hub around it."""

import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.attempt import Commenter, Delivered
from alerts.channels.base import Channel
from alerts.outbox import deliver
from alerts.round import Round, run_round
from config.settings import Settings
from rules.evaluate import Finding
from tests.alerts import firm
from unify.engine import open_engine


@dataclass
class Hub:
    """The firm's hub as far as alerts go: `round` evaluates, `deliver` sends what is due."""

    engine: Engine
    settings: Settings
    mail: firm.Inbox = field(default_factory=firm.Inbox)
    others: dict[str, Channel] = field(default_factory=dict)
    commenters: dict[str, Commenter] = field(default_factory=dict)
    now: datetime = firm.TUESDAY
    wall: datetime = datetime(2030, 1, 1, tzinfo=firm.HK)
    """Real time, years away from the story's."""
    stop: threading.Event = field(default_factory=threading.Event)

    def round(
        self,
        *findings: Finding,
        at: datetime | None = None,
        stale: tuple[str, ...] = (),
        failed: str = "",
        versions: Mapping[str, str] | None = None,
    ) -> Round:
        """One round over `findings`, at `at` or where the last one was."""
        self.now = at or self.now
        freshness = firm.freshness(self.now, stale, **(versions or {}))
        found = firm.outcomes(*findings, failed=failed)
        return run_round(self.engine, self.settings, found, freshness, firm.working_time(), self.now)

    def deliver(self) -> Delivered:
        """One go over the outbox."""
        return deliver(
            self.engine,
            self.settings,
            {"email": self.mail, **self.others},
            self.commenters,
            calendars=firm.working_time,
            clock=lambda: self.now,
            wall=lambda: self.wall,
            redact=lambda text: text.replace("s3cret", "***"),
            stop=self.stop,
        )

    def tell(self, *findings: Finding, at: datetime | None = None, stale: tuple[str, ...] = ()) -> Round:
        """A round, then a go over the outbox."""
        done = self.round(*findings, at=at, stale=stale)
        self.deliver()
        return done

    def wait(self, span: timedelta) -> None:
        """Let real time pass."""
        self.wall += span


@pytest.fixture(scope="session")
def reused(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, Path]:
    """One engine for all tests of a worker, whose file is replaced by the empty one beside it: to make every table and
    compile every statement anew is most of what a small test costs."""
    folder = tmp_path_factory.mktemp("hub")
    firm.database(folder).dispose()
    return open_engine(f"sqlite:///{folder / 'hub.db'}"), folder / "milepost.db"


@pytest.fixture
def hub(reused: tuple[Engine, Path]) -> Iterator[Hub]:
    """A hub with an empty database."""
    engine, empty = reused
    for left in ("hub.db-wal", "hub.db-shm"):
        empty.with_name(left).unlink(missing_ok=True)
    shutil.copyfile(empty, empty.with_name("hub.db"))
    yield Hub(engine, firm.settings())
    engine.dispose()
