"""Our comments on cards: only among ourselves."""

import pytest

from connectors.base import NotCommentable, NotFound, Ref
from sandbox.trello import TrelloSandbox
from tests.connectors.trello.firm import UAT, Connect, board_of
from tests.factories import STORY_NOW, message


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


def test_the_text_of_a_comment_is_in_no_address(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Addresses have bounds, and stand in logs; Trello's own documents put it there."""
    connect().comment(Ref("cards", sandbox.card_id(UAT.number)), "The date has passed.", "k", None)

    assert len(sandbox.comments_posted) == 1
    assert not any("passed" in str(seen) for seen in sandbox.app.log)


def test_a_marker_that_somebody_quotes_is_not_ours(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Only its author may edit a comment: taking theirs for ours would end in a refusal."""
    sandbox.add_message(UAT.number, message("lee", "2026-11-20 10:00", "What is (milepost:k)?"))

    posted = connect().comment(Ref("cards", sandbox.card_id(UAT.number)), "The date has passed.", "k", None)

    assert [comment["id"] for comment in sandbox.comments_posted] == [posted]


def test_what_another_members_token_wrote_is_left_to_them_and_said_again(
    sandbox: TrelloSandbox, connect: Connect
) -> None:
    """The hub's token became another member's: only its author may edit a comment, and the alert must not end there."""
    on = Ref("cards", sandbox.card_id(UAT.number))
    former = connect().comment(on, "The date has passed.", "k", None)
    assert former
    sandbox.state.actions[former]["idMemberCreator"] = sandbox.account_id("lee")

    again = connect().comment(on, "Still waiting.", "k", former)

    assert [comment["id"] for comment in sandbox.comments_posted] == [again]
    assert connect().comment(on, None, "k", former) is None
    assert sandbox.comments_posted == []


def test_a_comment_on_a_card_that_is_gone_says_so(sandbox: TrelloSandbox, connect: Connect) -> None:
    """Deleted between the alarm and its delivery."""
    card = sandbox.card_id(UAT.number)
    sandbox.delete(UAT.number, "may", STORY_NOW)

    with pytest.raises(NotFound):
        connect().comment(Ref("cards", card), "The date has passed.", "k", None)
