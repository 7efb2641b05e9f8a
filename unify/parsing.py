"""Reading a vendor's payload without trusting it: what every mapper is built on.

Each accessor takes a path (`reader.instant("fields", "duedate")`), returns the value or its empty form, and never
raises. Absent and null are ordinary and say nothing; anything else that cannot be read is noted as a `Problem`, once a
path.
"""

import math
import reprlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from connectors.answers import FIRST_YEAR, LAST_YEAR, instant
from connectors.base import Problem, Record

LARGEST = 10**15
"""No number of ours is larger; the database would refuse 10^30, a float would lose digits."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Key = str | int

_OBJECT = (dict, Mapping)
"""A dict is known at once; asking the abstract class alone costs more than all the rest of an access."""
Empty = TypeVar("Empty")


def day_in(zone: ZoneInfo, instant: datetime | None) -> date | None:
    """The calendar day of an instant in the organisation's zone."""
    return None if instant is None else instant.astimezone(zone).date()


class Reader:
    """One object of a record's payload. Readers of its inner objects share its `problems`."""

    def __init__(
        self, record: Record, problems: list[Problem], payload: Any = None, path: tuple[Key, ...] = ()
    ) -> None:
        """`payload` None: the record's whole payload. `path` leads to it."""
        self._record = record
        self.problems = problems
        self._path = path
        whole = record.payload if payload is None else payload
        self.payload: Mapping[str, Any] = whole
        if type(whole) is not dict and not isinstance(whole, _OBJECT):
            self.payload = {}
            self.problem((), "is not an object", whole)

    # --- text

    def text(self, *path: Key) -> str:
        """A text; "" where there is none. One with NUL or half a character cannot be kept and counts as unreadable."""
        return self._text(path, self._get(path))

    def _text(self, path: tuple[Key, ...], value: Any) -> str:
        if type(value) is str and value.isprintable():  # nearly all are, and this alone proves them good
            return value
        if value is None:
            return ""
        if not isinstance(value, str):
            return self._refuse(path, "is not a text", value, "")
        if not _storable(value):
            return self._refuse(path, "holds characters that cannot be stored", value, "")
        return value

    def id(self, *path: Key) -> str:
        """An id: a text or a whole number, as text."""
        value = self._get(path)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
            return str(value)
        return self._text(path, value)

    def link(self, *path: Key) -> str | None:
        """An http(s) address; others are never shown, and so never kept."""
        value = self.text(*path)
        if value and not value.startswith(("https://", "http://")):
            return self._refuse(path, "is not an http(s) address", value, None)
        return value or None

    # --- time

    def instant(self, *path: Key) -> datetime | None:
        """ISO 8601 with an offset, as aware UTC."""
        value = self._get(path)
        if value is None or value == "":
            return None
        return instant(value) or self._refuse(path, _what_is_wrong(value), value, None)

    def instant_ms(self, *path: Key, unit_ms: int = 1) -> datetime | None:
        """Milliseconds since 1970 (or what takes `unit_ms` of them) as a number or a text, as aware UTC."""
        number = self.number(*path)
        if number is None:
            return None
        try:
            return self._plausible(path, number, EPOCH + timedelta(milliseconds=number * unit_ms))
        except OverflowError:
            return self._refuse(path, "lies in a year that cannot be", number, None)

    def day(self, *path: Key) -> date | None:
        """A calendar day, YYYY-MM-DD and nothing behind it."""
        return self.as_day(self._get(path), *path)

    def as_day(self, value: Any, *path: Key) -> date | None:
        """The calendar day that a part of what lies at the path says."""
        if value is None or value == "":
            return None
        try:
            read = date.fromisoformat(value)
        except (ValueError, TypeError):
            return self._refuse(path, "is not a day", value, None)
        if not FIRST_YEAR <= read.year <= LAST_YEAR:
            return self._refuse(path, "lies in a year that cannot be", value, None)
        return read

    # --- numbers, flags

    def number(self, *path: Key) -> float | None:
        """A number, or a text that is one."""
        value = self._get(path)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return self._refuse(path, "is not a number", value, None)
        try:
            read = float(value)
        except (ValueError, OverflowError):
            return self._refuse(path, "is not a number", value, None)
        if not math.isfinite(read) or abs(read) > LARGEST:
            return self._refuse(path, "is too large a number", value, None)
        return read

    def flag(self, *path: Key) -> bool:
        """True or false; false where there is neither."""
        value = self._get(path)
        if value is None or isinstance(value, bool):
            return bool(value)
        return self._refuse(path, "is neither true nor false", value, False)

    # --- what holds other things

    def at(self, *path: Key) -> "Reader":
        """The object there; an empty one where there is none."""
        value = self._get(path)
        return Reader(self._record, self.problems, {} if value is None else value, (*self._path, *path))

    def objects(self, *path: Key) -> list["Reader"]:
        """The objects of the list there."""
        return [
            Reader(self._record, self.problems, {} if value is None else value, (*self._path, *path, number))
            for number, value in enumerate(self.values(*path))
        ]

    def texts(self, *path: Key) -> list[str]:
        """The texts of the list there, without empty ones."""
        read = [self._text((*path, number), value) for number, value in enumerate(self.values(*path))]
        return [text for text in read if text]

    def values(self, *path: Key) -> list[Any]:
        """The list there, whatever is in it."""
        value = self._get(path)
        if value is None:
            return []
        return value if isinstance(value, list) else self._refuse(path, "is not a list", value, [])

    def has(self, *path: Key) -> bool:
        """Whether something other than null is there."""
        return self._get(path) is not None

    def problem(self, path: tuple[Key, ...], reason: str, value: object = "") -> None:
        """Note what a mapper itself could not read; the first word about a path holds."""
        field = self._spell(path)
        if all(known.field != field for known in self.problems):
            excerpt = reprlib.repr(value)[:80] if value != "" else ""
            self.problems.append(Problem(self._record.stream, self._record.id, field, reason, excerpt))

    def _get(self, path: tuple[Key, ...]) -> Any:
        """What lies at the path; None where something on the way is absent or null."""
        value: Any = self.payload
        if len(path) == 1:  # most are
            return value.get(path[0])
        if len(path) == 2 and type(inner := value.get(path[0])) is dict and type(path[1]) is str:  # the rest, nearly
            return inner.get(path[1])
        for depth, key in enumerate(path):
            if isinstance(value, _OBJECT) and isinstance(key, str):
                value = value.get(key)
            elif isinstance(value, list) and isinstance(key, int):
                value = value[key] if key < len(value) else None
            else:
                wanted = "an object" if isinstance(key, str) else "a list"
                return self._refuse(path[:depth], f"is not {wanted}", value, None)
            if value is None:
                return None
        return value

    def _plausible(self, path: tuple[Key, ...], value: object, read: datetime) -> datetime | None:
        if FIRST_YEAR <= read.year <= LAST_YEAR:
            return read.astimezone(UTC)
        return self._refuse(path, "lies in a year that cannot be", value, None)

    def _refuse(self, path: tuple[Key, ...], reason: str, value: object, empty: Empty) -> Empty:
        self.problem(path, reason, value)
        return empty

    def _spell(self, path: tuple[Key, ...]) -> str:
        return ".".join(map(str, (*self._path, *path)))


def _what_is_wrong(value: object) -> str:
    """Why `value` was not read as an instant."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        read = None
    if read is None:
        return "is not an instant"
    return "is an instant without an offset" if read.tzinfo is None else "lies in a year that cannot be"


def _storable(text: str) -> bool:
    """No NUL (databases end a text there) and no lone surrogate (UTF-8 has none)."""
    if "\0" in text:
        return False
    if text.isascii():  # known without looking
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
