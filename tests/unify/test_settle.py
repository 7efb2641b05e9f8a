"""Laws of settling: the order of rows does not matter, twice is once, step by step ends where all at once does."""

from collections import defaultdict
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as run_with
from hypothesis import strategies as st
from sqlalchemy import Connection, event
from sqlmodel import SQLModel

from config.settings import ClientSettings
from tests.unify.factories import (
    account,
    add,
    at,
    comment,
    company,
    contact,
    database,
    deal,
    dump,
    feedback,
    item,
    milestone,
    project,
    rewrite,
    settings,
    settled,
    source,
)
from unify.tables import Account, Change, Contact, WorkItem

FIRM = settings(
    clients={
        "ferries": ClientSettings(name="Nine Ferries", bd="marco", domains=("nineferries.example",)),
        "kite": ClientSettings(name="Paper Kite", domains=("paperkite.example",), projects=("boards:2",)),
    }
)

RAYMOND = "boards/members/1"
ASSIGNED: dict[str, Any] = {"assignee_accounts": ["boards/members/2"], "milestone_keys": ["boards/cards/1"]}
DUE: dict[str, Any] = {"entity_key": "boards/cards/1", "field": "due", "changed_at": at("2026-11-05 10:00")}

ROWS: list[SQLModel] = [
    account("boards/members/1", name="Raymond Ho", email="raymond@lanternquay.example", member=True),
    account("boards/members/2", name="Priya"),
    account("crm/owners/1", email="sandy@lanternquay.example", member=True),
    account("crm/owners/2", name="raymond ho", email="raymond.ho@lanternquay.example"),
    company("crm/companies/1", domains=["nineferries.example"]),
    company("crm/companies/2", domains=["paperkite.example"], owner_account="crm/owners/1"),
    contact("crm/contacts/1", name="Poon", emails=["poon@paperkite.example"], company_keys=["crm/companies/2"]),
    deal("crm/deals/1", company_keys=["crm/companies/1"], project_hint="1"),
    project("boards/boards/1"),
    project("boards/boards/2"),
    item("boards/cards/1", "boards/boards/1", name="UAT"),
    item("boards/cards/2", "boards/boards/1", **ASSIGNED),
    item("boards/cards/3", "boards/boards/2"),
    milestone(
        "boards/cards/1", project_key="boards/boards/1", due_on=date(2026, 11, 16), created_at=at("2026-08-03 10:00")
    ),
    milestone("boards/boards/2", kind="project", project_key="boards/boards/2", due_on=date(2026, 11, 16)),
    milestone("boards/cards/3", project_key="boards/boards/2", due_on=date(2026, 11, 16)),
    Change(key="boards/actions/1", source="boards", vendor_id="1", old="2026-10-30", new="2026-11-16", **DUE),
    feedback("crm/tickets/1", received_at=at("2026-11-20 16:30"), contact_keys=["crm/contacts/1"]),
    feedback("boards/cards/3", origin="item", received_at=at("2026-11-20 16:30")),
    comment(
        "boards/comments/1", "boards/cards/3", author_account="boards/members/2", created_at=at("2026-11-20 17:00")
    ),
    comment("crm/emails/1", "crm/contacts/1", "crm/tickets/1", direction="outbound", created_at=at("2026-11-20 17:00")),
    comment("crm/emails/2", "crm/tickets/1", author_contact="crm/contacts/1", created_at=at("2026-11-23 09:00")),
]

Dump = dict[str, list[dict[str, Any]]]


def at_once() -> Dump:
    """The firm, settled whole."""
    with database() as connection:
        add(connection, source("boards"), source("crm"), *ROWS)
        settled(connection, FIRM)
        return dump(connection)


def test_the_firm_of_these_tests_is_worth_settling() -> None:
    """The laws below would hold of empty tables too."""
    found = at_once()

    assert {row["side"] for row in found["account"]} == {"team"}
    assert all(row["client_key"] for table in ("project", "work_item", "milestone", "feedback") for row in found[table])
    assert {row["baseline_on"] for row in found["milestone"]} == {date(2026, 10, 30), date(2026, 11, 16)}
    assert [row["counted"] for row in found["milestone"]] == [False, True, True]
    assert {row["waiting_since"] for row in found["feedback"]} == {None, at("2026-11-23 09:00")}


def test_settling_twice_changes_nothing() -> None:
    """Twice is once, over everything and over anything."""
    with database() as connection:
        add(connection, source("boards"), source("crm"), *ROWS)
        settled(connection, FIRM)
        once = dump(connection)

        settled(connection, FIRM)
        settled(connection, FIRM, {"account": ["boards/members/2"], "comment": ["crm/emails/1"]})

        assert dump(connection) == once


@run_with(max_examples=15)
@given(st.permutations(ROWS), st.lists(st.integers(1, 6), min_size=len(ROWS), max_size=len(ROWS)))
def test_pages_in_any_order_end_where_everything_at_once_does(rows: list[SQLModel], sizes: list[int]) -> None:
    """What is derived from what was touched is what would be derived from all: no page has to come first."""
    with database() as connection:
        add(connection, source("boards"), source("crm"))
        for size in sizes:
            page, rows = rows[:size], rows[size:]
            add(connection, *page)
            settled(connection, FIRM, touched_by(page))

        assert dump(connection) == at_once()


def touched_by(page: list[SQLModel]) -> dict[str, list[str]]:
    """Table -> keys of the rows of a page."""
    touched: dict[str, list[str]] = defaultdict(list)
    for row in page:
        touched[str(row.__tablename__)].append(row.model_dump()["key"])
    return touched


def test_a_large_table_is_settled_in_slices() -> None:
    """More rows than one statement can name."""
    with database() as connection:
        add(connection, project("boards/boards/2"))
        add(connection, *(item(f"boards/cards/{n}", "boards/boards/2") for n in range(1203)))

        settled(connection, FIRM)

        assert {row["client_key"] for row in dump(connection)["work_item"]} == {"client/kite"}


def test_an_item_that_names_another_project_follows_it_to_another_client() -> None:
    """The card was moved to the other board."""
    with database() as connection:
        add(connection, source("boards"), source("crm"), *ROWS)
        settled(connection, FIRM)
        moved = {"project_key": "boards/boards/2", "project_keys": ["boards/boards/2"]}
        rewrite(connection, WorkItem, "boards/cards/2", **moved)

        settled(connection, FIRM, {"work_item": ["boards/cards/2"]})
        step_by_step = dump(connection)
        settled(connection, FIRM)

        assert dump(connection) == step_by_step
        assert {row["key"]: row["client_key"] for row in step_by_step["work_item"]}["boards/cards/2"] == "client/kite"


@pytest.mark.parametrize("what", ["a new item of a client's", "an item that changed"])
def test_an_item_costs_the_same_questions_among_many_as_among_few(what: str) -> None:
    """A record names its people and its project, which does not make them new: what they have in all the other rows is
    looked at when it differs, not with every sync."""
    assert len(set(map(tuple, (asked_for(what, others) for others in (10, 1_200))))) == 1


def asked_for(what: str, others: int) -> list[str]:
    """The statements that settling one item takes, beside so many others with a milestone and feedback each."""
    kept = item("boards/cards/1", "boards/boards/2", assignee_accounts=["boards/members/1"])
    rows = [
        row
        for key in (f"boards/cards/{number}" for number in range(10, 10 + others))
        for row in (
            item(key, "boards/boards/2"),
            milestone(key, project_key="boards/boards/2"),
            feedback(key, item_key=key),
        )
    ]
    with database() as connection:
        known = (account("boards/members/1", name="Raymond Ho", member=True), project("boards/boards/2"))
        add(connection, source("boards"), *known, *rows, *([kept] if what == "an item that changed" else []))
        settled(connection, FIRM)
        if what == "a new item of a client's":
            add(connection, kept)
        statements: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda *told: statements.append(told[2]))

        settled(connection, FIRM, touched_by([*known, kept]))

        return statements


def test_an_item_that_goes_to_another_client_takes_what_was_said_on_it_along() -> None:
    """Whoever it left was not in touch with us by it."""
    boards = {name: ClientSettings(name=name, projects=(f"boards:{name}",)) for name in ("a", "b")}
    said_at = at("2026-11-20 17:00")
    with database() as connection:
        add(connection, source("boards"), *(project(f"boards/boards/{name}") for name in boards))
        add(connection, item("boards/cards/1", "boards/boards/a"))
        add(connection, comment("boards/comments/1", "boards/cards/1", direction="inbound", created_at=said_at))
        settled(connection, settings(clients=boards))
        assert in_touch(connection) == {"client/a": said_at, "client/b": None}

        rewrite(connection, WorkItem, "boards/cards/1", project_key="boards/boards/b", project_keys=["boards/boards/b"])
        settled(connection, settings(clients=boards), {"work_item": ["boards/cards/1"]})

        assert in_touch(connection) == {"client/a": None, "client/b": said_at}


@pytest.mark.parametrize(
    ("said", "looked"),
    [
        ({"author_account": RAYMOND}, False),
        ({"author_account": "boards/members/9"}, True),
        ({"kind": "note", "author_account": RAYMOND}, True),
    ],
)
def test_what_we_say_among_us_has_no_client_reckoned_anew(said: dict[str, Any], looked: bool) -> None:
    """To know when we were last in touch takes all that was ever said to a client."""
    new = comment("boards/comments/9", "boards/cards/3", created_at=at("2026-11-23 17:00"), **said)
    with database() as connection:
        add(connection, source("boards"), source("crm"), *ROWS)
        add(connection, account("boards/members/9", email="poon@paperkite.example"))
        settled(connection, FIRM)
        add(connection, new)
        statements: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda *told: statements.append(told[2]))

        settled(connection, FIRM, {"comment": [new.key]})

        assert any("INSERT INTO client_contact" in one for one in statements) is looked


def in_touch(connection: Connection) -> dict[str, Any]:
    return {row["client_key"]: row["contact_at"] for row in dump(connection)["client_contact"]}


def test_who_is_called_otherwise_is_so_in_all_that_they_wrote() -> None:
    """Only the account was touched; then only the contact."""
    with database() as connection:
        add(connection, source("boards"), source("crm"), *ROWS, feedback("boards/cards/2", author_account=RAYMOND))
        settled(connection, FIRM)
        rewrite(connection, Account, RAYMOND, name="Ray Ho")
        settled(connection, FIRM, {"account": [RAYMOND]})
        rewrite(connection, Contact, "crm/contacts/1", name="Ms Poon")
        settled(connection, FIRM, {"contact": ["crm/contacts/1"]})

        names = {row["key"]: row["author_name"] for row in dump(connection)["feedback"]}
        assert (names["boards/cards/2"], names["crm/tickets/1"]) == ("Ray Ho", "Ms Poon")
