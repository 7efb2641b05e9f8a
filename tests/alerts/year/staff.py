"""Who works at the firm and for whom: by which days each reads, who is away when, and who answers for them then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Client:
    """Whose it is: who looks after them, and by which calendar they are answered."""

    name: str
    bd: str
    office: str


CLIENTS = (
    Client("bank", "marco", "HK"),
    Client("kite", "sandy", "HK"),
    Client("boat", "kevin", "CN"),
    Client("gate", "sandy", "CN"),
)
"""The last is answered on mainland days, and its BD manager reads on those of Hong Kong."""
MANAGERS = ("marco", "sandy", "kevin")
COORDINATOR, HEAD, DIRECTOR = "may", "winnie", "grace"
OFFICES = {"may": "HK", "marco": "HK", "sandy": "HK", "kevin": "CN", "winnie": "HK", "grace": "HK"}
"""By whose days each of ours reads."""

AWAY: Mapping[str, Sequence[tuple[date, date]]] = {
    "marco": ((date(2026, 3, 2), date(2026, 3, 13)), (date(2026, 9, 15), date(2026, 9, 17))),
    "sandy": ((date(2026, 7, 20), date(2026, 7, 31)), (date(2026, 9, 17), date(2026, 9, 18))),
    "kevin": ((date(2026, 5, 18), date(2026, 5, 22)), (date(2026, 9, 10), date(2026, 9, 11))),
    "winnie": ((date(2026, 4, 20), date(2026, 4, 24)), (date(2026, 9, 11), date(2026, 9, 14))),
}
"""First and last day. On 17 September Marco and his cover are both away."""
COVER = {"marco": "sandy", "sandy": "kevin"}
"""Kevin has none, nor has the head of BD."""
LINES = {"sandy": True, "kevin": False}
"""Who chose to have the morning line always, or never."""


def is_away(name: str, on: date) -> bool:
    """Whether that is one of their days away."""
    return any(first <= on <= last for first, last in AWAY.get(name, ()))


def stand_in(name: str, on: date) -> str | None:
    """Who is there for them on that day, themselves first; None: nobody."""
    while is_away(name, on):
        if name not in COVER:
            return None
        name = COVER[name]
    return name
