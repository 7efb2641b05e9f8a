"""Hours of a work item: estimated, remaining, spent. Each tool has its own unit, and some tell them in custom fields.

A number below zero, one that no work can take, and what is no number at all are named as problems, and stay empty.
"""

import re
from collections.abc import Mapping

from config.settings import EffortField
from config.words import effort_field_names, normal, normals
from unify.mappers.latest import Latest
from unify.mappers.told import Told
from unify.mapping import MappingContext, Row
from unify.parsing import Key, Reader

MOST_HOURS = 100_000
"""Fifty years of one person's work: no item takes more."""

SECONDS, MINUTES = 3600, 60
"""In an hour."""

NOT_TOLD: Row = {"estimate_hours": None, "remaining_hours": None, "spent_hours": None}

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d+)?"
"""With commas between thousands, or without: 12,5 is neither."""
_HOURS = re.compile(
    rf"(?P<hours>{_NUMBER})\s*(?:h|hrs?|hours?|小時|小时|工時|工时|人時|人时)?"
    r"(?:(?<=[^\d\s])\s*(?P<minutes>[0-5]?\d)\s*(?:m|mins?|minutes?|分|分鐘|分钟))?"
)


class Effort:
    """The custom fields that hold hours."""

    def __init__(self, context: MappingContext) -> None:
        names = effort_field_names(context.settings.effort_fields)
        self._names = {field: normals(words) for field, words in names.items()}
        self.names = frozenset(name for words in self._names.values() for name in words)
        """Of all fields that are asked, in the form in which words are compared."""

    def of(self, fields: Mapping[str, str], reader: Reader) -> Row:
        """The columns of an item with these fields: name -> hours, as a text. Problems go to `reader`."""
        if not fields:
            return NOT_TOLD
        return {f"{field}_hours": self._hours(field, fields, reader) for field in self._names}

    def _hours(self, field: EffortField, fields: Mapping[str, str], reader: Reader) -> float | None:
        for name, text in fields.items():
            if normal(name) in self._names[field] and text.strip():
                return _read(Told(name, text.strip()), reader)
        return None


effort_of = Latest(Effort).of


def hours(reader: Reader, *path: Key, unit: int) -> float | None:
    """The hours that a number of units tells, of which an hour has `unit`."""
    number = reader.number(*path)
    if number is None or 0 <= number <= MOST_HOURS * unit:
        return None if number is None else _rounded(number / unit)
    reader.problem(path, _REFUSED, number)
    return None


def _read(told: Told, reader: Reader) -> float | None:
    said = _HOURS.fullmatch(normal(told.text))
    amount = float(said["hours"].replace(",", "")) + int(said["minutes"] or 0) / 60 if said else MOST_HOURS + 1
    if amount > MOST_HOURS:
        told.refuse(reader, _REFUSED)
        return None
    return _rounded(amount)


_REFUSED = "is no number of hours that work can take"


def _rounded(amount: float) -> float:
    """To a second: sums of hundreds of items stay what people reckon."""
    return round(amount, 4)
