"""A vendor as small as can be: cards with comments on boards, lists as vocabulary, versions without history."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, select
from sqlmodel import SQLModel

from config.settings import Secret, SourceSettings
from connectors.base import Problem, Record, Ref
from unify.engine import open_engine
from unify.mapping import Mapped, MappingContext
from unify.migrate import migrate
from unify.tables import row_key

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SOURCE = "boards"

UNIFIED = ("work_item", "milestone", "comment", "change")


class TinyMapper:
    """Cards give a work item, and a milestone if they say so; versions a milestone; comments a comment."""

    VERSION = "1"
    COMPARED: Mapping[str, tuple[str, ...]] = {"versions": ("due", "status")}
    PERSONAL: Collection[str] = ()

    def tables(self, stream: str) -> tuple[str, ...]:
        return {
            "cards": ("work_item", "milestone"),
            "versions": ("milestone",),
            "comments": ("comment",),
        }.get(stream, ())

    def map_record(self, record: Record, context: MappingContext) -> Mapped:
        mapped = Mapped()
        payload = record.payload
        row: dict[str, Any] = {
            "key": row_key(context.source, record.stream, record.id),
            "vendor_id": record.id,
            "url": None,
            "created_at": None,
            "updated_at": record.updated_at,
        }
        match record.stream:
            case "cards":
                words = context.vocabulary.get("lists", {}).get(payload["list"], {})
                item = row | {"name": payload["name"], "status_native": words.get("name", ""), "labels": ["a", "b"]}
                mapped.add("work_item", item | {"due_on": self._day(record, mapped)})
                if payload.get("milestone"):
                    mapped.add("milestone", row | {"kind": "item", "name": payload["name"]})
            case "versions":
                due = date.fromisoformat(payload["due"]) if payload["due"] else None
                mapped.add("milestone", row | {"kind": "version", "name": payload["name"], "due_on": due})
            case "comments":
                on = row_key(context.source, "cards", payload["card"])
                mapped.add("comment", row | {"on_key": on, "on_keys": [on], "text": payload["text"]})
        return mapped

    def _day(self, record: Record, mapped: Mapped) -> date | None:
        try:
            return date.fromisoformat(record.payload["due"]) if record.payload.get("due") else None
        except ValueError:
            mapped.problems.append(Problem(record.stream, record.id, "due", "is not a date", record.payload["due"]))
            return None


def settings(**values: Any) -> SourceSettings:
    token = Secret(reference="env:TOKEN", value=SecretStr("s3cret"))
    return SourceSettings(**{"name": SOURCE, "kind": "tiny", "token": token, **values})


def context(vocabulary: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None) -> MappingContext:
    return MappingContext(SOURCE, ZoneInfo("Asia/Hong_Kong"), settings(), vocabulary or {}, frozenset({"me"}))


def card(vendor_id: str, name: str = "Go live", at: datetime = NOON, **payload: Any) -> Record:
    payload = {"list": "l1", "name": name, **payload}
    return Record("cards", vendor_id, at, payload, body=_bytes(payload))


def comment(vendor_id: str, on: str, text: str = "When?") -> Record:
    payload = {"card": on, "text": text}
    return Record("comments", vendor_id, NOON, payload, Ref("cards", on), _bytes(payload))


def version(vendor_id: str, due: str | None, name: str = "1.0") -> Record:
    payload = {"name": name, "due": due}
    return Record("versions", vendor_id, None, payload, body=_bytes(payload))


def words(**lists: str) -> list[Record]:
    return [Record("lists", key, None, {"name": name}, body=_bytes({"name": name})) for key, name in lists.items()]


def _bytes(payload: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(payload)
    except TypeError:  # what no honest encoder writes: the record then has no bytes of its own
        return b""


def new_database(folder: Path, name: str = "milepost.db") -> Engine:
    engine = open_engine(f"sqlite:///{folder / name}", lock_wait_s=30)
    migrate(engine)
    return engine


def rows(where: Engine | Connection, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """The rows of a table in the order of all their columns: those named, or all."""
    model = SQLModel.metadata.tables[table]
    asked = select(*(model.c[name] for name in columns)) if columns else select(model)
    if isinstance(where, Connection):
        found = where.execute(asked).all()
    else:
        with where.connect() as connection:
            found = connection.execute(asked).all()
    return sorted((tuple(row) for row in found), key=repr)


def dump(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All that a source's records left in the database, but for which pass saw them."""
    state = {table: rows(engine, table) for table in (*UNIFIED, "mapping_problem", "stream_state")}
    raw = ("source", "stream", "vendor_id", "part", "parent_stream", "parent_id", "body", "hash", "deleted_at")
    return state | {"raw_record": rows(engine, "raw_record", *raw), "history": rows(engine, "raw_history", "hash")}
