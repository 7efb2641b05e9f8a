"""Linking: accounts to people, companies and contacts to clients, projects and all that hangs on them to clients.

Few rows decide on links, and those are linked anew whenever one of them changed (`unify.link_whole_tables`). Items,
comments, milestones and feedback are many: those touched are linked, and those that an altered link reaches.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xxhash
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, case, func, or_, select, update

from config.settings import Settings
from unify import link_clients
from unify.commented import keep_commented
from unify.derive_clients import LOGGED
from unify.derived import (
    ACCOUNT,
    CHANGE,
    COMMENT,
    CONTACT,
    FEEDBACK,
    MILESTONE,
    PROJECT,
    REFERENCE,
    WORK_ITEM,
    Touched,
    among,
    fetch,
    refer,
    rows_of,
    slices,
    write,
)
from unify.hub_state import recall, remember
from unify.link_clients import Clients, Tie
from unify.link_owners import link_feedback, link_milestones
from unify.link_whole_tables import link_whole_tables
from unify.tables import BY_SHORT

_DECIDING = ("account", "company", "contact", "deal", "project", "work_item")
"""Tables whose rows decide on links: items too, by their assignees and the client they name."""


@dataclass(slots=True)
class Reached:
    """The keys of the rows to derive again; None stands for the whole table."""

    milestones: set[str] | None = field(default_factory=set)
    feedback: set[str] | None = field(default_factory=set)
    spoken_of: set[str] | None = field(default_factory=set)
    """What something was said on, or received as: whose clients we were in touch with."""
    left: set[str] = field(default_factory=set)
    """The clients that lost an item to another, with all that was said on it."""


def link(connection: Connection, settings: Settings, touched: Touched | None, now: datetime) -> Reached:
    """Bring every link up to date with the rows and the config; return what must be derived again.

    `touched` None (the config changed, or rows were mapped anew): everything.

    1. accounts: side and person; companies, contacts, deals, projects: client; `person`, `client`, `identity_link`;
    2. items touched, or of a project whose client changed: client, and their rows of `reference`;
    3. comments touched, or by an author whose side changed: side, and their rows of `reference`;
    4. items that a client wrote on, where the config says so: their feedback;
    5. milestones and feedback: client, BD manager, owner, calendar, author's name.
    """
    clients = link_clients.read_clients(settings)
    changed: Mapping[str, set[str]] = {}
    if touched is None or any(touched.get(table) for table in _DECIDING):
        changed = link_whole_tables(connection, settings, clients)
    if touched is None:
        _link_items(connection, clients, None, set())
        _link_comments(connection, None, set())
        keep_commented(connection, settings, None, now)
        link_milestones(connection, None)
        link_feedback(connection, None)
        _is_renamed(connection, None)
        return Reached(None, None, None)
    moved, milestones = _link_items(connection, clients, touched.get("work_item", ()), changed.get("project", set()))
    written_on, heard = _link_comments(connection, touched.get("comment", ()), changed.get("account", set()))
    commented = keep_commented(connection, settings, {*touched.get("work_item", ()), *written_on}, now)
    # A milestone or feedback made from an item has its key.
    milestones |= {*touched.get("milestone", ()), *touched.get("work_item", ()), *moved}
    milestones |= _with_history(connection, touched.get("change", ()))
    feedback = {*touched.get("feedback", ()), *_feedback_at(connection, {*written_on, *moved}), *commented}
    renamed = _is_renamed(connection, touched)
    owned = renamed or any(changed.get(table) for table in ("account", "client", "project"))
    written = any(changed.get(table) for table in ("company", "contact"))
    milestones |= link_milestones(connection, None if owned else milestones)
    feedback |= link_feedback(connection, None if owned or written else feedback)
    whose = any(changed.get(table) for table in ("client", "company", "contact", "deal", "project"))
    spoken_of = None if whose else {*heard, *touched.get("feedback", ()), *moved}
    return Reached(milestones, feedback, spoken_of, {client for client in moved.values() if client})


_NAMES = ((ACCOUNT, "name"), (CONTACT, "name"), (PROJECT, "owner_account"))
"""Of tables with few rows, what milestones and feedback repeat: who wrote, and whose a version without a driver is."""


def _is_renamed(connection: Connection, touched: Touched | None) -> bool:
    """Whether any of `_NAMES` differs from when we last looked.

    Rows of theirs are touched whenever a record names them, and hardly ever differ: to link everything anew for that
    would make each sync dearer as the database grows.
    """
    if touched is not None and not any(touched.get(table.name) for table, _ in _NAMES):
        return False
    rows = [[tuple(row) for row in connection.execute(_names(table, column))] for table, column in _NAMES]
    names = xxhash.xxh3_128_hexdigest(repr(rows).encode())
    known = recall(connection, "linked_names")
    if known != names:
        remember(connection, "linked_names", names)
    return known != names


def _names(table: Table, column: str) -> Select[Any]:
    return select(table.c.key, table.c[column]).order_by(table.c.key)


def _link_items(
    connection: Connection, clients: Clients, keys: Collection[str] | None, projects: Collection[str]
) -> tuple[dict[str, str | None], set[str]]:
    """Client and references of the items `keys` (None: all) and of those in `projects`.

    Returns the items whose client changed, with the one before, and the milestones that items left, joined or belong
    to.
    """
    ties = {
        row["key"]: Tie(row["client_key"], row["client_basis"], "")
        for row in rows_of(connection, PROJECT, "client_key", "client_basis")
        if row["client_key"]
    }
    if keys is not None:
        keys = {*keys, *_items_of(connection, projects)}
    columns = ("key", "project_key", "project_keys", "client_hints", "milestone_keys", "client_key")
    query = select(*(WORK_ITEM.c[name] for name in columns))
    moved, milestones = dict[str, str | None](), set[str]()
    for some in slices(connection, WORK_ITEM, keys):
        items = fetch(connection, query.where(among(WORK_ITEM.c.key, some, of_all=keys is None)))
        values = ((item, {"client_key": link_clients.item_client(item, ties, clients)}) for item in items)
        other = write(connection, WORK_ITEM, values)
        reached = refer(connection, {item["key"]: item["milestone_keys"] for item in items})
        if keys is not None:
            milestones |= reached
            moved |= {item["key"]: item["client_key"] for item in items if item["key"] in other}
    return moved, milestones | _by_short(connection, milestones)


def _by_short(connection: Connection, keys: Collection[str]) -> set[str]:
    """The items that those of `keys` mean which name one by its short."""
    shorts: dict[str, set[str]] = defaultdict(set)
    for source, stream, short in (key.split("/", 2) for key in keys):
        if stream == BY_SHORT:
            shorts[source].add(short)
    return {
        key
        for source, called in shorts.items()
        for some in slices(connection, WORK_ITEM, called)
        for key in connection.scalars(
            select(WORK_ITEM.c.key).where(WORK_ITEM.c.source == source, WORK_ITEM.c.short.in_(some))
        )
    }


def _items_of(connection: Connection, projects: Collection[str]) -> set[str]:
    """The items that stand in any of `projects`, as their first one or another."""
    if not projects:
        return set()
    sources = {project.partition("/")[0] for project in projects}
    query = select(WORK_ITEM.c.key, WORK_ITEM.c.project_key, WORK_ITEM.c.project_keys)
    rows = connection.execute(query.where(WORK_ITEM.c.source.in_(sorted(sources))))
    return {key for key, first, others in rows if first in projects or any(other in projects for other in others)}


def _link_comments(
    connection: Connection, keys: Collection[str] | None, authors: Collection[str]
) -> tuple[set[str], set[str]]:
    """Side and references of the comments `keys` (None: all), and the side of what the accounts `authors` wrote.

    Returns the keys of all that they are written on, and of what may be contact with a client among it: to reckon that
    takes all that was ever said to the client, and most of what is said is said among us. None where `keys` is None.
    """
    places, heard = set[str](), set[str]()
    for some in slices(connection, COMMENT, keys):
        these = among(COMMENT.c.key, some, of_all=keys is None)
        if keys is not None:
            places |= _places_of(connection, these)
            heard |= _places_of(connection, and_(these, _TELLS))
        rows = connection.execute(select(COMMENT.c.key, COMMENT.c.on_keys).where(these))
        reached = refer(connection, {key: on_keys[1:] for key, on_keys in rows})
        if keys is not None:
            heard |= reached
        _side_comments(connection, these)
    for some in slices(connection, ACCOUNT, authors):
        by_them = COMMENT.c.author_account.in_(some)
        heard |= _places_of(connection, and_(by_them, COMMENT.c.side != _SIDE))
        _side_comments(connection, by_them)
    return places | heard, heard


_AUTHORS_SIDE = (
    select(ACCOUNT.c.side).where(ACCOUNT.c.key == COMMENT.c.author_account).correlate(COMMENT).scalar_subquery()
)
_SIDE = case(
    (COMMENT.c.ours, "hub"),
    (_AUTHORS_SIDE.in_(["hub", "bot"]), _AUTHORS_SIDE),
    # Only our people log calls and meetings in our CRM, whoever rang: they are answers, never feedback.
    (COMMENT.c.kind.in_(["call", "meeting"]), "team"),
    (COMMENT.c.direction == "inbound", "client"),
    (COMMENT.c.direction == "outbound", "team"),
    (COMMENT.c.author_contact.is_not(None), "client"),
    (COMMENT.c.author_account.is_not(None), func.coalesce(_AUTHORS_SIDE, "unknown")),
    else_="bot",
)
"""On which side a message was written, reckoned in the database: there are many comments, and few reasons."""


_TELLS = or_(COMMENT.c.kind.in_(LOGGED), COMMENT.c.side == "client", _SIDE == "client")
"""What is, or was until now, contact with a client (`unify.derive_clients`)."""


def _side_comments(connection: Connection, which: ColumnElement[bool]) -> None:
    connection.execute(update(COMMENT).where(which, COMMENT.c.side != _SIDE).values(side=_SIDE))


def _places_of(connection: Connection, which: ColumnElement[bool]) -> set[str]:
    """The keys of all that those comments are written on."""
    rows = connection.scalars(select(COMMENT.c.on_keys).where(which))
    return {place for on_keys in rows for place in on_keys}


def _feedback_at(connection: Connection, places: Collection[str]) -> set[str]:
    """The feedback among `places`, and that whose messages are written there."""
    found = set[str]()
    for some in slices(connection, FEEDBACK, places):
        found |= set(connection.scalars(select(FEEDBACK.c.key).where(FEEDBACK.c.key.in_(some))))
        referring = select(FEEDBACK.c.key).join(REFERENCE, REFERENCE.c.from_key == FEEDBACK.c.key)
        found |= set(connection.scalars(referring.where(REFERENCE.c.to_key.in_(some))))
    return found


def _with_history(connection: Connection, changes: Collection[str]) -> set[str]:
    """The milestones whose history those changes are."""
    found = set[str]()
    for some in slices(connection, CHANGE, changes):
        query = select(MILESTONE.c.key).join(CHANGE, CHANGE.c.entity_key == MILESTONE.c.key)
        found |= set(connection.scalars(query.where(CHANGE.c.key.in_(some))))
    return found
