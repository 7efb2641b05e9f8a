"""The stand-in for Trello: honest where a client could go wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.plan import StatusChange
from sandbox.trello import KEY, TOKEN, TrelloSandbox
from tests.connectors.serving import serving
from tests.factories import STORY_NOW, at, item, message, plan, project
from tests.recording import record

UAT = item(
    "UAT",
    "doing",
    status_changes=(StatusChange(at("2026-11-03 10:00"), "lee", "todo", "doing"),),
    messages=tuple(
        message("lee", f"2026-11-05 {hour:02}:{minute:02}", "?") for hour in range(10) for minute in range(6)
    ),
)


@pytest.fixture
def sandbox() -> TrelloSandbox:
    return TrelloSandbox.from_plan(plan(project("trello", [UAT, item("Idea", "cancelled")])), lambda: STORY_NOW)


@pytest.fixture
def trello(sandbox: TrelloSandbox) -> Iterator[httpx.Client]:
    signed = {"Authorization": f'OAuth oauth_consumer_key="{KEY}", oauth_token="{TOKEN}"'}
    with serving(sandbox.app) as url, httpx.Client(base_url=url, headers=signed, trust_env=False) as client:
        yield client


def board(sandbox: TrelloSandbox) -> str:
    return next(iter(sandbox.state.boards))


def test_a_credential_may_come_in_the_header_or_in_the_query(trello: httpx.Client) -> None:
    """Both are Trello's; refusals are plain text, which a client must not decode."""
    del trello.headers["Authorization"]

    assert trello.get("/members/me", params={"key": KEY, "token": TOKEN}).status_code == 200
    refusals = [trello.get("/members/me", params=query) for query in ({}, {"key": KEY, "token": "x"})]
    assert [(answer.status_code, answer.text) for answer in refusals] == [(401, "invalid key"), (401, "invalid token")]
    assert refusals[0].headers["Content-Type"].startswith("text/plain")


def test_cards_in_sight_are_what_comes_unasked(sandbox: TrelloSandbox, trello: httpx.Client) -> None:
    """Archived ones come for those who ask for all."""
    path = f"/boards/{board(sandbox)}/cards"

    assert [card["name"] for card in trello.get(path).json()] == ["UAT"]
    assert len(trello.get(f"{path}/all", params={"fields": "name"}).json()) == 2


def test_actions_come_fifty_at_most_unless_asked(sandbox: TrelloSandbox, trello: httpx.Client) -> None:
    """An SDK stops there, and loses the rest."""
    path = f"/boards/{board(sandbox)}/actions"
    first = trello.get(path, params={"filter": "commentCard"}).json()
    rest = trello.get(path, params={"filter": "commentCard", "before": first[-1]["id"]}).json()

    assert (len(first), len(rest)) == (50, 10)
    assert first[0]["date"] > first[-1]["date"] > rest[0]["date"]
    assert trello.get(path, params={"limit": "1001"}).status_code == 400


def test_a_filter_may_name_the_field_that_changed(sandbox: TrelloSandbox, trello: httpx.Client) -> None:
    """`updateCard:idList` is a move, and no other update."""
    found = trello.get(f"/boards/{board(sandbox)}/actions", params={"filter": "updateCard:idList"}).json()

    assert [action["data"]["listAfter"]["name"] for action in found] == ["進行中"]


def test_an_id_tells_when_it_was_made(sandbox: TrelloSandbox) -> None:
    """Clients read the time of creation from it, and page by it."""
    assert int(sandbox.card_id(UAT.number)[:8], 16) == int(UAT.created_at.timestamp())


def test_each_part_of_a_batch_answers_for_itself(sandbox: TrelloSandbox, trello: httpx.Client) -> None:
    """Commas within a part are encoded; what is gone is an error inside a good answer."""
    card = sandbox.card_id(UAT.number)
    parts = trello.get("/batch", params={"urls": f"/cards/{card}?fields=name%2Cdue,/cards/{'0' * 24}"}).json()

    assert parts[0] == {"200": {"id": card, "name": "UAT", "due": None}}
    assert parts[1]["statusCode"] == 404


def test_what_is_deleted_is_not_found(sandbox: TrelloSandbox, trello: httpx.Client) -> None:
    """Its actions stay in the board's history."""
    card = sandbox.card_id(UAT.number)
    sandbox.delete(UAT.number, "may", STORY_NOW)

    assert trello.get(f"/cards/{card}").status_code == 404
    assert trello.get(f"/boards/{board(sandbox)}/actions").json()[0]["type"] == "deleteCard"


def test_every_change_moves_the_activity_of_card_and_board(sandbox: TrelloSandbox) -> None:
    """What a client goes by to see what is quiet."""
    sandbox.relabel(UAT.number, ["urgent"], at("2026-11-23 10:00"))

    moved = "2026-11-23T02:00:00.000Z"
    assert sandbox.state.card(UAT.number)["dateLastActivity"] == moved
    assert sandbox.state.boards[board(sandbox)]["dateLastActivity"] == moved


def test_only_its_author_edits_a_comment(sandbox: TrelloSandbox, trello: httpx.Client) -> None:
    """Somebody else's is refused as a missing permission, with 401."""
    card = sandbox.card_id(UAT.number)
    theirs = trello.get(f"/cards/{card}/actions", params={"filter": "commentCard"}).json()[0]["id"]

    refusal = trello.put(f"/cards/{card}/actions/{theirs}/comments", json={"text": "Mine now."})

    assert (refusal.status_code, refusal.text) == (401, "unauthorized card permission requested")


def test_recorded_answers_are_served_as_they_were(tmp_path: Path) -> None:
    """What Trello once sent comes again; boards, of which nothing was recorded, are made around it."""
    board, list_, card, mei = "64" * 12, "65" * 12, "66" * 12, "67" * 12
    sent: dict[str, Any] = {
        "id": card,
        "idBoard": board,
        "idList": list_,
        "name": "📄 As it was",
        "pos": 1.5,
        "cover": {"color": None},
        "idLabels": [],
        "idMembers": [],
        "due": None,
        "dueComplete": False,
        "closed": False,
        "dateLastActivity": "2023-03-04T12:48:01.922Z",
    }
    record(tmp_path, "cards", [sent], board=board)
    record(tmp_path, "lists", [{"id": list_, "name": "Done", "closed": False, "idBoard": board}], board=board)
    record(tmp_path, "check_items", [{"id": "68" * 12, "idCard": card, "checkItems": []}], board=board)
    record(tmp_path, "members", [{"id": mei, "fullName": "Mei", "username": "mei"}], board=board)
    sandbox = TrelloSandbox.from_recorded(tmp_path, lambda: STORY_NOW)
    signed = {"Authorization": f'OAuth oauth_consumer_key="{KEY}", oauth_token="{TOKEN}"'}

    with serving(sandbox.app) as url, httpx.Client(base_url=url, headers=signed, trust_env=False) as client:
        (served,) = client.get(f"/boards/{board}/cards/all", params={"checklists": "all"}).json()
        (listed,) = client.get("/members/me/boards").json()
        shown = client.get(f"/boards/{board}", params={"members": "all"}).json()

    assert {key: served[key] for key in sent} == sent
    assert [checklist["idCard"] for checklist in served["checklists"]] == [card]
    assert (listed["id"], listed["dateLastActivity"]) == (board, sent["dateLastActivity"])
    assert mei in [member["id"] for member in shown["members"]]
