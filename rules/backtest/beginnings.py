"""Since when a row is there that does not say so: since it was first read, if what stands beside it was read before."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from unify.derived import table_of
from unify.tables import RawHistory, RawRecord, SyncRun, row_key

_HISTORY, _RAW, _RUN = table_of(RawHistory), table_of(RawRecord), table_of(SyncRun)


def read_beginnings(connection: Connection) -> Mapping[str, datetime]:
    """When each record of which every payload is kept (a Jira version) came, by the key of its row.

    Without those that the first whole reading of their part found: nobody knows how long they had been there.
    """
    ends = _ends(connection)
    came: dict[str, datetime] = {}
    for source, seen in _first_seen(connection):
        began = min(seen.values())
        whole = next((end for end in ends.get(source, ()) if end >= began), None)
        came |= {key: at for key, at in seen.items() if whole and at > whole}
    return came


def _first_seen(connection: Connection) -> Sequence[tuple[str, Mapping[str, datetime]]]:
    """For each part of a stream its source, and when its records were first read, by key."""
    of = (_RAW.c.source, _RAW.c.stream, _RAW.c.part, _RAW.c.vendor_id)
    same = and_(*(_HISTORY.c[name] == _RAW.c[name] for name in ("source", "stream", "vendor_id")))
    asked = select(*of, func.min(_HISTORY.c.seen_at)).join_from(_HISTORY, _RAW, same).group_by(*of)
    seen: dict[tuple[str, str, str], dict[str, datetime]] = defaultdict(dict)
    for source, stream, part, vendor_id, at in connection.execute(asked):
        seen[source, stream, part][row_key(source, stream, vendor_id)] = at
    return [(source, keys) for (source, *_), keys in seen.items()]


def _ends(connection: Connection) -> Mapping[str, Sequence[datetime]]:
    """When the runs that read all of a source ended, oldest first."""
    asked = select(_RUN.c.source, _RUN.c.finished_at).where(_RUN.c.outcome == "ok").order_by(_RUN.c.finished_at)
    ends: dict[str, list[datetime]] = defaultdict(list)
    for source, end in connection.execute(asked):
        ends[source].append(end)
    return ends
