"""Raw records: what a source sent, what of it is new, and what is gone (ADR 0003)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, insert, select, tuple_, update

from connectors.base import Record, Ref
from unify.derived import table_of
from unify.odd_values import clean
from unify.raw import CODEC, body_of, decode, fingerprint, pack, unpack
from unify.tables import RawHistory, RawRecord
from unify.upsert import Upserts

Item = TypeVar("Item")

_Columns = dict[str, Any]

_raw = table_of(RawRecord)
_history = table_of(RawHistory)

_STORED = select(
    _raw.c.vendor_id,
    _raw.c.hash,
    _raw.c.part,
    _raw.c.parent_stream,
    _raw.c.parent_id,
    _raw.c.deleted_at,
    _raw.c.pass_id,
).where(
    _raw.c.source == bindparam("source"),
    _raw.c.stream == bindparam("stream"),
    _raw.c.vendor_id.in_(bindparam("ids", expanding=True)),
)
"""Made once: every page asks it for each of its streams, and making it takes as long as running it."""

_NOBODY = Ref("", "")
_NUL = b"\\u0000"


class Place(NamedTuple):
    """Where a page comes from: the stream and part that were read, and the pass (one `read` from end to end)."""

    stream: str
    part: str
    pass_id: int


class Fresh(NamedTuple):
    """A record whose rows must be made again. `odd`: its text holds what a database does not take."""

    record: Record
    known: bool
    odd: bool


class Records:
    """The raw records of one source. Belongs to one thread, as `Upserts` does."""

    def __init__(self, source: str, upserts: Upserts, historic: Collection[str] = ()) -> None:
        self._source = source
        self._upserts = upserts
        self._historic = historic
        """Streams of which every different payload is kept."""

    @contextmanager
    def keeping(
        self, connection: Connection, records: Iterable[Record], place: Place, now: datetime
    ) -> Iterator[list[Fresh]]:
        """What of `records` differs from what is stored, in their order; stored at the end of the block, in which its
        rows are made while its payloads are compressed. A repeat only gets its pass noted."""
        records_of: dict[str, dict[str, Record]] = {}
        for record in records:
            if not record.id.isprintable() or (record.parent and not record.parent.id.isprintable()):
                record = replace(record, id=clean(record.id), parent=record.parent and _clean(record.parent))
            records_of.setdefault(record.stream, {})[record.id] = record
        fresh: list[Fresh] = []
        rows: dict[str, list[_Columns]] = {}
        for stream, found in records_of.items():
            rows[stream] = self._differing(connection, stream, found, place, fresh)
        packed = pack([row["body"] for some in rows.values() for row in some])
        yield fresh
        bodies = iter(packed.result())
        for stream, some in rows.items():
            for row in some:
                row["body"] = next(bodies)
            self._store(connection, stream, some, place, now)

    def _differing(
        self, connection: Connection, stream: str, found: Mapping[str, Record], place: Place, fresh: list[Fresh]
    ) -> list[_Columns]:
        """Rows of the records that are not stored like this, their payloads not yet compressed; adds to `fresh`."""
        stored = self._stored(connection, stream, found)
        rows: list[_Columns] = []
        repeated: list[str] = []
        for vendor_id, record in found.items():
            body = body_of(record)
            digest = fingerprint(body)
            parent = record.parent or _NOBODY
            was = stored.get(vendor_id)
            if was is not None and _state(was) == (digest, place.part, *parent, None):
                if was.pass_id != place.pass_id:
                    repeated.append(vendor_id)
                continue
            fresh.append(Fresh(record, was is not None, is_odd(body)))
            rows.append(
                {
                    "vendor_id": vendor_id,
                    "parent_stream": parent.stream,
                    "parent_id": parent.id,
                    "updated_at": record.updated_at,
                    "body": body,
                    "hash": digest,
                }
            )
        for some in in_chunks(repeated):
            connection.execute(self._of(update(_raw), stream, some).values(pass_id=place.pass_id))
        return rows

    def _store(self, connection: Connection, stream: str, rows: list[_Columns], place: Place, now: datetime) -> None:
        seen = {"source": self._source, "stream": stream, "codec": CODEC, "seen_at": now}
        if stream in self._historic and rows:
            was = self._stored(connection, stream, [row["vendor_id"] for row in rows])
            self._remember(connection, seen, [row for row in rows if _differs(was.get(row["vendor_id"]), row)])
        living = {"part": place.part, "pass_id": place.pass_id, "deleted_at": None}
        self._upserts.save(connection, "raw_record", rows, seen | living)

    def _stored(self, connection: Connection, stream: str, ids: Iterable[str]) -> dict[str, Row[Any]]:
        of = {"source": self._source, "stream": stream}
        stored: dict[str, Row[Any]] = {}
        for some in in_chunks(list(ids)):
            stored |= {row.vendor_id: row for row in connection.execute(_STORED, of | {"ids": some})}
        return stored

    def _of(self, statement: Any, stream: str, ids: Sequence[str]) -> Any:
        return statement.where(_raw.c.source == self._source, _raw.c.stream == stream, _raw.c.vendor_id.in_(ids))

    def _remember(self, connection: Connection, seen: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            kept = ("vendor_id", "body", "hash")
            connection.execute(insert(_history), [{**seen, **{name: row[name] for name in kept}} for row in rows])

    # --- what is gone ---------------------------------------------------------------------------------------------

    def missing_children(
        self, connection: Connection, whole: Iterable[tuple[str, Ref | None]], records: Iterable[Record]
    ) -> list[Ref]:
        """Living children that a page, which says it lists all of a parent's, does not list."""
        listed = {(record.stream, clean(record.id)) for record in records}
        claims: dict[tuple[str, str], list[str]] = {}
        for stream, parent in whole:
            if parent is not None:
                claims.setdefault((stream, parent.stream), []).append(clean(parent.id))
        return [
            ref
            for (stream, parent_stream), parents in claims.items()
            for some in in_chunks(parents)
            for ref in self._living(
                connection,
                _raw.c.stream == stream,
                _raw.c.parent_stream == parent_stream,
                _raw.c.parent_id.in_(some),
            )
            if ref not in listed
        ]

    def missed(self, connection: Connection, stream: str, place: Place) -> list[Ref]:
        """Living records of `stream` in that part which the pass did not see."""
        return self._living(
            connection, _raw.c.stream == stream, _raw.c.part == place.part, _raw.c.pass_id != place.pass_id
        )

    def living_in(self, connection: Connection, stream: str, part: str) -> list[Ref]:
        """All living records of `stream` in `part`."""
        return self._living(connection, _raw.c.stream == stream, _raw.c.part == part)

    def count_living(self, connection: Connection, stream: str, part: str) -> int:
        """How many living records of `stream` are in `part`."""
        living = select(func.count()).where(
            _raw.c.source == self._source, _raw.c.stream == stream, _raw.c.part == part, _raw.c.deleted_at.is_(None)
        )
        return connection.execute(living).scalar_one()

    def absent(self, connection: Connection, stream: str, ids: Sequence[str]) -> list[str]:
        """Of these ids, those of no living record of `stream`, in their order."""
        living = {id for id, row in self._stored(connection, stream, ids).items() if row.deleted_at is None}
        return [id for id in ids if id not in living]

    def count_in(self, connection: Connection, parts: Collection[str]) -> tuple[int, int]:
        """How many living records are in these parts, and how many there are in all."""
        living = select(func.count(), func.count().filter(_raw.c.part.in_(parts))).where(
            _raw.c.source == self._source, _raw.c.deleted_at.is_(None)
        )
        everywhere, here = connection.execute(living).one()
        return here, everywhere

    def bury(self, connection: Connection, refs: Iterable[Ref], now: datetime) -> list[Ref]:
        """Mark these records and all below them as gone; return those, and only those, that lived until now."""
        buried: list[Ref] = []
        generation = list(refs)
        while generation:
            children: list[Ref] = []
            for stream, ids in by_stream(generation).items():
                for some in in_chunks(ids):
                    buried += self._living(connection, _raw.c.stream == stream, _raw.c.vendor_id.in_(some))
                    children += self._living(connection, _raw.c.parent_stream == stream, _raw.c.parent_id.in_(some))
                    connection.execute(
                        self._of(update(_raw), stream, some).where(_raw.c.deleted_at.is_(None)).values(deleted_at=now)
                    )
            generation = children
        return buried

    def erase(self, connection: Connection, refs: Iterable[Ref]) -> None:
        """Keep nothing of these records but that they were there."""
        for stream, ids in by_stream(refs).items():
            for some in in_chunks(ids):
                connection.execute(self._of(update(_raw), stream, some).values(body=b"", hash=0))
                known = (_history.c.source == self._source, _history.c.stream == stream)
                connection.execute(delete(_history).where(*known, _history.c.vendor_id.in_(some)))

    def _living(self, connection: Connection, *conditions: Any) -> list[Ref]:
        asked = select(_raw.c.stream, _raw.c.vendor_id).where(
            _raw.c.source == self._source, _raw.c.deleted_at.is_(None), *conditions
        )
        return [Ref(*row) for row in connection.execute(asked)]


def _clean(ref: Ref) -> Ref:
    return ref._replace(id=clean(ref.id))


def is_odd(body: bytes) -> bool:
    """Whether a text in `body` holds a NUL, which SQLite would take and others, and readers, would not."""
    return (b"\\" in body and _NUL in body) or b"\0" in body  # a single byte is found ten times as fast


def _state(was: Row[Any]) -> tuple[int, str, str, str, datetime | None]:
    return was.hash, was.part, was.parent_stream, was.parent_id, was.deleted_at


def _differs(was: Row[Any] | None, row: Mapping[str, Any]) -> bool:
    return was is None or was.hash != row["hash"]


# --- reading back ---------------------------------------------------------------------------------------------------


def stored_records(
    connection: Connection, source: str, after: Ref = _NOBODY, limit: int = 500, *, one_stream: bool = False
) -> list[Record]:
    """The next `limit` living records behind `after` (of its stream alone, if `one_stream`), as the connector gave
    them, in the order of their keys."""
    columns = _raw.c
    if one_stream:  # said so that the index leads there, past none of the other streams' records
        behind = and_(columns.stream == after.stream, columns.vendor_id > after.id)
    else:
        behind = tuple_(columns.stream, columns.vendor_id) > tuple_(after.stream, after.id)
    asked = (
        select(_raw)
        .where(columns.source == source, columns.deleted_at.is_(None), behind)
        .order_by(columns.stream, columns.vendor_id)
        .limit(limit)
    )
    return [_record(row) for row in connection.execute(asked)]


def _record(row: Row[Any]) -> Record:
    body = unpack(row.codec, row.body)
    parent = Ref(row.parent_stream, row.parent_id) if row.parent_stream else None
    return Record(row.stream, row.vendor_id, row.updated_at, decode(body), parent, body)


def has_records(connection: Connection, source: str) -> bool:
    """Whether anything of the source was ever stored."""
    return connection.execute(select(_raw.c.source).where(_raw.c.source == source).limit(1)).first() is not None


def history(connection: Connection, source: str, ref: Ref) -> list[tuple[Record, datetime]]:
    """Every different payload of one record with the time it was first seen, oldest first."""
    columns = _history.c
    asked = (
        select(_history)
        .where(columns.source == source, columns.stream == ref.stream, columns.vendor_id == ref.id)
        .order_by(columns.id)
    )
    return [
        (Record(ref.stream, ref.id, None, decode(unpack(row.codec, row.body))), row.seen_at)
        for row in connection.execute(asked)
    ]


def by_stream(refs: Iterable[Ref]) -> dict[str, list[str]]:
    """Stream -> vendor ids."""
    ids: dict[str, list[str]] = {}
    for ref in refs:
        ids.setdefault(ref.stream, []).append(ref.id)
    return ids


def in_chunks(items: Sequence[Item], size: int = 500) -> Iterator[Sequence[Item]]:
    """`items` in pieces that any database takes as parameters of one statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
