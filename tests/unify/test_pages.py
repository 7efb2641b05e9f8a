"""A page is saved whole or not at all, and saving it twice is saving it once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from sqlalchemy import Engine

from connectors.base import Page, Problem, Record, Ref
from tests.unify import tiny
from tests.unify.tiny import NOON, TinyMapper, card, comment, context, rows, version
from unify.engine import writing
from unify.mapping import Mapped, MappingContext
from unify.pages import PageStore, State
from unify.raw import decode, unpack
from unify.records import Place
from unify.upsert import Upserts

LATER = NOON + timedelta(hours=1)


def save(
    engine: Engine,
    *records: Record,
    now: datetime = NOON,
    whole: Sequence[tuple[str, Ref | None]] = (),
    problems: Sequence[Problem] = (),
    mapper: TinyMapper | None = None,
    before: State = State(),  # noqa: B008  frozen
    pass_id: int = 1,
    part: str = "b1",
) -> int:
    """Save one page as a run does."""
    store = PageStore(mapper or TinyMapper(), context(), Upserts(engine.dialect))
    page = Page(records, None, whole, problems)
    with writing(engine) as connection:
        return store.save(
            connection, page, Place(records[0].stream if records else "cards", part, pass_id), now, before
        )


def test_a_page_leaves_its_payloads_and_its_rows(engine: Engine) -> None:
    """The payload is the truth that a remap begins with, so it is kept byte by byte."""
    save(engine, card("c1", due="2026-11-20"), comment("m1", "c1"))

    assert rows(engine, "work_item", "key", "due_on", "changed_here_at") == [
        ("boards/cards/c1", date(2026, 11, 20), NOON)
    ]
    assert rows(engine, "comment", "key", "on_keys") == [("boards/comments/m1", ["boards/cards/c1"])]
    codec, packed = next(row for row in rows(engine, "raw_record", "codec", "body") if len(row[1]) > 0)
    assert decode(unpack(codec, packed))["list"] == "l1" or decode(unpack(codec, packed))["card"] == "c1"


def test_the_same_page_again_changes_nothing(engine: Engine) -> None:
    """A crash repeats a page: `changed_here_at` must not move, and nothing is linked or derived again."""
    save(engine, card("c1"), comment("m1", "c1"), version("v1", "2026-12-01"))
    before = tiny.dump(engine)
    forget_touched(engine)

    changed = save(engine, card("c1"), comment("m1", "c1"), version("v1", "2026-12-01"), now=LATER)

    assert changed == 0
    assert tiny.dump(engine) == before
    assert rows(engine, "touched") == []


def test_what_two_records_of_a_page_tell_of_one_row_is_put_together(engine: Engine) -> None:
    """Jira shows a person's e-mail on one issue and leaves it out on the next: not named is not gone."""

    class Naming(TinyMapper):
        def map_record(self, record: Record, context: MappingContext) -> Mapped:
            mapped = Mapped()
            told = {name: value for name, value in record.payload.items() if name in ("name", "email")}
            mapped.add("account", {"key": "boards/members/poon", "vendor_id": "poon"} | told)
            return mapped

    known: dict[str, Any] = {"email": "poon@paperkite.example"}

    save(engine, card("c1", "Poon", **known), card("c2", "Poon Wing Lam"), mapper=Naming())

    assert rows(engine, "account", "name", "email") == [("Poon Wing Lam", "poon@paperkite.example")]


def test_changed_here_at_moves_only_with_the_content(engine: Engine) -> None:
    """Vendors touch fields nobody maps; a row that reads the same has not changed here."""
    save(engine, card("c1"), card("c2"))

    save(engine, card("c1", lastViewed="today"), card("c2", "Moved"), now=LATER)

    assert rows(engine, "work_item", "vendor_id", "changed_here_at") == [("c1", NOON), ("c2", LATER)]


def test_what_is_derived_survives_a_change(engine: Engine) -> None:
    """A mapper never names a derived column, and the store never resets one."""
    save(engine, card("c1", milestone=True))
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE milestone SET baseline_on = '2026-11-01', client_key = 'client/harbour'")

    save(engine, card("c1", "Renamed", milestone=True), now=LATER)

    assert rows(engine, "milestone", "name", "baseline_on", "client_key") == [
        ("Renamed", date(2026, 11, 1), "client/harbour")
    ]


def test_a_row_that_a_record_no_longer_gives_is_tombstoned(engine: Engine) -> None:
    """A card that lost its milestone label is no milestone any more, but still a card."""
    save(engine, card("c1", milestone=True))

    save(engine, card("c1"), now=LATER)

    assert rows(engine, "milestone", "deleted_at", "delete_reason") == [(LATER, "out_of_scope")]
    assert rows(engine, "work_item", "deleted_at") == [(None,)]


def test_a_milestone_that_is_one_again_is_alive_again(engine: Engine) -> None:
    """Tombstones are undone by the record itself, without a trace."""
    save(engine, card("c1", milestone=True))
    save(engine, card("c1"), now=LATER)

    save(engine, card("c1", milestone=True), now=LATER)

    assert rows(engine, "milestone", "deleted_at", "delete_reason") == [(None, None)]


def test_children_that_a_whole_list_does_not_name_are_gone(engine: Engine) -> None:
    """A deleted comment leaves no event at the vendor: only its absence from the full list tells."""
    save(engine, card("c1"), comment("m1", "c1"), comment("m2", "c1"), card("c2"), comment("m3", "c2"))

    save(engine, card("c1"), comment("m2", "c1"), now=LATER, whole=[("comments", Ref("cards", "c1"))])

    assert rows(engine, "comment", "vendor_id", "delete_reason") == [("m1", "deleted"), ("m2", None), ("m3", None)]


def test_a_pass_over_a_whole_part_buries_what_it_did_not_see(engine: Engine) -> None:
    """… with the children of what is gone, and in that part alone."""
    save(engine, card("c1"), card("c2"), comment("m1", "c2"))
    save(engine, card("c3"), part="b2")
    save(engine, card("c1"), now=LATER, pass_id=2)
    store = PageStore(TinyMapper(), context(), Upserts(engine.dialect))

    with writing(engine) as connection:
        store.bury(connection, store.missed(connection, "cards", Place("cards", "b1", 2)), LATER)

    assert rows(engine, "work_item", "vendor_id", "deleted_at") == [("c1", None), ("c2", LATER), ("c3", None)]
    assert rows(engine, "comment", "deleted_at") == [(LATER,)]


def test_a_card_that_moved_to_another_board_keeps_its_row(engine: Engine) -> None:
    """Its payload may be the same to the byte: the part it is found in is part of what is compared."""
    save(engine, card("c1"), part="b1")

    save(engine, card("c1"), part="b2", now=LATER)

    assert rows(engine, "raw_record", "vendor_id", "part") == [("c1", "b2")]
    assert rows(engine, "work_item", "vendor_id", "deleted_at") == [("c1", None)]


def test_a_comment_touches_what_it_is_on(engine: Engine) -> None:
    """Waiting, answered, handled hang on comments: the commented row must be derived again."""
    save(engine, card("c1"))
    forget_touched(engine)

    save(engine, comment("m1", "c1"), now=LATER)

    assert rows(engine, "touched", "table", "key") == [
        ("comment", "boards/comments/m1"),
        ("milestone", "boards/cards/c1"),
        ("work_item", "boards/cards/c1"),
    ]


def test_a_deleted_comment_touches_what_it_was_on(engine: Engine) -> None:
    """A withdrawn question must stop the clock it started."""
    save(engine, card("c1"), comment("m1", "c1"))
    forget_touched(engine)

    save(engine, card("c1"), now=LATER, whole=[("comments", Ref("cards", "c1"))])

    assert ("work_item", "boards/cards/c1") in rows(engine, "touched", "table", "key")


def test_a_version_that_moved_leaves_a_change_with_its_interval(engine: Engine) -> None:
    """Jira keeps no history of versions: we know only that it moved between our last look and this one."""
    save(engine, version("v1", "2026-12-01"))

    save(engine, version("v1", "2026-12-15"), now=LATER, before=State(complete_at=NOON))

    wanted = ("entity_key", "field", "old", "new", "not_before", "changed_at", "origin")
    assert rows(engine, "change", *wanted) == [
        ("boards/versions/v1", "due", "2026-12-01", "2026-12-15", NOON, LATER, "compared")
    ]
    assert ("milestone", "boards/versions/v1") in rows(engine, "touched", "table", "key")


def test_a_version_without_a_date_may_get_one(engine: Engine) -> None:
    """From nothing to a date is a change too, and the first baseline."""
    save(engine, version("v1", None))

    save(engine, version("v1", "2026-12-15"), now=LATER)

    assert rows(engine, "change", "old", "new") == [(None, "2026-12-15")]


def test_every_different_payload_of_a_stream_without_history_is_kept(engine: Engine) -> None:
    """Baseline and slip can be made again from them; of cards, whose vendor keeps a history, the latest is enough."""
    for due, now in (("2026-12-01", NOON), ("2026-12-15", LATER), ("2026-12-15", LATER + timedelta(hours=1))):
        save(engine, version("v1", due), card("c1", due), now=now)

    assert rows(engine, "raw_history", "stream", "seen_at") == [("versions", NOON), ("versions", LATER)]


def test_a_field_that_cannot_be_read_is_reported_until_it_can(engine: Engine) -> None:
    """The problem names source, record and field, and goes when the record is mended."""
    save(engine, card("c1", due="soon"), problems=[Problem("cards", "c9", "id", "is missing")])
    assert rows(engine, "mapping_problem", "vendor_id", "field", "value") == [("c1", "due", "soon"), ("c9", "id", "")]

    save(engine, card("c1", due="2026-11-20"), card("c9"), now=LATER)

    assert rows(engine, "mapping_problem") == []


def test_a_problem_keeps_the_time_when_it_was_first_seen(engine: Engine) -> None:
    """How long a field has been unreadable tells who broke it."""
    save(engine, card("c1", due="soon"))

    save(engine, card("c1", "Renamed", due="soon"), now=LATER)

    assert rows(engine, "mapping_problem", "field", "seen_at") == [("due", NOON)]


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("nul\0byte", "nul\ufffdbyte"),
        ("lone \ud83d half", "lone \ufffd half"),
        (10**30, ""),
        (["list"], ""),
        (None, ""),
    ],
)
def test_a_value_that_no_database_takes_costs_that_field_alone(engine: Engine, name: Any, stored: str) -> None:
    """One odd title must not cost the page: it is cleaned or left empty, and reported."""
    save(engine, card("c1", name), card("c2", "plain"))

    assert rows(engine, "work_item", "vendor_id", "name") == [("c1", stored), ("c2", "plain")]
    assert rows(engine, "mapping_problem", "vendor_id", "field") == [("c1", "name")]


def test_the_bytes_of_an_odd_payload_are_kept_as_they_came(engine: Engine) -> None:
    """What was cleaned in the row can still be read in the raw record."""
    save(engine, card("c1", "lone \ud83d half", size=10**30))

    [(codec, packed)] = rows(engine, "raw_record", "codec", "body")
    assert decode(unpack(codec, packed)) == {"list": "l1", "name": "lone \ud83d half", "size": 10**30}


def test_a_mapper_that_fails_on_one_record_costs_that_record(engine: Engine) -> None:
    """Mappers never raise; when one does, the page is kept, and so is the payload for the mended mapper."""

    class Brittle(TinyMapper):
        def map_record(self, record: Record, context: MappingContext) -> Mapped:
            if record.id == "c1":
                raise KeyError("fields")
            return super().map_record(record, context)

    save(engine, card("c1"), card("c2"), mapper=Brittle())

    assert rows(engine, "work_item", "vendor_id") == [("c2",)]
    assert rows(engine, "raw_record", "vendor_id") == [("c1",), ("c2",)]
    assert [row[0] for row in rows(engine, "mapping_problem", "vendor_id")] == ["c1"]


def test_a_failing_write_leaves_no_half_page(engine: Engine) -> None:
    """Raw, rows, problems and cursor are one transaction."""
    store = PageStore(TinyMapper(), context(), Upserts(engine.dialect))
    before = tiny.dump(engine)

    def save_and_fail() -> None:
        with writing(engine) as connection:
            store.save(connection, Page([card("c1")], None), Place("cards", "b1", 1), NOON, State())
            raise OSError("the power goes")

    with pytest.raises(OSError, match="power"):
        save_and_fail()

    assert tiny.dump(engine) == before


RECORDS = [
    card("c1", milestone=True, due="2026-11-20"),
    comment("m1", "c1"),
    comment("m2", "c1", "And now?"),
    card("c2", "Cable", due="nonsense"),
    version("v1", "2026-12-01"),
    card("c3", "線路", at=datetime(2026, 1, 1, tzinfo=UTC)),
]


@given(st.permutations(RECORDS), st.integers(1, 6))
@profile(max_examples=12)
def test_pages_in_any_order_give_the_same_rows(order: list[Record], size: int) -> None:
    """A child may come before its parent, and a page may hold anything: keys are computed, never looked up."""
    with TemporaryDirectory() as folder:
        expected, shuffled = tiny.new_database(Path(folder), "a.db"), tiny.new_database(Path(folder), "b.db")
        save(expected, *RECORDS)
        for start in range(0, len(order), size):
            save(shuffled, *order[start : start + size])

        assert tiny.dump(shuffled) == tiny.dump(expected)
        assert rows(shuffled, "touched") == rows(expected, "touched")
        expected.dispose()
        shuffled.dispose()


def test_both_ways_of_writing_store_equal_rows(tmp_path: Path) -> None:
    """SQLite gets ready tuples, other databases plain Core: conversions and defaults must be the same."""
    by_driver, by_core = tiny.new_database(tmp_path, "driver.db"), tiny.new_database(tmp_path, "core.db")
    row = {
        "key": "boards/cards/c1",
        "vendor_id": "c1",
        "due_on": date(2026, 11, 20),
        "due_at": datetime(2026, 11, 20, 18, tzinfo=UTC) + timedelta(microseconds=1),
        "labels": ["里程碑", 'with "quotes"'],
        "name": "線路",
    }
    lists: dict[str, Any] = {
        name: [] for name in ("project_keys", "milestone_keys", "assignee_accounts", "client_hints")
    }
    fixed = {"source": "boards", "changed_here_at": NOON, "deleted_at": None, "delete_reason": None}
    for engine, way in ((by_driver, True), (by_core, False)):
        with writing(engine) as connection:
            upserts = Upserts(engine.dialect, by_driver=way)
            upserts.save(connection, "work_item", [row | lists], fixed)
            upserts.save(
                connection, "work_item", [row | lists | {"name": "Renamed"}], fixed | {"changed_here_at": LATER}
            )

    assert rows(by_driver, "work_item") == rows(by_core, "work_item")
    assert raw_bytes(by_driver) == raw_bytes(by_core)
    by_driver.dispose()
    by_core.dispose()


def test_an_hour_that_comes_twice_is_stored_as_two_instants(engine: Engine) -> None:
    """The latest conversions are remembered by value, and Python holds those two for equal."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    fixed = {"source": "boards", "changed_here_at": NOON, "deleted_at": None, "delete_reason": None}
    changes = [
        {"key": key, "vendor_id": key, "entity_key": "boards/cards/c1", "field": "due", "changed_at": at}
        for key, at in (("a", first), ("b", first.replace(fold=1)))
    ]

    with writing(engine) as connection:
        Upserts(engine.dialect).save(connection, "change", [{**row, "origin": "native"} for row in changes], fixed)

    assert [at for (at,) in rows(engine, "change", "changed_at")] == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    ]


def raw_bytes(engine: Engine) -> list[tuple[Any, ...]]:
    """What SQLite really stored, types and all."""
    with engine.connect() as connection:
        asked = "SELECT *, typeof(labels), typeof(due_on), typeof(due_at), quote(labels) FROM work_item"
        return [tuple(row) for row in connection.exec_driver_sql(asked)]


def test_a_column_that_is_none_is_a_mistake_of_ours(engine: Engine) -> None:
    """A mapper's typing error must not silently lose a field."""
    with writing(engine) as connection, pytest.raises(KeyError, match="nmae"):
        Upserts(engine.dialect).save(connection, "work_item", [{"key": "k", "nmae": "x"}], {})


def test_an_id_with_odd_characters_is_stored_under_a_clean_one(engine: Engine) -> None:
    """An id is a key; a NUL in it would be refused by other databases."""
    save(engine, replace(card("c1"), id="c\0"))

    assert rows(engine, "raw_record", "vendor_id") == [("c\ufffd",)]
    assert rows(engine, "work_item", "key") == [("boards/cards/c\ufffd",)]


def test_a_parent_with_an_odd_id_costs_no_page(engine: Engine) -> None:
    """Its children name it, and so does what the page claims to list whole."""
    odd, mine = replace(card("c1"), id="c\ud83d"), replace(comment("m1", "c1"), parent=Ref("cards", "c\ud83d"))
    save(engine, odd, mine, card("c2"), whole=[("comments", Ref("cards", "c\ud83d"))])

    assert rows(engine, "raw_record", "vendor_id", "parent_id") == [("c2", ""), ("c\ufffd", ""), ("m1", "c\ufffd")]
    assert {row[0] for row in rows(engine, "comment", "deleted_at")} == {None}

    save(engine, odd, whole=[("comments", Ref("cards", "c\ud83d"))], now=LATER)
    assert rows(engine, "comment", "deleted_at") == [(LATER,)]


def forget_touched(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM touched")
