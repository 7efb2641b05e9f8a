"""Silences: that nobody is told of certain alerts for a time. What they hide is delivery, never the alert."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.engine import RowMapping

from unify.derived import table_of
from unify.tables import Silence as SilenceRow

SILENCE = table_of(SilenceRow)


@dataclass(frozen=True, slots=True)
class Match:
    """Which alerts: those that agree with all of what is named here."""

    rule: str | None = None
    client: str | None = None
    """A name in [clients]."""
    source: str | None = None
    subject: str | None = None

    def fits(self, rule: str, client: str, source: str, subject: str) -> bool:
        """Whether an alert is meant."""
        asked = ((self.rule, rule), (self.client, client), (self.source, source), (self.subject, subject))
        return all(wanted is None or wanted == found for wanted, found in asked)

    def __str__(self) -> str:
        named = (("rule", self.rule), ("client", self.client), ("source", self.source), ("item", self.subject))
        return ", ".join(f"{what} {which}" for what, which in named if which is not None)


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence as stored."""

    id: int
    match: Match
    begins_at: datetime
    ends_at: datetime
    """Its end as it was set; `ended_at` where somebody ended it before."""
    reason: str
    created_by: str
    created_at: datetime
    ended_by: str | None = None
    ended_at: datetime | None = None


def read_silences(connection: Connection, now: datetime) -> list[Silence]:
    """Those in force, the one that ends last first."""
    return _read(connection, SILENCE.c.ended_at.is_(None), SILENCE.c.begins_at <= now, SILENCE.c.ends_at > now)


def every_silence(connection: Connection) -> list[Silence]:
    """Those that are over too."""
    return _read(connection)


def read_silence(connection: Connection, number: int) -> Silence | None:
    """The one with that number."""
    return next(iter(_read(connection, SILENCE.c.id == number)), None)


def write_silence(connection: Connection, match: Match, until: datetime, reason: str, by: str, now: datetime) -> int:
    """Keep a silence from `now` on; its number."""
    values = {"begins_at": now, "ends_at": until, "reason": reason, "created_by": by, "created_at": now}
    named = {"rule": match.rule, "client": match.client, "source": match.source, "subject": match.subject}
    added = connection.execute(insert(SILENCE).values(**named, **values)).inserted_primary_key
    assert added is not None
    return int(added[0])


def end_silence(connection: Connection, number: int, by: str, now: datetime) -> None:
    """End a silence before its time."""
    connection.execute(update(SILENCE).where(SILENCE.c.id == number).values(ended_by=by, ended_at=now))


def silence_of(
    silences: Iterable[Silence],
    *,
    rule: str,
    client: str,
    source: str,
    subject: str,
    urgent_since: datetime | None,
) -> Silence | None:
    """The silence that hides an alert; None where none does. `urgent_since`: None: it is not urgent.

    What is urgent is hidden only by a silence of that very thing: it never waits, and least of all for what was said
    before anybody knew of it.
    """
    fitting = (one for one in silences if one.match.fits(rule, client, source, subject))
    return next((one for one in fitting if urgent_since is None or _knows(one, urgent_since)), None)


def _knows(silence: Silence, urgent_since: datetime) -> bool:
    """Whether it is of one thing alone, and whoever made it could know that it is urgent."""
    return silence.match.subject is not None and silence.created_at >= urgent_since


def _read(connection: Connection, *which: ColumnElement[bool]) -> list[Silence]:
    chosen = select(SILENCE).where(*which).order_by(SILENCE.c.ends_at.desc(), SILENCE.c.id)
    return [_silence(row) for row in connection.execute(chosen).mappings()]


def _silence(row: RowMapping) -> Silence:
    match = Match(row["rule"], row["client"], row["source"], row["subject"])
    names: Sequence[str] = ("begins_at", "ends_at", "reason", "created_by", "created_at", "ended_by", "ended_at")
    return Silence(row["id"], match, **{name: row[name] for name in names})
