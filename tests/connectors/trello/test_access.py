"""What of Trello is read, and what its refusals mean."""

import pytest

from connectors.base import AccessDenied, NotFound, RateLimited, Ref, VendorChanged
from sandbox.http import Fault
from sandbox.trello import TrelloSandbox
from tests.connectors.contract import read_all
from tests.connectors.trello.firm import UAT, Connect, board_of


def test_whom_the_token_reaches_is_the_workspaces_of_its_boards(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Another member's token sees other boards of the same workspace; a stranger's shares none. Without a workspace,
    which old boards are, a board is its own."""
    board = sandbox.state.boards[board_of(sandbox)]
    assert connect().check().tenants == {board["idOrganization"]: "Acme"}

    board["idOrganization"] = None
    assert connect().check().tenants == {board["id"]: "App"}


def test_a_workspace_that_is_not_shown_goes_by_its_id(sandbox: TrelloSandbox, connect: Connect) -> None:
    """A guest sees the board alone."""
    workspace = sandbox.state.boards[board_of(sandbox)]["idOrganization"]
    sandbox.state.workspaces.clear()

    assert connect().check().tenants == {workspace: workspace}


def test_a_member_of_no_board_is_told_so(sandbox: TrelloSandbox, connect: Connect) -> None:
    """A new service member: nothing is wrong with the token, and there is nothing to read."""
    sandbox.hidden.add(board_of(sandbox))

    with pytest.raises(AccessDenied, match="Milepost sees no open board in Trello: invite @milepost_hub to the boards"):
        connect().check()


@pytest.mark.parametrize("named", ["id", "shortLink", "name", "workspace", "workspace's name"])
def test_boards_are_named_as_people_name_them(sandbox: TrelloSandbox, connect: Connect, named: str) -> None:
    """By id, short link or name; or all of a workspace."""
    board = sandbox.state.boards[board_of(sandbox)]
    name = {**board, "workspace": board["idOrganization"], "workspace's name": "Acme"}[named]

    assert connect(projects=(name,)).parts("cards") == [board["id"]]


def test_a_board_that_nobody_shows_us_fails_by_name(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Quietly reading the others would look as if all were well there."""
    sandbox.hidden.add(board_of(sandbox))
    connector = connect(projects=(board_of(sandbox),))

    assert connector.check().notes == [f"{board_of(sandbox)} is not visible to @milepost_hub: invite it there"]
    with pytest.raises(NotFound, match="not visible to the token's member"):
        list(connector.read("cards", board_of(sandbox), None))


def test_a_closed_board_is_no_part_any_more(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Its cards stop alarming anybody."""
    sandbox.state.boards[board_of(sandbox)]["closed"] = True

    assert connect().parts("cards") == []


@pytest.mark.parametrize(
    ("replaced", "words"),
    [
        ({"key": "b" * 32}, "refuses the API key: put the key of your Power-Up into env:TRELLO_KEY"),
        (
            {"token": "b" * 64},
            "refuses the token: it is wrong, expired or revoked; make a new one for env:TRELLO_TOKEN",
        ),
    ],
)
def test_key_and_token_are_told_apart(connect: Connect, replaced: dict[str, str], words: str) -> None:
    """Both are 401 at Trello; only the text says which."""
    with pytest.raises(AccessDenied, match=words):
        connect(**replaced).check()


def test_a_token_that_may_only_read_says_what_it_lacks(sandbox: TrelloSandbox, connect: Connect) -> None:
    """The credential is good: a new one like it would not help."""
    sandbox.may_write = False

    with pytest.raises(AccessDenied, match="scope read,write"):
        connect().comment(Ref("cards", sandbox.card_id(UAT.number)), "The date has passed.", "k", None)


@pytest.mark.parametrize(
    ("status", "body", "raised", "words"),
    [
        (401, "unauthorized card permission requested", AccessDenied, "scope read,write"),
        (403, "organization restricts access", AccessDenied, "ask its admin"),
        (404, "board not found", NotFound, "does not find"),
        (400, "invalid id", NotFound, "does not find"),
        (
            429,
            '{"error":"API_TOKEN_LIMIT_EXCEEDED","message":"Rate limit exceeded"}',
            RateLimited,
            "limits our requests",
        ),
        (400, "invalid value for filter", VendorChanged, "400"),
        (418, "", VendorChanged, "418"),
    ],
)
def test_each_refusal_says_who_must_act(
    sandbox: TrelloSandbox, connect: Connect, status: int, body: str, raised: type[Exception], words: str
) -> None:
    """Most of them are plain text: only that tells a missing permission from a wrong token, or a bad id from our own
    mistake."""
    sandbox.faults.append(Fault(r"GET /boards/\w+/actions", status, {"Content-Type": "text/plain"}, body, times=99))

    with pytest.raises(raised, match=words) as refusal:
        read_all(connect())
    assert "\n" not in str(refusal.value)


def test_a_page_of_something_else_is_a_wrong_address(sandbox: TrelloSandbox, connect: Connect) -> None:
    """A proxy's log-in page is HTML with a friendly 200."""
    sandbox.faults.append(Fault("GET /members/me", status=200, body="<html>", headers={"Content-Type": "text/html"}))

    with pytest.raises(NotFound, match=r"check sources\.boards\.url"):
        connect().check()


@pytest.mark.parametrize("body", ["[1, 2", '"text"', "{}"])
def test_an_answer_that_is_not_as_documented_is_ours_to_mend(
    sandbox: TrelloSandbox, connect: Connect, body: str
) -> None:
    """Neither the token's owner nor waiting would help."""
    sandbox.faults.append(
        Fault("GET /members/me/boards", status=200, body=body, headers={"Content-Type": "application/json"})
    )

    with pytest.raises(VendorChanged):
        connect().check()
