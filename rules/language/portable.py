"""What SQLite and Postgres spell differently, as SQLAlchemy elements that mean the same on both.

Each was tried on both (SQLite 3.40, Postgres 18, 22 Nov 2026). SQLite's `lower` turns A to Z alone, Postgres' does so
in the collation "C"; SQLite keeps dates and instants as text.
"""

from datetime import date
from typing import Any

from sqlalchemy import Boolean, Date, Integer, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class lowered(FunctionElement[str]):  # reads as SQL does
    """A text with A to Z in small letters, and every other letter as it is."""

    type = String()
    inherit_cache = True


class days_between(FunctionElement[int]):
    """Days from the first date to the second."""

    type = Integer()
    inherit_cache = True


class monday_of(FunctionElement[date]):
    """The Monday of the week in which a date lies."""

    type = Date()
    inherit_cache = True


class seconds_between(FunctionElement[int]):
    """Whole seconds from the first instant to the second, each cut to its second."""

    type = Integer()
    inherit_cache = True


class has_label(FunctionElement[bool]):
    """Whether a list of texts, kept as JSON, holds one that is the second argument once lowered. Never missing."""

    type = Boolean()
    inherit_cache = True


def _arguments(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> list[str]:
    return [compiler.process(argument, **options) for argument in element.clauses]


@compiles(lowered)
def _lowered(element: lowered, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = _arguments(element, compiler, **options)
    return f"lower({text})"


@compiles(lowered, "postgresql")
def _lowered_on_postgres(element: lowered, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = _arguments(element, compiler, **options)
    return f'lower(({text}) COLLATE "C")'


@compiles(days_between)
def _days_between(element: days_between, compiler: SQLCompiler, **options: Any) -> str:
    first, second = _arguments(element, compiler, **options)
    return f"CAST(julianday({second}) - julianday({first}) AS INTEGER)"


@compiles(days_between, "postgresql")
def _days_between_on_postgres(element: days_between, compiler: SQLCompiler, **options: Any) -> str:
    first, second = _arguments(element, compiler, **options)
    return f"(({second}) - ({first}))"


@compiles(monday_of)
def _monday_of(element: monday_of, compiler: SQLCompiler, **options: Any) -> str:
    (day,) = _arguments(element, compiler, **options)
    return f"strftime('%Y-%m-%d', {day}, 'weekday 0', '-6 days')"


@compiles(monday_of, "postgresql")
def _monday_of_on_postgres(element: monday_of, compiler: SQLCompiler, **options: Any) -> str:
    (day,) = _arguments(element, compiler, **options)
    return f"CAST(date_trunc('week', {day}) AS DATE)"


@compiles(seconds_between)
def _seconds_between(element: seconds_between, compiler: SQLCompiler, **options: Any) -> str:
    # Without its fraction, which newer versions of SQLite round and older ones cut.
    first, second = (
        f"CAST(strftime('%s', substr({at}, 1, 19)) AS INTEGER)" for at in _arguments(element, compiler, **options)
    )
    return f"({second} - {first})"


@compiles(seconds_between, "postgresql")
def _seconds_between_on_postgres(element: seconds_between, compiler: SQLCompiler, **options: Any) -> str:
    first, second = (f"floor(extract(epoch from {at}))" for at in _arguments(element, compiler, **options))
    return f"({second} - {first})"


@compiles(has_label)
def _has_label(element: has_label, compiler: SQLCompiler, **options: Any) -> str:
    labels, label = _arguments(element, compiler, **options)
    return f"EXISTS (SELECT 1 FROM json_each({labels}) AS label WHERE lower(label.value) = {label})"


@compiles(has_label, "postgresql")
def _has_label_on_postgres(element: has_label, compiler: SQLCompiler, **options: Any) -> str:
    labels, label = _arguments(element, compiler, **options)
    # A JSON null has no elements to ask for, and asking is an error.
    listed = f"CASE WHEN json_typeof({labels}) = 'array' THEN {labels} END"
    return (
        f"EXISTS (SELECT 1 FROM json_array_elements_text({listed}) AS label(value) "
        f'WHERE lower(label.value COLLATE "C") = {label})'
    )
