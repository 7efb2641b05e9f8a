"""What SQLite and Postgres spell differently, as SQLAlchemy elements that mean the same on both.

Each was tried on both (SQLite 3.40, Postgres 18, 22 Nov 2026). SQLite's `lower` turns A to Z alone, Postgres' does so
in the collation "C"; SQLite keeps dates and instants as text.
"""

from typing import Any

from sqlalchemy import Boolean, Float, Integer, String
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


class elements(FunctionElement[str]):
    """The texts of a list of texts, kept as JSON: a table of one column `value`, for `table_valued("value")`."""

    type = String()
    inherit_cache = True


class rounded(FunctionElement[float]):
    """A number to four places: sums of hundreds of fractions stay what people reckon."""

    type = Float()
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


@compiles(elements)
def _elements(element: elements, compiler: SQLCompiler, **options: Any) -> str:
    (texts,) = _arguments(element, compiler, **options)
    return f"json_each({texts})"


@compiles(elements, "postgresql")
def _elements_on_postgres(element: elements, compiler: SQLCompiler, **options: Any) -> str:
    (texts,) = _arguments(element, compiler, **options)
    return f"json_array_elements_text({texts})"


@compiles(rounded)
def _rounded(element: rounded, compiler: SQLCompiler, **options: Any) -> str:
    (number,) = _arguments(element, compiler, **options)
    return f"round({number}, 4)"


@compiles(rounded, "postgresql")
def _rounded_on_postgres(element: rounded, compiler: SQLCompiler, **options: Any) -> str:
    (number,) = _arguments(element, compiler, **options)
    return f"CAST(round(CAST({number} AS NUMERIC), 4) AS DOUBLE PRECISION)"


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
