"""The second fence around a rule: what its query may touch, and for how long. The language is the first.

SQLite is asked before it reads anything, and stopped while it works. Postgres has a read-only transaction and a time
limit of its own; what may be read there is for the role that connects. One huge call of a function is not interrupted
on either: the language limits lengths for that.
"""

import sqlite3
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, func, select

_FUNCTIONS = frozenset(
    {
        "abs",
        "coalesce",
        "count",
        "json_array_length",
        "json_extract",
        "julianday",
        "length",
        "like",
        "lower",
        "max",
        "nullif",
        "round",
        "strftime",
        "substr",
        "sum",
    }
)
_ELEMENTS = "json_each"
"""What SQLite calls the table that a list of labels is read as."""
_CHECK_EVERY_STEPS = 10_000
_MAX_PATTERN_BYTES, _MAX_TEXT_BYTES = 2_000, 10_000_000


class TooSlow(Exception):
    """A rule's query took longer than it may."""


@contextmanager
def fenced(connection: Connection, tables: Collection[str], seconds: float) -> Iterator[None]:
    """Inside: only SELECT, only from `tables`, only the functions of the language, and `seconds` at most.

    Raises TooSlow. The transaction of `connection` must have begun; whatever fails inside, it can go on.
    """
    raw = connection.connection.dbapi_connection
    fence: AbstractContextManager[None] = nullcontext()
    if isinstance(raw, sqlite3.Connection):
        fence = _on_sqlite(raw, tables, seconds)
    elif connection.dialect.name == "postgresql":
        fence = _on_postgres(connection, seconds)
    try:
        with fence:
            yield
    except Exception as error:
        if _was_stopped(getattr(error, "orig", error)):
            raise TooSlow(f"took longer than {seconds:g} s and was stopped") from error
        raise


def _was_stopped(error: object) -> bool:
    """Whether the database gave up for its time: an interruption on SQLite, a query_canceled on Postgres."""
    return (
        getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
        or getattr(error, "sqlstate", None) == "57014"
    )


@contextmanager
def _on_sqlite(raw: sqlite3.Connection, tables: Collection[str], seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    limits = [
        (kind, raw.setlimit(kind, most))
        for kind, most in (
            (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, _MAX_PATTERN_BYTES),
            (sqlite3.SQLITE_LIMIT_LENGTH, _MAX_TEXT_BYTES),
            (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        )
    ]
    # SQLite declares it at its first use as if it wrote a table, which would be denied inside.
    raw.execute(f"SELECT 1 FROM {_ELEMENTS}('[]')").close()
    raw.set_authorizer(_authorizer(frozenset({*tables, _ELEMENTS})))
    raw.set_progress_handler(lambda: time.monotonic() > deadline, _CHECK_EVERY_STEPS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)
        raw.set_authorizer(None)
        for kind, before in limits:
            raw.setlimit(kind, before)


@contextmanager
def _on_postgres(connection: Connection, seconds: float) -> Iterator[None]:
    """A savepoint: an error would end the whole transaction, and the limit ends with it."""
    savepoint = connection.begin_nested()
    try:
        milliseconds = max(1, round(seconds * 1000))  # 0 would be no limit
        connection.execute(select(func.set_config("statement_timeout", str(milliseconds), True)))
        yield
    finally:
        savepoint.rollback()


def _authorizer(tables: frozenset[str]) -> Callable[..., int]:
    def authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        match action:
            case sqlite3.SQLITE_SELECT:
                return sqlite3.SQLITE_OK
            case sqlite3.SQLITE_READ if first in tables:
                return sqlite3.SQLITE_OK
            case sqlite3.SQLITE_FUNCTION if (second or "").lower() in _FUNCTIONS:
                return sqlite3.SQLITE_OK
            case _:
                return sqlite3.SQLITE_DENY

    return authorize
