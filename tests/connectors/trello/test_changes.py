"""How little of Trello is asked, and that no change is missed."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.base import Cursor, Record
from sandbox.trello import TrelloSandbox
from sandbox.trello_state import Json
from tests.connectors.contract import read_all, records
from tests.connectors.trello.firm import OLD, PRINTER, UAT, Connect, board_of, calls
from tests.factories import at, item, message


def test_the_first_run_asks_six_times(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Who, which boards, who is of the workspace; then for each board its words, its actions, its cards."""
    connector = connect()
    connector.check()
    read_all(connector)

    board = board_of(sandbox)
    assert [call.replace(board, "B") for call in calls(sandbox)] == [
        "GET /members/me",
        "GET /members/me/boards",
        f"GET /organizations/{sandbox.state.boards[board]['idOrganization']}/memberships",
        "GET /boards/B",
        "GET /boards/B/actions",
        "GET /boards/B/cards/all",
    ]


def test_a_quiet_board_costs_nothing(sandbox: TrelloSandbox, connect: Connect) -> None:
    """One list of boards shows that nothing happened on any of them."""
    cursors: dict[tuple[str, str], Cursor] = {}
    read_all(connect(), cursors)
    calls(sandbox)

    pages = read_all(connect(), cursors)

    assert not any("/boards/" in call for call in calls(sandbox))
    assert {stream for stream, _ in records(pages)} == {"workspaces"}


def test_a_change_is_fetched_with_its_card_alone(sandbox: TrelloSandbox, connect: Connect) -> None:
    """A thin list of the board shows which cards moved; they come in one batch, with comments and history."""
    cursors: dict[tuple[str, str], Cursor] = {}
    read_all(connect(), cursors)
    calls(sandbox)
    sandbox.add_message(UAT.number, message("sam", "2026-11-12 18:30", "This **week**?"))

    found = records(read_all(connect(), cursors))

    assert [call.split("/")[1] for call in calls(sandbox)] == ["members", "organizations", "boards", "boards", "batch"]
    assert {id for stream, id in found if stream == "cards"} == {sandbox.card_id(UAT.number)}
    texts = [record.payload["data"].get("text") for (stream, _), record in found.items() if stream == "actions"]
    assert "This **week**?" in texts


def touched(sandbox: TrelloSandbox, connect: Connect, *, by: Callable[[], object]) -> dict[tuple[str, str], Record]:
    """What a second run brings after 25 of the board's cards, UAT among them, moved, and `by` happened too."""
    cursors: dict[tuple[str, str], Cursor] = {}
    made = [item(f"Work {number}", created_at=at("2026-11-02 10:00")) for number in range(24)]
    for one in made:
        sandbox.state.add_card(board_of(sandbox), one, "60aa")
    read_all(connect(), cursors)
    for one in (UAT, *made):
        sandbox.state.stir(sandbox.state.card(one.number), at("2026-11-12 18:00"))
    calls(sandbox)
    by()
    return {key: record for key, record in records(read_all(connect(), cursors)).items() if key[0] == "cards"}


def test_a_batch_holds_ten_cards(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Trello refuses more; commas within one are encoded, or it would split there."""
    found = touched(sandbox, connect, by=lambda: None)

    assert len(found) == 25
    assert calls(sandbox).count("GET /batch") == 3


def test_a_card_that_is_gone_before_its_batch_is_left_to_the_sweep(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Its part of the batch is a 404 inside a good answer."""
    serve = sandbox._one_of_batch
    gone = sandbox.card_id(UAT.number)

    def late(url: Any) -> Json:
        return serve(url._replace(path=url.path.replace(gone, "0" * 24)))

    def meanwhile() -> None:
        sandbox._one_of_batch = late  # type: ignore[method-assign]  # the vendor's state at that very moment

    assert len(touched(sandbox, connect, by=meanwhile)) == 24


@pytest.mark.parametrize("status", [429, 500])
def test_a_part_of_a_batch_that_failed_is_asked_for_by_itself(
    sandbox: TrelloSandbox, connect: Connect, status: int
) -> None:
    """The batch is a 200 all the same, and the others of it are good."""
    serve, seen = sandbox._one_of_batch, []

    def stumbling(url: Any) -> Json:
        seen.append(url)
        return {"name": "Error", "message": "", "statusCode": status} if len(seen) == 3 else serve(url)

    def meanwhile() -> None:
        sandbox._one_of_batch = stumbling  # type: ignore[method-assign]  # the vendor's state at that very moment

    assert len(touched(sandbox, connect, by=meanwhile)) == 25
    assert len([call for call in calls(sandbox) if call.startswith("GET /cards/")]) == 1


def test_a_card_without_an_activity_is_read_each_time_its_board_moves(sandbox: TrelloSandbox, connect: Connect) -> None:
    """It may be null: nothing then shows that the card is as it was."""
    sandbox.state.card(PRINTER.number)["dateLastActivity"] = None
    cursors: dict[tuple[str, str], Cursor] = {}
    read_all(connect(), cursors)
    sandbox.add_message(UAT.number, message("sam", "2026-11-12 18:30", "This week?"))

    assert ("cards", sandbox.card_id(PRINTER.number)) in records(read_all(connect(), cursors))


def test_a_board_without_an_activity_is_read_whole_each_time(sandbox: TrelloSandbox, connect: Connect) -> None:
    """It cannot be shown to be quiet; a thin list first would be one request more."""
    sandbox.state.boards[board_of(sandbox)]["dateLastActivity"] = None
    cursors: dict[tuple[str, str], Cursor] = {}
    read_all(connect(), cursors)
    calls(sandbox)

    found = records(read_all(connect(), cursors))

    assert {id for stream, id in found if stream == "cards"} == set(sandbox.state.cards)
    assert len([call for call in calls(sandbox) if "/boards/" in call]) == 3


def test_a_new_label_is_seen_though_no_action_tells_of_it(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Labels, custom fields and edits leave no action: only the card's own activity gives them away."""
    cursors: dict[tuple[str, str], Cursor] = {}
    read_all(connect(), cursors)
    sandbox.relabel(PRINTER.number, ["客戶反饋"], at("2026-11-12 17:00"))

    found = records(read_all(connect(), cursors))

    assert [label["name"] for label in found["cards", sandbox.card_id(PRINTER.number)].payload["labels"]] == [
        "客戶反饋"
    ]


def test_an_active_board_is_read_whole_once_a_day(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Whether every kind of change moves a card's activity is not documented: a day is how long one may stay unseen."""
    cursors: dict[tuple[str, str], Cursor] = {}
    read_all(connect(), cursors)
    sandbox.state.card(PRINTER.number)["name"] = "Printer driver 2"  # nothing gives this away
    sandbox.move_due(UAT.number, at("2026-12-01 18:00"), "may", at("2026-11-20 10:00"))

    found = records(read_all(connect(), cursors))

    assert found["cards", sandbox.card_id(PRINTER.number)].payload["name"] == "Printer driver 2"


def test_an_activity_that_cannot_be_hides_no_later_change(sandbox: TrelloSandbox, connect: Connect) -> None:
    """A cursor at the year 9999 would be the last one."""
    sandbox.state.card(OLD.number)["dateLastActivity"] = "9999-12-31T00:00:00.000Z"
    cursors: dict[tuple[str, str], Cursor] = {}
    read_all(connect(), cursors)
    sandbox.add_message(UAT.number, message("sam", "2026-11-12 18:30", "This week?"))

    assert ("cards", sandbox.card_id(UAT.number)) in records(read_all(connect(), cursors))


def test_a_busy_board_is_read_whole_rather_than_by_batches(connect: Connect, sandbox: TrelloSandbox) -> None:
    """Eleven batches of ten cost more than the whole board."""
    cursors: dict[tuple[str, str], Cursor] = {}
    board = board_of(sandbox)
    for number in range(150):
        sandbox.state.add_card(board, item(f"Work {number}", created_at=at("2026-11-02 10:00")), "60aa")
    read_all(connect(), cursors)
    for card in sandbox.state.cards.values():
        sandbox.state.stir(card, at("2026-11-12 18:00"))
    calls(sandbox)

    read_all(connect(), cursors)

    assert not any("batch" in call for call in calls(sandbox))
