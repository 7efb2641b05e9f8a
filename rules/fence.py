"""The second fence around a rule: what its query may touch, and for how long. The language is the first.

SQLite only; on another database the connection is read-only by its own means. One huge call of a function is not
interrupted: the language limits lengths for that.
"""

import sqlite3
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

_FUNCTIONS = frozenset({"abs", "coalesce", "length", "like", "lower", "nullif", "substr"})
_CHECK_EVERY_STEPS = 10_000
_MAX_PATTERN_BYTES, _MAX_TEXT_BYTES = 2_000, 10_000_000


class TooSlow(Exception):
    """A rule's query took longer than it may."""


@contextmanager
def fenced(connection: Connection, tables: Collection[str], seconds: float) -> Iterator[None]:
    """Inside: only SELECT, only from `tables`, only the functions of the language, and `seconds` at most.

    Raises TooSlow. The transaction of `connection` must have begun.
    """
    raw = connection.connection.dbapi_connection
    if not isinstance(raw, sqlite3.Connection):
        yield
        return
    deadline = time.monotonic() + seconds
    limits = [
        (kind, raw.setlimit(kind, most))
        for kind, most in (
            (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, _MAX_PATTERN_BYTES),
            (sqlite3.SQLITE_LIMIT_LENGTH, _MAX_TEXT_BYTES),
            (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        )
    ]
    raw.set_authorizer(_authorizer(frozenset(tables)))
    raw.set_progress_handler(lambda: time.monotonic() > deadline, _CHECK_EVERY_STEPS)
    try:
        yield
    except Exception as error:
        if getattr(getattr(error, "orig", error), "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            raise TooSlow(f"took longer than {seconds:g} s and was stopped") from error
        raise
    finally:
        raw.set_progress_handler(None, 0)
        raw.set_authorizer(None)
        for kind, before in limits:
            raw.setlimit(kind, before)


def _authorizer(tables: frozenset[str]) -> Callable[..., int]:
    def authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        match action:
            case sqlite3.SQLITE_SELECT:
                return sqlite3.SQLITE_OK
            case sqlite3.SQLITE_READ if first in tables:
                return sqlite3.SQLITE_OK
            case sqlite3.SQLITE_FUNCTION if second in _FUNCTIONS:
                return sqlite3.SQLITE_OK
            case _:
                return sqlite3.SQLITE_DENY

    return authorize
