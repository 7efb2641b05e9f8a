"""Rows that every tool's mapper makes alike: what all carry, an item as a milestone or as feedback, a change."""

from datetime import datetime

from config.settings import Severity
from connectors.base import Record, Ref
from unify.mapping import Row
from unify.tables import row_key

_OF_ITEM = ("key", "vendor_id", "url", "created_at", "updated_at", "project_key", "status_native", "status_category")


def row_of(
    source: str, record: Record, url: str | None, created: datetime | None, updated: datetime | None, id_: str = ""
) -> Row:
    """What every row carries that stands for a record, or for a part of it that has the id `id_`."""
    return {
        "key": row_key(source, record.stream, id_ or record.id),
        "vendor_id": id_ or record.id,
        "url": url,
        "created_at": created,
        "updated_at": updated,
    }


def key_to(source: str, stream: str, id_: str) -> str | None:
    """The key of the row that stands for a record which is referred to; None where none is named."""
    return row_key(source, stream, id_) if id_ else None


def milestone_of(item: Row, acceptance: Row, *, client_facing: bool = True) -> Row:
    """A work item's row as that of a milestone; who it is assigned to answers for it.

    `acceptance`: the columns that `unify.mappers.acceptance` tells.
    """
    return {name: item[name] for name in (*_OF_ITEM, "name", "due_on", "due_at", "done_at")} | {
        "kind": "item",
        "owner_account": next(iter(item["assignee_accounts"]), None),
        "client_facing": client_facing,
        "agreed_native_on": None,
        **acceptance,
    }


def feedback_of(
    item: Row,
    *,
    origin: str = "item",
    severity: Severity = "warning",
    urgent: bool = False,
    closed_at: datetime | None = None,
) -> Row:
    """A work item's row as that of feedback: whoever reported it is the author."""
    return {name: item[name] for name in _OF_ITEM} | {
        "origin": origin,
        "subject": item["name"],
        "text": item["description"],
        "item_key": item["key"],
        "author_account": item["reporter_account"],
        "contact_keys": [],
        "company_keys": [],
        "owner_account": next(iter(item["assignee_accounts"]), None),
        "severity": severity,
        "urgent": urgent,
        "received_at": item["created_at"],
        "closed_at": closed_at,
        "native_first_response_at": None,
        "last_received_at": None,
        "last_sent_at": None,
        "score": None,
    }


def change_of(
    source: str,
    entity: Ref,
    told: tuple[str, str | None, str | None],
    *,
    at: datetime | None,
    author: str | None,
) -> Row:
    """What the tool's own history tells of an entity as (field, old, new): to be put to the telling record's row."""
    field, old, new = told
    return {
        "entity_key": row_key(source, *entity),
        "field": field,
        "old": old,
        "new": new,
        "changed_at": at,
        "not_before": None,
        "author_account": author,
        "origin": "native",
    }
