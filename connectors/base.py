"""The contract between the hub and every external system it reads.

A connector renames nothing and drops nothing: a record's payload is the vendor's. It knows no table, no rule and no
clock; retries, rate limits and timeouts are the governor's (`connectors.governor`), which every request passes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, NewType, Protocol

Cursor = NewType("Cursor", str)
"""JSON with a version; only the connector that made it reads it. One per (source, stream, part)."""

LOOK_BACK = timedelta(minutes=15)
"""How far behind the last instant seen an incremental read begins again: indexing lag, and clocks that disagree."""


class Ref(NamedTuple):
    """A vendor's record: the stream it comes from, and its id there."""

    stream: str
    id: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a vendor's data that could not be read; everything else of the record was.

    `field` is the vendor's path to it (`fields.duedate`), `value` a short, printable excerpt without secrets.
    """

    stream: str
    id: str
    field: str
    reason: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the vendor sent it.

    `payload` holds at least what the mapper reads; `body` the record's own bytes, which are what is kept. A
    connector that has no bytes (a record made of several answers) leaves `body` empty: the payload is then stored.
    """

    stream: str
    id: str
    updated_at: datetime | None
    payload: Mapping[str, Any]
    parent: Ref | None = None
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Page:
    """What is committed together: parents with all their children, and the cursor behind them.

    `cursor` None: nothing safe to keep before the pass ends. `whole` lists (child stream, parent): these are all,
    whatever else is stored under that parent is gone; (stream, None): these are all of the stream in this part, over
    every page of the pass.
    """

    records: Sequence[Record]
    cursor: Cursor | None
    whole: Sequence[tuple[str, Ref | None]] = ()
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """A kind of record. Vocabulary (statuses, fields, lists, users …) is read first and handed to the mapper."""

    name: str
    vocabulary: bool = False
    children: tuple[str, ...] = ()
    at_once: int = 1
    """How many of its parts may be read side by side: the vendor allows it, and so do its pages' sizes."""
    is_scope: bool = False
    """Its records are what the scope is made of (projects): one that is no longer listed left the config, or our sight,
    and is not known to be deleted."""
    heeds_since: bool = False
    """`since` leaves some of its records out, of what is read and of what is listed as living alike."""
    is_shared: bool = False
    """A record may be in several parts, and is read in one of them: when a part is left, the others are read whole."""
    may_be_empty: bool = False
    """Of vocabulary: to list none means that there is none. Elsewhere a tool without a word is doubted."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who the credential is, and what it sees."""

    id: str
    name: str
    tenants: Mapping[str, str]
    """The organisations that it reaches: their names by their ids. Two credentials that share none are not of the same
    source; one that reaches none shows nothing, and so cannot be told from another."""
    sees: str
    """One line for a person: "5 projects", "3 boards in 1 workspace"."""
    skew: timedelta | None = None
    """The vendor's clock minus ours, where it tells."""
    projects: Mapping[str, str] | None = None
    """What is read, projects or boards: its name, by every key or id that `[clients]` may give for it. None: the system
    has no such thing."""
    notes: Sequence[str] = field(default=())
    """What is missing but not an error: an optional scope, a token that ends soon."""


class Connector(Protocol):
    """One external system; every verb raises the errors below and no others. Where a stream says so, several of its
    parts are read by several threads at once."""

    def check(self) -> Account:
        """Prove the credential and say what it sees."""

    def streams(self) -> Sequence[Stream]:
        """Streams in the order to read them: vocabulary first, parents before what refers to them.

        An optional one that `check` was refused is left out; what is stored of it stays.
        """

    def parts(self, stream: str) -> Sequence[str]:
        """Projects, boards …: the units a cursor is kept for. ("",) where one query covers all."""

    def read(self, stream: str, part: str, cursor: Cursor | None) -> Iterator[Page]:
        """Yield whole pages from `cursor` on (None: everything), the last `LOOK_BACK` again."""

    def living_ids(self, stream: str, part: str) -> Iterator[Sequence[str]]:
        """Yield the ids of what exists now and is in scope: what `read` gives where it gives everything. Raises rather
        than end short."""

    def counts(self) -> Mapping[tuple[str, str], int]:
        """How many records of a (stream, part) there are in scope, where the vendor told it in passing since `check`;
        no request is made for it."""

    def comment(self, on: Ref, text: str | None, key: str, known: str | None) -> str | None:
        """Post, edit or (`text` None) take back our one comment for `key`; return its id, None when there is none.

        `known` is the id returned before; without it the vendor is searched for our marker first, always, so that a
        doubtful earlier attempt is never doubled.
        """


class ConnectorError(Exception):
    """A vendor's refusal. The message says what happened, where, and what to do; never a secret or a whole URL."""


class AccessDenied(ConnectorError):
    """The token's owner must act: wrong, expired or too weak a credential."""


class NotPermitted(AccessDenied):
    """The credential is good, but does not reach this far."""


class RateLimited(ConnectorError):
    """Nobody must act: wait `retry_after`."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class VendorUnavailable(ConnectorError):
    """Nobody must act: the vendor or the network is away. `sent` False: what was asked certainly did not arrive."""

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class VendorChanged(ConnectorError):
    """We must act: an answer is not what the vendor documents."""


class NotFound(ConnectorError):
    """What was asked for is absent, deleted, or hidden from this account."""


class NotCommentable(ConnectorError):
    """The vendor has no place for a comment on this kind of record."""


class Stopped(ConnectorError):
    """The hub is shutting down; the page in hand is committed, nothing is wrong."""
