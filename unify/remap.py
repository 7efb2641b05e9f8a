"""Mapping a source again from the payloads that were kept, without a request (also `milepost remap`)."""

import threading
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

import orjson
import xxhash
from sqlalchemy import Connection, Engine, select, update

from config.settings import Secret, SourceSettings
from connectors.base import Ref, Stopped
from unify.derived import table_of
from unify.engine import writing
from unify.mapping import Mapper, MappingContext, Vocabulary
from unify.records import Fresh, is_odd, stored_records
from unify.rows import RowStore
from unify.tables import RawRecord, Source
from unify.upsert import Upserts

_BATCH = 500

_NOT_MAPPING = {
    *("name", "expires", "projects", "since", "every", "comment_back", "ca_file"),
    *("client_comments_are_feedback", "most_deleted"),
}
"""Settings that no mapper reads: changing them changes none of its rows."""


def load_vocabulary(connection: Connection, source: str, streams: Collection[str]) -> Vocabulary:
    """The vocabulary of `source` as last read: stream -> vendor id -> payload."""
    vocabulary: dict[str, dict[str, Any]] = {stream: {} for stream in streams}
    for stream, words in vocabulary.items():
        last = Ref(stream, "")
        while records := stored_records(connection, source, last, _BATCH, one_stream=True):
            words.update((record.id, record.payload) for record in records)
            last = Ref(stream, records[-1].id)
    return vocabulary


def mapping_version(connection: Connection, mapper: Mapper, context: MappingContext) -> str:
    """A hash of all that rows are made with beside the record: another one means other rows."""
    raw = table_of(RawRecord).c
    words = (
        select(raw.stream, raw.vendor_id, raw.hash)
        .where(raw.source == context.source, raw.stream.in_(list(context.vocabulary)), raw.deleted_at.is_(None))
        .order_by(raw.stream, raw.vendor_id)
    )
    made_with = [
        mapper.VERSION,
        sorted(context.own_accounts),
        str(context.zone),
        _mapping_settings(context.settings),
        [list(row) for row in connection.execute(words)],
    ]
    return xxhash.xxh3_128_hexdigest(orjson.dumps(made_with, option=orjson.OPT_SORT_KEYS))


def _mapping_settings(settings: SourceSettings) -> dict[str, Any]:
    secrets = {name for name, value in settings if isinstance(value, Secret)}
    return settings.model_dump(mode="json", exclude=_NOT_MAPPING | secrets)


def remap(
    engine: Engine,
    mapper: Mapper,
    context: MappingContext,
    *,
    clock: Callable[[], datetime],
    stop: threading.Event,
    committing: Callable[[Connection], None] = lambda connection: None,
    progress: Callable[[int], None] = lambda records: None,
) -> int:
    """Map every living record of `context.source` again; return how many. Batch by batch, so that others may write.

    Rows that come out the same are not written. `committing` is called in every batch's transaction (the lease's
    heartbeat), `progress` with the count so far. Cut short (Stopped), it begins anew the next time: the version that
    says it is done is written last.
    """
    rows = RowStore(mapper, context, Upserts(engine.dialect))
    last, count = Ref("", ""), 0
    while True:
        if stop.is_set():
            raise Stopped(f"{context.source}: stopped while mapping again what is stored")
        with writing(engine) as connection:
            committing(connection)
            records = stored_records(connection, context.source, last, _BATCH)
            fresh = [Fresh(record, known=True, odd=is_odd(record.body)) for record in records]
            rows.write(connection, fresh, clock(), again=True)
            if len(records) < _BATCH:
                sources = table_of(Source)
                done = update(sources).where(sources.c.name == context.source)
                version = mapping_version(connection, mapper, context)
                connection.execute(done.values(mapping_version=version))
        count += len(records)
        progress(count)
        if len(records) < _BATCH:
            return count
        last = Ref(records[-1].stream, records[-1].id)
