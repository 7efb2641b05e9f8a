"""What the address of a page asks for: the filter lives there, so that a page can be shared as it is seen."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from urllib.parse import quote, urlencode

_MOST = 200
"""Longer than any name of a client or word to look for."""


class WrongFilter(ValueError):
    """An address asks for what no page can be asked for; says what."""


@dataclass(frozen=True, slots=True)
class Filters:
    """The parameters of an address, the same on every page; each page heeds those that it offers.

    `client` is a name under [clients], `bd` one under [people], `health` a colour, `q` words to look for. `sort` is a
    column's key, with "-" before it downwards.
    """

    client: str = ""
    bd: str = ""
    health: str = ""
    q: str = ""
    sort: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Filters":
        """From an address's parameters; those that are none of a filter's are left alone. Raises WrongFilter."""
        given = {field.name: query.get(field.name, "").strip() for field in fields(cls)}
        if too_long := [name for name, text in given.items() if len(text) > _MOST]:
            raise WrongFilter(f"{too_long[0]}: too long")
        return cls(**given)

    def query(self, **changed: str) -> dict[str, str]:
        """The parameters of the same page but for what is `changed`; what is not asked for is left out."""
        return {name: text for name, text in asdict(replace(self, **changed)).items() if text}


NO_FILTERS = Filters()


def address(path: str, query: Mapping[str, str]) -> str:
    """A page's address: `path` begins with "/", its parts as they are."""
    asked = urlencode(query)
    return quote(path, safe="/:@") + (f"?{asked}" if asked else "")
