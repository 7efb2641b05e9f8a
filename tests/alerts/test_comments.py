"""Comment back: where a comment may be written, what it says over its life, and how many."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from alerts.comments import Place, refusal
from alerts.outbox import FIRST_SENT
from connectors.base import AccessDenied, ConnectorError, NotCommentable, Ref, VendorUnavailable
from rules.evaluate import Finding
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, feedback, hk, milestone

OURS = Place(frozenset({"NFA", "10"}), service_desk=False, readers=5, strangers=0)
SHARED = Place(frozenset({"NFA", "10"}), service_desk=False, readers=5, strangers=1)
UNKNOWN = Place(frozenset(), service_desk=False, readers=0, strangers=0)
ELSEWHERE = Place(frozenset({"APP"}), service_desk=False, readers=5, strangers=0)
DESK = Place(frozenset({"HELP"}), service_desk=True, readers=5, strangers=3)


@pytest.mark.parametrize(
    ("comment_back", "place", "allowed"),
    [
        pytest.param(False, OURS, False, id="off unless config says otherwise"),
        pytest.param((), OURS, False, id="no project named"),
        pytest.param(True, OURS, True, id="all readers are ours"),
        pytest.param(True, SHARED, False, id="one reader is not known to be ours"),
        pytest.param(True, UNKNOWN, False, id="nobody knows who reads it"),
        pytest.param(True, DESK, True, id="a service desk: the connector writes internally"),
        pytest.param(("NFA",), SHARED, True, id="config names the project"),
        pytest.param(("OTHER",), OURS, False, id="config names another"),
    ],
)
def test_where_a_comment_may_be_written(comment_back: bool | tuple[str, ...], place: Place, allowed: bool) -> None:
    """Never where a client can read it."""
    source = firm.source("delivery", "jira", comment_back=comment_back)

    assert (refusal(source, [place]) == "") is allowed


@pytest.mark.parametrize(
    ("comment_back", "places", "allowed"),
    [
        pytest.param(True, [OURS, SHARED], False, id="a stranger reads one of them"),
        pytest.param(True, [OURS, OURS], True, id="all readers of both are ours"),
        pytest.param(("NFA",), [SHARED, ELSEWHERE], True, id="config names the one that is shared"),
        pytest.param(("NFA",), [OURS, Place(frozenset({"APP"}), False, 5, 1)], False, id="and not the one it names"),
    ],
)
def test_what_stands_in_several_projects_is_read_in_all_of_them(
    comment_back: bool | tuple[str, ...], places: list[Place], allowed: bool
) -> None:
    """A task on our own board and on the client's is the client's to read."""
    source = firm.source("work", "asana", comment_back=comment_back)

    assert (refusal(source, places) == "") is allowed


@dataclass
class Tool:
    """A connector as far as comments go."""

    comments: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[Ref, str | None, str, str | None]] = field(default_factory=list)
    failures: list[ConnectorError] = field(default_factory=list)

    def comment(self, on: Ref, text: str | None, key: str, known: str | None) -> str | None:
        self.calls.append((on, text, key, known))
        if self.failures:
            raise self.failures.pop(0)
        if text is None:
            self.comments.pop(key, None)
            return None
        self.comments[key] = text
        return f"id of {key}"


@pytest.fixture
def tool(hub: Hub) -> Tool:
    """Jira with comments allowed in a project that only our own people read."""
    tool = Tool()
    hub.commenters = {"delivery": tool}
    sources = {**hub.settings.sources, "delivery": firm.source("delivery", "jira", comment_back=True)}
    hub.settings = firm.settings(sources=sources)
    firm.put(hub.engine, "project", {"key": "delivery/project/10", "source": "delivery", "short": "NFA"})
    firm.put(hub.engine, "milestone", firm.milestone_row())
    account(hub, 1, side="team")
    account(hub, 2, side="client", kind="customer")  # of the portal: does not see the project
    return tool


def account(hub: Hub, number: int, **values: object) -> None:
    row = {"key": f"delivery/user/{number}", "source": "delivery", "kind": "human", "active": True}
    firm.put(hub.engine, "account", {**row, **values})


def test_it_is_posted_once_on_the_item_and_says_nothing_but_the_date(hub: Hub, tool: Tool) -> None:
    """Neutral, fixed words; the key tells nothing either."""
    hub.tell(milestone())
    hub.tell(milestone(), at=TUESDAY + timedelta(minutes=1))

    [(on, text, key, known)] = tool.calls
    assert on == Ref("issue", "1")
    assert text == "Due Mon 16 Nov has passed; please update the date or the status. (Milepost)"
    assert "overdue" not in key
    assert known is None


def test_it_is_edited_when_the_date_changes_and_taken_back_at_the_end(hub: Hub, tool: Tool) -> None:
    """One comment an episode, never a second beside it."""
    hub.tell(milestone())
    hub.tell(milestone(deadline_on="2026-11-20"), at=TUESDAY + timedelta(minutes=1))
    assert list(tool.comments.values()) == [
        "Due Fri 20 Nov has passed; please update the date or the status. (Milepost)"
    ]
    hub.tell(at=TUESDAY + timedelta(minutes=2))

    assert tool.comments == {}
    known = [call[3] for call in tool.calls]
    assert known == [None, f"id of {tool.calls[0][2]}", f"id of {tool.calls[0][2]}"]


def test_a_new_episode_makes_a_new_comment(hub: Hub, tool: Tool) -> None:
    """The old one belongs to what was settled."""
    hub.tell(milestone())
    hub.tell(at=TUESDAY + timedelta(minutes=1))
    hub.tell(milestone(), at=TUESDAY + timedelta(minutes=2))

    assert len({call[2] for call in tool.calls if call[1] is not None}) == 2


def test_one_stranger_in_the_tool_keeps_every_comment_back_and_the_round_says_so(hub: Hub, tool: Tool) -> None:
    """Nobody can say which boards a guest reads: none, until config names the project."""
    account(hub, 3, side="unknown")

    done = hub.tell(milestone())

    assert tool.calls == []
    assert done.uncommented == {
        "milestone-overdue:delivery/issue/1": (
            "1 of its possible readers are not known to be ours: name the project in comment_back"
        ),
    }


def board(hub: Hub, number: int, *readers: int) -> None:
    """A board as Trello tells of it: with the accounts that were let into it."""
    accounts = [f"delivery/user/{reader}" for reader in readers]
    row = {"key": f"delivery/board/{number}", "source": "delivery", "name": f"Board {number}"}
    firm.put(hub.engine, "project", {**row, "reader_accounts": accounts})


def on_boards(hub: Hub, *numbers: int, followers: Sequence[int] = ()) -> Finding:
    """The overdue card, on those boards, followed by those accounts."""
    row = {"key": "delivery/issue/1", "source": "delivery"}
    keys = [f"delivery/board/{number}" for number in numbers]
    accounts = [f"delivery/user/{number}" for number in followers]
    firm.put(hub.engine, "work_item", {**row, "project_keys": keys, "follower_accounts": accounts})
    return milestone()


@pytest.mark.parametrize(
    ("readers", "boards", "why"),
    [
        pytest.param([1], [1], "", id="ours alone"),
        pytest.param([1, 3], [1], "1 of its possible readers are not known to be ours", id="a guest"),
        pytest.param([1, 9], [1], "1 of its possible readers are not known to be ours", id="somebody unheard of"),
        pytest.param([], [1], "nobody knows who can read it", id="whoever has the link"),
        pytest.param(
            [1], [1, 2], "1 of its possible readers are not known to be ours", id="a guest on the other board"
        ),
    ],
)
def test_who_reads_a_board_is_asked_of_that_board(
    hub: Hub, tool: Tool, readers: list[int], boards: list[int], why: str
) -> None:
    """A guest on the client's board silences that one, and no other."""
    account(hub, 3, side="client", kind="guest")
    board(hub, 1, *readers)
    board(hub, 2, 1, 3)

    done = hub.tell(on_boards(hub, *boards))

    assert (len(tool.comments) == 1) is (why == "")
    assert [said.partition(":")[0] for said in done.uncommented.values()] == ([why] if why else [])


@pytest.mark.parametrize(("follower", "allowed"), [(4, True), (3, False), (9, False)], ids=["ours", "guest", "unknown"])
def test_who_follows_the_item_reads_it_too(hub: Hub, tool: Tool, follower: int, allowed: bool) -> None:
    """A guest who was added to one task is told of every comment on it, and sees no other."""
    account(hub, 3, side="client", kind="guest")
    account(hub, 4, side="team")
    board(hub, 1, 1)

    hub.tell(on_boards(hub, 1, followers=[1, follower]))

    assert (len(tool.comments) == 1) is allowed


def test_a_comment_is_taken_back_when_somebody_else_may_read_it_by_now(hub: Hub, tool: Tool) -> None:
    """A guest joined the board: no client finds what was written among ourselves."""
    hub.tell(milestone())
    assert len(tool.comments) == 1
    account(hub, 3, side="client")

    hub.tell(milestone(), at=TUESDAY + timedelta(minutes=1))

    assert tool.comments == {}


@pytest.mark.parametrize("found", [[milestone()], []], ids=["still overdue", "over"])
def test_with_comments_switched_off_nothing_is_written_any_more(hub: Hub, tool: Tool, found: list[Finding]) -> None:
    """It only reads unless `comment_back` says otherwise: not what waited, and no taking back either."""
    tool.failures = [VendorUnavailable("Jira is away")]
    hub.tell(milestone())
    hub.settings = hub.settings.model_copy(
        update={"sources": {**hub.settings.sources, "delivery": firm.source("delivery", "jira")}}
    )
    asked = len(tool.calls)

    hub.wait(timedelta(minutes=5))
    hub.tell(*found, at=TUESDAY + timedelta(minutes=1))

    assert len(tool.calls) == asked
    assert [row["state"] for row in firm.deliveries(hub.engine, kind="comment")] == ["dropped"]


def test_a_comment_that_may_have_arrived_is_taken_back_however_many_rounds_pass(hub: Hub, tool: Tool) -> None:
    """The connector is asked to look for our marker; nothing says that it is not there."""
    tool.failures = [VendorUnavailable("timed out")]
    hub.tell(milestone())
    hub.round(at=TUESDAY + timedelta(minutes=1))
    hub.round(at=TUESDAY + timedelta(minutes=2))
    hub.deliver()

    assert [text for _, text, _, _ in tool.calls[1:]] == [None]


def test_nothing_is_posted_at_night_or_of_a_first_look(hub: Hub, tool: Tool) -> None:
    """The tool tells its watchers; and forty old items are not commented on the first day."""
    hub.tell(milestone(), at=hk(24, 3))
    assert tool.calls == []

    hub.settings = hub.settings.model_copy(update={"first_run": "summary"})
    firm.put(hub.engine, "milestone", firm.milestone_row(2))
    hub.tell(milestone(2), at=hk(24, 3) + timedelta(days=8, hours=8))
    assert tool.calls == []


def test_when_a_comment_was_written_is_known_after_it_was_taken_back(hub: Hub, tool: Tool) -> None:
    """Its row tells of the last thing done to it: who asks what stood there at nine is told."""
    hub.tell(milestone(), at=TUESDAY)
    hub.tell(at=TUESDAY + timedelta(minutes=88))

    [row] = firm.deliveries(hub.engine, channel="comment:delivery")
    assert (row["kind"], row["state"]) == ("comment_removed", "sent")
    assert datetime.fromisoformat(row["payload"][FIRST_SENT]) == TUESDAY
    assert row["sent_at"] == TUESDAY + timedelta(minutes=88)


def test_at_most_twenty_comments_a_source_and_hour(hub: Hub, tool: Tool) -> None:
    """Nobody's board is flooded, whatever goes wrong here."""
    firm.put(hub.engine, "milestone", *(firm.milestone_row(number) for number in range(2, 31)))
    found = [milestone(number) for number in range(1, 31)]
    hub.tell(*found)
    assert len(tool.calls) == 20

    hub.tell(*found, at=TUESDAY + timedelta(minutes=30))
    assert len(tool.calls) == 20

    hub.tell(*found, at=TUESDAY + timedelta(minutes=61))
    assert len(tool.calls) == 30


def test_what_cannot_carry_a_comment_is_counted_and_no_error(hub: Hub, tool: Tool) -> None:
    """A Jira version has no place for one."""
    tool.failures = [NotCommentable("a version carries no comments")]
    hub.round(milestone())
    done = hub.deliver()

    assert (done.not_commentable, done.parked) == (1, [])
    hub.tell(milestone(), at=TUESDAY + timedelta(minutes=1))
    assert len(tool.calls) == 1


def test_a_vendor_that_is_away_is_asked_again_and_a_refused_token_is_parked(hub: Hub, tool: Tool) -> None:
    """Errors say who must act."""
    tool.failures = [VendorUnavailable("Jira is away"), AccessDenied("the token may not comment")]
    hub.round(milestone())
    assert hub.deliver().delayed == 1

    hub.wait(timedelta(minutes=5))
    assert hub.deliver().parked == ["comment:delivery: the token may not comment"]


def test_feedback_gets_a_comment_of_its_own(hub: Hub, tool: Tool) -> None:
    """A ticket that waits says so to whoever opens it, in the language of its BD manager; the client's words are not
    repeated."""
    sources = {**hub.settings.sources, "crm": firm.source("crm", "hubspot", comment_back=True)}
    hub.settings = hub.settings.model_copy(update={"sources": sources})
    hub.commenters = {"crm": tool}
    firm.put(hub.engine, "feedback", firm.feedback_row())
    firm.put(hub.engine, "account", {"key": "crm/owner/1", "source": "crm", "side": "team", "active": True})

    hub.tell(feedback())

    assert [(call[0], call[1]) for call in tool.calls] == [
        (Ref("ticket", "1"), "潘詠琳自 11月20日（五）16:30 起等候回覆。（Milepost）")
    ]
