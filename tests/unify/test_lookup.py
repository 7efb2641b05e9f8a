"""Finding what a person means by what they type."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from tests.unify.factories import add, at, database, feedback, item, milestone
from unify import tables
from unify.lookup import Found, NotOne, find_anything, find_feedback, find_items, find_milestone

URL = "https://lanternquay.atlassian.net/browse/NFA-88"


def firm(connection: Connection) -> None:
    """A bank's UAT and two tickets of one subject."""
    add(connection, item("delivery/issues/10088", short="NFA-88", name="UAT sign-off", url=URL))
    add(connection, milestone("delivery/issues/10088", name="UAT sign-off", url=URL))
    add(connection, milestone("delivery/versions/7", kind="version", name="Release 2.1"))
    add(connection, item("delivery/issues/10090", short="NFA-90", name="UAT sign-off"))
    add(connection, *(feedback(f"crm/tickets/{n}", subject="Slow receipts") for n in (1, 2)))
    add(connection, feedback("crm/tickets/3", subject="Old one", deleted_at=at("2026-01-01 09:00")))


@pytest.mark.parametrize(
    "typed",
    [
        "NFA-88",
        " nfa-88 ",
        "delivery/issues/10088",
        URL,
        URL + "?focusedId=1#comments",
        URL + "/",
        "10088",
        "uat  SIGN-off",
    ],
)
def test_a_milestone_is_found_by_whatever_people_call_it(typed: str) -> None:
    """A short key from a board, an address pasted from the browser, a name from a message."""
    with database() as connection:
        firm(connection)

        assert find_milestone(connection, typed).key == "delivery/issues/10088"


def test_several_of_one_name_are_listed_with_their_keys() -> None:
    """Guessing would record an answer on the wrong ticket."""
    with database() as connection:
        firm(connection)

        with pytest.raises(NotOne) as asked:
            find_feedback(connection, "Slow receipts")

    assert "crm/tickets/1" in str(asked.value)
    assert "crm/tickets/2" in str(asked.value)


@pytest.mark.parametrize("typed", ["NFA-89", "Old one", "", "UAT", "https://elsewhere.example/NFA-88"])
def test_what_names_nothing_says_how_to_name_it(typed: str) -> None:
    """What is gone at the vendor is not found either, and no part of a name is."""
    with database() as connection:
        firm(connection)

        assert find_items(connection, typed) == []
        with pytest.raises(NotOne, match="short key"):
            find_milestone(connection, typed)


def test_an_item_that_is_also_a_milestone_is_found_as_that() -> None:
    """`alerts show` and `agree` mean the same thing by the same words."""
    with database() as connection:
        firm(connection)

        assert [found.table for found in find_items(connection, "NFA-88")] == ["milestone"]
        assert [found.table for found in find_items(connection, "NFA-90")] == ["work_item"]
        assert [found.table for found in find_items(connection, "crm/tickets/1")] == ["feedback"]


def test_whoever_can_choose_is_given_all_of_one_name() -> None:
    """Of two tickets with one subject, only one may have an alert."""
    with database() as connection:
        firm(connection)

        found = find_items(connection, "Slow receipts")

    assert [one.key for one in found] == ["crm/tickets/1", "crm/tickets/2"]


def test_many_candidates_are_counted_not_all_listed() -> None:
    """A screen of keys helps nobody."""
    with database() as connection:
        add(connection, *(feedback(f"crm/tickets/{n}", subject="Hello") for n in range(25)))

        with pytest.raises(NotOne, match="and 15 more"):
            find_feedback(connection, "Hello")


def everything(connection: Connection) -> None:
    """The firm with a client, a project and a deal."""
    firm(connection)
    project = {"source": "delivery", "vendor_id": "1", "short": "NFA", "name": "Mobile app revamp"}
    add(connection, tables.Project(key="delivery/projects/1", **project))  # type: ignore[arg-type]  # texts, all of them
    add(connection, tables.Deal(key="crm/deals/1", source="crm", vendor_id="9001", name="Phase 2"))
    add(connection, tables.Client(key="client/bank", names={"": "Bank of Nine Ferries", "zh-Hant-HK": "九渡銀行"}))
    add(connection, tables.Source(name="crm", kind="hubspot"))
    add(connection, tables.Person(key="person/ana", name="Ana Lee"))


@pytest.mark.parametrize(
    ("typed", "table", "key"),
    [
        ("nfa-88", "milestone", "delivery/issues/10088"),
        ("NFA-90", "work_item", "delivery/issues/10090"),
        ("NFA", "project", "delivery/projects/1"),
        ("mobile app revamp", "project", "delivery/projects/1"),
        ("Phase 2", "deal", "crm/deals/1"),
        ("bank", "client", "client/bank"),
        ("client/bank", "client", "client/bank"),
        ("九渡銀行", "client", "client/bank"),
        ("crm", "source", "crm"),
        ("ana lee", "person", "person/ana"),
        ("crm/tickets/3", "feedback", "crm/tickets/3"),
    ],
)
def test_anything_that_has_a_name_here_is_found(typed: str, table: str, key: str) -> None:
    """Also what is gone in its tool, by its key: somebody asks why nobody was told."""
    with database() as connection:
        everything(connection)

        found = find_anything(connection, typed)

    assert (found.table, found.key) == (table, key)


def test_a_name_in_the_config_means_what_has_it_there() -> None:
    """Whoever is one of [people] is also a member of boards, under the same name."""
    with database() as connection:
        add(connection, tables.Person(key="person/may", name="May Chan"))
        add(connection, tables.Person(key="person/boards/members/1", name="May"))

        assert find_anything(connection, "may").key == "person/may"
        assert find_anything(connection, "May").key == "person/boards/members/1"
        assert find_anything(connection, "boards/members/1").key == "person/boards/members/1"


@pytest.mark.parametrize(("typed", "table"), [("source/crm", "source"), ("client/crm", "client")])
def test_a_client_and_a_source_of_one_name_are_told_apart(typed: str, table: str) -> None:
    """By the words that the refusal of the bare name lists."""
    with database() as connection:
        add(
            connection,
            tables.Client(key="client/crm", names={"": "CRM Ltd"}),
            tables.Source(name="crm", kind="hubspot"),
        )

        with pytest.raises(NotOne) as refused:
            find_anything(connection, "crm")

        assert f"  {typed}  " in str(refused.value)
        assert find_anything(connection, typed).table == table


@pytest.mark.parametrize("find", [find_anything, find_milestone])
def test_what_was_pasted_by_mistake_is_not_repeated_whole(find: Callable[[Connection, str], Found]) -> None:
    """A page in the clipboard would push the reason off the screen."""
    with database() as connection, pytest.raises(NotOne) as refused:
        find(connection, "lorem ipsum " * 900)

    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("UAT sign-off", "delivery/issues/10090  UAT sign-off"),
        ("Bank of Nine Ferry", 'did you mean "Bank of Nine Ferries"?'),
        ("Old one", 'nothing is called "Old one"'),
        ("", "give a short key (APP-88)"),
    ],
)
def test_what_could_be_several_things_or_none_is_refused(typed: str, words: str) -> None:
    """With the keys of all that it may be, or the nearest name."""
    with database() as connection:
        everything(connection)

        with pytest.raises(NotOne) as refused:
            find_anything(connection, typed)

    assert words in str(refused.value)
