"""Deletions that are doubted: more is missing at a source than can have been deleted, and is kept until a person says.

A lost permission looks like deletion. What was asked stands in the database, so that `status` shows it, the coordinator
is told, and no restart forgets it.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, select

from unify.derived import COMPANY, CONTACT, DEAL, FEEDBACK, MILESTONE, PROJECT, WORK_ITEM
from unify.hub_state import recall, remember
from unify.tables import row_key

EXAMPLES = 3
"""Ids that are kept of what is missing: their names are looked up where they are shown, for a person may be erased."""

_NAMED = (WORK_ITEM, MILESTONE, FEEDBACK, DEAL, COMPANY, CONTACT)


@dataclass(frozen=True, slots=True)
class Doubt:
    """So much of a stream in one part is missing. `stream` "": of everything, in parts that are seen no more."""

    stream: str
    part: str
    missing: int
    stored: int
    examples: tuple[str, ...]
    """A few of their ids; of parts that are seen no more, those."""
    since: datetime

    def __str__(self) -> str:
        """ "40 of 90 cards of b1"."""
        what = self.stream or "records"
        return f"{self.missing} of {self.stored} {what}" + (f" of {self.part}" if self.part else "")


def read_doubts(connection: Connection, source: str) -> list[Doubt]:
    """What is doubted of `source`, the oldest first."""
    told = recall(connection, _name(source))
    found = [
        Doubt(stream, part, missing, stored, tuple(examples), datetime.fromisoformat(since))
        for stream, part, missing, stored, examples, since in json.loads(told or "[]")
    ]
    return sorted(found, key=lambda one: (one.since, one.stream, one.part))


def raise_doubt(connection: Connection, source: str, doubt: Doubt) -> None:
    """Ask about `doubt`, in the place of what was asked about that stream and part before."""
    _write(connection, source, [*_others(connection, source, doubt.stream, doubt.part), doubt])


def settle_doubt(connection: Connection, source: str, stream: str, part: str) -> None:
    """Ask no more about that stream and part."""
    _write(connection, source, _others(connection, source, stream, part))


def names_of(connection: Connection, source: str, doubt: Doubt) -> list[str]:
    """What people call the examples; the id of what has no name here."""
    return [_name_of(connection, source, doubt.stream, id) or id for id in doubt.examples]


def _name_of(connection: Connection, source: str, stream: str, id: str) -> str:
    if not stream:
        known = select(PROJECT.c.name).where(PROJECT.c.source == source)
        return str(connection.scalar(known.where((PROJECT.c.vendor_id == id) | (PROJECT.c.short == id))) or "")
    key = row_key(source, stream, id)
    found = (connection.scalar(select(_title(table)).where(table.c.key == key)) for table in _NAMED)
    return str(next(filter(None, found), ""))


def _title(table: Table) -> ColumnElement[str]:
    return table.c.subject if table is FEEDBACK else table.c.name


def _others(connection: Connection, source: str, stream: str, part: str) -> list[Doubt]:
    return [one for one in read_doubts(connection, source) if (one.stream, one.part) != (stream, part)]


def _write(connection: Connection, source: str, doubts: list[Doubt]) -> None:
    rows = [(one.stream, one.part, one.missing, one.stored, one.examples, one.since.isoformat()) for one in doubts]
    remember(connection, _name(source), json.dumps(rows))


def _name(source: str) -> str:
    return f"doubts/{source}"
