"""Trello: the contract, and the traps of its API."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from pydantic import SecretStr

from config.settings import Secret
from connectors.base import AccessDenied, Cursor, NotCommentable, NotFound, Ref, VendorChanged
from connectors.governor import Governor
from connectors.trello import Trello, TrelloSettings
from sandbox.http import Fault
from sandbox.plan import Move, Plan
from sandbox.trello import KEY, TOKEN, TrelloSandbox
from tests.connectors.contract import Case, ConnectorContract, read_all, records
from tests.connectors.serving import serving
from tests.factories import STORY_NOW, at, item, message, plan, project

Connect = Callable[..., Trello]

UAT = item(
    "UAT sign-off",
    "doing",
    milestone=True,
    assignee="lee",
    reporter="may",
    due=at("2026-11-20 18:00"),
    moves=(Move(at("2026-11-10 11:00"), "may", at("2026-11-13 18:00"), at("2026-11-20 18:00")),),
    messages=(message("lee", "2026-11-12 15:00", "Two cases are left."),),
)
PRINTER = item("Printer driver", "done", done_at=at("2026-11-06 17:00"), assignee="lee")
OLD = item("Kick-off", "done", done_at=at("2026-11-03 17:00"), due=at("2026-11-03 18:00"))


def firm() -> Plan:
    return plan(project("trello", [UAT, PRINTER, OLD], members=("may", "lee")))


@pytest.fixture
def sandbox() -> TrelloSandbox:
    # Every request and every change comes a second later than the one before.
    seconds = count()
    return TrelloSandbox.from_plan(firm(), lambda: STORY_NOW + timedelta(seconds=next(seconds)))


@pytest.fixture
def connect(sandbox: TrelloSandbox) -> Iterator[Connect]:
    """Builds connectors to the sandbox; waits cost no time."""
    governors: list[Governor] = []
    with serving(sandbox.app) as url:

        def make(**replaced: Any) -> Trello:
            for name in ("token", "key"):
                if name in replaced:
                    replaced[name] = Secret(reference=f"env:TRELLO_{name.upper()}", value=SecretStr(replaced[name]))
            defaults: dict[str, Any] = {
                "name": "boards",
                "url": url,
                "key": Secret(reference="env:TRELLO_KEY", value=SecretStr(KEY)),
                "token": Secret(reference="env:TRELLO_TOKEN", value=SecretStr(TOKEN)),
            }
            settings = TrelloSettings(**(defaults | replaced))
            governor = Governor(
                "boards",
                limits=["1000/second"],
                stop=threading.Event(),
                redact=lambda text: text.replace(TOKEN, "***"),
                wait=lambda seconds: False,
            )
            governors.append(governor)
            return Trello(settings, governor)

        yield make
        for governor in governors:
            governor.close()


class TestContract(ConnectorContract):
    """Trello keeps the contract of every connector."""

    @pytest.fixture
    def case(self, sandbox: TrelloSandbox, connect: Connect) -> Case:
        def touch() -> str:
            sandbox.move_due(UAT.number, at("2026-11-30 18:00"), "may", STORY_NOW)
            return sandbox.card_id(UAT.number)

        def remove() -> str:
            gone = sandbox.card_id(OLD.number)
            sandbox.delete(OLD.number, "may", STORY_NOW)
            return gone

        return Case(
            connect=connect,
            secrets=(KEY, TOKEN),
            token_reference="env:TRELLO_TOKEN",
            items="cards",
            children=frozenset({"actions"}),
            touch=touch,
            remove=remove,
            revoke=sandbox.revoke,
            comments=lambda: [comment["text"] for comment in sandbox.comments_posted],
            faults=sandbox.faults,
            log=sandbox.app.log,
            comment_call=r"POST /cards/\w+/actions/comments",
            item_call=r"GET /boards/\w+/cards",
            not_commentable=Ref("boards", next(iter(sandbox.state.boards))),
        )


def board_of(sandbox: TrelloSandbox) -> str:
    return next(iter(sandbox.state.boards))


def calls(sandbox: TrelloSandbox) -> list[str]:
    """Method and path of every request so far, which are then forgotten."""
    made = [f"{seen.method} {seen.path}" for seen in sandbox.app.log]
    sandbox.app.log.clear()
    return made


# --- how little is asked


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


# --- paging


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


# --- what comes


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


# --- scope


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


# --- refusals


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


# --- comments


def test_nothing_is_written_where_a_guest_could_read_it(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Trello has no private comment: a client on the board would read what is meant for us."""
    board = sandbox.state.boards[board_of(sandbox)]
    board["memberships"].append({"id": "60aa", "idMember": sandbox.account_id("sam"), "memberType": "normal"})
    on = Ref("cards", sandbox.card_id(UAT.number))

    with pytest.raises(NotCommentable, match="people outside the workspace can read the board"):
        connect(comment_back=True).comment(on, "The date has passed.", "k", None)
    assert sandbox.comments_posted == []

    assert connect(comment_back=(board["id"],)).comment(on, "The date has passed.", "k", None)


def test_nothing_is_written_on_a_public_board(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Its readers cannot be counted."""
    sandbox.state.boards[board_of(sandbox)]["prefs"]["permissionLevel"] = "public"

    with pytest.raises(NotCommentable):
        connect(comment_back=True).comment(Ref("cards", sandbox.card_id(UAT.number)), "Late.", "k", None)


def test_a_marker_that_somebody_quotes_is_not_ours(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Only its author may edit a comment: taking theirs for ours would end in a refusal."""
    sandbox.add_message(UAT.number, message("lee", "2026-11-20 10:00", "What is (milepost:k)?"))

    posted = connect().comment(Ref("cards", sandbox.card_id(UAT.number)), "The date has passed.", "k", None)

    assert [comment["id"] for comment in sandbox.comments_posted] == [posted]


def test_a_comment_on_a_card_that_is_gone_says_so(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Deleted between the alarm and its delivery."""
    card = sandbox.card_id(UAT.number)
    sandbox.delete(UAT.number, "may", STORY_NOW)

    with pytest.raises(NotFound):
        connect().comment(Ref("cards", card), "The date has passed.", "k", None)
