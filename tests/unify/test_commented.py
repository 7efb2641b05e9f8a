"""An item that a client wrote on is feedback, where the source's settings say so, and only there."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as run_with
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine
from sqlmodel import SQLModel

from connectors.base import Page, Record
from tests.unify import tiny
from tests.unify.factories import (
    account,
    add,
    at,
    comment,
    contact,
    database,
    dump,
    feedback,
    item,
    project,
    rewrite,
    row,
    settings,
    settled,
)
from tests.unify.tiny import NOON, TinyMapper, card, context, rows
from unify.engine import writing
from unify.mapping import Mapped, MappingContext
from unify.pages import PageStore, State
from unify.records import Place
from unify.remap import remap
from unify.tables import Comment, Feedback, WorkItem
from unify.upsert import Upserts

ITEM = "boards/cards/1"
ASKED = at("2026-11-20 16:30")


def firm(opted_in: bool = True) -> Any:
    return settings(sources={"boards": tiny.settings(client_comments_are_feedback=opted_in)})


ROWS: list[SQLModel] = [
    account("boards/members/9", name="Poon", kind="guest"),
    account("boards/members/1", name="Raymond", member=True),
    project("boards/boards/1"),
    item(ITEM, "boards/boards/1", name="UAT", assignee_accounts=["boards/members/1"], url="https://tool.example/1"),
    item("boards/cards/2", "boards/boards/1"),
    comment("boards/actions/1", ITEM, author_account="boards/members/1", created_at=at("2026-11-20 16:00")),
    comment("boards/actions/2", ITEM, author_account="boards/members/9", created_at=ASKED, text="When?"),
    comment("boards/actions/3", ITEM, author_account="boards/members/9", created_at=at("2026-11-23 09:00")),
    comment("boards/actions/4", "boards/cards/2", author_account="boards/members/1", created_at=ASKED),
]


@pytest.fixture
def stored() -> Iterator[Connection]:
    """The rows above, settled with the option on."""
    with database() as connection:
        add(connection, *ROWS)
        settled(connection, firm())
        yield connection


def living(connection: Connection) -> list[str]:
    return [row["key"] for row in dump(connection)["feedback"] if row["deleted_at"] is None]


def test_a_commented_item_is_one_piece_of_feedback_with_the_items_key(stored: Connection) -> None:
    """One row for the item, not one for each message; what only our people wrote on is none."""
    assert living(stored) == [ITEM]
    found = row(stored, Feedback, ITEM)
    assert (found["origin"], found["subject"], found["text"]) == ("comment", "UAT", "When?")
    assert (found["item_key"], found["project_key"], found["url"]) == (
        ITEM,
        "boards/boards/1",
        "https://tool.example/1",
    )
    assert (found["author_account"], found["author_name"]) == ("boards/members/9", "Poon")
    assert (found["owner_account"], found["owner_person"]) == ("boards/members/1", "person/boards/members/1")
    assert (found["received_at"], found["waiting_since"], found["answered"]) == (ASKED, ASKED, False)


def test_without_the_option_there_is_none() -> None:
    """A team that answers in its comments all day would drown in its own alarm."""
    with database() as connection:
        add(connection, *ROWS)

        settled(connection, firm(opted_in=False))

        assert dump(connection)["feedback"] == []


def test_an_answer_on_the_item_stops_the_clock(stored: Connection) -> None:
    """Messages on the item are messages on its feedback."""
    answer = comment(
        "boards/actions/5", ITEM, author_account="boards/members/1", created_at=at("2026-11-23 10:00"), visible=True
    )
    add(stored, answer)

    settled(stored, firm(), {"comment": ["boards/actions/5"]})

    found = row(stored, Feedback, ITEM)
    assert (found["waiting_since"], found["answered"], found["response_basis"]) == (None, True, "visible")


def test_it_follows_its_item(stored: Connection) -> None:
    """Renamed, taken over, closed: the page shows what the tool shows."""
    closed_at = at("2026-11-23 12:00")
    rewrite(stored, WorkItem, ITEM, name="Sign-off", assignee_accounts=[], status_category="done", done_at=closed_at)

    settled(stored, firm(), {"work_item": [ITEM]})

    found = row(stored, Feedback, ITEM)
    assert (found["subject"], found["owner_person"], found["handled"]) == ("Sign-off", None, True)
    assert found["closed_at"] == closed_at


@pytest.mark.parametrize(
    ("model", "keys"), [(Comment, ["boards/actions/2", "boards/actions/3"]), (WorkItem, [ITEM])], ids=["words", "item"]
)
def test_it_goes_with_its_reason_and_comes_back_with_it(
    stored: Connection, model: type[SQLModel], keys: list[str]
) -> None:
    """A client who takes the question back waits for nothing."""
    before = dump(stored)
    touched = {str(model.__tablename__): keys}
    for key in keys:
        rewrite(stored, model, key, deleted_at=ASKED)
    settled(stored, firm(), touched)
    assert living(stored) == []
    assert row(stored, Feedback, ITEM)["delete_reason"] == "out_of_scope"

    for key in keys:
        rewrite(stored, model, key, deleted_at=None)
    settled(stored, firm(), touched)

    assert dump(stored) == before


def test_the_option_switched_off_takes_all_of_it_away(stored: Connection) -> None:
    """Settings that settling reads have everything settled again."""
    settled(stored, firm(opted_in=False))

    assert living(stored) == []


def test_an_author_who_turns_out_to_be_a_client_makes_it_feedback() -> None:
    """The CRM's contact with that address is read a day later than the board."""
    with database() as connection:
        add(connection, account("boards/members/8", email="poon@paperkite.example"), item(ITEM))
        add(connection, comment("boards/actions/1", ITEM, author_account="boards/members/8", created_at=ASKED))
        settled(connection, firm())
        assert living(connection) == []
        add(connection, contact("crm/contacts/1", emails=["poon@paperkite.example"]))

        settled(connection, firm(), {"contact": ["crm/contacts/1"]})

        assert living(connection) == [ITEM]


def test_what_its_mapper_calls_feedback_is_left_to_it() -> None:
    """A labelled card is feedback from its first day, whoever comments on it."""
    labelled = feedback(ITEM, origin="item", received_at=at("2026-11-02 09:00"))
    with database() as connection:
        add(connection, *ROWS, labelled)

        settled(connection, firm())

        assert row(connection, Feedback, ITEM)["origin"] == "item"
        assert row(connection, Feedback, ITEM)["received_at"] == at("2026-11-02 09:00")


@run_with(max_examples=12)
@given(st.permutations(ROWS), st.integers(1, 4))
def test_pages_in_any_order_end_where_everything_at_once_does(order: list[SQLModel], size: int) -> None:
    """A comment may come before its item, and both before we know who wrote it."""
    with database() as at_once:
        add(at_once, *ROWS)
        settled(at_once, firm())
        expected = dump(at_once)
    with database() as connection:
        for start in range(0, len(order), size):
            page = order[start : start + size]
            add(connection, *page)
            touched: dict[str, list[str]] = {}
            for each in page:
                touched.setdefault(str(each.__tablename__), []).append(each.model_dump()["key"])
            settled(connection, firm(), touched)

        assert dump(connection) == expected


# --- beside the store ---------------------------------------------------------------------------------------------


class Labelling(TinyMapper):
    """Cards that say so are feedback; comments come from clients."""

    def tables(self, stream: str) -> tuple[str, ...]:
        return (*super().tables(stream), *(("feedback",) if stream == "cards" else ()))

    def map_record(self, record: Record, context: MappingContext) -> Mapped:
        mapped = super().map_record(record, context)
        for said in mapped.rows.get("comment", []):
            said |= {"direction": "inbound", "created_at": NOON}
        if record.payload.get("label"):
            shared = ("key", "vendor_id", "url", "created_at", "updated_at")
            told = {name: mapped.rows["work_item"][0][name] for name in shared}
            mapped.add("feedback", told | {"origin": "item", "subject": record.payload["name"]})
        return mapped


def read(engine: Engine, *records: Record, minutes: int = 0) -> None:
    """Save a page and settle what it touched, as a run does."""
    store = PageStore(Labelling(), context(), Upserts(engine.dialect))
    with writing(engine) as connection:
        store.save(connection, Page(records, None), Place("cards", "b1", 1), NOON + timedelta(minutes=minutes), State())
    settle_touched(engine)


def settle_touched(engine: Engine) -> None:
    touched: dict[str, list[str]] = {}
    for key, table in rows(engine, "touched", "key", "table"):
        touched.setdefault(table, []).append(key)
    with writing(engine) as connection:
        settled(connection, firm(), touched)
        connection.exec_driver_sql("DELETE FROM touched")


def test_mapping_the_item_again_never_takes_it_away(engine: Engine) -> None:
    """Not even between a page and the end of its run: rules look every minute, and would call the alert over."""
    read(engine, card("1"), tiny.comment("m1", "1"))
    store = PageStore(Labelling(), context(), Upserts(engine.dialect))

    with writing(engine) as connection:
        store.save(connection, Page([card("1", "Renamed")], None), Place("cards", "b1", 1), NOON, State())
        assert [key for key, gone in rows(connection, "feedback", "key", "deleted_at") if gone is None] == [ITEM]

    settle_touched(engine)
    assert rows(engine, "feedback", "key", "subject", "deleted_at") == [(ITEM, "Renamed", None)]


def test_a_remap_leaves_what_a_first_reading_makes(engine: Engine) -> None:
    """… and does not write it anew."""
    read(engine, card("1"), tiny.comment("m1", "1"))
    before = rows(engine, "feedback")

    remap(engine, Labelling(), context(), clock=lambda: NOON + timedelta(hours=1), stop=threading.Event())
    settle_touched(engine)

    assert rows(engine, "feedback") == before


def test_a_label_that_comes_and_goes_changes_whose_row_it_is(engine: Engine) -> None:
    """The same key all the while, so an alert about it goes on."""
    read(engine, card("1"), tiny.comment("m1", "1"))
    read(engine, card("1", label=True), minutes=1)
    assert rows(engine, "feedback", "origin", "deleted_at") == [("item", None)]

    read(engine, card("1"), minutes=2)

    assert rows(engine, "feedback", "origin", "deleted_at") == [("comment", None)]


def test_a_card_that_is_gone_takes_it_along(engine: Engine) -> None:
    """With the store's own reason: deleted at the vendor."""
    read(engine, card("1"), tiny.comment("m1", "1"))
    store = PageStore(Labelling(), context(), Upserts(engine.dialect))

    with writing(engine) as connection:
        store.bury(connection, store.living_in(connection, "cards", "b1"), NOON)
    settle_touched(engine)

    assert rows(engine, "feedback", "delete_reason") == [("deleted",)]
