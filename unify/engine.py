"""The one engine factory: how every connection to the database is opened, and how its failures are told.

SQLite: WAL; every transaction of a writable engine begins with BEGIN IMMEDIATE, because SQLAlchemy's default takes the
lock late and silently lost concurrent updates (ADR 0002). Read with `open_engine(url, read_only=True)`: readers
neither wait for a writer nor hold one up. Other databases get SQLAlchemy's own engine.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import orjson
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

LOCK_WAIT_S = 30.0
"""How long a transaction waits for another writer. A page takes some 50 ms; a remap batch less than a second."""

_WAL_PAGES = 4000
"""16 MB of log before a checkpoint: a page of records is written a quarter faster than with SQLite's 1000."""

_CURES = {
    sqlite3.SQLITE_BUSY: "is locked by another program: end that one (`fuser {path}` names it), then try again",
    sqlite3.SQLITE_LOCKED: "is locked by another program: end that one (`fuser {path}` names it), then try again",
    sqlite3.SQLITE_READONLY: "cannot be written: give this user write permission on the file and on its folder",
    sqlite3.SQLITE_PERM: "cannot be opened: give this user read and write permission on the file and on its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that its folder exists and that this user may read and write it",
    sqlite3.SQLITE_FULL: "has no room left on its disk: free some, then run again; what was saved before is whole",
    sqlite3.SQLITE_IOERR: "cannot be read or written (an error of the disk): check the disk, then run again",
    sqlite3.SQLITE_CORRUPT: "is damaged: move it and its -wal and -shm files away and put a backup in its place",
    sqlite3.SQLITE_NOTADB: "is not a SQLite database, or is damaged: move it away and put a backup in its place",
}


class StoreError(Exception):
    """The database cannot be used. One line: which file, what is wrong, what to do."""


def open_engine(url: str | URL, *, read_only: bool = False, lock_wait_s: float = LOCK_WAIT_S) -> Engine:
    """An engine for `url`; a missing SQLite file is made (0600, its missing folders 0700) unless `read_only`.

    Every failure of the file itself (missing, locked, damaged, read-only, disk full), now or later, is a `StoreError`.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed)
        if read_only:
            return engine.execution_options(postgresql_readonly=True)
        return engine
    path = None if parsed.database in (None, "", ":memory:") else Path(str(parsed.database)).absolute()
    if path is not None and read_only:
        if not path.exists():
            raise StoreError(f"There is no database at {path} yet: `milepost sync` makes it")
        parsed = URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
    elif path is not None:
        _make_private(path)
        parsed = URL.create("sqlite", database=str(path))
    _bind_as_they_are()
    engine = create_engine(
        parsed,
        connect_args={"timeout": lock_wait_s},
        json_serializer=_json,
        json_deserializer=orjson.loads,
    )
    _listen(engine, path, read_only=read_only)
    return engine


def _bind_as_they_are() -> None:
    """Spare the driver looking for what might adapt None and bytes: it fails by an exception that it makes and drops,
    0.4 us each, and of what a sync writes every third value is None."""
    sqlite3.register_adapter(type(None), {}.get)  # type: ignore[arg-type]  # of its two forms, the one for one value
    sqlite3.register_adapter(bytes, bytes)


def _json(value: object) -> str:
    """A JSON column's text. Rows hold many short lists, and a sync writes thousands of rows a second."""
    return orjson.dumps(value).decode()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in one writing transaction: committed at the end, rolled back by any exception."""
    with engine.begin() as connection:
        yield connection


def sqlite_path(engine: Engine) -> Path | None:
    """The database file of a writable SQLite engine; None for one in memory and for other databases."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or database in (None, "", ":memory:"):
        return None
    return Path(str(database))


def _make_private(path: Path) -> None:
    """Create the file before SQLite does, since SQLite follows the umask; its -wal and -shm take the file's mode."""
    if path.exists():
        return
    try:
        for folder in reversed([parent for parent in path.parents if not parent.exists()]):
            folder.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as problem:
        raise StoreError(f"The database {path} cannot be made: {problem.strerror}") from problem


def _listen(engine: Engine, path: Path | None, *, read_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # pysqlite must not begin by itself: its own BEGIN comes late, and only before some statements.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        if read_only:
            cursor.execute("PRAGMA query_only = ON")
            cursor.execute("PRAGMA trusted_schema = OFF")  # nothing that a file brings along runs while it is read
        else:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = NORMAL")
            cursor.execute("PRAGMA secure_delete = ON")  # who is erased leaves no byte; builds differ in the default
            cursor.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    @event.listens_for(engine, "handle_error")
    def failed(context: ExceptionContext) -> StoreError | None:
        problem = context.original_exception
        code = getattr(problem, "sqlite_errorcode", None)
        cure = None if code is None else _CURES.get(code & 0xFF)
        if cure is None:
            # A disk that is full ends SQLite's transaction, savepoints and all: the way back to one fails in its turn.
            return problem.__context__ if isinstance(problem.__context__, StoreError) else None
        return StoreError(f"The database {path or 'in memory'} {cure.format(path=path)}. ({problem})")
