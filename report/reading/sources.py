"""How far each source can be believed, and which figures rest on it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from config.settings import Settings
from report.rows import Feed, SourceRow
from unify.freshness import Freshness, read_freshness, tool_name
from unify.tallies import Tally, read_tallies

_FEEDS: Mapping[Feed, str] = {"milestones": "milestone", "feedback": "feedback", "projects": "project"}
"""The table that tells which sources bring it."""


def read_sources(connection: Connection, settings: Settings, now: datetime) -> list[SourceRow]:
    """All of the config, in its order."""
    tables = SQLModel.metadata.tables
    feeding = {
        feed: set(connection.execute(select(tables[table].c.source).distinct()).scalars())
        for feed, table in _FEEDS.items()
    }
    fresh = read_freshness(connection, settings, now)
    return [_source(row, feeding, read_tallies(connection, name).values()) for name, row in fresh.items()]


def _source(row: Freshness, feeding: Mapping[Feed, set[str]], tallies: Iterable[Tally]) -> SourceRow:
    """A source that was never read to its end may feed anything: nobody knows what it would have said."""
    return SourceRow(
        name=row.source,
        tool=tool_name(row.kind),
        label=row.label,
        last_ok_at=row.read_at,
        age=row.age,
        stale=row.stale,
        error=row.error,
        why=row.broken.why if row.broken else "",
        asked_again_at=row.broken.until if row.broken and row.broken.failures > 1 else None,
        problems=row.problems,
        feeds=frozenset(feed for feed, fed_by in feeding.items() if row.read_at is None or row.source in fed_by),
        doubts=row.doubts,
        incomplete=tuple(tally for tally in tallies if tally.is_incomplete),
    )
