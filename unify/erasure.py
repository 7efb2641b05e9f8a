"""Erasing a person for good: out of what was told of them, and out of the bytes that a deletion leaves in the files.

The row itself and its payloads are emptied by `unify.pages`. SQLite overwrites what is deleted (`secure_delete`, set by
the engine), but its write-ahead log keeps older pages until it is cut off: here.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, String, Table, cast, select, update

from unify.derived import CONTACT, FEEDBACK, table_of
from unify.engine import writing
from unify.hub_state import recall, remember
from unify.records import in_chunks
from unify.tables import Alert, Delivery, DeliveryAlert

_ALERT, _DELIVERY, _TOLD = table_of(Alert), table_of(Delivery), table_of(DeliveryAlert)

_IN_LOG = "erased_in_log"
"""Remembered from the erasure until the log was cut off."""
_WAIT_MS = 1_000
"""Writers are held up meanwhile; a reader that takes longer is waited for after the next run."""
GONE = "—"
"""Stands where somebody stood."""

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff"  # CJK
)
"""Letters that no space need part from the next word."""
_SPACED = rf"[^\W_{_UNSPACED}]"
"""A letter or digit that belongs to the same word as the one beside it."""


def erase_told(connection: Connection, contacts: Sequence[str]) -> None:
    """Take names and addresses of the contacts with these keys out of the alerts and messages about their feedback.

    Before their rows are emptied: nobody knows the names afterwards.
    """
    asked = select(CONTACT.c.key, CONTACT.c.name, CONTACT.c.emails)
    for some in in_chunks(contacts):
        for key, name, emails in connection.execute(asked.where(CONTACT.c.key.in_(some))).all():
            theirs = cast(FEEDBACK.c.contact_keys, String).contains(f'"{key}"', autoescape=True)
            erase_told_of(connection, theirs, [word for word in (name, *emails) if word])
    remember(connection, _IN_LOG, "yes")


def erase_told_of(connection: Connection, theirs: ColumnElement[bool], words: Sequence[str]) -> None:
    """Take `words` out of the alerts and messages about the feedback that is `theirs`."""
    alerts = select(_ALERT.c.fingerprint).where(_ALERT.c.subject.in_(select(FEEDBACK.c.key).where(theirs)))
    fingerprints = list(connection.execute(alerts).scalars())
    told = select(_TOLD.c.delivery_id).where(_TOLD.c.fingerprint.in_(fingerprints))
    deliveries = list(connection.execute(told.distinct()).scalars())
    _rewrite(connection, _ALERT, "fingerprint", fingerprints, "facts", words)
    _rewrite(connection, _DELIVERY, "id", deliveries, "payload", words)


def _rewrite(
    connection: Connection, table: Table, key: str, keys: Sequence[Any], column: str, words: Sequence[str]
) -> None:
    if not words:
        return
    theirs = any_of(words)
    asked = select(table.c[key], table.c[column]).where(table.c[key].in_(keys))
    for row_key, told in connection.execute(asked).all():
        if (without := _without(told, theirs)) != told:
            connection.execute(update(table).where(table.c[key] == row_key).values({column: without}))


def any_of(words: Sequence[str]) -> re.Pattern[str]:
    """Any of `words`, the longest first (an address may begin with the name), and none within a longer word: "Li" is
    in "Li's" and "Li說", not in "Listening". A Chinese name has no such bounds, whatever stands beside it."""
    return re.compile("|".join(map(_whole, sorted(words, key=len, reverse=True))))


def _whole(word: str) -> str:
    before = rf"(?<!{_SPACED})" if re.match(_SPACED, word[0]) else ""
    after = rf"(?!{_SPACED})" if re.match(_SPACED, word[-1]) else ""
    return before + re.escape(word) + after


def _without(told: Any, theirs: re.Pattern[str]) -> Any:
    """The same JSON with `GONE` in place of what is `theirs`."""
    match told:
        case str():
            return theirs.sub(GONE, told)
        case Mapping():
            return {name: _without(value, theirs) for name, value in told.items()}
        case list():
            return [_without(value, theirs) for value in told]
        case _:
            return told


def cut_log(engine: Engine) -> None:
    """If somebody was erased since, bring all of the write-ahead log into the file and cut it off.

    Nothing is cut off while somebody reads or writes: that is left to the next time.
    """
    with writing(engine) as connection:
        if not recall(connection, _IN_LOG):
            return
    if engine.dialect.name != "sqlite" or _checkpoint(engine):
        with writing(engine) as connection:
            remember(connection, _IN_LOG, "")


def _checkpoint(engine: Engine) -> bool:
    """Whether it came to its end. On a connection of its own: the engine's begin a transaction with every statement."""
    pooled = engine.raw_connection()
    try:
        cursor = pooled.cursor()
        [[patience]] = cursor.execute("PRAGMA busy_timeout").fetchall()
        cursor.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            [[busy, *_]] = cursor.fetchall()
            return not busy
        except sqlite3.OperationalError:
            return False
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {patience}")
    finally:
        pooled.close()
