"""What every connector must do, whatever the vendor: a suite that each one's tests take over.

A vendor's test module subclasses `ConnectorContract` and fills a fixture `case` with a `Case`: a running sandbox with
at least two items in one project, a connector to it, and the few things a test has to do at the vendor.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors.base import AccessDenied, Connector, Cursor, NotCommentable, NotFound, Page, Record, Ref
from sandbox.http import Fault, Seen


@dataclass
class Case:
    """One vendor's sandbox, and connectors to it."""

    connect: Callable[..., Connector]
    """A connector with the sandbox's settings, some of them replaced (`token="wrong"`, `url=…`)."""
    secrets: tuple[str, ...]
    """What must never be seen in an address or an error."""
    token_reference: str
    """What an error may name instead: `env:TRELLO_TOKEN`."""
    items: str
    """The stream of work items."""
    children: frozenset[str]
    """Streams that ride in the pages of `items`; none where the vendor keeps such things beside them."""
    touch: Callable[[], str]
    """Change one item at the vendor; its id."""
    remove: Callable[[], str]
    """Delete one item at the vendor; its id."""
    revoke: Callable[[], None]
    comments: Callable[[], list[str]]
    """Texts of our comments that stand at the vendor."""
    faults: list[Fault]
    log: list[Seen]
    comment_call: str
    """Regular expression of the request that posts a comment."""
    item_call: str
    """Regular expression of a request that reads items."""
    not_commentable: Ref
    cursors: dict[tuple[str, str], Cursor] = field(default_factory=dict)


def read_all(connector: Connector, cursors: dict[tuple[str, str], Cursor] | None = None) -> list[Page]:
    """One run, as the sync does it: streams in order, each part from its cursor, which is kept at its end."""
    kept = {} if cursors is None else cursors
    pages = []
    for stream in connector.streams():
        for part in connector.parts(stream.name):
            for page in connector.read(stream.name, part, kept.get((stream.name, part))):
                pages.append(page)
                if page.cursor is not None:
                    kept[stream.name, part] = page.cursor
    return pages


def records(pages: list[Page]) -> dict[tuple[str, str], Record]:
    """The last record of each (stream, id)."""
    return {(record.stream, record.id): record for page in pages for record in page.records}


class ConnectorContract:
    """The tests. `case` is the subclass's own fixture."""

    @pytest.fixture
    def case(self) -> Case:
        """The vendor's case."""
        raise NotImplementedError

    def test_check_says_who_we_are_and_what_we_see(self, case: Case) -> None:
        """The first thing a newcomer runs: it proves the credential."""
        account = case.connect().check()

        assert account.id
        assert account.tenants
        assert account.sees

    def test_a_wrong_token_names_the_setting_and_hides_the_token(self, case: Case) -> None:
        """A refused token is for a person to mend: say which setting, never its value."""
        with pytest.raises(AccessDenied) as refusal:
            case.connect(token="a-wrong-token").check()

        assert case.token_reference in str(refusal.value)
        assert "a-wrong-token" not in str(refusal.value)
        assert "\n" not in str(refusal.value)

    def test_a_wrong_address_is_told_from_a_wrong_token(self, case: Case) -> None:
        """Whoever mistyped the URL must not be sent to make a new token."""
        base = case.connect().settings.url  # type: ignore[attr-defined]  # every connector keeps its settings
        with pytest.raises(NotFound) as refusal:
            case.connect(url=f"{base}/elsewhere").check()

        assert "url" in str(refusal.value)

    def test_the_first_run_reads_items_and_their_children(self, case: Case) -> None:
        """Everything arrives, each child with its parent named, and streams are those that were announced."""
        connector = case.connect()
        found = records(read_all(connector))

        announced = {name for stream in connector.streams() for name in (stream.name, *stream.children)}
        assert {stream for stream, _ in found} <= announced
        assert any(stream == case.items for stream, _ in found)
        children = [record for (stream, _), record in found.items() if stream in case.children]
        assert bool(children) == bool(case.children)
        assert all(child.parent and (child.parent.stream, child.parent.id) in found for child in children)

    def test_payloads_are_the_vendors_own(self, case: Case) -> None:
        """Where bytes are kept, they say what the payload says."""
        for record in records(read_all(case.connect())).values():
            if record.body:
                assert record.id.encode() in record.body

    def test_vocabulary_comes_first(self, case: Case) -> None:
        """The mapper is handed it before it maps anything else."""
        flags = [stream.vocabulary for stream in case.connect().streams()]

        assert flags == sorted(flags, reverse=True)

    def test_a_second_run_reads_no_item_that_did_not_change(self, case: Case) -> None:
        """Cursors are worth something: an unchanged source costs next to nothing, the look-back aside."""
        cursors: dict[tuple[str, str], Cursor] = {}
        first = records(read_all(case.connect(), cursors))
        second = records(read_all(case.connect(), cursors))

        assert {key for key in second if key[0] == case.items} < {key for key in first if key[0] == case.items}

    def test_a_change_is_read_from_the_cursor_on(self, case: Case) -> None:
        """What moved since comes, with all that hangs on it."""
        cursors: dict[tuple[str, str], Cursor] = {}
        read_all(case.connect(), cursors)
        changed = case.touch()

        assert (case.items, changed) in records(read_all(case.connect(), cursors))

    def test_a_read_that_was_cut_resumes_without_a_gap(self, case: Case) -> None:
        """Any cut: what was committed before it and what the next run reads together are everything."""
        whole = records(read_all(case.connect()))
        length = len(read_all(case.connect()))
        for cut in range(length):
            cursors: dict[tuple[str, str], Cursor] = {}
            committed = _read_some(case.connect(), cursors, cut)
            rest = read_all(case.connect(), cursors)

            assert set(records(committed + rest)) == set(whole), f"cut after {cut} pages"

    def test_living_ids_are_those_that_exist(self, case: Case) -> None:
        """The sweep believes them: what is absent is tombstoned."""
        connector = case.connect()
        read = {id for stream, id in records(read_all(connector)) if stream == case.items}
        gone = case.remove()

        living = {
            id for part in connector.parts(case.items) for ids in connector.living_ids(case.items, part) for id in ids
        }

        assert living == read - {gone}

    def test_a_token_revoked_half_way_is_an_error_not_an_end(self, case: Case) -> None:
        """A page that does not come must never look like the last one."""
        connector = case.connect()
        connector.check()
        case.revoke()

        with pytest.raises(AccessDenied, match=case.token_reference):
            read_all(connector)
        with pytest.raises(AccessDenied):
            list(connector.living_ids(case.items, next(iter(connector.parts(case.items)))))

    def test_a_vendor_that_stumbles_is_asked_again(self, case: Case) -> None:
        """A 503 in the middle of a run costs a moment, not the run."""
        case.faults.append(Fault(case.item_call, status=503, headers={"Retry-After": "1"}))

        assert any(stream == case.items for stream, _ in records(read_all(case.connect())))

    def test_a_comment_is_posted_edited_and_taken_back(self, case: Case) -> None:
        """One comment for one key, whatever happens to its text."""
        connector, on = case.connect(), Ref(case.items, case.touch())
        posted = connector.comment(on, "The date has passed.", "k-1", None)
        edited = connector.comment(on, "Still waiting.", "k-1", posted)

        assert posted
        assert edited == posted
        assert len(case.comments()) == 1
        assert "Still waiting." in case.comments()[0]

        assert connector.comment(on, None, "k-1", posted) is None
        assert case.comments() == []

    def test_a_comment_whose_answer_was_lost_is_found_again(self, case: Case) -> None:
        """After a time-out nobody knows whether it stands there: the vendor is asked before anything is posted."""
        connector, on = case.connect(), Ref(case.items, case.touch())
        case.faults.append(Fault(case.comment_call, status=504, handled=True))
        with pytest.raises(Exception, match="504"):
            connector.comment(on, "The date has passed.", "k-1", None)

        again = connector.comment(on, "The date has passed.", "k-1", None)

        assert again
        assert len(case.comments()) == 1

    def test_two_keys_are_two_comments(self, case: Case) -> None:
        """A key that begins like another is another."""
        connector, on = case.connect(), Ref(case.items, case.touch())

        first = connector.comment(on, "One.", "k-1", None)
        second = connector.comment(on, "Two.", "k-10", None)

        assert first != second
        assert len(case.comments()) == 2

    def test_a_comment_that_somebody_deleted_is_written_again(self, case: Case) -> None:
        """What we remember of it is then worth nothing."""
        connector, on = case.connect(), Ref(case.items, case.touch())
        posted = connector.comment(on, "The date has passed.", "k-1", None)
        connector.comment(on, None, "k-1", posted)

        assert connector.comment(on, "The date has passed.", "k-1", posted)
        assert len(case.comments()) == 1

    def test_taking_back_what_is_not_there_is_no_error(self, case: Case) -> None:
        """The end is the same."""
        assert case.connect().comment(Ref(case.items, case.touch()), None, "k-1", None) is None

    def test_what_cannot_carry_a_comment_says_so(self, case: Case) -> None:
        """It is counted, and no error."""
        with pytest.raises(NotCommentable):
            case.connect().comment(case.not_commentable, "The date has passed.", "k-1", None)

    def test_no_secret_is_in_an_address(self, case: Case) -> None:
        """Addresses end up in logs, ours and others'."""
        connector = case.connect()
        connector.check()
        read_all(connector)
        connector.comment(Ref(case.items, case.touch()), "The date has passed.", "k-1", None)

        assert case.log
        assert not any(secret in str(seen) for seen in case.log for secret in case.secrets)


def _read_some(connector: Connector, cursors: dict[tuple[str, str], Cursor], count: int) -> list[Page]:
    """The first `count` pages of a run; a cursor among pages that are whole together counts at their end only."""
    pages: list[Page] = []
    for stream in connector.streams():
        for part in connector.parts(stream.name):
            whole: set[str] = set()
            last: Any = None
            for page in connector.read(stream.name, part, cursors.get((stream.name, part))):
                if len(pages) == count:
                    return pages
                pages.append(page)
                whole |= {child for child, parent in page.whole if parent is None}
                last = page.cursor or last
                if page.cursor is not None and not whole:
                    cursors[stream.name, part] = page.cursor
            if last is not None:
                cursors[stream.name, part] = last
    return pages
