"""How fresh each source's data is: what messages and pages say, and what makes a silence worth believing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from config.settings import Settings
from unify.breaker import Broken, read_broken
from unify.derived import SOURCE, table_of
from unify.doubts import Doubt, read_doubts
from unify.tables import MappingProblem

_PROBLEM = table_of(MappingProblem)
_NAMES = {"hubspot": "HubSpot"}


@dataclass(frozen=True, slots=True)
class Freshness:
    """One configured source, as far as its data can be believed."""

    source: str
    kind: str
    label: str
    """What people call it: "Jira", or "Jira (delivery)" where there are several of the kind."""
    read_at: datetime | None
    """End of the last run that read everything; None: there was none yet."""
    age: timedelta | None
    stale: bool
    """Never read whole, or longer ago than `stale_after` allows."""
    error: str = ""
    """Of the last run; empty if that was good."""
    problems: int = 0
    """Fields of its records that could not be read."""
    mapping_version: str = ""
    broken: Broken | None = None
    """Why it cannot be read, and when it is asked again; None: it answered last time."""
    doubts: tuple[Doubt, ...] = ()
    """What is missing there and was kept, until a person says that it may go."""


def read_freshness(connection: Connection, settings: Settings, now: datetime) -> dict[str, Freshness]:
    """Every source of the config by name, in its order."""
    stored = {str(row["name"]): dict(row) for row in connection.execute(select(SOURCE)).mappings()}
    counted = select(_PROBLEM.c.source, func.count().label("fields")).group_by(_PROBLEM.c.source)
    problems = {row["source"]: row["fields"] for row in connection.execute(counted).mappings()}
    labels = source_labels(settings)
    found = {}
    for name, source in settings.sources.items():
        row = stored.get(name, {})
        read_at = row.get("last_ok_at")
        age = None if read_at is None else now - read_at
        found[name] = Freshness(
            source=name,
            kind=source.kind,
            label=labels[name],
            read_at=read_at,
            age=age,
            stale=age is None or age > settings.stale_after_of(source),
            error=row.get("last_error", ""),
            problems=problems.get(name, 0),
            mapping_version=row.get("mapping_version", ""),
            broken=read_broken(connection, source),
            doubts=tuple(read_doubts(connection, name)),
        )
    return found


def tool_name(kind: str) -> str:
    """What people call a kind of source."""
    return _NAMES.get(kind, kind.capitalize())


def source_labels(settings: Settings) -> dict[str, str]:
    """What people call each source of the config, by its name."""
    kinds = [source.kind for source in settings.sources.values()]
    return {
        name: tool_name(source.kind) + (f" ({name})" if kinds.count(source.kind) > 1 else "")
        for name, source in settings.sources.items()
    }
