"""Forgetting somebody: what of a text goes, and what is somebody else's."""

from typing import Any

import pytest
from sqlalchemy import Engine

from tests.alerts.firm import put
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


# --- who else has that address


def contact(engine: Engine, number: int, name: str, *emails: str) -> str:
    """A contact of the CRM; its key."""
    key = f"crm/contacts/{number}"
    put(engine, "contact", {"key": key, "source": "crm", "vendor_id": str(number), "name": name, "emails": [*emails]})
    return key


def found(engine: Engine, typed: str) -> list[Somebody]:
    with engine.connect() as connection:
        return sorted(find_somebody(connection, typed), key=lambda one: min(one.keys))


def test_two_names_at_one_address_are_two(engine: Engine) -> None:
    """It cannot be undone: each is told of the other, and the address is neither's to be taken out of every text."""
    one = contact(engine, 1, "Poon Wai-ming", "desk@harbour.example", "poon@harbour.example")
    other = contact(engine, 2, "Lau Siu-fan", "desk@harbour.example")

    assert [who.keys for who in found(engine, "desk@harbour.example")] == [{one}, {other}]
    [poon] = found(engine, "Poon Wai-ming")
    assert (poon.keys, poon.besides) == (frozenset({one}), frozenset({other}))
    assert poon.emails == {"poon@harbour.example"}

    with writing(engine) as connection:
        forget(connection, poon, NOON)
    assert rows(engine, "contact", "name", "emails") == [("", []), ("Lau Siu-fan", ["desk@harbour.example"])]
    assert found(engine, other)[0].emails == {"desk@harbour.example"}  # nobody else's any more


@pytest.mark.parametrize("address", ["info@harbour.example", "nine@harbour.example"])
def test_a_mailbox_of_several_joins_nobody(engine: Engine, address: str) -> None:
    """By its word, or by the three names that have it: not even two of one name, for they may be namesakes."""
    names = ("Chan Tai-man", "Chan Tai-man", "Lau Siu-fan", "Poon Wai-ming")
    keys = [contact(engine, number, name, address) for number, name in enumerate(names, 1)]

    assert [who.keys for who in found(engine, address)] == [{key} for key in keys]
    assert {who.besides | who.emails for who in found(engine, address)} == {frozenset()}


def test_one_name_at_one_address_is_one_in_every_tool(engine: Engine) -> None:
    """However its letters are written, and by way of a second address."""
    one = contact(engine, 1, "Poon Wai-ming", "poon@harbour.example")
    two = contact(engine, 2, "POON  Wai-ming", "poon@harbour.example", "wm@harbour.example")
    three = contact(engine, 3, "poon wai-ming", "wm@harbour.example")

    [poon] = found(engine, one)

    assert poon.keys == {one, two, three}
    assert not poon.besides
    assert poon.emails == {"poon@harbour.example", "wm@harbour.example"}


def test_a_person_stays_for_whom_an_account_of_another_name_stands(engine: Engine) -> None:
    """Two accounts with one address are one person to the linker."""
    person = "person/desk@harbour.example"
    put(engine, "person", {"key": person, "name": "Poon", "side": "client", "configured": False})
    for number, name in ((1, "Poon Wai-ming"), (2, "Lau Siu-fan")):
        known = {"source": "delivery", "vendor_id": str(number), "email": "desk@harbour.example", "person_key": person}
        put(engine, "account", {"key": f"delivery/users/{number}", "name": name, **known})

    [poon] = found(engine, "delivery/users/1")
    with writing(engine) as connection:
        forget(connection, poon, NOON)

    assert poon.besides == {"delivery/users/2"}
    assert rows(engine, "person", "key") == [(person,)]
    assert rows(engine, "account", "name", "email") == [("", None), ("Lau Siu-fan", "desk@harbour.example")]
