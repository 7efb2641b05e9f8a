"""A large project, read for the first time in pieces: whole, from any cut on, whatever changes meanwhile."""

import threading
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from connectors.base import ConnectorError, Cursor, Page, VendorChanged
from connectors.governor import Governor
from connectors.jira import Jira
from connectors.jira_issues import Created
from connectors.jira_position import Position
from connectors.jira_ranges import Piece, Pieces
from connectors.side_by_side import read_parts
from sandbox.http import Fault, Reply
from sandbox.jira_state import document
from tests.connectors.jira_firm import NOW, Connected, connected, firm, items, sandbox

LARGE, COUNT = 25, 30


@pytest.fixture
def site() -> Iterable[Connected]:
    """A project of thirty issues, two a page, whose connector takes more than twenty-five for many."""
    box = sandbox(firm(items(COUNT)))
    box.page_cap = 2
    with connected(box) as site:
        yield large(site)


def large(site: Connected) -> Connected:
    """The same site, read by a new connector."""
    site.jira = Jira(site.jira.settings, site.governor, large=LARGE)
    site.records("projects", "")
    site.box.app.log.clear()
    return site


def read(site: Connected, cursor: Cursor | None = None) -> list[Page]:
    return list(site.jira.read("issues", "APP", cursor))


def ids(pages: Iterable[Page]) -> list[str]:
    return [record.id for page in pages for record in page.records if record.stream == "issues"]


def last_cursor(pages: Sequence[Page]) -> Cursor | None:
    return next((page.cursor for page in reversed(pages) if page.cursor), None)


def refused_with(issue: str) -> Fault:
    """Every page that holds that issue is refused."""

    def alter(reply: Reply) -> Reply:
        return replace(reply, status=410, body=b"") if f'"id":"{issue}"'.encode() in reply.body else reply

    return Fault("GET /rest/api/3/search/jql", status=0, times=1000, alter=alter)


def test_the_pieces_together_hold_what_a_reading_as_a_whole_holds(site: Connected) -> None:
    """And of all pieces the last issue once more, which is where it is asked what changed meanwhile."""
    pieces = [(record.stream, record.id) for page in read(site) for record in page.records]

    site.jira = Jira(site.jira.settings, site.governor)
    whole = [(record.stream, record.id) for page in read(site) for record in page.records]

    assert set(pieces) == set(whole)
    assert len(pieces) - len(whole) == 1


def test_two_requests_tell_where_to_cut_and_one_what_changed_meanwhile(site: Connected) -> None:
    """Between them six pieces of about five issues, each of which costs a request for its history."""
    read(site)

    assert len(site.asked("/issue/bulkfetch")) == 1
    assert len(site.asked("/changelog/bulkfetch")) == 6 + 1
    assert len(site.asked("/search/jql")) <= 1 + 6 * 3 + 1


def test_from_any_page_on_the_rest_is_read_and_nothing_is_missed(site: Connected) -> None:
    """A cursor says of each piece what was handed on, and no more: the pages behind it may never have been saved."""
    pages = read(site)

    for cut in range(len(pages)):
        kept = pages[:cut]
        rest = read(large(site), last_cursor(kept))
        assert set(ids(kept)) | set(ids(rest)) == set(ids(pages)), f"cut behind page {cut}"


def test_what_changes_in_a_piece_that_was_read_is_read_again_at_the_end(site: Connected) -> None:
    """Its piece is done, and others, still being read, hold later changes than that: no cursor of theirs covers it."""
    reading = site.jira.read("issues", "APP", None)
    pages = [next(reading) for _ in range(4)]
    changed = ids(pages)[0]
    site.box.state.touch(site.box.state.issues[changed], NOW)
    pages += reading

    assert ids(pages).count(changed) == 2
    assert len(ids(pages)) == COUNT + 2  # and the last one of all, from which on it is asked


def test_a_piece_goes_on_where_it_was_read_to(site: Connected) -> None:
    """In a project of many thousands a crash may leave a piece half read."""
    issues = {record.id: record.updated_at for page in read(site) for record in page.records if record.updated_at}
    middle = sorted(issues.values())[COUNT // 2]
    at = Position(middle, middle).cursor()
    begun = Pieces(NOW, (Piece(Created(), at), Piece(Created(None, 0), None, is_read=True)))

    rest = ids(read(large(site), begun.cursor()))

    assert set(rest) == {id_ for id_, updated_at in issues.items() if updated_at >= middle}


def test_a_project_whose_numbers_have_gaps_is_read_whole(site: Connected) -> None:
    """Issues are deleted and move away; their keys are no borders."""
    state = site.box.state
    for issue in list(state.issues.values())[3:27]:
        del state.issues[issue["id"]]

    assert sorted(ids(read(large(site)))) == sorted(state.issues)


def test_a_piece_that_can_never_be_read_costs_no_other(site: Connected) -> None:
    """Each run would lose what the others had ready, and the project never get beyond its beginning."""
    broken = str(min(map(int, site.box.state.issues)))
    site.box.app.faults.append(refused_with(broken))
    kept: list[Page] = []

    for _ in range(2):
        with pytest.raises(VendorChanged, match="410"):
            kept.extend(site.jira.read("issues", "APP", last_cursor(kept)))
        assert len(set(ids(kept))) == len(ids(kept)) == COUNT - 4  # of six pieces the first holds four

    site.box.app.faults.clear()
    rest = read(site, last_cursor(kept))
    assert set(ids(kept)) | set(ids(rest)) == set(site.box.state.issues)


def test_a_piece_that_cannot_be_read_ends_the_reading(site: Connected) -> None:
    """And what was handed on before stays, with a cursor that knows of no more."""
    site.box.app.faults.append(Fault("GET /rest/api/3/search/jql", status=410, after=7))
    reading = site.jira.read("issues", "APP", None)
    kept: list[Page] = []

    with pytest.raises(VendorChanged, match="410"):
        kept.extend(reading)

    site.box.app.faults.clear()
    rest = read(large(site), last_cursor(kept))
    assert set(ids(kept)) | set(ids(rest)) == set(site.box.state.issues)


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("GET /rest/api/3/search/jql", 400),
        ("POST /rest/api/3/issue/bulkfetch", 400),
        ("POST /rest/api/3/issue/bulkfetch", 403),
        ("POST /rest/api/3/issue/bulkfetch", 404),
    ],
)
def test_where_it_cannot_be_asked_where_to_cut_a_project_is_read_in_one_piece(
    site: Connected, caplog: pytest.LogCaptureFixture, question: str, status: int
) -> None:
    """It takes longer, and is no reason to read nothing."""
    site.box.app.faults.append(Fault(question, status=status))

    kept = read(site)

    assert sorted(ids(kept)[:COUNT]) == sorted(site.box.state.issues)
    assert [record.message for record in caplog.records if "in one piece" in record.message]
    assert not [search for search in site.asked("/search/jql") if "AND+created" in search]


@pytest.mark.parametrize(("refused", "cut"), [("AND created ", 1), ("AND created ", 15), ("AND created >=", 15)])
def test_where_no_search_may_ask_for_created_a_project_is_read_in_one_piece(
    site: Connected, caplog: pytest.LogCaptureFixture, refused: str, cut: int
) -> None:
    """And goes on so: its cursor says it from the first page on, and the log once."""
    site.box.refused_jql = refused
    reading = site.jira.read("issues", "APP", None)
    kept = [next(reading) for _ in range(cut)]
    del reading

    kept += read(large(site), last_cursor(kept))

    assert set(ids(kept)) == set(site.box.state.issues)
    assert not [search for search in site.asked("/search/jql") if "AND+created" in search]
    assert len([record for record in caplog.records if "in one piece" in record.message]) == 1


def test_a_search_that_is_refused_of_the_whole_too_costs_no_piece_its_place(site: Connected) -> None:
    """A project may be out of sight for a while; what was read of its pieces needs no second reading."""
    reading = site.jira.read("issues", "APP", None)
    kept = [next(reading) for _ in range(12)]
    del reading
    site.box.refused_jql = "project in"

    with pytest.raises(VendorChanged, match="400"):
        kept += large(site).jira.read("issues", "APP", last_cursor(kept))

    site.box.refused_jql = ""
    rest = read(large(site), last_cursor(kept))
    assert set(ids(kept)) | set(ids(rest)) == set(site.box.state.issues)
    assert len(ids(rest)) < COUNT


class Watched(Governor):
    """Notes how many requests are under way at once."""

    under_way = most = 0
    noting = threading.Lock()

    def send(self, *call: Any, **more: Any) -> Any:
        with self.noting:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        try:
            return super().send(*call, **more)
        finally:
            with self.noting:
                self.under_way -= 1


def test_of_many_readers_no_more_than_three_ask_at_once_for_comments_too(site: Connected) -> None:
    """Large projects that are read side by side have three readers each."""
    state = site.box.state
    for issue in list(state.issues.values())[::3]:
        state.comment(issue, NOW, site.box.account["accountId"], document("Done?"), public=True)
    site.box.embedded_comments = 0
    site.box.app.faults.append(Fault("GET .*/comment$", status=0, delay_s=0.01, times=1000))
    governor = Watched("delivery", limits=("1000/second",), stop=threading.Event(), redact=str)
    site.jira = Jira(site.jira.settings, governor, large=LARGE)
    site.jira.check()

    reads = {str(number): partial(site.jira.read, "issues", "APP", None) for number in range(2)}
    with closing(read_parts(reads, len(reads))) as told:
        assert [refused for _, refused in told if isinstance(refused, ConnectorError)] == []
    governor.close()

    assert 1 < governor.most <= 3


def test_the_next_reading_begins_where_this_one_began_by_jiras_clock() -> None:
    """However late the last change was that one of the pieces saw."""
    late = Position(NOW + timedelta(hours=2), NOW + timedelta(hours=2)).cursor()
    done = Pieces(NOW, (Piece(Created(None, 5), late, is_read=True), Piece(Created(5), None, is_read=True)))

    position = Position.load(done.cursor())

    assert position is not None
    assert position.until == NOW
