"""When we were last in touch with each client: what was logged in the CRM, and what the client wrote anywhere.

Contact is a meeting, a call, a mail, a message or a note about the client's people, deals or tickets, and whatever the
client wrote, be it a comment or feedback. Our own comments and robots' are none; neither is a comment of our people in
a delivery tool, which no client need have seen. What a source told that left the config counts no more.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    and_,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    union_all,
)

from config.words import REPORT_SENT_WORDS, REPORT_WORDS
from unify.derived import (
    CLIENT,
    CLIENT_CONTACT,
    COMMENT,
    COMPANY,
    CONTACT,
    DEAL,
    FEEDBACK,
    REFERENCE,
    SOURCE,
    WORK_ITEM,
    Values,
    slices,
)

_PLACES = (CONTACT, COMPANY, DEAL, FEEDBACK, WORK_ITEM)
"""Where something is said of a client."""
LOGGED = ("meeting", "call", "email", "communication", "note")


def derive_clients(connection: Connection, spoken_of: Collection[str] | None, others: Collection[str] = ()) -> None:
    """Note when we were last in touch, with the clients of the rows `spoken_of` (None: with all), and with `others`."""
    known = set(connection.scalars(select(CLIENT.c.key)))
    clients = known if spoken_of is None else known & {*_clients_of(connection, spoken_of), *others}
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
    places, active = _places(client), select(SOURCE.c.name).where(SOURCE.c.active)
    referring = select(REFERENCE.c.from_key).where(REFERENCE.c.to_key.in_(places))
    at = COMMENT.c.created_at
    report = func.max(case((_brings_a_report(), at)))  # in the same query: there may be very many
    said = select(COMMENT.c.kind, func.min(at), func.max(at), report).where(
        or_(COMMENT.c.on_key.in_(places), COMMENT.c.key.in_(referring)),
        COMMENT.c.source.in_(active),
        COMMENT.c.deleted_at.is_(None),
        COMMENT.c.side.not_in(("hub", "bot")),
        or_(COMMENT.c.kind.in_(LOGGED), COMMENT.c.side == "client"),
    )
    spoken = connection.execute(said.group_by(COMMENT.c.kind)).all()
    received = select(func.min(FEEDBACK.c.received_at), func.max(FEEDBACK.c.received_at)).where(
        FEEDBACK.c.client_key == client, FEEDBACK.c.source.in_(active), FEEDBACK.c.deleted_at.is_(None)
    )
    first_received, last_received = connection.execute(received).one()
    crm = select(func.min(COMPANY.c.source)).where(
        COMPANY.c.client_key == client, COMPANY.c.source.in_(active), COMPANY.c.deleted_at.is_(None)
    )
    last = {kind: latest for kind, _, latest, _ in spoken}
    return {
        "source": connection.scalar(crm) or "",
        "first_contact_at": min(filter(None, (first_received, *(first for _, first, _, _ in spoken))), default=None),
        "contact_at": max(filter(None, (last_received, *last.values())), default=None),
        "call_at": last.get("call"),
        "meeting_at": last.get("meeting"),
        "report_at": max(filter(None, (sent for _, _, _, sent in spoken)), default=None),
    }


def _brings_a_report() -> ColumnElement[bool]:
    """A mail to the client that speaks of it; or a note that says that it was sent, not one that it is to be."""
    text = func.lower(COMMENT.c.text)
    mailed = and_(COMMENT.c.kind == "email", COMMENT.c.direction == "outbound")
    speaks = or_(*(text.contains(word, autoescape=True) for word in sorted(REPORT_WORDS)))
    tells = or_(*(text.startswith(word, autoescape=True) for word in sorted(REPORT_SENT_WORDS)))
    return and_(COMMENT.c.side == "team", or_(and_(mailed, speaks), and_(COMMENT.c.kind == "note", tells)))


def _places(client: str) -> CompoundSelect[Any]:
    """The keys of all that is the client's."""
    return union_all(*(select(table.c.key).where(table.c.client_key == client) for table in _PLACES))
