"""What became of recorded answers: served, kept, turned into rows; and each field that could not be read."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from cli.demo_summary import found
from cli.hub import Hub
from connectors.jira_fields import tells_of_our_fields
from sandbox.recorded import rows_in
from sandbox.server import Sandbox
from unify import tables
from unify.derived import table_of
from unify.raw import decode, unpack

_RAW = table_of(tables.RawRecord)
_PROBLEM = table_of(tables.MappingProblem)

_INSIDE = {
    "boards": {"lists": "lists", "labels": "labels", "members": "members"},
    "cards": {"checklists": "checklists"},
    "checklists": {"checkItems": "checkItems"},
    "histories": {"histories": "changes"},
}
"""What is kept inside something else: by the stream, its fields and what each holds."""

_ROWS = (tables.Project, tables.WorkItem, tables.Milestone, tables.Account, tables.Comment, tables.Change)


def arrived(hub: Hub, sandbox: Sandbox, folder: Path) -> dict[str, Any]:
    """The summary's account of them, by vendor (which is the source's name too).

    `recorded`: records in each file. `served`: what the sandbox has to give; of two records with one id that is one,
    and an issue of which only the history was recorded is one more. `kept`: what is stored as it came. `not_asked_for`:
    entries of changelogs that tell of no field whose history is read. `templates`: kept, and no work item. `rows`: what
    the records were turned into.
    """
    with hub.reader.connect() as connection:
        payloads = {vendor: list(_payloads(connection, vendor)) for vendor in sandbox.vendors}
        return {
            "recorded": rows_in(folder),
            "served": sandbox.recorded,
            "kept": {vendor: _count(payloads[vendor], names) for vendor, names in sandbox.recorded.items()},
            "not_asked_for": {"changes": _changes_not_asked_for(sandbox)},
            "templates": sum(bool(payload.get("isTemplate")) for some in payloads.values() for _, payload in some),
            "rows": {vendor: _rows(connection, vendor) for vendor in sandbox.vendors},
            "found": found(hub),
            "mapping_problems": [
                dict(row) for row in connection.execute(select(_PROBLEM).order_by(*_PROBLEM.primary_key)).mappings()
            ],
        }


def _payloads(connection: Connection, source: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every living record, with its stream, and what is kept inside it."""
    statement = select(_RAW.c.stream, _RAW.c.codec, _RAW.c.body).where(
        _RAW.c.source == source, _RAW.c.deleted_at.is_(None)
    )
    for stream, codec, body in connection.execute(statement.order_by(*_RAW.primary_key)):
        yield from _opened(stream, decode(unpack(codec, body)))


def _opened(stream: str, payload: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield stream, payload
    for inner, kind in _INSIDE.get(stream, {}).items():
        for one in payload.get(inner) or []:
            yield from _opened(kind, one)


def _count(payloads: list[tuple[str, Mapping[str, Any]]], names: Mapping[str, int]) -> dict[str, int]:
    """How many different records of each kind: a member of two boards is one."""
    ids = {(stream, payload.get("id")) for stream, payload in payloads}
    kinds = Counter(stream for stream, _ in ids)
    return {name: kinds[name] for name in names}


def _changes_not_asked_for(sandbox: Sandbox) -> int:
    """Counted by the very test by which the connector would leave them out."""
    changes = sandbox.jira.changes() if "jira" in sandbox.vendors else []
    return sum(not tells_of_our_fields(entry) for entry in changes)


def _rows(connection: Connection, source: str) -> dict[str, int]:
    counts = {}
    for model in _ROWS:
        table = table_of(model)
        statement = select(func.count()).where(table.c.source == source, table.c.deleted_at.is_(None))
        counts[table.name] = connection.execute(statement).scalar_one()
    return counts
