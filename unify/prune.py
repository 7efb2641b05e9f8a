"""Forgetting what was deleted at the vendor long ago (`keep_deleted_days`)."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, select

from connectors.base import Ref
from unify.derived import CHANGE, REFERENCE, table_of
from unify.problems import ProblemStore
from unify.records import by_stream, in_chunks
from unify.tables import HubState, RawHistory, RawRecord, SourceRow, row_key
from unify.upsert import Upserts

_EVERY = timedelta(days=1)
"""Looking for it reads whole tables; a day more or less is nothing to a year."""

_raw, _history, _state = table_of(RawRecord), table_of(RawHistory), table_of(HubState)
_TABLES = [table_of(model) for model in SourceRow.__subclasses__()]


def prune(connection: Connection, source: str, keep: timedelta, now: datetime) -> int:
    """Remove rows and records of `source` that were tombstoned more than `keep` ago; return how many rows. Once a day.

    A living record keeps its payloads, whatever rows it gives no longer; what is archived at the vendor is not
    deleted. Of a record that goes, its history, problems and changes go too. Rows that go are noted as touched: sides
    and clients may hang on them.
    """
    last = select(_state.c.value).where(_state.c.name == f"pruned/{source}")
    told = connection.execute(last).scalar()
    if told is not None and now - datetime.fromisoformat(told) < _EVERY:
        return 0
    before = now - keep
    _prune_records(connection, source, before)
    touched = _prune_rows(connection, source, before)
    upserts = Upserts(connection.dialect)
    upserts.save(connection, "touched", touched, {"source": source})
    upserts.save(connection, "hub_state", [{"name": f"pruned/{source}", "value": now.astimezone(UTC).isoformat()}], {})
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
