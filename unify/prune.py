"""Forgetting what was deleted at the vendor long ago (`keep_deleted_days`)."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from connectors.base import Ref
from unify.derived import CHANGE, REFERENCE, table_of
from unify.hub_state import is_due, last_done, note_done
from unify.problems import ProblemStore
from unify.records import by_stream, in_chunks
from unify.tables import RawHistory, RawRecord, SourceRow, row_key
from unify.upsert import Upserts

_raw, _history = table_of(RawRecord), table_of(RawHistory)
_TABLES = [table_of(model) for model in SourceRow.__subclasses__()]


def prune(connection: Connection, source: str, keep: timedelta, now: datetime) -> int:
    """Remove rows and records of `source` that were tombstoned more than `keep` ago; return how many rows.

    Once a day: it reads whole tables, and a day more or less is nothing to a year.
    A living record keeps its payloads, whatever rows it gives no longer; what is archived at the vendor is not
    deleted. Of a record that goes, its history, problems and changes go too. Rows that go are noted as touched: sides
    and clients may hang on them.
    """
    if not is_due(last_done(connection, f"pruned/{source}"), now):
        return 0
    before = now - keep
    _prune_records(connection, source, before)
    touched = _prune_rows(connection, source, before)
    Upserts(connection.dialect).save(connection, "touched", touched, {})
    note_done(connection, f"pruned/{source}", now)
    return len(touched)


def _prune_records(connection: Connection, source: str, before: datetime) -> None:
    gone = select(_raw.c.stream, _raw.c.vendor_id).where(_raw.c.source == source, _raw.c.deleted_at < before)
    refs = [Ref(*row) for row in connection.execute(gone)]
    for stream, ids in by_stream(refs).items():
        for some in in_chunks(ids):
            keys = [row_key(source, stream, id_) for id_ in some]
            connection.execute(delete(CHANGE).where(CHANGE.c.entity_key.in_(keys)))
            for table in (_history, _raw):
                here = (table.c.source == source, table.c.stream == stream, table.c.vendor_id.in_(some))
                connection.execute(delete(table).where(*here))
    ProblemStore(source, Upserts(connection.dialect)).forget(connection, refs)


def _prune_rows(connection: Connection, source: str, before: datetime) -> list[dict[str, str]]:
    """Returns which, as rows of `touched`."""
    touched = []
    for table in _TABLES:
        gone = (table.c.source == source, table.c.deleted_at < before, table.c.delete_reason != "archived")
        keys = list(connection.execute(select(table.c.key).where(*gone)).scalars())
        for some in in_chunks(keys):
            connection.execute(delete(table).where(table.c.key.in_(some)))
            connection.execute(delete(REFERENCE).where(REFERENCE.c.from_key.in_(some)))
        touched += [{"table": str(table.name), "key": key} for key in keys]
    return touched
