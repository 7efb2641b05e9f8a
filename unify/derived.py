"""Writing what is derived: in bulk, and only where it differs from what stands there.

Plain Core throughout, so that any database SQLAlchemy knows will do.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, bindparam, delete, insert, select, update
from sqlmodel import SQLModel

from unify import tables

SLICE = 500
"""Keys a statement: well below the smallest limit of bound parameters."""

Touched = Mapping[str, Collection[str]]
"""Table name -> keys of the rows that changed since link and derive last ran."""

Row = Mapping[str, Any]
Values = Mapping[str, Any]


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a model."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


ACCOUNT = table_of(tables.Account)
AGREEMENT = table_of(tables.Agreement)
ANSWER = table_of(tables.Answer)
CHANGE = table_of(tables.Change)
CLIENT = table_of(tables.Client)
CLIENT_CONTACT = table_of(tables.ClientContact)
COMMENT = table_of(tables.Comment)
COMPANY = table_of(tables.Company)
CONTACT = table_of(tables.Contact)
DEAL = table_of(tables.Deal)
FEEDBACK = table_of(tables.Feedback)
IDENTITY_LINK = table_of(tables.IdentityLink)
MILESTONE = table_of(tables.Milestone)
PERSON = table_of(tables.Person)
PROJECT = table_of(tables.Project)
REFERENCE = table_of(tables.Reference)
SOURCE = table_of(tables.Source)
TOUCHED = table_of(tables.Touched)
WORK_ITEM = table_of(tables.WorkItem)

EVERYTHING = {"table": "*", "key": "*"}
"""A row of `touched` that stands for every row there is: where all is new, noting each would be half as much again."""


def slices(connection: Connection, table: Table, keys: Collection[str] | None) -> Iterator[list[str]]:
    """`keys` in sorted slices that a statement can hold; None: every key of `table`, never all of them in memory."""
    if keys is not None:
        ordered = iter(sorted(keys))
        while some := list(islice(ordered, SLICE)):
            yield some
        return
    last = ""
    while some := list(
        connection.scalars(select(table.c.key).where(table.c.key > last).order_by(table.c.key).limit(SLICE))
    ):
        yield some
        last = some[-1]


def among(column: ColumnElement[Any], some: Sequence[str], *, of_all: bool) -> ColumnElement[bool]:
    """Whether `column`, the key of a table, is in that slice. One `of_all` its keys is a range of them: naming its ends
    costs a fifth of naming each."""
    return column.between(some[0], some[-1]) if of_all else column.in_(some)


def fetch(connection: Connection, query: Select[Any]) -> list[Row]:
    """What `query` gives, as dicts."""
    result = connection.execute(query)
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


def rows_of(connection: Connection, table: Table, *columns: str) -> list[Row]:
    """Those columns of every row, and its key, in the order of keys."""
    return fetch(connection, select(*(table.c[name] for name in ("key", *columns))).order_by(table.c.key))


def write(connection: Connection, table: Table, pairs: Iterable[tuple[Row, Values]]) -> set[str]:
    """Write the new values of (row as it stands, new values) where any differs; return the keys of those rows.

    Every pair names the same columns; a row holds at least its key and those.
    """
    changed = [
        {"row_key": row["key"], **{f"new_{name}": value for name, value in new.items()}}
        for row, new in pairs
        if any(row[name] != value for name, value in new.items())
    ]
    if not changed:
        return set()
    names = [name.removeprefix("new_") for name in changed[0] if name != "row_key"]
    statement = (
        update(table)
        .where(table.c.key == bindparam("row_key"))
        .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names})
    )
    connection.execute(statement, changed)
    return {row["row_key"] for row in changed}


def replace(connection: Connection, table: Table, rows: Iterable[Values]) -> set[tuple[str, ...]]:
    """Make `table` hold exactly `rows`; return the primary keys of what came, went or changed."""
    primary = [column.name for column in table.primary_key]
    columns = [column.name for column in table.columns]
    stored = {tuple(row[name] for name in primary): row for row in fetch(connection, select(table))}
    wanted = {tuple(row[name] for name in primary): {name: row[name] for name in columns} for row in rows}
    stale = [key for key, row in stored.items() if wanted.get(key) != row]
    fresh = [row for key, row in wanted.items() if stored.get(key) != row]
    if stale:
        same = and_(*(table.c[name] == bindparam(f"old_{name}") for name in primary))
        connection.execute(
            delete(table).where(same),
            [{f"old_{name}": part for name, part in zip(primary, key, strict=True)} for key in stale],
        )
    if fresh:
        connection.execute(insert(table), fresh)
    return {*stale, *(tuple(row[name] for name in primary) for row in fresh)}


_REFERRED = select(REFERENCE).where(REFERENCE.c.from_key.in_(bindparam("keys", expanding=True)))


def refer(connection: Connection, wanted: Mapping[str, Collection[str]]) -> set[str]:
    """Make the `reference` rows of these rows (key -> what it refers to) so; return all they refer or referred to."""
    stored: dict[str, set[str]] = {key: set() for key in wanted}
    rows = connection.execute(_REFERRED, {"keys": list(wanted)})
    for from_key, to_key in rows:
        stored[from_key].add(to_key)
    stale = [(key, to) for key, referred in stored.items() for to in referred - set(wanted[key])]
    fresh = [(key, to) for key, refers in wanted.items() for to in set(refers) - stored[key]]
    if stale:
        same = and_(REFERENCE.c.from_key == bindparam("row_key"), REFERENCE.c.to_key == bindparam("referred"))
        connection.execute(delete(REFERENCE).where(same), [{"row_key": key, "referred": to} for key, to in stale])
    if fresh:
        connection.execute(insert(REFERENCE), [{"from_key": key, "to_key": to} for key, to in fresh])
    return {to for refers in (*stored.values(), *wanted.values()) for to in refers}
