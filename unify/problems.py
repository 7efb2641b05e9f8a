"""Fields that could not be read, until their record is read again without them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, tuple_

from connectors.base import Problem, Record, Ref
from unify.derived import table_of
from unify.odd_values import clean, excerpt
from unify.records import in_chunks
from unify.tables import MappingProblem
from unify.upsert import Upserts

_problems = table_of(MappingProblem)

_ANY = select(_problems.c.source).where(_problems.c.source == bindparam("source")).limit(1)
"""Made once: every page asks it, and making it takes longer than running it."""


class ProblemStore:
    """The mapping problems of one source. Belongs to one thread, as `Upserts` does."""

    def __init__(self, source: str, upserts: Upserts) -> None:
        self._source = source
        self._upserts = upserts

    def replace(
        self, connection: Connection, read_again: Iterable[Record], problems: Iterable[Problem], now: datetime
    ) -> None:
        """Note `problems`; forget those of records that were read again without them. A known one keeps its time."""
        new = {
            (problem.stream, clean(problem.id), clean(problem.field)): (clean(problem.reason), excerpt(problem.value))
            for problem in problems
        }
        if not new and connection.execute(_ANY, {"source": self._source}).first() is None:
            return  # as of most sources, on every page: nothing to note, and nothing to look for
        records = {(record.stream, record.id) for record in read_again}
        stored = self._stored(connection, records | {key[:2] for key in new})
        mended = [key for key in stored if key not in new and key[:2] in records]
        named = tuple_(_problems.c.stream, _problems.c.vendor_id, _problems.c.field)
        for some in in_chunks(mended):
            connection.execute(delete(_problems).where(_problems.c.source == self._source, named.in_(some)))
        rows = [
            {"stream": stream, "vendor_id": vendor_id, "field": field, "reason": reason, "value": value}
            for (stream, vendor_id, field), (reason, value) in new.items()
            if stored.get((stream, vendor_id, field)) != (reason, value)
        ]
        self._upserts.save(connection, "mapping_problem", rows, {"source": self._source, "seen_at": now})

    def forget(self, connection: Connection, refs: Iterable[Ref]) -> None:
        """Forget all problems of these records."""
        records = tuple_(_problems.c.stream, _problems.c.vendor_id)
        for some in in_chunks(list(refs)):
            connection.execute(delete(_problems).where(_problems.c.source == self._source, records.in_(some)))

    def _stored(
        self, connection: Connection, records: Iterable[tuple[str, str]]
    ) -> dict[tuple[str, str, str], tuple[str, str]]:
        columns = _problems.c
        by_stream: dict[str, list[str]] = {}
        for stream, vendor_id in records:
            by_stream.setdefault(stream, []).append(vendor_id)
        return {
            (stream, row.vendor_id, row.field): (row.reason, row.value)
            for stream, ids in by_stream.items()
            for some in in_chunks(ids)
            for row in connection.execute(
                select(columns.vendor_id, columns.field, columns.reason, columns.value).where(
                    columns.source == self._source, columns.stream == stream, columns.vendor_id.in_(some)
                )
            )
        }
