"""Whose something is: the joins and columns that the views of unified rows share."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Table, func

from rules.views.base import History, Stored, name_of, table
from unify import tables

SOURCE, PROJECT = table(tables.Source), table(tables.Project)
_CLIENT = table(tables.Client)
_BD, _OWNER = table(tables.Person).alias("bd"), table(tables.Person).alias("owner")
_OWNER_ACCOUNT = table(tables.Account).alias("oa")


def with_owners(of: Table) -> FromClause:
    """`of` with its source, and with its project, client, BD manager and owner where they are known."""
    return (
        of.join(SOURCE, SOURCE.c.name == of.c.source)
        .outerjoin(PROJECT, PROJECT.c.key == of.c.project_key)
        .outerjoin(_CLIENT, _CLIENT.c.key == of.c.client_key)
        .outerjoin(_BD, _BD.c.key == of.c.bd_person)
        .outerjoin(_OWNER, _OWNER.c.key == of.c.owner_person)
        .outerjoin(_OWNER_ACCOUNT, _OWNER_ACCOUNT.c.key == of.c.owner_account)
    )


def owner_columns(of: Table) -> tuple[Stored, ...]:
    """The columns that say so, of a view over `with_owners(of)`."""
    return (
        Stored(
            "client", "text", "Key of its client; missing: nobody has said whose it is.", "untracked", of.c.client_key
        ),
        Stored("client_names", "names", "The client's name, by language.", "untracked", _CLIENT.c.names),
        Stored(
            "confidential", "flag", "The client goes by a code in group channels.", "untracked", _CLIENT.c.confidential
        ),
        Stored("bd", "text", "Key of the BD manager.", "untracked", of.c.bd_person),
        Stored("bd_name", "text", "The BD manager's name.", "untracked", name_of(_BD.c.name)),
        Stored(
            "owner", "text", "Key of the person who has it, where the account is known.", "tracked", of.c.owner_person
        ),
        Stored("owner_name", "text", "Who has it.", "tracked", name_of(_OWNER.c.name, _OWNER_ACCOUNT.c.name)),
    )


def with_client(of: Table, client: ColumnElement[Any], account: ColumnElement[Any]) -> FromClause:
    """`of` with the same, where only the keys of its client and of its owner's account are known."""
    placed = of.join(SOURCE, SOURCE.c.name == of.c.source).outerjoin(PROJECT, PROJECT.c.key == of.c.project_key)
    return _with_people(placed, client, account)


def projects_with_client() -> FromClause:
    """Projects themselves with the same."""
    placed = PROJECT.join(SOURCE, SOURCE.c.name == PROJECT.c.source)
    return _with_people(placed, PROJECT.c.client_key, PROJECT.c.owner_account)


def _with_people(placed: FromClause, client: ColumnElement[Any], account: ColumnElement[Any]) -> FromClause:
    return (
        placed.outerjoin(_CLIENT, _CLIENT.c.key == client)
        .outerjoin(_BD, _BD.c.key == _CLIENT.c.bd_person)
        .outerjoin(_OWNER_ACCOUNT, _OWNER_ACCOUNT.c.key == account)
        .outerjoin(_OWNER, _OWNER.c.key == _OWNER_ACCOUNT.c.person_key)
    )


def client_columns(client: ColumnElement[Any], owners: History = "untracked") -> tuple[Stored, ...]:
    """The columns that say so, of a view over `with_client`; `owners`: what is kept of who had it."""
    calendar = func.coalesce(_CLIENT.c.calendar, "default")
    return (
        Stored("client", "text", "Key of its client; missing: nobody has said whose it is.", "untracked", client),
        *_of_client,
        Stored("bd", "text", "Key of the BD manager.", "untracked", _CLIENT.c.bd_person),
        Stored("bd_name", "text", "The BD manager's name.", "untracked", name_of(_BD.c.name)),
        Stored("owner", "text", "Key of the person who has it, where known.", owners, _OWNER.c.key),
        Stored("owner_name", "text", "Who has it.", owners, name_of(_OWNER.c.name, _OWNER_ACCOUNT.c.name)),
        Stored("calendar", "text", "The calendar of those who must answer.", "untracked", calendar),
    )


_of_client = (
    Stored("client_names", "names", "The client's name, by language.", "untracked", _CLIENT.c.names),
    Stored("confidential", "flag", "The client goes by a code in group channels.", "untracked", _CLIENT.c.confidential),
)
