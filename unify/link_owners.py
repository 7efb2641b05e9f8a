"""Linking milestones and feedback: their client, its BD manager, who owns them, whose calendar counts."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Select, Table, case, func, select

from unify.derived import (
    ACCOUNT,
    CLIENT,
    COMPANY,
    CONTACT,
    FEEDBACK,
    MILESTONE,
    PROJECT,
    WORK_ITEM,
    Row,
    Values,
    fetch,
    refer,
    slices,
    write,
)
from unify.link_clients import crm_client

_OWNER = ACCOUNT.alias("owner")
_AUTHOR = ACCOUNT.alias("author")

Followed = Mapping[str, tuple[str | None, str]]
"""Client key -> its BD manager's person key, and its calendar."""


def link_milestones(connection: Connection, keys: Collection[str] | None) -> set[str]:
    """Link the milestones `keys` (None: all); return those that changed."""
    clients = _clients(connection)
    changed = set[str]()
    for rows in _slices(connection, MILESTONE, _milestones(), keys):
        changed |= write(
            connection,
            MILESTONE,
            ((row, _owned(row["of_item"] or row["of_project"], row["owner"], clients)) for row in rows),
        )
    return changed


def link_feedback(connection: Connection, keys: Collection[str] | None) -> set[str]:
    """Link the feedback `keys` (None: all) and say where its messages are; return what changed."""
    clients = _clients(connection)
    changed = set[str]()
    for rows in _slices(connection, FEEDBACK, _feedback(), keys):
        companies = _looked_up(connection, COMPANY, "company_keys", rows)
        contacts = _looked_up(connection, CONTACT, "contact_keys", rows)
        changed |= write(
            connection, FEEDBACK, ((row, _feedback_values(row, companies, contacts, clients)) for row in rows)
        )
        # An item that is feedback refers by the same key to its milestones; it carries its messages itself.
        refer(connection, {row["key"]: _places(row) for row in rows if row["item_key"] != row["key"]})
    return changed


def _milestones() -> Select[Any]:
    """One made from an item is that item's client's; else its project's. A version without a driver is its project's
    lead's: somebody has to answer for what was promised."""
    lead = case((MILESTONE.c.kind == "version", PROJECT.c.owner_account))
    columns = (MILESTONE.c[name] for name in ("key", "client_key", "bd_person", "owner_person", "calendar"))
    return (
        select(
            *columns,
            WORK_ITEM.c.client_key.label("of_item"),
            PROJECT.c.client_key.label("of_project"),
            _OWNER.c.person_key.label("owner"),
        )
        .outerjoin(WORK_ITEM, WORK_ITEM.c.key == MILESTONE.c.key)
        .outerjoin(PROJECT, PROJECT.c.key == MILESTONE.c.project_key)
        .outerjoin(_OWNER, _OWNER.c.key == func.coalesce(MILESTONE.c.owner_account, lead))
    )


def _feedback() -> Select[Any]:
    read = ("key", "origin", "item_key", "company_keys", "contact_keys")
    written = ("client_key", "bd_person", "owner_person", "calendar", "author_name")
    return (
        select(
            *(FEEDBACK.c[name] for name in (*read, *written)),
            WORK_ITEM.c.client_key.label("of_item"),
            PROJECT.c.client_key.label("of_project"),
            _OWNER.c.person_key.label("owner"),
            _AUTHOR.c.client_key.label("of_author"),
            _AUTHOR.c.name.label("author"),
        )
        .outerjoin(WORK_ITEM, WORK_ITEM.c.key == func.coalesce(FEEDBACK.c.item_key, FEEDBACK.c.key))
        .outerjoin(PROJECT, PROJECT.c.key == FEEDBACK.c.project_key)
        .outerjoin(_OWNER, _OWNER.c.key == FEEDBACK.c.owner_account)
        .outerjoin(_AUTHOR, _AUTHOR.c.key == FEEDBACK.c.author_account)
    )


def _feedback_values(row: Row, companies: Mapping[str, Row], contacts: Mapping[str, Row], clients: Followed) -> Values:
    """The CRM's association is the nearest evidence; then the item, the project, and where the author writes from."""
    by_crm = crm_client(row, _client_of(companies.values()), _client_of(contacts.values()))
    client = by_crm or row["of_item"] or row["of_project"] or row["of_author"]
    writers = [contacts[key]["name"] for key in row["contact_keys"] if key in contacts]
    author = next((name for name in (*writers, row["author"]) if name), None)
    return {**_owned(client, row["owner"], clients), "author_name": author}


def _owned(client: str | None, owner: str | None, clients: Followed) -> dict[str, Any]:
    bd, calendar = clients.get(client or "", (None, "default"))
    return {"client_key": client, "bd_person": bd, "owner_person": owner, "calendar": calendar}


def _places(row: Row) -> list[str]:
    """Where messages about it are written beside itself: on its item; for a mail or a survey, on whoever sent it."""
    item = [row["item_key"]] if row["item_key"] else []
    return [*item, *row["contact_keys"]] if row["origin"] in ("email", "survey") else item


def _clients(connection: Connection) -> dict[str, tuple[str | None, str]]:
    rows = connection.execute(select(CLIENT.c.key, CLIENT.c.bd_person, CLIENT.c.calendar))
    return {key: (bd, calendar) for key, bd, calendar in rows}


def _client_of(rows: Iterable[Row]) -> dict[str, str]:
    return {row["key"]: row["client_key"] for row in rows if row["client_key"]}


def _looked_up(connection: Connection, table: Table, column: str, rows: Iterable[Row]) -> dict[str, Row]:
    """The rows of `table` that the keys in `column` of these rows name."""
    keys = {key for row in rows for key in row[column]}
    query = select(table.c.key, table.c.name, table.c.client_key)
    return {
        row["key"]: row
        for some in slices(connection, table, keys)
        for row in fetch(connection, query.where(table.c.key.in_(some)))
    }


def _slices(
    connection: Connection, table: Table, query: Select[Any], keys: Collection[str] | None
) -> Iterable[list[Row]]:
    for some in slices(connection, table, keys):
        yield fetch(connection, query.where(table.c.key.in_(some)))
