"""What a client wrote about a project lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, or_, select, true, union_all

from report.asked import Asked
from rules.views.base import name_of
from unify.derived import ACCOUNT, COMMENT, CONTACT, FEEDBACK, PERSON, REFERENCE, WORK_ITEM, fetch

_LATEST = 20
_CHARS = 300
"""Of a longer message its beginning is shown."""


@dataclass(frozen=True, slots=True)
class ClientComment:
    """A message of the client's; `about` is what it was written on, `url` leads there: "" and None where that is not
    for the reader, as a mail on two tickets may stand on another client's too."""

    at: datetime | None
    by: str
    text: str
    about: str
    url: str | None
    source: str


def read_comments_of(asked: Asked, project: str) -> Sequence[ClientComment]:
    """The latest, the last one first."""
    comment, scope = COMMENT.c, asked.reader.scope
    items, feedback = (
        select(table.c.key)
        .where(table.c.project_key == project, table.c.deleted_at.is_(None))
        .where(scope.allows(table.c.client_key))
        for table in (WORK_ITEM, FEEDBACK)
    )
    # What stands on several things, as a CRM's mail on a ticket and a contact, is found by way of its references.
    referring = select(REFERENCE.c.from_key).where(REFERENCE.c.to_key.in_(feedback))
    # Chosen before anything is looked up for them: of all that were ever written, few are shown.
    latest = (
        select(comment.key)
        .where(or_(comment.on_key.in_(union_all(items, feedback)), comment.key.in_(referring)))
        .where(comment.side == "client", comment.deleted_at.is_(None))
        .order_by(comment.created_at.desc(), comment.key)
        .limit(_LATEST)
        .subquery("latest")
    )
    on_item = and_(WORK_ITEM.c.key == comment.on_key, scope.allows(WORK_ITEM.c.client_key))
    on_feedback = and_(FEEDBACK.c.key == comment.on_key, scope.allows(FEEDBACK.c.client_key))
    is_seen = true() if scope.is_all else or_(WORK_ITEM.c.key.is_not(None), FEEDBACK.c.key.is_not(None))
    wrote = (
        select(
            comment.created_at.label("at"),
            name_of(PERSON.c.name, CONTACT.c.name, ACCOUNT.c.name).label("by"),
            comment.text,
            name_of(WORK_ITEM.c.name, FEEDBACK.c.subject).label("about"),
            name_of(case((is_seen, comment.url)), WORK_ITEM.c.url, FEEDBACK.c.url).label("url"),
            comment.source,
        )
        .select_from(latest.join(COMMENT, comment.key == latest.c.key))
        .outerjoin(WORK_ITEM, on_item)
        .outerjoin(FEEDBACK, on_feedback)
        .outerjoin(ACCOUNT, ACCOUNT.c.key == comment.author_account)
        .outerjoin(PERSON, PERSON.c.key == ACCOUNT.c.person_key)
        .outerjoin(CONTACT, CONTACT.c.key == comment.author_contact)
        .order_by(comment.created_at.desc(), comment.key)
    )
    return [
        ClientComment(
            row["at"], row["by"] or "", _beginning(row["text"]), row["about"] or "", row["url"], row["source"]
        )
        for row in fetch(asked.connection, wrote)
    ]


def _beginning(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _CHARS else flat[: _CHARS - 1].rstrip() + "…"
