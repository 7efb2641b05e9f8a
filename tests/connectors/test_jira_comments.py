"""Our comments on Jira issues: one for each key, and none that a client can read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import AccessDenied, NotCommentable, NotFound, Ref, VendorUnavailable
from connectors.jira_comments import document, wiki
from sandbox.http import Fault
from sandbox.jira_state import document as written
from tests.connectors.jira_firm import NOW, connected, map_all, sandbox
from unify.mappers.jira_text import read_document

ISSUE = Ref("issues", "10050")
KEY = "milestone-overdue:delivery/issues/10050:1"
TEXT = "The date of this item has passed.\nPlease update it."


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_the_comment_of_a_key_is_posted_once(deployment: str) -> None:
    """A doubtful earlier attempt is found by its marker, whatever was remembered of it."""
    with connected(sandbox(deployment=deployment)) as site:  # type: ignore[arg-type]  # parametrized
        first = site.jira.comment(ISSUE, TEXT, KEY, None)
        again = site.jira.comment(ISSUE, TEXT, KEY, None)
        other = site.jira.comment(ISSUE, TEXT, "another key", None)

    assert first == again != other
    assert len(site.box.comments_posted) == 2


def test_a_comment_that_was_posted_though_its_answer_was_lost_is_not_posted_again() -> None:
    """A POST that timed out may have worked."""
    box = sandbox()
    box.app.faults.append(Fault(r"POST .*/comment$", status=502, handled=True))
    with connected(box) as site:
        with pytest.raises(VendorUnavailable):
            site.jira.comment(ISSUE, TEXT, KEY, None)
        assert site.jira.comment(ISSUE, TEXT, KEY, None)

    assert len(box.comments_posted) == 1


def test_a_known_comment_is_edited_in_place_and_quietly() -> None:
    """An edit that notified everybody again would be a second comment in all but name."""
    with connected() as site:
        id_ = site.jira.comment(ISSUE, TEXT, KEY, None)
        assert site.jira.comment(ISSUE, "Now it is done.", KEY, id_) == id_

    assert [posted["text"] for posted in site.box.comments_posted] == [f"Now it is done.\n(milepost:{KEY})"]
    assert "notifyUsers=false" in site.asked(f"/comment/{id_}")[-1]


def test_a_comment_that_somebody_deleted_is_said_again() -> None:
    """What was known of it is no longer true; what it says still is."""
    with connected() as site:
        id_ = site.jira.comment(ISSUE, TEXT, KEY, None)
        site.box.state.comments["10050"].clear()

        assert site.jira.comment(ISSUE, TEXT, KEY, id_) not in (None, id_)


def test_a_comment_is_taken_back_once() -> None:
    """Taking back what is gone already is no error."""
    with connected() as site:
        id_ = site.jira.comment(ISSUE, TEXT, KEY, None)

        assert site.jira.comment(ISSUE, None, KEY, id_) is None
        assert site.jira.comment(ISSUE, None, KEY, id_) is None
        assert site.jira.comment(ISSUE, None, KEY, None) is None

    assert site.box.comments_posted == []


def test_a_comment_is_found_to_be_taken_back_without_its_id() -> None:
    """The marker is enough."""
    with connected() as site:
        site.jira.comment(ISSUE, TEXT, KEY, None)
        site.jira.comment(ISSUE, None, KEY, None)

    assert site.box.comments_posted == []


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_what_the_same_account_writes_by_hand_is_not_ours(deployment: str) -> None:
    """The token may be a colleague's. Ours show it by themselves, so that a database that was lost learns it anew."""
    with connected(sandbox(deployment=deployment)) as site:  # type: ignore[arg-type]  # parametrized
        site.jira.comment(ISSUE, TEXT, KEY, None)
        issue, account = site.box.state.issues["10050"], site.box.account["accountId"]
        site.box.state.comment(issue, NOW, account, written("I called them."), public=True)

        own_account = site.jira.check().id
        comments = map_all(site, own_account=own_account).rows["comment"]

    by_the_account = [row for row in comments if row["author_account"] == f"delivery/users/{own_account}"]
    assert [row["ours"] for row in by_the_account] == [True, False]


def test_a_mark_that_another_account_copies_is_not_found() -> None:
    """Ours would be edited in their place, and theirs is not ours to edit."""
    with connected() as site:
        state = site.box.state
        sam = next(id_ for id_, user in state.users.items() if user["displayName"] == "Sam Lee")
        theirs = state.comment(state.issues["10050"], NOW, sam, written(f"What is (milepost:{KEY})"), public=True)

        assert site.jira.comment(ISSUE, TEXT, KEY, None) != theirs["id"]


def test_a_comment_on_a_service_project_is_internal() -> None:
    """There a platform comment is public by default: the client reads it and gets a mail."""
    with connected(sandbox(service=("APP",))) as site:
        site.jira.comment(ISSUE, TEXT, KEY, None)

    assert [posted["public"] for posted in site.box.comments_posted] == [False]


def test_a_comment_that_comes_out_public_is_taken_back_and_refused() -> None:
    """An account that is no agent cannot write internal notes, whatever it asks for: the answer decides."""
    box = sandbox(service=("APP",))
    box.internal_notes = False
    with connected(box) as site, pytest.raises(AccessDenied, match="an agent of the service project"):
        site.jira.comment(ISSUE, TEXT, KEY, None)

    assert box.comments_posted == []


@pytest.mark.parametrize("stream", ["versions", "projects"])
def test_what_has_no_comments_says_so(stream: str) -> None:
    """Counted, not an error."""
    with connected() as site, pytest.raises(NotCommentable):
        site.jira.comment(Ref(stream, "30007"), TEXT, KEY, None)


def test_a_comment_on_an_issue_that_is_gone_is_not_found() -> None:
    """Deleted, or hidden from us: the same answer."""
    with connected() as site, pytest.raises(NotFound):
        site.jira.comment(Ref("issues", "999"), TEXT, KEY, None)


def test_the_address_that_an_answer_gives_is_never_followed() -> None:
    """A comment's `self` is the vendor's word; our credentials go to the configured host only."""
    box = sandbox()
    box.state.site = "https://elsewhere.example"
    with connected(box) as site:
        id_ = site.jira.comment(ISSUE, TEXT, KEY, None)
        assert site.jira.comment(ISSUE, "Edited.", KEY, id_) == id_


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_a_document_says_any_text_as_it_is(text: str) -> None:
    """Nothing in a text is markup."""
    assert read_document(document(text))[0] == "\n".join(line for line in text.splitlines() if line.strip())


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("{code}", r"\{code\}"),
        ("[~admin]", r"\[\~admin\]"),
        ("*bold*", r"\*bold\*"),
        ("h1. Title", "h1&#46; Title"),
        ("a\nbq. quote", "a\nbq&#46; quote"),
        ("!image.png!", r"\!image\.png\!".replace(r"\.", ".")),
    ],
)
def test_wiki_markup_shows_a_text_as_it_is(text: str, escaped: str) -> None:
    """A macro or a mention in vendor text must not come alive in our comment."""
    assert wiki(text) == escaped
