"""The contract of a mapper: one pure function per system, from a vendor's record to unified rows.

A mapper never raises on an odd payload: what it cannot read stays empty and is reported. It guesses nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from connectors.base import Problem, Record

Row = dict[str, Any]
"""Column name -> value. Holds every mapped column of its table but `source`, `changed_here_at`, `deleted_at` and
`delete_reason`, which the store fills; a row may carry `deleted_at`/`delete_reason` itself (archived at the vendor)."""

Vocabulary = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Stream -> vendor id -> payload, of the streams marked vocabulary."""


@dataclass(frozen=True, slots=True)
class MappingContext:
    """What a mapper may know beside the record."""

    source: str
    zone: ZoneInfo
    """The organisation's: a vendor's instant becomes a due day here."""
    settings: Any
    """The source's own settings class (`connectors.<kind>`)."""
    vocabulary: Vocabulary
    own_accounts: frozenset[str]
    """The vendor's ids of the accounts that were ever ours: what they wrote with our mark is ours."""


@dataclass(slots=True)
class Mapped:
    """Rows by table name, and what could not be read."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, table: str, row: Row) -> None:
        """Add one row of `table`."""
        self.rows.setdefault(table, []).append(row)


class Mapper(Protocol):
    """One system's mapper; `unify.mappers` lists them by kind."""

    VERSION: str
    """Changes whenever the same payload would give other rows: the source is then remapped."""

    COMPARED: Mapping[str, tuple[str, ...]]
    """Stream -> fields ("due", "status", "assignee") whose changes the vendor does not record; {} where it records all.

    The store compares what it had with what it sees, keeps every different payload, and writes the `Change` itself."""

    PERSONAL: Collection[str]
    """Streams whose records are persons of a client (a CRM's contacts); () where there are none.

    One that is deleted there is erased here: its payloads, and all of its rows but their keys."""

    def tables(self, stream: str) -> tuple[str, ...]:
        """Every table a record of `stream` may give a row in under its own key: one no longer given is tombstoned."""

    def map_record(self, record: Record, context: MappingContext) -> Mapped:
        """Rows and problems of one record."""
