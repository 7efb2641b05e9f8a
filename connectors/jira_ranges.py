"""Reading a large project for the first time: in pieces, several of them side by side.

The pages of a search come one after another, for each tells where the next begins. A hundred thousand issues are a
thousand pages, and nearly all of that time is waiting. So a large project is cut by when its issues were created: that
never changes, so that each issue is of one piece whatever happens to it meanwhile.

- Each piece is read oldest change first and keeps its own place in the project's cursor, which says of every piece what
  was handed on of it and no more. Whoever reads on after a crash reads on in each.
- What changes while a project is read may have been read before, and somebody may have waited a day between two pieces.
  So at the end it is asked what changed since it was begun, by Jira's own clock.
- Cut is at issues that are there (one request for the newest key, one for some hundred keys below it): their numbers
  are nearly as even as a count would be, and JQL refuses keys of issues that are not. Only Jira Cloud tells how large a
  project is, so only there is cut.
- Where a site takes no such question, or no search by milliseconds of `created`, the project is read as one piece.
"""

import json
import logging
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any

from connectors import jira_payload as payloads
from connectors.answers import instant, mapping
from connectors.base import ConnectorError, Cursor, Page
from connectors.jira_issues import EVER, Created, JiraIssues
from connectors.jira_position import Position
from connectors.jira_site import AT_ONCE, JiraSite, SearchRefused
from connectors.side_by_side import OF_ONE_PART, Refusal, read_parts

log = logging.getLogger(__name__)

LARGE = 10_000
"""A project with more issues is cut, into pieces of about a fifth as many: a smaller one is a minute or less, and the
fuller the thousands of a piece, the fewer requests for histories."""

_MOST = 50
"""Pieces, however large a project is: its cursor names each."""

_KEYS = 100
"""Of so many keys one request tells when they were created."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Issues that were created in one span of time; `cursor`: how far they were read."""

    created: Created
    cursor: Cursor | None = None
    is_read: bool = False


@dataclass(frozen=True, slots=True)
class Pieces:
    """A project that is being read in pieces, or as one. `begun`: when that began, by Jira's clock."""

    begun: datetime
    all: tuple[Piece, ...] = (Piece(EVER),)

    @property
    def is_one(self) -> bool:
        """Whether it is not cut."""
        return len(self.all) == 1

    @classmethod
    def load(cls, cursor: Cursor | None) -> "Pieces | None":
        """What a cursor of ours says; None for any other."""
        told = json.loads(cursor) if cursor is not None else {}
        if told.get("v") != 3:
            return None
        pieces = (Piece(Created(since, before), at, is_read) for since, before, at, is_read in told["pieces"])
        return cls(datetime.fromisoformat(told["begun"]), tuple(pieces))

    def cursor(self) -> Cursor:
        """As it is kept: the place of each piece, and once all are read, that of the project as a whole."""
        if all(piece.is_read for piece in self.all):
            return self._position().cursor()
        pieces = [[*piece.created, piece.cursor, piece.is_read] for piece in self.all]
        return Cursor(json.dumps({"v": 3, "begun": self.begun.isoformat(), "pieces": pieces}))

    def _position(self) -> Position:
        """Where the next reading begins: what changed since may have been read before it did."""
        positions = filter(None, (Position.load(piece.cursor) for piece in self.all))
        until = min(self.begun, max((position.until for position in positions), default=self.begun))
        return Position(until, until)

    def but(self, number: int, **changed: Any) -> "Pieces":
        """The same, with another state of one piece."""
        pieces = list(self.all)
        pieces[number] = replace(pieces[number], **changed)
        return replace(self, all=tuple(pieces))


class JiraRanges:
    """Large projects of one site."""

    def __init__(self, site: JiraSite, issues: JiraIssues, large: int) -> None:
        """A project with more issues than `large` is cut."""
        self._site = site
        self._issues = issues
        self._large = large

    def cut(self, project: str, insight: Mapping[str, Any]) -> Pieces | None:
        """The pieces of a project of which nothing was read yet; None: it is read as a whole."""
        count, begun = insight.get("totalIssueCount"), self._site.server_time
        if not isinstance(count, int) or count <= self._large or begun is None:
            return None
        try:
            borders = self._borders(project, min(5 * count // self._large, _MOST))
        except OF_ONE_PART as refusal:
            return self._as_one(project, begun, refusal)
        return Pieces(begun, tuple(Piece(Created(*span)) for span in pairwise((None, *borders, None))))

    def read(self, project: str, pieces: Pieces, custom: tuple[str, ...]) -> Iterator[Page]:
        """What is left of the pieces, with all that hangs on it, and what changed meanwhile.

        A piece that cannot be read (on) costs no other: its refusal, the first of them, is raised behind all others.
        """
        pieces, refused = yield from self._read(project, pieces, custom)
        if isinstance(refused, SearchRefused) and not pieces.is_one:
            pieces = self._as_one(project, pieces.begun, refused)
            pieces, refused = yield from self._read(project, pieces, custom)
        if refused is not None:
            raise refused
        yield from self._issues.read(project, Position.load(pieces.cursor()), custom)

    def _read(
        self, project: str, pieces: Pieces, custom: tuple[str, ...]
    ) -> Generator[Page, None, tuple[Pieces, Refusal | None]]:
        """Read what is left; return how far that came, and why no further. A piece whose search is refused ends it:
        the others are asked for in the same words."""
        refused: Refusal | None = None
        reads = {
            str(number): partial(self._issues.read, project, Position.load(piece.cursor), custom, piece.created)
            for number, piece in enumerate(pieces.all)
            if not piece.is_read
        }
        with closing(read_parts(reads, AT_ONCE)) as told:
            for number, found in told:
                if isinstance(found, SearchRefused):
                    return pieces, found
                if isinstance(found, ConnectorError):
                    refused = refused or found
                    continue
                if found is None:
                    pieces = pieces.but(int(number), is_read=True)
                    yield Page([], pieces.cursor())
                    continue
                if found.cursor is not None:
                    pieces = pieces.but(int(number), cursor=found.cursor)
                # With every page, be it the place of the page before: it tells how the project is cut, too.
                yield replace(found, cursor=pieces.cursor())
                del found  # or it lives until the next one is complete: a page more in memory
        return pieces, refused

    @staticmethod
    def _as_one(project: str, begun: datetime, refusal: Refusal) -> Pieces:
        log.warning("%s; the project %s is read in one piece, which takes longer", refusal, project)
        return Pieces(begun)

    def _borders(self, project: str, count: int) -> Sequence[int]:
        """When the issues were created with which a piece begins, all but the first."""
        created = sorted(self._created(self._keys(project)))
        return sorted({created[len(created) * place // count] for place in range(1, count)}) if created else []

    def _keys(self, project: str) -> list[str]:
        """Keys of the project, in even steps up to the newest; some may be of no issue, or of one that moved away."""
        asked = {"jql": f"{self._issues.scope(project)} ORDER BY key DESC", "fields": "key", "maxResults": 1}
        newest = payloads.page(self._site.get("search/jql", asked), "issues").elements
        key = mapping(payloads.sliced(newest[0]).payload).get("key") if newest else ""
        prefix, _, number = str(key).rpartition("-")
        if not (number.isascii() and number.isdigit()):
            return []
        return [f"{prefix}-{int(number) * step // _KEYS}" for step in range(1, _KEYS)]

    def _created(self, keys: list[str]) -> Iterator[int]:
        """When those that are there were created, in milliseconds."""
        if not keys:
            return
        with self._site.governor.reading():
            told = self._site.send("POST", "issue/bulkfetch", {"issueIdsOrKeys": keys, "fields": ["created"]})
        for element in payloads.page(told, "issues").elements:
            at = instant(payloads.fields_of(payloads.sliced(element).payload).get("created"))
            if at is not None:
                yield int(at.timestamp() * 1000)
