"""The one write path for rows: Core makes the statement, the driver runs it (ADR 0002).

A row is a dict of column -> value. A column it does not name keeps what is stored (the derived ones, above all); in a
new row it gets its default. A stored row that already holds the same content is not written, so `changed_here_at`
moves only with the content. A row that no longer says it is deleted is alive again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    LargeBinary,
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

Convert = Callable[[Sequence[Any]], list[Any]]
"""Of the values of a column."""

_INSERTS: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Upserts:
    """Upserts for any table, each compiled once. Belongs to one thread."""

    def __init__(self, dialect: Dialect, *, by_driver: bool | None = None) -> None:
        self._dialect = dialect
        self._by_driver = dialect.name == "sqlite" if by_driver is None else by_driver
        self._converts = _Converts(dialect)
        self._known: dict[tuple[str, tuple[str, ...], tuple[str, ...]], _Upsert] = {}

    def save(self, connection: Connection, table: str, rows: Iterable[Row], fixed: Mapping[str, Any]) -> None:
        """Insert or update `rows`; `fixed` holds the columns that are the same in all of them, unless a row differs."""
        groups: dict[tuple[str, ...], list[Row]] = {}
        names, group = None, []
        for row in rows:
            if names != (own := tuple(row)):  # nearly all are alike, and comparing costs less than looking up
                names, group = own, groups.setdefault(own, [])
            group.append(row)
        for names, group in groups.items():
            rest = tuple(name for name in fixed if name not in names)
            upsert = self._known.get((table, names, rest))
            if upsert is None:
                upsert = _Upsert(SQLModel.metadata.tables[table], names, rest, self._dialect, self._converts)
                self._known[table, names, rest] = upsert
            run = upsert.by_driver if self._by_driver else upsert.by_core
            run(connection, group, [fixed[name] for name in rest])


class _Upsert:
    """One statement: `names` come from each row, in its own order, `fixed` from the batch, the rest are defaults."""

    def __init__(
        self, table: Table, names: tuple[str, ...], fixed: tuple[str, ...], dialect: Dialect, converts: "_Converts"
    ) -> None:
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
        by_column = [converts.of(table.c[name].type) for name in order]
        self._row_converts = [(at, convert) for at, convert in enumerate(by_column[: len(names)]) if convert]
        self._tail_converts = by_column[len(names) :]

    def by_driver(self, connection: Connection, rows: Sequence[Row], fixed: Sequence[Any]) -> None:
        """Hand the driver ready tuples: Core would build a dict of parameters for every row anew.

        They are made column by column: what a row would cost for each of its values is then paid once for all rows.
        """
        columns: list[Any] = list(zip(*(row.values() for row in rows), strict=True))
        for at, convert in self._row_converts:
            columns[at] = convert(columns[at])
        tail = zip(self._tail_converts, (*fixed, *self._defaults.values()), strict=True)
        columns += [repeat(convert([value])[0] if convert else value) for convert, value in tail]
        connection.exec_driver_sql(self._sql, list(zip(*self._pick(columns), strict=False)))  # some repeat for ever

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


class _Converts:
    """What the columns' own types do to their values before the driver sees them."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def of(self, type_: TypeEngine[Any]) -> Convert | None:
        """The conversion of a type's values; None: nothing is done to them.

        Asked by way of the dialect: a TypeDecorator asked directly skips it, and hands SQLite a datetime.
        """
        convert = type_.dialect_impl(self._dialect).bind_processor(self._dialect)
        if convert is None or self._dialect.name != "sqlite":
            return convert and _each(convert)
        if isinstance(type_, LargeBinary):  # the driver takes bytes as they are
            return None
        if isinstance(type_, JSON):
            return _lists_written_at_once(convert)
        return _instants_written_at_once(convert) if _is_instant(type_) else _each(convert)


def _is_instant(of: TypeEngine[Any]) -> bool:
    return isinstance(of.impl_instance if isinstance(of, TypeDecorator) else of, DateTime)


def _each(convert: Callable[[Any], Any]) -> Convert:
    return lambda values: [convert(value) for value in values]


def _instants_written_at_once(convert: Callable[[Any], Any]) -> Convert:
    """`convert`, but aware UTC, as nearly all instants are, is written as SQLAlchemy does it in a third of the time."""
    return lambda values: [
        None if value is None else _utc(value) if value.tzinfo is UTC else convert(value) for value in values
    ]


def _lists_written_at_once(convert: Callable[[Any], Any]) -> Convert:
    """`convert`, but an empty list, as most of ours are, is no work."""
    return lambda values: ["[]" if value == [] else convert(value) for value in values]


@lru_cache(maxsize=1000)
def _utc(value: datetime) -> str:
    """Kept: a page holds a thousand, and each of them several times. UTC alone, for Python holds the two that an hour
    has which comes twice for equal."""
    return value.isoformat(" ", "microseconds")[:26]
