"""Our comments on tasks: only among ourselves."""

import pytest

from connectors.base import AccessDenied, NotCommentable, NotFound, Ref
from sandbox.asana import AsanaSandbox
from sandbox.asana_state import HUB, TEAM, gid
from sandbox.plan import Plan
from tests.connectors.asana.firm import APP, OLD, PART, UAT, Clock, Connect, connecting, subtask
from tests.factories import STORY_NOW, message, plan, project


def commented(box: AsanaSandbox, comment_back: bool | tuple[str, ...] = True) -> str | None:
    with connecting(box) as connect:
        on = Ref("tasks", box.task_id(UAT.number))
        return connect(comment_back=comment_back).comment(on, "The date has passed.", "k-1", None)


def firm(*members: str) -> Plan:
    return plan(project("asana", [UAT], members=members, number=APP.number))


def test_a_guest_among_the_members_keeps_comments_away(clock: Clock) -> None:
    """Asana has no private comment: who sees the task sees it."""
    box = AsanaSandbox.from_plan(firm("may", "lee", "sam"), clock)

    with pytest.raises(NotCommentable, match=r"sources\.work\.comment_back"):
        commented(box)
    assert box.comments_posted == []


def test_a_guest_who_follows_the_task_keeps_comments_away(sandbox: AsanaSandbox) -> None:
    """They are told of it by mail, member of the project or not."""
    sandbox.add_message(UAT.number, message("sam", "2026-11-20 10:00", "And now?"))

    with pytest.raises(NotCommentable):
        commented(sandbox)


@pytest.mark.parametrize("place", ["follower", "member"])
def test_who_is_in_no_membership_list_keeps_comments_away(sandbox: AsanaSandbox, place: str) -> None:
    """Nobody can say who they are: that they are no known guest proves nothing."""
    stranger = {"gid": gid(1201, 99), "resource_type": "user", "name": "Who"}
    readers = {
        "follower": sandbox.state.task(UAT.number)["followers"],
        "member": sandbox.state.projects[PART]["members"],
    }
    assert commented(sandbox)
    sandbox.state.stories.clear()
    readers[place].append(stranger)

    with pytest.raises(NotCommentable, match=r"sources\.work\.comment_back"):
        commented(sandbox)


def test_where_we_are_guests_ourselves_nobody_is_shown_to_be_ours(sandbox: AsanaSandbox) -> None:
    """The members of that workspace are the client's people."""
    sandbox.state.memberships[HUB]["is_guest"] = True

    with pytest.raises(NotCommentable):
        commented(sandbox)


def test_a_team_with_a_guest_keeps_comments_away_unless_the_project_is_private(sandbox: AsanaSandbox) -> None:
    """What is shared with the team its guests read too."""
    sandbox._team_memberships = lambda query, id: {"data": [{"gid": "1", "user": {"gid": gid(1201, 51)}}]}  # type: ignore[method-assign]  # a guest joins the team
    sandbox.state.projects[PART]["privacy_setting"] = "private_to_team"
    with pytest.raises(NotCommentable):
        commented(sandbox)

    sandbox.state.projects[PART]["privacy_setting"] = "private"
    assert commented(sandbox)


@pytest.mark.parametrize(
    ("comment_back", "privacy", "teams"),
    [
        pytest.param(True, "private_to_team", [TEAM], id="shared with its team"),
        pytest.param(True, "private", [], id="private: the team does not matter"),
        pytest.param(False, "private_to_team", [], id="nobody comments: nobody must know"),
    ],
)
def test_a_team_is_read_where_a_comment_depends_on_it(
    sandbox: AsanaSandbox, connect: Connect, comment_back: bool, privacy: str, teams: list[str]
) -> None:
    """One request a team and run; its guests read every project that is shared with it."""
    sandbox.state.projects[PART]["privacy_setting"] = privacy

    [page] = connect(comment_back=comment_back).read("teams", "", None)

    assert [record.id for record in page.records] == teams
    assert all({"gid": HUB} in record.payload["members"] for record in page.records)


def test_a_team_that_is_not_shown_stops_nothing(sandbox: AsanaSandbox, connect: Connect) -> None:
    """Its projects get no comments; they are read all the same."""
    sandbox.state.projects[PART] |= {"privacy_setting": "private_to_team", "team": {"gid": "1200000000000099"}}

    [page] = connect(comment_back=True).read("teams", "", None)

    assert (list(page.records), page.whole) == ([], [("teams", None)])


def test_a_task_in_no_project_carries_no_comment(sandbox: AsanaSandbox, connect: Connect) -> None:
    """Who can read a subtask is not told."""
    below = subtask(sandbox, sandbox.state.task(UAT.number), "Case 7")

    with pytest.raises(NotCommentable):
        connect().comment(Ref("tasks", below["gid"]), "The date has passed.", "k-1", None)


def test_a_project_that_the_config_names_takes_comments_all_the_same(clock: Clock) -> None:
    """It is the coordinator's decision."""
    box = AsanaSandbox.from_plan(firm("may", "lee", "sam"), clock)

    assert commented(box, ("App",))


def test_the_text_is_plain_and_ends_with_a_mark(sandbox: AsanaSandbox) -> None:
    """Rich text would need escaping, and hides nothing anyway."""
    commented(sandbox)

    assert [comment["text"] for comment in sandbox.comments_posted] == ["The date has passed.\n\n(milepost:k-1)"]


def test_a_token_that_may_only_read_says_so(sandbox: AsanaSandbox) -> None:
    """The credential is good, what is missing is a right."""
    sandbox.may_write = False

    with pytest.raises(AccessDenied, match="may not do this"):
        commented(sandbox)


def test_what_another_users_token_wrote_is_left_to_them_and_said_again(sandbox: AsanaSandbox, connect: Connect) -> None:
    """The hub's token became another user's: only its author may edit a comment, and the alert must not end there."""
    on = Ref("tasks", sandbox.task_id(UAT.number))
    former = connect().comment(on, "The date has passed.", "k-1", None)
    assert former
    sandbox.state.stories[former]["created_by"] = sandbox.state.users[gid(1201, 2)]

    again = connect().comment(on, "Still waiting.", "k-1", former)

    assert [comment["id"] for comment in sandbox.comments_posted] == [again]
    assert connect().comment(on, None, "k-1", former) is None
    assert sandbox.comments_posted == []


def test_a_comment_on_a_deleted_task_is_not_found(sandbox: AsanaSandbox, connect: Connect) -> None:
    """The alert goes its way without it."""
    on = Ref("tasks", sandbox.task_id(OLD.number))
    sandbox.delete(OLD.number, STORY_NOW)

    with pytest.raises(NotFound):
        connect().comment(on, "The date has passed.", "k-1", None)
    assert connect().comment(on, None, "k-1", None) is None
