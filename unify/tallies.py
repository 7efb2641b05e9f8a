"""Whether a source is here as a whole: its own counts against ours, and what it lists that is not here."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from unify.hub_state import recall, remember

MOST_ABSENT = 100
"""Ids that are kept of what is absent; the others show when those have come."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A stream in one part, compared with what the vendor says of it."""

    stream: str
    part: str
    there: int | None = None
    """As the vendor counts; None: it does not, but lists."""
    here: int = 0
    """When it was last counted: where the vendor's count moved, or differed."""
    unlisted: int = 0
    """How many more the vendor counts than it lists to us: those nobody can read."""
    differs_since: datetime | None = None
    """Of the counts: the first run that found them so."""
    is_standing: bool = False
    """A later run found them so too: one record made while we read is no difference."""
    absent: tuple[str, ...] = ()
    """Ids that the vendor lists, and that are not here."""
    is_read_again: bool = False
    """All of the part was read again because of them."""

    @property
    def difference(self) -> int:
        """How many more there are there than here."""
        return 0 if self.there is None else self.there - self.unlisted - self.here

    @property
    def is_incomplete(self) -> bool:
        """Whether that is worth telling."""
        return bool(self.absent) or self.is_standing


def read_tallies(connection: Connection, source: str) -> dict[tuple[str, str], Tally]:
    """What is known of `source`, by stream and part."""
    told: list[dict[str, Any]] = json.loads(recall(connection, _name(source)) or "[]")
    found = (_tally(row) for row in told)
    return {(one.stream, one.part): one for one in found}


def save_tallies(connection: Connection, source: str, tallies: Iterable[Tally]) -> None:
    """Keep these in the place of what was known."""
    remember(connection, _name(source), json.dumps([asdict(one) for one in tallies], default=datetime.isoformat))


def _tally(row: dict[str, Any]) -> Tally:
    since = row["differs_since"]
    at = datetime.fromisoformat(since) if since else None
    return Tally(**{**row, "absent": tuple(row["absent"]), "differs_since": at})


def _name(source: str) -> str:
    return f"counts/{source}"
