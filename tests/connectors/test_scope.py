"""What the config names of a tool is read, and nothing beside it."""

import pytest

from connectors.scope import Scope, count, names_in

UAT = {"id": "b1", "name": "UAT", "space": "w1"}
WEB = {"id": "b2", "name": "Web", "space": "w2"}


def scope(*wanted: str) -> Scope:
    return Scope(wanted, lambda one: names_in(one, "id", "name"), lambda one: names_in(one, "space"))


@pytest.mark.parametrize(
    ("wanted", "is_closed", "held"),
    [
        ((), False, ["b1", "b2"]),
        ((), True, []),
        (("b1",), False, ["b1"]),
        (("Web",), False, ["b2"]),
        (("w1",), False, ["b1"]),
        (("w1",), True, []),
        (("UAT",), True, ["b1"]),
        (("elsewhere",), False, []),
    ],
)
def test_a_scope_is_named_as_people_name_it(wanted: tuple[str, ...], is_closed: bool, held: list[str]) -> None:
    """By id or name, or by the workspace; what is closed only by its own."""
    assert [one["id"] for one in (UAT, WEB) if scope(*wanted).holds(one, is_closed=is_closed)] == held


def test_what_matches_nothing_is_told_in_the_configs_order() -> None:
    """A misspelt or hidden board is an error of that board, and not an empty list."""
    assert scope("z", "w1", "a").unmatched([UAT]) == ["z", "a"]


def test_what_is_no_record_has_no_name() -> None:
    """A workspace that a tool leaves out."""
    assert names_in(None, "id") == names_in({"id": None}, "id") == set()


def test_one_is_not_many() -> None:
    """`check` speaks to people."""
    assert (count(1, "board"), count(0, "board")) == ("1 board", "0 boards")
    assert (count(1, "company", "companies"), count(2, "company", "companies")) == ("1 company", "2 companies")
