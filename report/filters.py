"""What the address of a page asks for: the filter lives there, so that a page can be shared as it is seen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

PAGE_ROWS = 100
"""A longer list is shown in pages of so many."""
_MOST = 200
"""Longer than any name of a client or word to look for."""


class WrongFilter(ValueError):
    """An address asks for what there is not; says what it can ask for."""


@dataclass(frozen=True, slots=True)
class Filters:
    """The parameters of an address, the same on every page; each page heeds those that it names.

    `client` is a name under [clients], `bd` one under [people], `source` one under [sources]. `sort` is a column's key,
    with "-" before it downwards. `rating` is a risk's probability and impact: 3x4. `month` is its first day. `page`
    counts from 1; 0, which no address can ask for: all of a list, as a file holds it.
    """

    client: str = ""
    bd: str = ""
    source: str = ""
    health: str = ""
    status: str = ""
    severity: str = ""
    rating: str = ""
    q: str = ""
    sort: str = ""
    zoom: str = ""
    month: date | None = None
    page: int = 1

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Filters":
        """From an address's parameters; those that are none of a filter's are left alone. Raises WrongFilter."""
        given: dict[str, Any] = {}
        for field in fields(cls):
            if text := query.get(field.name, "").strip():
                given[field.name] = _read(field.name, text)
        return cls(**given)

    @property
    def offset(self) -> int:
        """How many rows stand on the pages before this one."""
        return max(self.page - 1, 0) * PAGE_ROWS

    @property
    def limit(self) -> int | None:
        """How many rows of a list are shown at most; None: all."""
        return PAGE_ROWS if self.page else None

    def query(self, **changed: Any) -> dict[str, str]:
        """The parameters of the same page but for what is `changed`; what is not asked for is left out. Any other
        filter begins a list anew."""
        said = replace(self, **({"page": 1} | changed))
        written = {field.name: _written(getattr(said, field.name)) for field in fields(said)}
        return {name: text for name, text in written.items() if text}


NO_FILTERS = Filters()


def address(path: str, query: Mapping[str, str]) -> str:
    """A page's address: `path` begins with "/", its parts as they are."""
    asked = urlencode(query)
    return quote(path, safe="/:@") + (f"?{asked}" if asked else "")


def _read(name: str, text: str) -> Any:
    match name:
        case "page":
            if not re.fullmatch(r"[1-9]\d{0,5}", text):
                raise WrongFilter("page: write a number from 1")
            return int(text)
        case "month":
            if not re.fullmatch(r"(19[7-9]|2[01]\d)\d-\d\d", text):  # a page counts some months on from there
                raise WrongFilter("month: write one of this age, as 2026-10")
            try:
                return date.fromisoformat(f"{text}-01")
            except ValueError:
                raise WrongFilter("month: write it as 2026-10") from None
    if len(text) > _MOST:
        raise WrongFilter(f"{name}: too long")
    return text


def _written(value: object) -> str:
    match value:
        case None | 1:
            return ""
        case date():
            return f"{value:%Y-%m}"
    return str(value)
