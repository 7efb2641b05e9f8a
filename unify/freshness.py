"""How fresh each source's data is: messages and pages say it, and an alert resolves only on fresh data."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from config.settings import Settings
from unify.derived import table_of
from unify.tables import MappingProblem, Source

_sources = table_of(Source)
_problems = table_of(MappingProblem)


@dataclass(frozen=True, slots=True)
class SourceFreshness:
    """One configured source. `stale`: never read whole, or longer ago than `stale_after` allows."""

    name: str
    kind: str
    last_ok_at: datetime | None
    age: timedelta | None
    stale: bool
    error: str
    """Of the last run; empty if that was good."""
    problems: int
    """Fields of its records that could not be read."""


def freshness(connection: Connection, settings: Settings, now: datetime) -> list[SourceFreshness]:
    """Every source of the config, in the order of their names; one that was never read has no `last_ok_at`."""
    stored = {row.name: row for row in connection.execute(select(_sources))}
    counted = select(_problems.c.source, func.count()).group_by(_problems.c.source)
    problems = {row[0]: row[1] for row in connection.execute(counted)}
    found = []
    for name, source in sorted(settings.sources.items()):
        last_ok_at = stored[name].last_ok_at if name in stored else None
        age = None if last_ok_at is None else now - last_ok_at
        found.append(
            SourceFreshness(
                name=name,
                kind=source.kind,
                last_ok_at=last_ok_at,
                age=age,
                stale=age is None or age > settings.stale_after_of(source),
                error=stored[name].last_error if name in stored else "",
                problems=problems.get(name, 0),
            )
        )
    return found
