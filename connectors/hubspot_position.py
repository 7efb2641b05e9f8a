"""How far a type of HubSpot's objects was read, as the cursor keeps it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from connectors import hubspot_payload as payloads
from connectors.base import LOOK_BACK, Cursor

MOST_SEEN = 1000
"""Records that a cursor remembers: after a bulk import the rest of it is asked for once more."""


class Found(NamedTuple):
    """An object of a page, its id ("" where it has none) and when it changed."""

    sliced: payloads.Sliced
    id: str
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class Position:
    """Every change up to `until` was read; and when, by HubSpot's clock, the type was last read whole."""

    until: datetime
    whole_at: datetime | None = None
    """None: HubSpot told no time yet."""
    seen: Mapping[str, str] = field(default_factory=dict)
    """Id -> when it changed, of what was read already and a look back finds again."""

    @classmethod
    def load(cls, cursor: Cursor | None) -> "Position | None":
        """What a cursor of ours says; None for none, and for one of another version."""
        told = json.loads(cursor) if cursor is not None else {}
        if told.get("v") != 2:
            return None
        whole_at = datetime.fromisoformat(told["whole_at"]) if told["whole_at"] else None
        return cls(datetime.fromisoformat(told["until"]), whole_at, told["seen"])

    def cursor(self) -> Cursor:
        """As it is kept."""
        whole_at = self.whole_at.isoformat() if self.whole_at else None
        told = {"v": 2, "until": self.until.isoformat(), "whole_at": whole_at, "seen": self.seen}
        return Cursor(json.dumps(told))

    @property
    def since(self) -> datetime:
        """From where on it is asked again: the search may show a change after later ones."""
        return self.until - LOOK_BACK

    def is_news(self, one: Found) -> bool:
        """Whether an object changed, as far as can be told, since it was last read."""
        if not one.id or one.modified is None:
            return True
        return one.modified >= self.since and self.seen.get(one.id) != one.modified.isoformat()


def reached(begun: Position | None, found: Iterable[Found], whole_at: datetime | None) -> Position | None:
    """How far the type was read after these, too; None where nothing told when it changed."""
    dated = {one.id: one.modified for one in found if one.id and one.modified is not None}
    until = max((*dated.values(), *([begun.until] if begun else [])), default=None)
    if until is None:
        return None
    seen = {**(begun.seen if begun else {}), **{id: modified.isoformat() for id, modified in dated.items()}}
    since = until - LOOK_BACK
    latest = sorted(((modified, id) for id, modified in seen.items() if datetime.fromisoformat(modified) >= since))
    return Position(until, whole_at, {id: modified for modified, id in latest[-MOST_SEEN:]})
