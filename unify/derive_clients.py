"""When we were last in touch with each client: what was logged in the CRM, and what the client wrote anywhere.

Contact is a meeting, a call, a mail, a message or a note about the client's people, deals or tickets, and whatever the
client wrote, be it a comment or feedback. Our own comments and robots' are none; neither is a comment of our people in
a delivery tool, which no client need have seen.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import CompoundSelect, Connection, delete, func, insert, or_, select, union_all

from config.words import REPORT_WORDS
from unify.derived import (
    CLIENT,
    CLIENT_CONTACT,
    COMMENT,
    COMPANY,
    CONTACT,
    DEAL,
    FEEDBACK,
    WORK_ITEM,
    Values,
    slices,
)

_PLACES = (CONTACT, COMPANY, DEAL, FEEDBACK, WORK_ITEM)
"""Where something is said of a client."""
_LOGGED = ("meeting", "call", "email", "communication", "note")


def derive_clients(connection: Connection, spoken_of: Collection[str] | None) -> None:
    """Note when we were last in touch, with the clients of the rows `spoken_of` (None: with all)."""
    known = set(connection.scalars(select(CLIENT.c.key)))
    clients = known if spoken_of is None else known & _clients_of(connection, spoken_of)
    if spoken_of is None:
        connection.execute(delete(CLIENT_CONTACT).where(CLIENT_CONTACT.c.client_key.not_in(known)))
    for client in sorted(clients):
        values = _contact(connection, client)
        connection.execute(delete(CLIENT_CONTACT).where(CLIENT_CONTACT.c.client_key == client))
        connection.execute(insert(CLIENT_CONTACT).values(client_key=client, **values))


def _clients_of(connection: Connection, keys: Collection[str]) -> set[str]:
    return {
        client
        for table in _PLACES
        for some in slices(connection, table, keys)
        for client in connection.scalars(select(table.c.client_key).where(table.c.key.in_(some)).distinct())
        if client
    }


def _contact(connection: Connection, client: str) -> Values:
    said = select(COMMENT.c.kind, func.max(COMMENT.c.created_at)).where(
        COMMENT.c.on_key.in_(_places(client)),
        COMMENT.c.deleted_at.is_(None),
        COMMENT.c.side.not_in(("hub", "bot")),
    )
    is_contact = or_(COMMENT.c.kind.in_(_LOGGED), COMMENT.c.side == "client")
    by_kind = {row[0]: row[1] for row in connection.execute(said.where(is_contact).group_by(COMMENT.c.kind))}
    received = select(func.max(FEEDBACK.c.received_at)).where(
        FEEDBACK.c.client_key == client, FEEDBACK.c.deleted_at.is_(None)
    )
    text = func.lower(COMMENT.c.text)
    reports = or_(*(text.contains(word, autoescape=True) for word in sorted(REPORT_WORDS)))
    sent = (COMMENT.c.kind.in_(("email", "note")), COMMENT.c.side == "team", reports)
    reported = [at for _, at in connection.execute(said.where(*sent).group_by(COMMENT.c.kind))]
    crm = select(func.min(COMPANY.c.source)).where(COMPANY.c.client_key == client, COMPANY.c.deleted_at.is_(None))
    return {
        "source": connection.scalar(crm) or "",
        "contact_at": max(filter(None, (*by_kind.values(), connection.scalar(received))), default=None),
        "call_at": by_kind.get("call"),
        "meeting_at": by_kind.get("meeting"),
        "report_at": max(filter(None, reported), default=None),
    }


def _places(client: str) -> CompoundSelect[Any]:
    """The keys of all that is the client's."""
    return union_all(*(select(table.c.key).where(table.c.client_key == client) for table in _PLACES))
