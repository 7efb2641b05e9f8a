"""How far each source can be believed, and which figures rest on it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, exists, select
from sqlmodel import SQLModel

from config.settings import Settings
from report.rows import Feed, SourceRow
from unify.freshness import Freshness, read_freshness, tool_name
from unify.tallies import Tally, read_tallies

_FEEDS: Mapping[Feed, str] = {"milestones": "milestone", "feedback": "feedback", "projects": "project"}
"""The table that tells which sources bring it."""


def read_sources(connection: Connection, settings: Settings, now: datetime) -> list[SourceRow]:
    """All of the config, in its order."""
    feeding = {feed: _bring(connection, table) for feed, table in _FEEDS.items()}
    fresh = read_freshness(connection, settings, now)
    return [_source(row, feeding, read_tallies(connection, name).values()) for name, row in fresh.items()]


def _bring(connection: Connection, table: str) -> set[str]:
    """The sources that brought a row of it. A row's key begins with its source's name and "/", which "0" follows: so
    each is looked for in its range of keys, and no table is gone through."""
    tables = SQLModel.metadata.tables
    name, key = tables["source"].c.name, tables[table].c.key
    return set(connection.execute(select(name).where(exists().where(key > name + "/", key < name + "0"))).scalars())


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
