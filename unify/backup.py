"""Backups: the database as it stood at one instant, in one file, compared with it table by table before it counts.

By SQLite's online backup: whoever writes meanwhile neither waits nor shows in the copy. A copy is written under another
name beside its place and put there when it is known to be whole, so that a crash or a full disk leaves no half one.
"""

import fcntl
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from unify.engine import StoreError

FOLDER = "backups"
"""Beside the database."""
_STAMP = "%Y%m%dT%H%M%SZ"
_STAMPED = re.compile(r"-(\d{8}T\d{6}Z)\.db")
_ROWS = 1_000
"""Compared at a time."""
_OF_THE_SOURCE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that is whole. `rows` were compared; `removed` are older ones that made room."""

    path: Path
    size: int
    rows: int
    removed: tuple[Path, ...]


def free_bytes(folder: Path) -> int:
    """How much the disk of `folder` has room for."""
    return shutil.disk_usage(folder).free


def back_up(database: Path, keep: int, now: datetime, free: Callable[[Path], int] = free_bytes) -> Backup:
    """Copy `database` into `FOLDER` beside it, and remove all but the `keep` latest copies there.

    Raises StoreError: no database, no room, a copy that is not like the original, another backup under way; what was
    kept before is then still there.
    """
    if not database.exists():
        raise StoreError(f"There is no database at {database} yet: `milepost sync` makes it")
    folder = database.parent / FOLDER
    with _alone_in(folder):
        for left in folder.glob(f".{database.stem}-*.db.part*"):  # by one that was killed
            left.unlink()
        _check_room(database, folder, free)
        path = folder / f"{database.stem}-{now.astimezone(UTC).strftime(_STAMP)}.db"
        rows = copy_whole(database, path)
        others = [older for older in backups_of(database) if older != path]
        removed = tuple(others[: max(len(others) - (keep - 1), 0)])
        for older in removed:
            older.unlink()
    return Backup(path, path.stat().st_size, rows, removed)


def backups_of(database: Path) -> list[Path]:
    """The copies that there are, the oldest first; no other file of the folder."""
    found = (database.parent / FOLDER).glob(f"{database.stem}-*.db")
    return sorted(path for path in found if _STAMPED.fullmatch(path.name.removeprefix(database.stem)))


def taken_at(backup: Path) -> datetime:
    """When a copy was taken, by its name."""
    stamp = _STAMPED.search(backup.name)
    assert stamp is not None, "only what `backups_of` lists is a backup"
    return datetime.strptime(stamp[1], _STAMP).replace(tzinfo=UTC)


def copy_whole(database: Path, target: Path) -> int:
    """Copy `database` as last committed to `target`, mode 0600: whole, or not at all; how many rows were compared.

    Raises StoreError.
    """
    part = target.with_name(f".{target.name}.part")
    with _told(database, target):
        try:
            os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
            with closing(_open(database)) as source:
                source.execute("BEGIN")  # one snapshot, for the copy and for what it is compared with
                source.execute("SELECT count(*) FROM sqlite_master").fetchall()
                with closing(sqlite3.connect(part)) as copy:
                    source.backup(copy)
                    copy.execute("PRAGMA journal_mode = DELETE")  # all of it in the one file
                with closing(_open(part)) as copy:
                    rows = _compare(database, source, copy)
            os.replace(part, target)
            _sync(target.parent)
        finally:
            for name in (part.name, f"{part.name}-journal", f"{part.name}-wal", f"{part.name}-shm"):
                with suppress(FileNotFoundError):
                    part.with_name(name).unlink()
    return rows


def _open(path: Path) -> sqlite3.Connection:
    """Read-only, without any opinion about what its texts hold."""
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
    connection.text_factory = bytes
    return connection


def _compare(database: Path, source: sqlite3.Connection, copy: sqlite3.Connection) -> int:
    """Count the rows of all tables, each of which must be in both. Raises StoreError."""
    [[found], *_] = copy.execute("PRAGMA integrity_check").fetchall()
    if found != b"ok":
        said = found.decode(errors="replace").splitlines()[0]
        raise StoreError(
            f"The database {database} is damaged ({said}): it was not backed up. Put an earlier backup in its place"
        )
    schema = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
    entries = source.execute(schema).fetchall()
    differing = "its tables" if entries != copy.execute(schema).fetchall() else ""
    rows = 0
    for name in [name.decode() for kind, name, _ in entries if kind == b"table"]:
        asked = f'SELECT * FROM "{name}" ORDER BY rowid'
        here, there = source.execute(asked), copy.execute(asked)
        while not differing and (some := here.fetchmany(_ROWS)):
            rows += len(some)
            differing = "" if some == there.fetchmany(_ROWS) else name
        differing = differing or (name if there.fetchone() is not None else "")
    if differing:
        raise StoreError(f"The copy of {database} differs from it in {differing}, and was not kept: check the disk")
    return rows


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Make the folder if need be, and keep every other backup out of it; the system ends that with the process."""
    with _told(folder, folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"Another backup is under way in {folder}: wait until it has ended") from None
        yield
    finally:
        os.close(held)


@contextmanager
def _told(database: Path, target: Path) -> Iterator[None]:
    """What goes wrong, as one line: of the original, or of the place for its copy."""
    try:
        yield
    except sqlite3.Error as problem:
        if getattr(problem, "sqlite_errorcode", 0) & 0xFF in _OF_THE_SOURCE:
            raise StoreError(
                f"The database {database} is damaged, and was not backed up: put an earlier backup in its place. "
                f"({problem})"
            ) from problem
        raise StoreError(_not_written(target, str(problem))) from problem
    except OSError as problem:
        raise StoreError(_not_written(target, problem.strerror or type(problem).__name__)) from problem


def _not_written(target: Path, why: str) -> str:
    return (
        f"The copy {target} could not be written: {why}. Check the room on its disk and who may write there, then try "
        "again; what was kept before is whole"
    )


def _check_room(database: Path, folder: Path, free: Callable[[Path], int]) -> None:
    """Said before anything is written: the disk that a backup fills is mostly the one the hub writes to."""
    log = database.with_name(f"{database.name}-wal")
    needed = database.stat().st_size + (log.stat().st_size if log.exists() else 0)
    if (room := free(folder)) < needed:
        raise StoreError(
            f"There is no room for a backup in {folder}: it needs {_megabytes(needed)}, {_megabytes(room)} are free. "
            "Free some, or make the folder a link to another disk; earlier backups are kept"
        )


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"


def _sync(folder: Path) -> None:
    """Have the new name itself on the disk."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
