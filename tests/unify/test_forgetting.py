"""Forgetting somebody: what of a text goes, and what is somebody else's."""

from typing import Any

import pytest
from sqlalchemy import Engine

from tests.unify import test_prune as people
from tests.unify.test_erasure import ADDRESS, NAME, bytes_of, tell_of, texts
from tests.unify.tiny import NOON, card, rows
from unify.engine import writing
from unify.erasure import cut_log
from unify.forgetting import Cleaning, Somebody, find_somebody, forget

LI = Somebody(
    accounts=frozenset({"delivery/users/712020:aa"}),
    persons=frozenset({"person/li@harbour.example"}),
    names=frozenset({"Li"}),
    emails=frozenset({"li@harbour.example"}),
)
POON = Somebody(names=frozenset({"Poon Wai-ming", "潘偉明"}), emails=frozenset({"poon@harbour.example"}))


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("Ask Li <Li@Harbour.example> about listening", "Ask Li <—> about listening"),
        (
            {"accountId": "712020:aa", "displayName": "Li", "said": "Li!"},
            {"accountId": "712020:aa", "displayName": "—", "said": "Li!"},
        ),
        (
            {"author": {"accountId": "712020:bb", "displayName": "Li"}},
            {"author": {"accountId": "712020:bb", "displayName": "Li"}},
        ),
        ({"owner": "person/li@harbour.example", "owner_name": "Li"}, {"owner": "person/—", "owner_name": "—"}),
        ({"project": "Li", "count": 3, "none": None}, {"project": "Li", "count": 3, "none": None}),
    ],
)
def test_a_short_name_goes_where_it_can_mean_nobody_else(told: Any, left: Any) -> None:
    """A word, and a colleague of the same name, stay."""
    assert Cleaning(LI)(told) == left


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("Poon Wai-ming said so", "— said so"),
        ("poon wai-ming, POON@harbour.example", "—, —"),
        (["客戶潘偉明說", "Poon"], ["客戶—說", "Poon"]),
    ],
)
def test_a_full_name_goes_out_of_every_text(told: Any, left: Any) -> None:
    """In any spelling of its letters."""
    assert Cleaning(POON)(told) == left


@pytest.mark.parametrize("typed", [NAME, "boards/cards/p1"])
def test_a_contact_is_erased_as_if_the_crm_had(engine: Engine, typed: str) -> None:
    """However they are named; what others were told of them loses their name too."""
    mapper = people.People()
    people.save(engine, card("p1", NAME), card("p2", "Lau"), mapper=mapper)
    tell_of(engine, "boards/comments/t2", f"Lau wrote; {NAME} is known to them too.")
    with writing(engine) as connection:
        [who] = find_somebody(connection, typed)
        forget(connection, who, NOON)
        again = find_somebody(connection, typed)
    cut_log(engine)

    assert [one for one in again if one.names] == []
    assert rows(engine, "contact", "name", "delete_reason") == [("", "deleted"), ("Lau", None)]
    assert texts(engine) == ["Lau wrote; — is known to them too."]
    assert NAME.encode() not in bytes_of(engine)
    assert ADDRESS.encode() not in bytes_of(engine)
