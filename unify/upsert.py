"""The one write path for rows: Core makes the statement, the driver runs it (ADR 0002).

A row is a dict of column -> value. A column it does not name keeps what is stored (the derived ones, above all); in a
new row it gets its default. A stored row that already holds the same content is not written, so `changed_here_at`
moves only with the content. A row that no longer says it is deleted is alive again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Table,
    Text,
    cast,
    false,
    or_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import DateTime, TypeDecorator, TypeEngine
from sqlmodel import SQLModel

from unify.mapping import Row

Convert = Callable[[Any], Any]

_INSERTS: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Upserts:
    """Upserts for any table, each compiled once. Belongs to one thread: conversions remember their last instant."""

    def __init__(self, dialect: Dialect, *, by_driver: bool | None = None) -> None:
        self._dialect = dialect
        self._by_driver = dialect.name == "sqlite" if by_driver is None else by_driver
        self._known: dict[tuple[str, tuple[str, ...], tuple[str, ...]], _Upsert] = {}

    def save(self, connection: Connection, table: str, rows: Iterable[Row], fixed: Mapping[str, Any]) -> None:
        """Insert or update `rows`; `fixed` holds the columns that are the same in all of them, unless a row differs."""
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            groups.setdefault(tuple(row), []).append(row)
        for names, group in groups.items():
            rest = tuple(name for name in fixed if name not in names)
            upsert = self._known.get((table, names, rest))
            if upsert is None:
                upsert = _Upsert(SQLModel.metadata.tables[table], names, rest, self._dialect)
                self._known[table, names, rest] = upsert
            run = upsert.by_driver if self._by_driver else upsert.by_core
            run(connection, group, [fixed[name] for name in rest])


class _Upsert:
    """One statement: `names` come from each row, in its own order, `fixed` from the batch, the rest are defaults."""

    def __init__(self, table: Table, names: tuple[str, ...], fixed: tuple[str, ...], dialect: Dialect) -> None:
        unknown = [name for name in (*names, *fixed) if name not in table.c]
        if unknown:
            raise KeyError(f"{table.name} has no column {', '.join(unknown)}")
        defaults = {
            column.name: default
            for column in table.c
            if column.name not in {*names, *fixed} and (default := default_of(column)) is not None
        }
        order = (*names, *fixed, *defaults)
        self._names, self._fixed, self._defaults = names, fixed, defaults
        self._statement = _statement(table, (*names, *fixed), dialect)
        compiled = self._statement.compile(dialect=dialect, column_keys=list(order))
        self._sql = str(compiled)
        self._pick = itemgetter(*(order.index(name) for name in compiled.positiontup or order))
        converts = [_convert(table.c[name].type, dialect) for name in order]
        self._row_converts = [(at, convert) for at, convert in enumerate(converts[: len(names)]) if convert]
        self._tail_converts = converts[len(names) :]

    def by_driver(self, connection: Connection, rows: Sequence[Row], fixed: Sequence[Any]) -> None:
        """Hand the driver ready tuples: Core would build a dict of parameters for every row anew."""
        tail = [
            convert(value) if convert else value
            for convert, value in zip(self._tail_converts, (*fixed, *self._defaults.values()), strict=True)
        ]
        converts, pick = self._row_converts, self._pick
        tuples = []
        for row in rows:
            values = list(row.values())
            for at, convert in converts:
                values[at] = convert(values[at])
            values += tail
            tuples.append(pick(values))
        connection.exec_driver_sql(self._sql, tuples)

    def by_core(self, connection: Connection, rows: Sequence[Row], fixed: Sequence[Any]) -> None:
        """The same by Core alone, for databases whose drivers name their parameters."""
        tail = self._defaults | dict(zip(self._fixed, fixed, strict=True))
        connection.execute(self._statement, [row | tail for row in rows])


def _statement(table: Table, named: Sequence[str], dialect: Dialect) -> Any:
    """INSERT … ON CONFLICT DO UPDATE of the named columns, where one of them differs."""
    keys = [column.name for column in table.primary_key]
    insert = _INSERTS[dialect.name](table)
    content = [name for name in named if name not in keys and name != "changed_here_at"]
    if not content:
        return insert.on_conflict_do_nothing(index_elements=keys)
    return insert.on_conflict_do_update(
        index_elements=keys,
        set_={name: insert.excluded[name] for name in named if name not in keys},
        where=or_(false(), *(_differs(table.c[name], insert.excluded[name]) for name in content)),
    )


def default_of(column: Column[Any]) -> Any:
    """What a new row holds in a column that nobody named; None: nothing. The models' lists begin empty."""
    if isinstance(column.default, ScalarElementColumnDefault):
        return column.default.arg
    return [] if isinstance(column.type, JSON) and not column.nullable else None


def _differs(stored: Column[Any], new: ColumnElement[Any]) -> ColumnElement[bool]:
    if isinstance(stored.type, JSON):  # Postgres has no equality for json
        return cast(stored, Text).is_distinct_from(cast(new, Text))
    return stored.is_distinct_from(new)


def _convert(of: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """What the column's own type does to a value before the driver sees it; None: nothing.

    Asked by way of the dialect: a TypeDecorator asked directly skips it, and hands SQLite a datetime.
    """
    convert = of.dialect_impl(dialect).bind_processor(dialect)
    if convert is not None and _is_instant(of):
        return _remembered(convert)
    return convert


def _is_instant(of: TypeEngine[Any]) -> bool:
    return isinstance(of.impl_instance if isinstance(of, TypeDecorator) else of, DateTime)


def _remembered(convert: Convert) -> Convert:
    """Convert one and the same instant once: `changed_here_at` is one object for a whole page."""
    last: Any = None
    result: Any = None

    def remembering(value: Any) -> Any:
        nonlocal last, result
        if value is not last:
            last, result = value, convert(value)
        return result

    return remembering
