"""Saving a page: everything that it brings, in the transaction of the caller, so that no half page is ever kept."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from connectors.base import Cursor, Page, Ref
from unify.derived import table_of
from unify.erasure import erase_told
from unify.mapping import Mapper, MappingContext
from unify.records import Place, Records
from unify.rows import RowStore
from unify.tables import StreamState, row_key
from unify.upsert import Upserts

_states = table_of(StreamState)


@dataclass(frozen=True, slots=True)
class State:
    """How far a stream of a part was read, and when a pass over it last came to its end."""

    cursor: Cursor | None = None
    complete_at: datetime | None = None


class PageStore:
    """Saves the pages of one source. Belongs to one thread."""

    def __init__(self, mapper: Mapper, context: MappingContext, upserts: Upserts, *, all_new: bool = False) -> None:
        """`all_new`: nothing of the source was stored when the run began."""
        self._source = context.source
        self._personal = mapper.PERSONAL
        self._upserts = upserts
        self._records = Records(context.source, upserts, historic=mapper.COMPARED)
        self._rows = RowStore(mapper, context, upserts, all_new=all_new)

    def save(
        self, connection: Connection, page: Page, place: Place, now: datetime, before: State, *, mapped: bool = True
    ) -> int:
        """Save raw payloads, rows, problems and tombstones of `page`; return how many records were new or different.

        Without `mapped` no rows: a new vocabulary has the whole source mapped again, itself included.
        """
        with self._records.keeping(connection, page.records, place, now) as fresh:
            if mapped:
                self._rows.write(connection, fresh, now, not_before=before.complete_at)
        new = {Ref(one.record.stream, one.record.id) for one in fresh if not one.known}
        whole = [(child, parent) for child, parent in page.whole if parent not in new]  # a new one has lost none yet
        self.bury(connection, self._records.missing_children(connection, whole, page.records), now)
        self._rows.report(connection, page.problems, now)
        return len(fresh)

    def end_pass(self, connection: Connection, place: Place, now: datetime) -> None:
        """Note that the pass came to its end."""
        self._save_state(connection, place, {"complete_at": now})

    def missed(self, connection: Connection, stream: str, place: Place) -> list[Ref]:
        """What lives here of a stream that the pass listed in full, and was not in it."""
        return self._records.missed(connection, stream, place)

    def save_cursor(self, connection: Connection, place: Place, cursor: Cursor) -> None:
        """Note how far the part was read."""
        self._save_state(connection, place, {"cursor": cursor})

    def state(self, connection: Connection, place: Place) -> State:
        """How far the part was read; an empty State where it never was."""
        asked = select(_states.c.cursor, _states.c.complete_at).where(
            _states.c.source == self._source, _states.c.stream == place.stream, _states.c.part == place.part
        )
        row = connection.execute(asked).one_or_none()
        return State() if row is None else State(row.cursor, row.complete_at)

    def known_parts(self, connection: Connection, stream: str) -> list[str]:
        """Parts of `stream` that were read before."""
        asked = select(_states.c.part).where(_states.c.source == self._source, _states.c.stream == stream)
        return list(connection.execute(asked.order_by(_states.c.part)).scalars())

    def leave_part(self, connection: Connection, streams: Iterable[str], part: str, reason: str, now: datetime) -> None:
        """Tombstone all of `streams` in a part that is no longer read, and forget how far it was read."""
        for stream in streams:
            self.bury(connection, self._records.living_in(connection, stream, part), now, reason)
            here = (_states.c.source == self._source, _states.c.stream == stream, _states.c.part == part)
            connection.execute(delete(_states).where(*here))

    def living_in(self, connection: Connection, stream: str, part: str) -> list[Ref]:
        """All living records of `stream` in `part`: what a sweep compares with the vendor's list."""
        return self._records.living_in(connection, stream, part)

    def count_in(self, connection: Connection, parts: Collection[str]) -> tuple[int, int]:
        """How many living records, of whatever stream, are in these parts, and how many there are in all."""
        return self._records.count_in(connection, parts)

    def count_living(self, connection: Connection, stream: str, part: str) -> int:
        """How many records of `stream` live in `part`."""
        return self._records.count_living(connection, stream, part)

    def absent(self, connection: Connection, stream: str, ids: Sequence[str]) -> list[str]:
        """Of these ids, those of no living record of `stream`, in their order."""
        return self._records.absent(connection, stream, ids)

    def forget_cursors(self, connection: Connection, stream: str | None = None, part: str | None = None) -> None:
        """Let every part (of `stream`, or that `part`; None: all) be read whole again."""
        asked = update(_states).where(_states.c.source == self._source)
        if stream is not None:
            asked = asked.where(_states.c.stream == stream)
        if part is not None:
            asked = asked.where(_states.c.part == part)
        connection.execute(asked.values(cursor=None))

    def bury(self, connection: Connection, refs: Iterable[Ref], now: datetime, reason: str = "deleted") -> None:
        """Tombstone these records, all below them, and the rows made from them; of a person who was deleted keep
        nothing else."""
        buried = self._records.bury(connection, refs, now)
        self._rows.bury(connection, buried, reason, now)
        if reason == "deleted" and (persons := [ref for ref in buried if ref.stream in self._personal]):
            erase_told(connection, [row_key(self._source, *person) for person in persons])
            self._records.erase(connection, persons)
            self._rows.erase(connection, persons)

    def _save_state(self, connection: Connection, place: Place, values: dict[str, object]) -> None:
        row = {"stream": place.stream, "part": place.part, **values}
        self._upserts.save(connection, "stream_state", [row], {"source": self._source})
