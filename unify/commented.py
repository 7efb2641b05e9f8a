"""Items that are feedback because a client wrote a comment on them, where the source's settings say so.

A mapper cannot know on which side an author stands, so these rows are concluded here, once sides are linked. Each has
its item's key, so that messages on the item are messages on it; the store leaves them alone when the item is mapped
again (`GIVEN`). What is labelled as feedback besides is its mapper's row, and none of ours.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from config.settings import Settings
from unify.derived import COMMENT, FEEDBACK, REFERENCE, WORK_ITEM, Row, fetch, slices
from unify.mappers.item_rows import feedback_of
from unify.upsert import Upserts

ORIGIN = "comment"

GIVEN: Mapping[str, ColumnElement[bool]] = {str(FEEDBACK.name): FEEDBACK.c.origin != ORIGIN}
"""Table -> which of its rows are a mapper's to give and to take away, where that is not all of them."""

_READ = (
    *("key", "source", "vendor_id", "url", "created_at", "updated_at", "project_key", "name", "description"),
    *("status_native", "status_category", "done_at", "assignee_accounts", "reporter_account"),
)


def keep_commented(connection: Connection, settings: Settings, keys: Collection[str] | None, now: datetime) -> set[str]:
    """Make, refresh or tombstone the feedback of the commented items among `keys` (None: of all); return its keys."""
    sources = sorted(name for name, source in settings.sources.items() if source.client_comments_are_feedback)
    upserts = Upserts(connection.dialect)
    reached = set[str]()
    for some in slices(connection, WORK_ITEM, _all(connection, sources) if keys is None else keys):
        stored = {row["key"]: row for row in fetch(connection, _stored(some))}
        taken = {key for key, row in stored.items() if row["origin"] != ORIGIN and row["deleted_at"] is None}
        wanted = {row["key"]: row for row in _wanted(connection, sources, some) if row["key"] not in taken}
        gone = {
            key
            for key, row in stored.items()
            if row["origin"] == ORIGIN and row["deleted_at"] is None and key not in wanted
        }
        alive = {"changed_here_at": now, "deleted_at": None, "delete_reason": None}
        upserts.save(connection, FEEDBACK.name, wanted.values(), alive)
        _tombstone(connection, gone, now)
        reached |= gone | wanted.keys()
    return reached


def _all(connection: Connection, sources: Collection[str]) -> set[str]:
    """Everything that a client wrote a comment on in `sources`, and every item that was feedback for that."""
    by_clients = select(COMMENT.c.on_keys).where(COMMENT.c.side == "client", COMMENT.c.source.in_(sources))
    places = {place for on_keys in connection.scalars(by_clients) for place in on_keys}
    return places | set(connection.scalars(select(FEEDBACK.c.key).where(FEEDBACK.c.origin == ORIGIN)))


def _stored(keys: Collection[str]) -> Any:
    return select(FEEDBACK.c.key, FEEDBACK.c.origin, FEEDBACK.c.deleted_at).where(FEEDBACK.c.key.in_(keys))


def _wanted(connection: Connection, sources: Collection[str], keys: Collection[str]) -> Iterator[dict[str, Any]]:
    """The rows that the living items among `keys` should have."""
    living = (WORK_ITEM.c.key.in_(keys), WORK_ITEM.c.source.in_(sources), WORK_ITEM.c.deleted_at.is_(None))
    items = fetch(connection, select(*(WORK_ITEM.c[name] for name in _READ)).where(*living))
    first = _first_comments(connection, [item["key"] for item in items])
    return (_feedback(item, first[item["key"]]) for item in items if item["key"] in first)


def _first_comments(connection: Connection, items: Collection[str]) -> dict[str, Row]:
    """Item -> the oldest living comment that a client wrote on it."""
    referring = select(REFERENCE.c.from_key).where(REFERENCE.c.to_key.in_(items))
    read = ("on_keys", "created_at", "author_account", "author_contact", "text")
    query = (
        select(*(COMMENT.c[name] for name in read))
        .where(or_(COMMENT.c.on_key.in_(items), COMMENT.c.key.in_(referring)))
        .where(COMMENT.c.side == "client", COMMENT.c.deleted_at.is_(None), COMMENT.c.created_at.is_not(None))
        .order_by(COMMENT.c.created_at, COMMENT.c.key)
    )
    first: dict[str, Row] = {}
    for comment in fetch(connection, query):
        for place in comment["on_keys"]:
            first.setdefault(place, comment)
    return first


def _feedback(item: Row, first: Row) -> dict[str, Any]:
    closed = item["status_category"] in ("done", "cancelled")
    row = feedback_of(dict(item), origin=ORIGIN, closed_at=item["done_at"] if closed else None)
    return row | {
        "source": item["source"],
        "text": first["text"],
        "author_account": first["author_account"],
        "contact_keys": [first["author_contact"]] if first["author_contact"] else [],
        "received_at": first["created_at"],
    }


def _tombstone(connection: Connection, keys: Iterable[str], now: datetime) -> None:
    gone = {"deleted_at": now, "delete_reason": "out_of_scope", "changed_here_at": now}
    for some in slices(connection, FEEDBACK, set(keys)):
        connection.execute(update(FEEDBACK).where(FEEDBACK.c.key.in_(some)).values(gone))
