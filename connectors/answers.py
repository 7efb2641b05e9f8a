"""Reading vendors' answers, whatever their quality: what every connector does alike.

The fast decoder is strict about JSON. Where it refuses (a lone surrogate, NaN, a number of thousands of digits, a byte
that is no UTF-8) the standard library reads on, so that one odd record never costs the page it stands on. What is
nested too deep for both is cut off.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import msgspec

from connectors.base import VendorChanged

REFUSED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What the fast decoder raises for what it will not read."""

_DEEPEST = 200
"""Levels of an answer that are read; no vendor's has a tenth of them, and every decoder gives up below a thousand."""

_BRACKETS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{\]}]', re.DOTALL)
"""The brackets of a JSON text, and its texts, so that brackets in those are passed over."""

_MOST_DIGITS = 4000
"""Python itself reads no whole number of more than 4300."""

_LONGEST_ID = 100
"""Vendors' have up to forty characters."""

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""A date outside is a mistake (milliseconds read as seconds give the year 51502). It upsets reckoning with zones; and a
cursor that believed it would never read on."""


def decode(body: bytes, what: str) -> Any:
    """JSON as plain objects. Raises VendorChanged, which names `what` was asked for."""
    try:
        return msgspec.json.decode(body)
    except REFUSED:
        pass
    try:
        try:
            return _read_slowly(body)
        except RecursionError:
            return _read_slowly(_shallow(body))
    except (ValueError, RecursionError):
        raise VendorChanged(f"{what}: the answer is not JSON: a proxy or a log-in page in between?") from None


def _read_slowly(body: bytes) -> Any:
    try:
        return json.loads(body, parse_int=_whole_number)
    except UnicodeDecodeError:
        return json.loads(body.decode(errors="replace"), parse_int=_whole_number)


def _shallow(body: bytes) -> bytes:
    """The same JSON with empty lists and objects on the deepest level that is read: what they held is left out."""
    kept: list[bytes] = []
    depth = start = 0
    for found in _BRACKETS.finditer(body):
        if found[0] in (b"[", b"{"):
            depth += 1
            if depth == _DEEPEST:
                kept.append(body[start : found.end()])
        elif found[0] in (b"]", b"}"):
            if depth == _DEEPEST:
                start = found.start()
            depth -= 1
    return b"".join(kept) + body[start:]


def _whole_number(digits: str) -> float:
    """One that no field of ours can hold becomes infinite: the mapper then names it."""
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def encode(element: object) -> bytes:
    """An element that had to be read with its whole page, in bytes of its own."""
    return json.dumps(element, separators=(",", ":")).encode()


def slices(body: bytes, what: str) -> list[bytes]:
    """The elements of an answer that is a bare list, each in its own bytes. Raises VendorChanged."""
    try:
        return [bytes(part) for part in msgspec.json.decode(body, type=list[msgspec.Raw])]
    except REFUSED:
        found = decode(body, what)
    if not isinstance(found, list):
        raise VendorChanged(f"{what}: the answer is not a list")
    return [encode(part) for part in found]


# --- small readings of what may be anything


def mapping(value: object) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def id_of(payload: object) -> str:
    """The `id` of a record: a text, or a number; "" where there is none."""
    value = mapping(payload).get("id")
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if is_id(text) else ""


def is_id(value: object) -> bool:
    """Whether it can be the id of a record, which we store, put into addresses, and ask for: a short printable text."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and value.isascii() and value.isprintable()


def instant(text: object) -> datetime | None:
    """ISO 8601 with an offset (`Z`, `+08:00`, `+0800`) in UTC; None for anything else, or in a year that cannot be."""
    return _instant(text) if isinstance(text, str) else None


@lru_cache(maxsize=1000)
def _instant(text: str) -> datetime | None:
    """Kept, since a payload says most of its instants twice, and connector and mapper both read them."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    if read.tzinfo is None or not FIRST_YEAR <= read.year <= LAST_YEAR:
        return None
    return read.astimezone(UTC)


def stamp(at: datetime) -> str:
    """An instant as vendors write it: `2026-11-02T03:15:22.101Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """The vendor's own clock, by an answer's Date; None where it does not tell."""
    try:
        return parsedate_to_datetime(headers.get("Date") or "").astimezone(UTC)
    except ValueError:
        return None
