"""How far each source can be believed: when it was last read whole, and whether that is too long ago."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from config.settings import Settings
from unify.derived import SOURCE, table_of
from unify.tables import Evaluation

EVALUATION = table_of(Evaluation)

GAP = timedelta(days=7)
"""Unlooked at for so long, what is bad by then is news to nobody but the coordinator."""

_NAMES = {"hubspot": "HubSpot"}


@dataclass(frozen=True, slots=True)
class Freshness:
    """A configured source, as far as its data can be believed."""

    source: str
    label: str
    """What people call it: "Jira", or "Jira (delivery)" where there are several of the kind."""
    read_at: datetime | None
    """Start of the last run that read everything; None: there was none yet."""
    stale: bool
    """Never read whole, or longer ago than `stale_after`."""
    mapping_version: str = ""


def read_freshness(connection: Connection, settings: Settings, now: datetime) -> dict[str, Freshness]:
    """The freshness of every source of the config, in its order."""
    rows = connection.execute(select(SOURCE.c.name, SOURCE.c.last_ok_at, SOURCE.c.mapping_version))
    stored = {name: (read_at, version) for name, read_at, version in rows}
    labels = _labels(settings)
    found = {}
    for name, source in settings.sources.items():
        read_at, version = stored.get(name, (None, ""))
        stale = read_at is None or now - read_at > settings.stale_after_of(source)
        found[name] = Freshness(name, labels[name], read_at, stale, version)
    return found


def _labels(settings: Settings) -> dict[str, str]:
    kinds = [source.kind for source in settings.sources.values()]
    labels = {}
    for name, source in settings.sources.items():
        label = _NAMES.get(source.kind, source.kind.capitalize())
        labels[name] = label if kinds.count(source.kind) == 1 else f"{label} ({name})"
    return labels


def looked_before(connection: Connection) -> dict[tuple[str, str], Evaluation]:
    """What has been looked at, by (rule, source)."""
    rows = connection.execute(select(EVALUATION)).mappings()
    return {(row["rule"], row["source"]): Evaluation(**row) for row in rows}


def first_looks(
    rules: Collection[str],
    freshness: Mapping[str, Freshness],
    before: Mapping[tuple[str, str], Evaluation],
    now: datetime,
) -> dict[tuple[str, str], datetime]:
    """(rule, source) looked at for the first time, or after a long gap: whatever began before now was there before us.

    Where only the mapping changed (a setting, a new status in the tool), that holds for what began before the last
    look alone: what went wrong since then is news. A stale source is not looked at yet.
    """
    found = {}
    for name, source in freshness.items():
        for rule in rules if not source.stale else ():
            last = before.get((rule, name))
            if last is None or now - last.last_at >= GAP:
                found[rule, name] = now
            elif last.mapping_version != source.mapping_version:
                found[rule, name] = last.last_at
    return found


def note_look(
    connection: Connection,
    rules: Collection[str],
    freshness: Mapping[str, Freshness],
    before: Mapping[tuple[str, str], Evaluation],
    now: datetime,
) -> None:
    """Remember that `rules` have looked at every fresh source."""
    for name, source in freshness.items():
        for rule in rules if not source.stale else ():
            seen = {"mapping_version": source.mapping_version, "last_at": now}
            if (rule, name) in before:
                this = (EVALUATION.c.rule == rule) & (EVALUATION.c.source == name)
                connection.execute(update(EVALUATION).where(this).values(seen))
            else:
                connection.execute(insert(EVALUATION).values(rule=rule, source=name, first_at=now, **seen))
