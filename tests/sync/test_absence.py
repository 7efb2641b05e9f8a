"""What is missing at a source: a little is gone, much is kept until a person has said that it is."""

from dataclasses import astuple
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from connectors.base import Record
from tests.sync.running import sync
from tests.sync.vendor import Vendor
from tests.unify.tiny import NOON, card, rows
from unify.doubts import Doubt, read_doubts

DAY = timedelta(days=1)


def cards(board: str, count: int) -> list[Record]:
    return [card(f"{board}{number}", at=NOON - timedelta(days=1, minutes=number)) for number in range(count)]


def boards(**counts: int) -> Vendor:
    """A vendor with so many cards on each board."""
    return Vendor(cards={board: cards(board, count) for board, count in counts.items()}, page_size=50)


def asked(engine: Engine) -> list[Doubt]:
    with engine.connect() as connection:
        return read_doubts(connection, "boards")


def shown(engine: Engine) -> list[str]:
    return [str(doubt) for doubt in asked(engine)]


def gone(engine: Engine) -> list[str]:
    """Why each card that is gone is gone."""
    return [reason for (reason,) in rows(engine, "work_item", "delete_reason") if reason]


def test_a_sweep_that_would_remove_too_much_asks(engine: Engine) -> None:
    """It says how much of what, names some, and since when; all stays as it was."""
    vendor = boards(b1=20, b2=20)
    sync(engine, vendor)
    del vendor.cards["b1"][:5]

    result = sync(engine, vendor, now=NOON + DAY)

    assert result.outcome == "ok"
    assert [astuple(one) for one in asked(engine)] == [("cards", "b1", 5, 20, ("b10", "b11", "b12"), NOON + DAY)]
    assert [warning.partition(" are")[0] for warning in result.warnings] == ["5 of 20 cards of b1"]
    assert gone(engine) == []


@pytest.mark.parametrize(("most", "lost"), [(0.2, 4), (0.5, 10), (1, 20)])
def test_up_to_the_share_that_the_config_names_nobody_is_asked(engine: Engine, most: float, lost: int) -> None:
    """A firm that empties its boards each month would be asked each month."""
    vendor = boards(b1=20)
    sync(engine, vendor, config={"most_deleted": most})
    del vendor.cards["b1"][:lost]

    sync(engine, vendor, now=NOON + DAY, config={"most_deleted": most})

    assert (shown(engine), gone(engine)) == ([], ["deleted"] * lost)


def test_what_is_doubted_of_one_board_holds_up_no_other(engine: Engine) -> None:
    """A card deleted elsewhere must not stay overdue meanwhile."""
    vendor = boards(b1=20, b2=20)
    sync(engine, vendor)
    del vendor.cards["b1"][:5], vendor.cards["b2"][0]

    sync(engine, vendor, now=NOON + DAY)

    assert (shown(engine), gone(engine)) == (["5 of 20 cards of b1"], ["deleted"])


def test_a_little_of_each_of_many_boards_can_be_much_of_the_source(engine: Engine) -> None:
    """A single card may always go; of thirty small boards each one's is half of all."""
    vendor = boards(**{f"b{number}": 2 for number in range(30)})
    sync(engine, vendor)
    for board in vendor.cards.values():
        del board[0]

    sync(engine, vendor, now=NOON + DAY)

    assert (shown(engine), gone(engine)) == (["30 of 60 cards"], [])


def test_who_accepts_lets_it_go_once(engine: Engine) -> None:
    """At once, not at the next night's sweep; and the next time it is asked again."""
    vendor = boards(b1=20)
    sync(engine, vendor)
    del vendor.cards["b1"][:5]
    sync(engine, vendor, now=NOON + DAY)

    result = sync(engine, vendor, now=NOON + DAY + timedelta(hours=1), accept_deletions=True)

    assert (shown(engine), result.warnings, len(gone(engine))) == ([], (), 5)
    del vendor.cards["b1"][:6]
    sync(engine, vendor, now=NOON + 3 * DAY)
    assert (shown(engine), len(gone(engine))) == (["6 of 15 cards of b1"], 5)


def test_who_accepts_accepts_no_more_than_was_shown(engine: Engine) -> None:
    """The permission may have been lost between the question and the answer; nor is anything accepted unasked."""
    vendor = boards(b1=20)
    sync(engine, vendor)
    del vendor.cards["b1"][:5]
    sync(engine, vendor, now=NOON + DAY)
    del vendor.cards["b1"][:3]

    sync(engine, vendor, now=NOON + DAY, accept_deletions=True)

    assert (shown(engine), gone(engine)) == (["8 of 20 cards of b1"], [])


def test_what_is_back_is_asked_about_no_more(engine: Engine) -> None:
    """Somebody gave the permission back: there is nothing left to answer. The question keeps its age till then."""
    vendor = boards(b1=20)
    sync(engine, vendor)
    hidden, vendor.cards["b1"] = vendor.cards["b1"], vendor.cards["b1"][:10]
    for days in (1, 2):
        sync(engine, vendor, now=NOON + days * DAY)
    assert [one.since for one in asked(engine)] == [NOON + DAY]
    vendor.cards["b1"] = hidden

    sync(engine, vendor, now=NOON + 3 * DAY)

    assert (shown(engine), gone(engine)) == ([], [])


def test_boards_that_the_account_sees_no_more_are_asked_about(engine: Engine) -> None:
    """Nobody deletes a third of all there is: but it leaves the list just so when a token loses a workspace."""
    vendor = boards(b1=20, b2=10)
    sync(engine, vendor)
    del vendor.cards["b2"]

    sync(engine, vendor, now=NOON + DAY)

    assert (shown(engine), gone(engine)) == (["10 of 31 records"], [])
    sync(engine, vendor, now=NOON + DAY, accept_deletions=True)
    assert (shown(engine), gone(engine)) == ([], ["lost_access"] * 10)


def test_a_board_that_left_the_config_takes_its_question_along(engine: Engine) -> None:
    """The config says that it may go: there is nothing to ask."""
    vendor = boards(b1=20, b2=20)
    sync(engine, vendor, config={"projects": ("b1", "b2")})
    del vendor.cards["b1"][:15]
    sync(engine, vendor, now=NOON + DAY, config={"projects": ("b1", "b2")})
    assert shown(engine) == ["15 of 20 cards of b1"]
    del vendor.cards["b1"]

    sync(engine, vendor, now=NOON + DAY, config={"projects": ("b2",)})

    assert (shown(engine), gone(engine)) == ([], ["out_of_scope"] * 20)
