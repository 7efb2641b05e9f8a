"""Unified rows: made from fresh records, tombstoned with gone ones, compared where the vendor keeps no history."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from sqlalchemy import ColumnElement, Connection, Table, and_, select, true, update
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, ProgrammingError
from sqlmodel import SQLModel

from connectors.base import Problem, Record, Ref
from unify.commented import GIVEN
from unify.derived import EVERYTHING
from unify.mapping import Mapped, Mapper, MappingContext, Row
from unify.odd_values import empty_value, fit
from unify.problems import ProblemStore
from unify.records import Fresh, by_stream, history, in_chunks
from unify.tables import row_key
from unify.upsert import Upserts

log = logging.getLogger(__name__)

_MISFITS = (
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    DataError,
    IntegrityError,
    InterfaceError,
    ProgrammingError,
)
"""What conversions, driver and database raise for a value that the column cannot hold."""

_REFERENCES = ("on_keys", "entity_key", "item_key", "milestone_keys")
"""Columns that name a row whose derived columns hang on the row that carries them."""

_NOT_PERSONAL = {"key", "source", "vendor_id", "changed_here_at", "deleted_at", "delete_reason"}

_ALL = true()

_COMPARED_COLUMNS = {
    "due": ("due_at", "due_on", "close_on"),
    "status": ("status_native", "stage_native"),
    "assignee": ("assignee_accounts", "owner_account"),
}

Rows = dict[str, dict[str, Row]]
"""Table -> key -> row."""


class RowStore:
    """The unified rows of one source. Belongs to one thread, as `Upserts` does."""

    def __init__(self, mapper: Mapper, context: MappingContext, upserts: Upserts, *, all_new: bool = False) -> None:
        """`all_new`: nothing of the source was stored before, so that everything is touched."""
        self._source = context.source
        self._mapper = mapper
        self._context = context
        self._upserts = upserts
        self._all_new = all_new
        self._problems = ProblemStore(context.source, upserts)

    def write(
        self,
        connection: Connection,
        fresh: Sequence[Fresh],
        now: datetime,
        *,
        not_before: datetime | None = None,
        again: bool = False,
    ) -> None:
        """Map `fresh` and store what comes of it.

        1. map; 2. compare with what is stored, where the vendor keeps no history (`not_before`: when we last looked);
        3. upsert; 4. tombstone rows that a record gave before and gives no longer; 5. replace its problems;
        6. note what was touched. `again`: the payloads are not new, only their reading is: changes come from their
        history, not from a comparison, and only rows whose content differs count as touched.
        """
        rows, problems, vanished = self._map_all(fresh)
        if again:
            self._remake_changes(connection, fresh, rows)
        else:
            self._compare(connection, fresh, rows, now, not_before)
        problems += self._upsert(connection, rows, now)
        for table, keys in vanished.items():
            self._tombstone(connection, table, keys, "out_of_scope", now, GIVEN.get(table, _ALL))
        self._problems.replace(connection, [each.record for each in fresh], problems, now)
        self._touch(connection, self._differing(connection, rows, now) if again else rows)

    def bury(self, connection: Connection, refs: Iterable[Ref], reason: str, now: datetime) -> None:
        """Tombstone every row made from these records."""
        keys: dict[str, list[str]] = {}
        for ref in refs:
            for table in self._mapper.tables(ref.stream):
                keys.setdefault(table, []).append(row_key(self._source, *ref))
        for table, gone in keys.items():
            self._tombstone(connection, table, gone, reason, now)

    def erase(self, connection: Connection, refs: Sequence[Ref]) -> None:
        """Empty every column of the rows made from these records but those that say that there was one."""
        for stream, ids in by_stream(refs).items():
            for table in self._mapper.tables(stream):
                model = SQLModel.metadata.tables[table]
                for some in in_chunks([row_key(self._source, stream, id_) for id_ in ids]):
                    connection.execute(update(model).where(model.c.key.in_(some)).values(empty_of(model)))
        self._problems.forget(connection, refs)

    def report(self, connection: Connection, problems: Iterable[Problem], now: datetime) -> None:
        """Note problems that came with a page: elements that could not become a record."""
        self._problems.replace(connection, [], problems, now)

    # --- mapping --------------------------------------------------------------------------------------------------

    def _map(self, record: Record) -> Mapped:
        """What the mapper makes of `record`; a mapper's own mistake costs that record alone, and is reported."""
        try:
            return self._mapper.map_record(record, self._context)
        except Exception as mistake:  # one odd record never costs a page
            log.exception("%s: the mapper failed on %s %s", self._source, record.stream, record.id)
            reason = f"our mapper failed on this record ({type(mistake).__name__}); the log says where"
            return Mapped(problems=[Problem(record.stream, record.id, "", reason)])

    def _map_all(self, fresh: Iterable[Fresh]) -> tuple[Rows, list[Problem], dict[str, list[str]]]:
        rows: Rows = {}
        problems: list[Problem] = []
        vanished: dict[str, list[str]] = {}
        for each in fresh:
            record = each.record
            mapped = self._map(record)
            problems += mapped.problems
            for table, made in mapped.rows.items():
                by_key = rows.setdefault(table, {})
                for row in made:
                    if each.odd:
                        row, misfits = fit(table, row)
                        problems += misfits
                    was = by_key.get(row["key"])
                    if was is not row:  # of an account, each of a page's records may tell another part
                        by_key[row["key"]] = row if was is None else was | row
            if each.known:
                own_key = row_key(self._source, record.stream, record.id)
                for table in self._mapper.tables(record.stream):
                    if own_key not in rows.get(table, {}):
                        vanished.setdefault(table, []).append(own_key)
        return rows, problems, vanished

    # --- writing --------------------------------------------------------------------------------------------------

    def _upsert(self, connection: Connection, rows: Rows, now: datetime) -> list[Problem]:
        """Store `rows`; only if the database refuses one, look at every value of them all."""
        fixed = {"source": self._source, "changed_here_at": now, "deleted_at": None, "delete_reason": None}
        problems: list[Problem] = []
        try:
            with connection.begin_nested():
                for table, by_key in rows.items():
                    self._upserts.save(connection, table, by_key.values(), fixed)
        except _MISFITS:
            for table, by_key in rows.items():
                fitted = [fit(table, row) for row in by_key.values()]
                self._upserts.save(connection, table, [row for row, _ in fitted], fixed)
                problems += [problem for _, misfits in fitted for problem in misfits]
        return problems

    def _tombstone(
        self,
        connection: Connection,
        table: str,
        keys: Sequence[str],
        reason: str,
        now: datetime,
        which: ColumnElement[bool] = _ALL,
    ) -> None:
        model = SQLModel.metadata.tables[table]
        asked = [model.c.key, *(model.c[name] for name in _REFERENCES if name in model.c)]
        for some in in_chunks(keys):
            here = and_(model.c.key.in_(some), model.c.deleted_at.is_(None), which)
            living = {row.key: dict(row._mapping) for row in connection.execute(select(*asked).where(here))}
            if living:
                gone = {"deleted_at": now, "delete_reason": reason, "changed_here_at": now}
                connection.execute(update(model).where(model.c.key.in_(living)).values(gone))
                self._touch(connection, {table: living})

    # --- touching -------------------------------------------------------------------------------------------------

    def _touch(self, connection: Connection, rows: Mapping[str, Mapping[str, Row]]) -> None:
        """Note the rows that link and derive must look at: these, and those that hang on them."""
        if self._all_new:  # again with each page: somebody else may have settled, and forgotten it, in between
            self._upserts.save(connection, "touched", [EVERYTHING], {})
            return
        touched: set[tuple[str, str]] = set()
        referred: set[str] = set()
        own: set[str] = set()
        for table, by_key in rows.items():
            if table != "change":  # nothing of a change is derived; of its entity, much is
                touched.update((table, key) for key in by_key)
                own.update(by_key)
            for name in _REFERENCES:
                if name in SQLModel.metadata.tables[table].c:
                    for row in by_key.values():
                        if value := row.get(name):
                            referred.update([value] if isinstance(value, str) else value)
        touched.update((other, key) for key in referred - own for other in self._tables_of(key))
        self._upserts.save(connection, "touched", [{"table": table, "key": key} for table, key in sorted(touched)], {})

    def _tables_of(self, key: str) -> tuple[str, ...]:
        """The tables where a row of that key may stand, by the stream that the key names."""
        parts = key.split("/", 2)
        return self._mapper.tables(parts[1]) if len(parts) == 3 else ()

    def _differing(self, connection: Connection, rows: Rows, now: datetime) -> Rows:
        """Of the rows just upserted, those that were really written."""
        differing: Rows = {}
        for table, by_key in rows.items():
            model = SQLModel.metadata.tables[table]
            for some in in_chunks(list(by_key)):
                asked = select(model.c.key).where(model.c.key.in_(some), model.c.changed_here_at == now)
                for key in connection.execute(asked).scalars():
                    differing.setdefault(table, {})[key] = by_key[key]
        return differing

    # --- our own comparison ---------------------------------------------------------------------------------------

    def _compare(
        self, connection: Connection, fresh: Iterable[Fresh], rows: Rows, now: datetime, not_before: datetime | None
    ) -> None:
        """Add a `Change` for every compared field that differs from what is stored."""
        compared = [each.record for each in fresh if each.known and each.record.stream in self._mapper.COMPARED]
        if not compared:
            return
        keys = [row_key(self._source, record.stream, record.id) for record in compared]
        stored = {table: self._stored(connection, table, keys) for table in rows}
        for record, key in zip(compared, keys, strict=True):
            for change in self._changes(
                Ref(record.stream, record.id),
                {table: by_key[key] for table, by_key in stored.items() if key in by_key},
                {table: by_key[key] for table, by_key in rows.items() if key in by_key},
                now,
                not_before,
            ):
                rows.setdefault("change", {})[change["key"]] = change

    def _remake_changes(self, connection: Connection, fresh: Iterable[Fresh], rows: Rows) -> None:
        """Add the changes between the payloads that were kept, with the interval they were first written with."""
        made: dict[str, Row] = {}
        for each in fresh:
            if each.record.stream not in self._mapper.COMPARED:
                continue
            ref = Ref(each.record.stream, each.record.id)
            payloads = history(connection, self._source, ref)
            for (older, older_at), (newer, newer_at) in pairwise(payloads):
                for change in self._changes(ref, self._own_rows(older), self._own_rows(newer), newer_at, older_at):
                    made[change["key"]] = change
        stored = self._stored(connection, "change", list(made))
        for key, change in made.items():
            if key in stored:
                change["not_before"] = stored[key]["not_before"]
            rows.setdefault("change", {})[key] = change

    def _own_rows(self, record: Record) -> dict[str, Row]:
        key = row_key(self._source, record.stream, record.id)
        return {table: row for table, made in self._map(record).rows.items() for row in made if row["key"] == key}

    def _changes(
        self,
        ref: Ref,
        before: Mapping[str, Row],
        after: Mapping[str, Row],
        seen_at: datetime,
        not_before: datetime | None,
    ) -> list[Row]:
        """The changes of one record's compared fields, `before` and `after` being its rows by table.

        The key says which record, which field and when it was seen: making them again gives the same rows.
        """
        made = []
        for field in self._mapper.COMPARED[ref.stream]:
            for table in self._mapper.tables(ref.stream):
                if table not in before or table not in after or not _has(after[table], field):
                    continue
                old, new = _reading(before[table], field), _reading(after[table], field)
                if old != new:
                    vendor_id = f"{ref.stream}/{ref.id}/{field}/{seen_at.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"
                    made.append(
                        {
                            "key": row_key(self._source, "compared", vendor_id),
                            "vendor_id": vendor_id,
                            "entity_key": row_key(self._source, *ref),
                            "field": field,
                            "old": old,
                            "new": new,
                            "changed_at": seen_at,
                            "not_before": not_before,
                            "origin": "compared",
                        }
                    )
                break  # a project and the milestone made from it say the same: once is enough
        return made

    def _stored(self, connection: Connection, table: str, keys: Sequence[str]) -> dict[str, Row]:
        model: Table = SQLModel.metadata.tables[table]
        return {
            row.key: dict(row._mapping)
            for some in in_chunks(keys)
            for row in connection.execute(select(model).where(model.c.key.in_(some)))
        }


def empty_of(table: Table) -> dict[str, object]:
    """The columns of a row of which nothing is to stay but that there was one."""
    return {column.name: empty_value(column) for column in table.c if column.name not in _NOT_PERSONAL}


def _has(row: Row, field: str) -> bool:
    return any(name in row for name in _COMPARED_COLUMNS[field])


def _reading(row: Row, field: str) -> str | None:
    """What a row says of `field`, as `Change` writes it: dates and instants as ISO 8601, names as they are."""
    for name in _COMPARED_COLUMNS[field]:
        value = row.get(name)
        if value:
            if isinstance(value, datetime):
                return value.astimezone(UTC).isoformat()
            if isinstance(value, list):
                return ", ".join(value)
            return value if isinstance(value, str) else str(value.isoformat())
    return None
