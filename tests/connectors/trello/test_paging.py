"""Pages of a big board that lie: reading them ends, and says so rather than that what it did not see is gone."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import Page, VendorChanged, VendorUnavailable
from sandbox.http import Fault, Reply
from sandbox.trello import TrelloSandbox
from tests.connectors.contract import read_all, records
from tests.connectors.trello.firm import UAT, Connect, board_of, calls
from tests.factories import at, item

CARDS = r"GET /boards/\w+/cards/all"
ACTIONS = r"GET /boards/\w+/actions"

MOST, REFUSED = 62, 4
"""Cards that an answer of the stand-in holds, and how many requests for more it refuses before."""


@pytest.fixture
def big(sandbox: TrelloSandbox) -> TrelloSandbox:
    """More cards than two of its answers hold: of a thousand, so many would do, but so few are as good."""
    for number in range(150):
        made = item(f"Work {number}", created_at=at("2026-11-02 10:00") + timedelta(seconds=number * 7 % 150))
        sandbox.state.add_card(board_of(sandbox), made, "60aa")
    sandbox.most_cards = MOST
    return sandbox


def altered(change: Callable[[list[Any]], object]) -> Callable[[Reply], Reply]:
    """A true answer whose list was changed."""

    def alter(reply: Reply) -> Reply:
        told = json.loads(reply.body)
        change(told)
        return replace(reply, body=json.dumps(told).encode())

    return alter


def repeated() -> Callable[[Reply], Reply]:
    """The first answer, again and again."""
    first: list[Reply] = []

    def alter(reply: Reply) -> Reply:
        first.append(reply)
        return first[0]

    return alter


def actions_in(pages: list[Page]) -> set[str]:
    return {id for stream, id in records(pages) if stream == "actions"}


def test_each_full_page_of_cards_is_followed_by_a_look_at_what_it_left_out(
    big: TrelloSandbox, connect: Connect
) -> None:
    """Trello promises no order, and what was passed over would count as deleted."""
    found = records(read_all(connect()))

    assert {id for stream, id in found if stream == "cards"} == set(big.state.cards)
    assert sum("/cards/all" in call for call in calls(big)) == REFUSED + 3 + 2


def test_cards_that_a_full_page_passed_over_are_not_taken_for_gone(big: TrelloSandbox, connect: Connect) -> None:
    """The first page ends with the oldest cards in place of newer ones: the next would begin below all the others."""
    oldest = [{"id": id} for id in sorted(big.state.cards)[:5]]
    big.faults.append(_cards(lambda told: told.__setitem__(slice(10, 15), oldest)))

    with pytest.raises(VendorUnavailable, match=r"Trello left \d+ cards out of a page of the board"):
        read_all(connect())


def test_cards_that_repeat_end_in_an_error(big: TrelloSandbox, connect: Connect) -> None:
    """A bound that is not heeded: round and round for ever."""
    big.faults.append(Fault(CARDS, status=0, alter=repeated(), after=REFUSED, times=10_000))

    with pytest.raises(VendorChanged, match="repeats a page of the board"):
        read_all(connect())

    assert sum("/cards/all" in call for call in calls(big)) == REFUSED + 3


@pytest.mark.parametrize("odd", ["-1", "000", 7, None])
def test_what_is_no_id_of_trellos_bounds_no_page(big: TrelloSandbox, connect: Connect, odd: object) -> None:
    """Smaller than every id, it would end the reading there; and one odd card fails no board."""
    lost: list[str] = []

    def spoil(told: list[Any]) -> None:
        lost.append(told[30]["id"])
        told[30]["id"] = odd

    big.faults.append(_cards(spoil))

    found = records(read_all(connect()))

    assert set(big.state.cards) - {id for stream, id in found if stream == "cards"} == set(lost)


def test_more_actions_than_a_page_holds_may_share_a_millisecond(sandbox: TrelloSandbox, connect: Connect) -> None:
    """A board that was copied, or filled by a program: below the last of them it goes on by its id."""
    card = sandbox.state.card(UAT.number)
    for number in range(2500):
        sandbox.state.say(card, "60aa", at("2026-11-05 10:00"), f"comment {number}")
    for action in sandbox.state.actions_of(board=board_of(sandbox))[:2300]:
        action["date"] = "2026-11-12T02:00:00.000Z"
    wanted = {id for id, action in sandbox.state.actions.items() if action["type"] == "commentCard"}

    assert actions_in(read_all(connect())) >= wanted


def test_actions_that_repeat_end_in_an_error(sandbox: TrelloSandbox, connect: Connect) -> None:
    """What is older would never come, and nobody would know."""
    _talk(sandbox, 1500)
    sandbox.faults.append(Fault(ACTIONS, status=0, alter=repeated(), times=10_000))

    with pytest.raises(VendorChanged, match="repeat"):
        read_all(connect())

    assert sum("/actions" in call for call in calls(sandbox)) <= 3


def test_a_page_of_actions_goes_on_from_the_last_that_tells_its_time(sandbox: TrelloSandbox, connect: Connect) -> None:
    """One odd action at a page's end must not hide all that is older."""
    _talk(sandbox, 1500)
    wanted = {id for id, action in sandbox.state.actions.items() if action["type"] == "commentCard"}
    sandbox.faults.append(Fault(ACTIONS, status=0, alter=altered(lambda told: told[-1].update(date="soon"))))

    assert actions_in(read_all(connect())) >= wanted


def _cards(change: Callable[[list[Any]], object]) -> Fault:
    """The first page that is not refused, changed."""
    return Fault(CARDS, status=0, alter=altered(change), after=REFUSED)


def _talk(sandbox: TrelloSandbox, comments: int) -> None:
    for number in range(comments):
        sandbox.state.say(
            sandbox.state.card(UAT.number), "60aa", at("2026-11-05 10:00") + timedelta(seconds=number), ""
        )
