"""`milepost doctor`: what an admin would look at, were there time every morning; a line each, and nothing changed.

`ok`; `look`: nothing has failed yet; `wrong`: somebody must act now, as the line says, and the exit code is 1.
"""

import stat
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection

from cli.backup import database_of
from cli.check import ask, size_of
from cli.exit_codes import FAILED, OK
from cli.findings import Finding, clock, expiry
from cli.opening import Config, read_config
from cli.sockets import button_findings
from cli.talk import answer
from config.clock import system_clock
from config.language import ago
from config.settings import Settings, SourceSettings
from connectors.base import AccessDenied, ConnectorError, NotFound, VendorChanged
from report.exports.as_pdf import NO_FONT, has_han
from rules.working_time import calendars, provisional_warnings
from unify.backup import backups_of, free_bytes, taken_at
from unify.engine import StoreError, open_engine
from unify.freshness import Freshness, read_freshness
from unify.migrate import revisions

_BACKUP_AGE = timedelta(days=2)
_LEAST_ROOM = 50_000_000
"""Bytes: the write-ahead log alone may need a third of that."""
_FOR_A_PERSON = (AccessDenied, NotFound, VendorChanged)


def examine(path: Path) -> int:
    """Look at everything; code 1 where something is wrong. Raises ConfigError, RuleErrors."""
    config, now = read_config(path), system_clock()
    worst = OK
    for finding in _findings(config, now):
        answer.print(f"{finding.level:5}  {finding}")
        worst = max(worst, FAILED if finding.level == "wrong" else OK)
    return worst


def _findings(config: Config, now: datetime) -> Iterator[Finding]:
    settings = config.settings
    yield Finding("ok", "settings", size_of(config))
    freshness: Mapping[str, Freshness] = {}
    database = database_of(settings)
    if not database.exists():
        yield Finding("look", "database", f"there is none at {database} yet: `milepost sync` makes it")
    else:
        reader = open_engine(settings.database, read_only=True)
        try:
            with reader.connect() as connection:
                yield from _database(connection, database)
                freshness = read_freshness(connection, settings, now)
                yield from button_findings(connection, settings, now)
        except StoreError as problem:
            yield Finding("wrong", "database", str(problem))
        finally:
            reader.dispose()
        yield _room(database)
        yield _backups(database, settings, now)
    for source in settings.sources.values():
        yield from _vendor(source, config)
        if ending := expiry(source, now.astimezone(settings.zone).date()):
            yield ending
        if source.name in freshness:
            yield _data(freshness[source.name], settings)
    yield from _calendars(settings, now)
    if not has_han():
        yield Finding("look", "fonts", f"no PDF of a report with Chinese is written here: {NO_FONT}")


def _database(connection: Connection, path: Path) -> Iterator[Finding]:
    """Sound, ours, of this version, and for its user alone."""
    said = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
    present, head = revisions(connection)
    if said != "ok":
        yield Finding("wrong", "database", f"{path} is damaged ({said.splitlines()[0]}): put a backup in its place")
    elif present == head:
        yield Finding("ok", "database", f"sound, revision {head}")
    elif present is not None and present > head:
        yield Finding("wrong", "database", f"made by a newer Milepost (revision {present}): install that version")
    else:
        yield Finding("look", "database", f"revision {present}; the next start makes {head} of it and keeps a copy")
    if mode := stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding("look", "database", f"others may open it (mode {mode:03o} beside yours): chmod 600 {path}")


def _room(database: Path) -> Finding:
    size, free = database.stat().st_size, free_bytes(database.parent)
    said = f"{_megabytes(free)} free, the database has {_megabytes(size)}"
    if free < _LEAST_ROOM:
        return Finding("wrong", "disk", f"{said}: make room now, before a sync fails")
    return Finding("look", "disk", f"{said}: no room for a backup") if free < 2 * size else Finding("ok", "disk", said)


def _backups(database: Path, settings: Settings, now: datetime) -> Finding:
    kept = backups_of(database)
    if not kept:
        return Finding("look", "backups", "there is none: `milepost backup`, best every night")
    age = now - taken_at(kept[-1])
    said = f"{len(kept)} kept, the latest {ago(settings.language, age)}"
    if age > _BACKUP_AGE:
        return Finding("look", "backups", f"{said}: see why the nightly `milepost backup` does not run")
    return Finding("ok", "backups", said)


def _vendor(source: SourceSettings, config: Config) -> Iterator[Finding]:
    """Whether the credential is taken, and whether the two clocks agree."""
    try:
        account = ask(source, config.redactor)
    except ConnectorError as refusal:
        level: Literal["look", "wrong"] = "wrong" if isinstance(refusal, _FOR_A_PERSON) else "look"
        yield Finding(level, source.name, str(refusal).removeprefix(f"{source.name}: "))
        return
    yield Finding("ok", source.name, f"{account.name} sees {account.sees}")
    for note in account.notes:
        yield Finding("look", source.name, note)
    if account.skew is not None:
        yield clock(source.name, account.skew)


def _data(source: Freshness, settings: Settings) -> Finding:
    what = f"{source.source}: data"
    read = f"last read {ago(settings.language, source.age)}" if source.age is not None else "never read"
    if source.stale:
        why = source.error or "is `milepost serve` running?"
        return Finding("wrong", what, f"{read}: {why}")
    return Finding("look", what, f"{read}; since then: {source.error}") if source.error else Finding("ok", what, read)


def _calendars(settings: Settings, now: datetime) -> Iterator[Finding]:
    warnings = provisional_warnings(calendars(settings, now), now.astimezone(settings.zone).date())
    yield from (Finding("look", "holidays", warning) for warning in warnings)
    if not warnings:
        yield Finding("ok", "holidays", "known for this year and the next weeks")


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"
