"""What comes of boards, cards and actions: in pages, and whatever is odd in them."""

from datetime import timedelta

import pytest

from connectors.base import Cursor, Ref, VendorUnavailable
from sandbox.http import Fault
from sandbox.trello import TrelloSandbox
from tests.connectors.contract import read_all, records
from tests.connectors.trello.firm import OLD, UAT, Connect, board_of
from tests.factories import STORY_NOW, at, item


def test_actions_that_share_a_millisecond_at_a_page_border_all_come(sandbox: TrelloSandbox, connect: Connect) -> None:
    """`before` compares times: a page that ends inside one instant must not lose the rest of it."""
    card = sandbox.state.card(UAT.number)
    for number in range(1500):
        sandbox.state.say(card, "60aa", at("2026-11-05 10:00"), f"comment {number}")
    wanted = {id for id, action in sandbox.state.actions.items() if action["type"] == "commentCard"}
    # A thousand at one instant is more than any page holds: spread them over three.
    for number, action in enumerate(sandbox.state.actions_of(board=board_of(sandbox))):
        action["date"] = f"2026-11-05T02:00:0{number // 700}.000Z"

    found = records(read_all(connect()))

    assert {id for stream, id in found if stream == "actions"} >= wanted


def test_cards_are_paged_by_the_smallest_id_seen(sandbox: TrelloSandbox, connect: Connect) -> None:
    """The newest thousand come in the order of the board, which says nothing of their ids."""
    board = board_of(sandbox)
    for number in range(1200):
        made = item(f"Work {number}", created_at=at("2026-11-02 10:00") + timedelta(minutes=number * 7 % 1200))
        sandbox.state.add_card(board, made, "60aa")

    found = records(read_all(connect()))

    assert {id for stream, id in found if stream == "cards"} == set(sandbox.state.cards)


@pytest.mark.parametrize("status", [400, 403, 429])
def test_a_question_too_large_is_asked_in_smaller_parts(sandbox: TrelloSandbox, connect: Connect, status: int) -> None:
    """The bound is not documented and its status varies; repeating the same question would never help."""
    sandbox.faults.append(
        Fault(r"GET /boards/\w+/cards", status=status, body='{"error":"API_TOO_MANY_CARDS_REQUESTED"}', times=2)
    )

    found = records(read_all(connect()))

    assert {id for stream, id in found if stream == "cards"} == set(sandbox.state.cards)
    limits = [seen.query for seen in sandbox.app.log if "/cards/all" in seen.path]
    assert ["limit=1000" in limits[0], "limit=500" in limits[1], "limit=250" in limits[2]] == [True] * 3


def test_a_board_that_trello_cannot_answer_in_time_is_asked_for_in_smaller_parts(
    sandbox: TrelloSandbox, connect: Connect
) -> None:
    """A question that takes it over thirty seconds ends in a 504, as often as one asks."""
    sandbox.faults.append(Fault(r"GET /boards/\w+/cards", status=504, times=8))

    found = records(read_all(connect()))

    assert {id for stream, id in found if stream == "cards"} == set(sandbox.state.cards)
    assert "limit=250" in next(seen.query for seen in reversed(sandbox.app.log) if "/cards/all" in seen.path)


def test_an_outage_is_the_vendors(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Smaller parts do not help: wait."""
    sandbox.faults.append(Fault(r"GET /boards/\w+/cards", status=503, times=1000))

    with pytest.raises(VendorUnavailable, match="503"):
        read_all(connect())


def test_a_done_card_brings_the_action_that_ticked_it(sandbox: TrelloSandbox, connect: Connect) -> None:
    """A card does not say when it was done, nor who made it; the history does."""
    telling = records(read_all(connect()))["cards", sandbox.card_id(OLD.number)].payload["actions"]

    assert [
        (action["type"], action["date"]) for action in telling if "dueComplete" in action["data"].get("old", {})
    ] == [("updateCard", "2026-11-03T09:00:00.000Z")]
    assert any(action["type"] == "createCard" for action in telling)


def test_a_card_is_the_same_however_it_was_read(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Whole board or batch: the same payload, or every second run would map it again."""
    cursors: dict[tuple[str, str], Cursor] = {}
    sandbox.state.stir(sandbox.state.card(OLD.number), at("2026-11-20 19:00"))
    whole = records(read_all(connect(), cursors))
    sandbox.state.boards[board_of(sandbox)]["dateLastActivity"] = "2026-11-20T12:00:00.000Z"
    touched = records(read_all(connect(), cursors))

    key = ("cards", sandbox.card_id(OLD.number))
    assert touched[key].payload == whole[key].payload


def test_a_deleted_comment_is_gone_with_the_next_reading_of_its_card(sandbox: TrelloSandbox, connect: Connect) -> None:
    """No action tells of it: the card's whole history says what is left of it."""
    cursors: dict[tuple[str, str], Cursor] = {}
    read_all(connect(), cursors)
    comment = next(action for action in sandbox.state.actions_of() if action["type"] == "commentCard")
    del sandbox.state.actions[comment["id"]]
    sandbox.state.stir(sandbox.state.card(UAT.number), at("2026-11-12 19:00"))

    pages = read_all(connect(), cursors)

    ref = Ref("cards", sandbox.card_id(UAT.number))
    assert ("actions", ref) in [claim for page in pages for claim in page.whole]
    assert ("actions", comment["id"]) not in records(pages)


def test_an_edited_comment_comes_again_with_its_card(sandbox: TrelloSandbox, connect: Connect) -> None:
    """No action tells of the edit, and the comment keeps its date: who asks for newer actions only never sees it."""
    cursors: dict[tuple[str, str], Cursor] = {}
    read_all(connect(), cursors)
    comment = next(action for action in sandbox.state.actions_of() if action["type"] == "commentCard")
    comment["data"]["text"] = "One case is left."
    sandbox.state.stir(sandbox.state.card(UAT.number), at("2026-11-12 19:00"))

    assert (
        records(read_all(connect(), cursors))["actions", comment["id"]].payload["data"]["text"] == "One case is left."
    )


def test_a_board_comes_with_all_its_words_and_none_of_its_work(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Fifty labels come unasked, and so do all actions: beside cards that is more than Trello answers at once."""
    for number in range(60):
        sandbox.state.label_named(board_of(sandbox), f"Label {number}")

    [page] = connect().read("boards", board_of(sandbox), None)

    assert len(page.records[0].payload["labels"]) >= 60
    asked = next(seen.query for seen in sandbox.app.log if seen.path == f"/boards/{board_of(sandbox)}")
    assert ("cards=none" in asked, "actions=none" in asked) == (True, True)


def test_archived_cards_come_and_count_as_living(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Archived is not deleted."""
    sandbox.archive(OLD.number, "may", STORY_NOW)
    connector = connect()

    found = records(read_all(connector))

    card = sandbox.card_id(OLD.number)
    assert found["cards", card].payload["closed"] is True
    assert card in [id for ids in connector.living_ids("cards", board_of(sandbox)) for id in ids]


def test_closed_cards_older_than_since_are_left_out(sandbox: TrelloSandbox, connect: Connect) -> None:
    """A firm with ten years of boards need not read them all; what is still open comes whatever its age."""
    found = records(read_all(connect(since="2026-11-05")))

    assert ("cards", sandbox.card_id(OLD.number)) not in found
    assert ("cards", sandbox.card_id(UAT.number)) in found
    parents = {record.parent.id for record in found.values() if record.parent}
    assert sandbox.card_id(OLD.number) not in parents


def test_an_element_that_is_no_card_costs_nothing_else(sandbox: TrelloSandbox, connect: Connect) -> None:
    """It is named, and every other card of the page comes."""
    sandbox.state.cards["odd"] = {**sandbox.state.card(OLD.number), "id": None, "pos": 1}

    pages = read_all(connect())

    assert len([key for key in records(pages) if key[0] == "cards"]) == 3
    assert [problem.stream for page in pages for problem in page.problems] == ["cards"]


def test_half_an_emoji_in_a_title_costs_no_page(sandbox: TrelloSandbox, connect: Connect) -> None:
    """The fast decoder refuses the whole page; the slow one reads it."""
    sandbox.state.card(OLD.number)["name"] = "half \ud83d"

    found = records(read_all(connect()))

    assert len([key for key in found if key[0] == "cards"]) == 3
    assert found["cards", sandbox.card_id(OLD.number)].payload["name"] == "half \ud83d"
