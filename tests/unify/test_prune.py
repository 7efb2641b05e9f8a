"""What was deleted at the vendor is kept for a time, then forgotten; a person that the CRM erased, at once."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from connectors.base import Page, Problem, Record, Ref
from tests.unify import tiny
from tests.unify.factories import at, settings, settled
from tests.unify.tiny import NOON, SOURCE, TinyMapper, card, comment, context, rows, version
from unify.engine import writing
from unify.mapping import Mapped, MappingContext
from unify.pages import PageStore, State
from unify.prune import prune
from unify.records import Place
from unify.tables import row_key
from unify.upsert import Upserts

YEAR = timedelta(days=365)


def save(engine: Engine, *records: Record, now: datetime = NOON, mapper: TinyMapper | None = None, **page: Any) -> None:
    store = PageStore(mapper or TinyMapper(), context(), Upserts(engine.dialect))
    with writing(engine) as connection:
        store.save(connection, Page(records, None, **page), Place("cards", "b1", 1), now, State())


def bury(engine: Engine, *refs: Ref, now: datetime = NOON, mapper: TinyMapper | None = None) -> None:
    store = PageStore(mapper or TinyMapper(), context(), Upserts(engine.dialect))
    with writing(engine) as connection:
        store.bury(connection, refs, now)


def pruned(engine: Engine, now: datetime) -> int:
    with writing(engine) as connection:
        return prune(connection, SOURCE, YEAR, now)


def test_what_is_long_gone_leaves_nothing_behind(engine: Engine) -> None:
    """Rows, children, payloads, their history, changes and problems: a client's words are not ours for ever."""
    save(engine, version("v1", "2026-12-01"))
    save(engine, version("v1", "2026-12-15"), now=NOON + timedelta(hours=1))
    save(engine, card("c1", due="soon"), comment("m1", "c1"))
    bury(engine, Ref("cards", "c1"), Ref("versions", "v1"))

    assert pruned(engine, NOON + YEAR + timedelta(seconds=1)) == 3

    left = tiny.dump(engine)
    assert {table: found for table, found in left.items() if found} == {}


def test_what_went_lately_and_what_lives_is_kept(engine: Engine) -> None:
    """A card deleted by mistake may be asked about for a year; a card three years old may be the plan."""
    save(engine, card("c1"), card("c2", milestone=True), comment("m1", "c2"))
    bury(engine, Ref("cards", "c1"))
    before = tiny.dump(engine)

    assert pruned(engine, NOON + YEAR) == 0

    assert tiny.dump(engine) == before


def test_a_living_record_keeps_its_payload_when_a_row_of_it_goes(engine: Engine) -> None:
    """Its milestone label went a year ago: the row may go, the truth it was made from may not."""
    save(engine, card("c1", milestone=True))
    save(engine, card("c1"))

    assert pruned(engine, NOON + YEAR + timedelta(days=1)) == 1

    assert rows(engine, "milestone") == []
    assert rows(engine, "work_item", "vendor_id") == [("c1",)]
    assert rows(engine, "raw_record", "vendor_id", "deleted_at") == [("c1", None)]


def test_what_is_archived_at_the_vendor_is_not_deleted(engine: Engine) -> None:
    """Its mapper says so of a record that lives: a remap would only make the row again."""

    class Archiving(TinyMapper):
        def map_record(self, record: Record, context: MappingContext) -> Mapped:
            mapped = super().map_record(record, context)
            mapped.rows["work_item"][0] |= {"deleted_at": NOON, "delete_reason": "archived"}
            return mapped

    save(engine, card("c1"), mapper=Archiving())

    assert pruned(engine, NOON + 2 * YEAR) == 0


def test_it_is_looked_for_once_a_day(engine: Engine) -> None:
    """It reads whole tables, and runs begin every few minutes."""
    later = NOON + YEAR + timedelta(hours=1)
    assert pruned(engine, later) == 0
    save(engine, card("c1"))
    bury(engine, Ref("cards", "c1"))

    assert pruned(engine, later + timedelta(hours=23)) == 0
    assert pruned(engine, later + timedelta(hours=24)) == 1


def test_what_hung_on_a_row_is_settled_again(engine: Engine) -> None:
    """An assignment may be all that told us that somebody is one of ours."""
    save(engine, card("c1"))
    bury(engine, Ref("cards", "c1"))
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM touched")

    pruned(engine, NOON + YEAR + timedelta(days=1))

    assert rows(engine, "touched", "table", "key") == [("work_item", "boards/cards/c1")]


# --- a person who is deleted --------------------------------------------------------------------------------------


class People(TinyMapper):
    """Cards of this vendor are persons of a client; a comment is a ticket of theirs."""

    PERSONAL: Collection[str] = ("cards",)
    COMPARED: Mapping[str, tuple[str, ...]] = {"cards": ("assignee",)}

    def tables(self, stream: str) -> tuple[str, ...]:
        return {"cards": ("contact",), "comments": ("feedback",)}.get(stream, ())

    def map_record(self, record: Record, context: MappingContext) -> Mapped:
        mapped = Mapped()
        row: dict[str, Any] = {"key": row_key(context.source, record.stream, record.id), "vendor_id": record.id}
        if record.stream == "cards":
            name = record.payload["name"]
            person = {"name": name, "emails": [f"{name}@paperkite.example"], "job_title": "Head", "created_at": NOON}
            mapped.add("contact", row | person)
            mapped.problems.append(Problem("cards", record.id, "phone", "is no number", "+852 …"))
        else:
            contact = row_key(context.source, "cards", record.payload["card"])
            mapped.add("feedback", row | {"origin": "ticket", "contact_keys": [contact], "received_at": NOON})
        return mapped


@pytest.fixture
def erased(engine: Engine) -> Engine:
    """Poon wrote a ticket, moved once, and was then deleted at the CRM; Lau is still there."""
    mapper = People()
    save(engine, card("p1", "poon"), card("p2", "lau"), mapper=mapper)
    save(engine, Record("comments", "t1", NOON, {"card": "p1"}), mapper=mapper)
    save(engine, card("p1", "poon", city="Kwun Tong"), now=at("2026-11-23 13:00"), mapper=mapper)
    settle(engine)
    assert rows(engine, "feedback", "author_name") == [("poon",)]

    bury(engine, Ref("cards", "p1"), mapper=mapper)
    settle(engine)
    return engine


def settle(engine: Engine) -> None:
    touched: dict[str, list[str]] = {}
    for table, key in rows(engine, "touched", "table", "key"):
        touched.setdefault(table, []).append(key)
    with writing(engine) as connection:
        settled(connection, settings(), touched)


def test_nothing_personal_is_left_of_a_contact_who_was_deleted(erased: Engine) -> None:
    """Erased at the CRM is erased here, in payloads, their history, rows, and the name on what they wrote."""
    assert rows(erased, "contact", "vendor_id", "name", "emails", "job_title", "created_at", "delete_reason") == [
        ("p1", "", [], None, None, "deleted"),
        ("p2", "lau", ["lau@paperkite.example"], "Head", NOON, None),
    ]
    assert [body for id_, body in rows(erased, "raw_record", "vendor_id", "body") if id_ == "p1"] == [b""]
    assert rows(erased, "raw_history", "vendor_id") == [("p2",)]
    assert rows(erased, "mapping_problem", "vendor_id") == [("p2",)]
    assert rows(erased, "feedback", "vendor_id", "author_name") == [("t1", None)]
    assert all("poon" not in repr(found) for found in tiny.dump(erased).values())


def test_a_contact_who_is_restored_is_read_like_any_other(erased: Engine) -> None:
    """The CRM's recycle bin gives back within 90 days."""
    save(erased, card("p1", "poon"), mapper=People())

    assert rows(erased, "contact", "vendor_id", "name", "deleted_at")[0] == ("p1", "poon", None)


def test_a_contact_who_only_left_our_sight_is_kept(engine: Engine) -> None:
    """A part that left the config comes back with its config."""
    mapper = People()
    save(engine, card("p1", "poon"), mapper=mapper)
    store = PageStore(mapper, context(), Upserts(engine.dialect))

    with writing(engine) as connection:
        store.leave_part(connection, ["cards"], "b1", "out_of_scope", NOON)

    assert rows(engine, "contact", "name", "delete_reason") == [("poon", "out_of_scope")]
