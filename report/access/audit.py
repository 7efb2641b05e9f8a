"""The log of who signed in, of what became of accounts, and of what was taken away in files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, Engine, delete, insert, select

from config.clock import Clock
from config.settings import Settings
from report.asked import Reader
from unify.derived import table_of
from unify.engine import writing
from unify.tables import AuditEntry

AUDIT = table_of(AuditEntry)

Event = Literal[
    "added", "removed", "password", "signed_out", "signed_in", "failed", "throttled", "exported", "forgotten"
]
_CUT = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log."""

    at: datetime
    event: str
    who: str
    what: str
    address: str


@dataclass(frozen=True, slots=True)
class Audit:
    """Writes the lines, each in a short transaction of its own: what the report reads through cannot write.

    `clock` is real time: who came when is no part of a story.
    """

    engine: Engine
    settings: Settings
    clock: Clock

    def note(self, event: Event, who: str, what: str = "", address: str = "") -> None:
        """A line about the account of `who`; `address` is the network's."""
        with writing(self.engine) as connection:
            note(connection, self.settings, event, who, self.clock(), what, address)

    def exported(self, reader: Reader, what: str, address: str = "") -> None:
        """`reader` takes `what` away with them: the kind of file, and which page narrowed to what."""
        self.note("exported", reader.name, what, address)


def note(
    connection: Connection,
    settings: Settings,
    event: Event,
    who: str,
    now: datetime,
    what: str = "",
    address: str = "",
) -> None:
    """Write a line of the log, and let go of those that are older than `keep_audit_days`."""
    connection.execute(insert(AUDIT).values(at=now, event=event, who=who, what=what[:_CUT], address=address))
    connection.execute(delete(AUDIT).where(AUDIT.c.at < now - timedelta(days=settings.keep_audit_days)))


def read_log(connection: Connection, last: int, who: str = "") -> Sequence[Entry]:
    """The `last` lines of the log, about `who` or anybody, the oldest first."""
    asked = select(AUDIT.c.at, AUDIT.c.event, AUDIT.c.who, AUDIT.c.what, AUDIT.c.address)
    if who:
        asked = asked.where(AUDIT.c.who == who)
    rows = connection.execute(asked.order_by(AUDIT.c.id.desc()).limit(last))
    return [Entry(*row) for row in rows][::-1]
