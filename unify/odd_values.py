"""Making a row fit its table when the database will not take it: the way of the rare odd value, never of all rows.

A lone surrogate, a NUL, 10^30, a list where a text belongs: that one field is cleaned or left empty, and reported.
"""

import json
import math
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, TypeDecorator
from sqlmodel import SQLModel

from connectors.base import Problem
from unify.mapping import Row
from unify.upsert import default_of

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_EMPTY: dict[type, Any] = {str: "", bool: False, int: 0, float: 0.0}


class Unfit(ValueError):
    """Why a value cannot be stored as it is."""


def clean(text: str) -> str:
    """`text` without what no database stores: U+FFFD stands for every NUL and lone surrogate."""
    return text if text.isprintable() else _UNSTORABLE.sub("\ufffd", text)


def excerpt(value: object) -> str:
    """A short printable form of `value`, for a person who looks for it at the vendor."""
    return clean(ascii(value) if not isinstance(value, str) else value)[:80]


def fit(table: str, row: Row) -> tuple[Row, list[Problem]]:
    """`row` as `table` can hold it, and what had to be changed for that."""
    problems = []
    fitted = {}
    columns = SQLModel.metadata.tables[table].c
    stream, vendor_id = _record_of(row)
    for name, value in row.items():
        fitted[name] = value
        try:
            _check(columns[name], value)
        except Unfit as why:
            fitted[name] = _storable(columns[name], value)
            problems.append(Problem(stream, vendor_id, name, str(why), excerpt(value)))
    return fitted, problems


def _record_of(row: Row) -> tuple[str, str]:
    """Stream and vendor's id of the record, from the row's key (`{source}/{stream}/{vendor id}`)."""
    _, _, record = clean(str(row.get("key"))).partition("/")
    stream, _, vendor_id = record.partition("/")
    return stream, vendor_id


def _check(column: Column[Any], value: Any) -> None:
    """Raise Unfit if `column` cannot hold `value` as it is."""
    if value is None:
        if not column.nullable:
            raise Unfit("is empty, and must not be")
        return
    kind = _kind(column)
    if isinstance(column.type, JSON):
        if any(clean(text) != text for text in _texts(value)):
            raise Unfit("has characters that cannot be stored")
        _check_json(value)
    elif isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        raise Unfit("is too large a number")
    elif kind is float and type(value) is int:
        return
    elif not isinstance(value, kind) or (kind is date and isinstance(value, datetime)):
        raise Unfit(f"is {type(value).__name__}, not {kind.__name__}")
    elif isinstance(value, str) and clean(value) != value:
        raise Unfit("has characters that cannot be stored")
    elif isinstance(value, datetime) and value.utcoffset() is None:
        raise Unfit("is an instant without a zone")
    elif isinstance(value, float) and not math.isfinite(value):
        raise Unfit("is not a number")


def _check_json(value: Any) -> None:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as problem:
        raise Unfit("cannot be written as JSON") from problem


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list() | tuple():
            for item in value:
                yield from _texts(item)
        case dict():
            for key, item in value.items():
                yield from _texts(key)
                yield from _texts(item)


def _storable(column: Column[Any], value: Any) -> Any:
    """The nearest value that fits: a cleaned text or list, else empty."""
    kind = _kind(column)
    if isinstance(value, str) and kind is str:
        return clean(value)
    if isinstance(value, list) and isinstance(column.type, JSON):
        return [clean(item) for item in value if isinstance(item, str)]
    return empty_value(column)


def _kind(column: Column[Any]) -> type:
    """The Python type of a column's values; a TypeDecorator itself only says `object`."""
    of = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    return of.python_type


def empty_value(column: Column[Any]) -> Any:
    """What says nothing in `column`."""
    if column.nullable:
        return None
    default = default_of(column)
    return _EMPTY[_kind(column)] if default is None else default
