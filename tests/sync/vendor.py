"""The tiny vendor as a connector, in memory: cards oldest change first, versions whole, lists as vocabulary."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.base import Account, Cursor, Page, Record, Ref, Stream, VendorUnavailable
from tests.unify.tiny import NOON, card, comment, version, words


@dataclass
class Vendor:
    """What the vendor has, by board; `fails_after` pages it goes away."""

    lists: dict[str, str] = field(default_factory=lambda: {"l1": "Doing"})
    may_be_empty: bool = False
    """The lists."""
    cards: dict[str, list[Record]] = field(default_factory=dict)
    comments: dict[str, list[Record]] = field(default_factory=dict)
    versions: dict[str, list[Record]] = field(default_factory=dict)
    account: str = "me"
    tenants: dict[str, str] = field(default_factory=lambda: {"acme": "Acme Ltd"})
    page_size: int = 2
    fails_after: int | None = None
    on_page: Callable[[], None] = lambda: None
    reads: list[tuple[str, str, Cursor | None]] = field(default_factory=list)
    pages: int = 0
    counted: dict[tuple[str, str], int] = field(default_factory=dict)
    listed: list[tuple[str, str]] = field(default_factory=list)
    """What was asked for living ids."""

    def check(self) -> Account:
        return Account(self.account, "Hub", self.tenants, f"{len(self.cards)} boards")

    def streams(self) -> Sequence[Stream]:
        lists = Stream("lists", vocabulary=True, may_be_empty=self.may_be_empty)
        return (lists, Stream("cards", children=("comments",)), Stream("versions"))

    def parts(self, stream: str) -> Sequence[str]:
        return ("",) if stream == "lists" else sorted(self.cards)

    def read(self, stream: str, part: str, cursor: Cursor | None) -> Iterator[Page]:
        self.reads.append((stream, part, cursor))
        match stream:
            case "lists":
                yield self._page(words(**self.lists), None, [("lists", None)])
            case "cards":
                yield from self._cards(part, cursor)
            case "versions":
                found = self.versions.get(part, [])
                for start in range(0, max(len(found), 1), self.page_size):
                    yield self._page(found[start : start + self.page_size], None, [("versions", None)])

    def _cards(self, board: str, cursor: Cursor | None) -> Iterator[Page]:
        since = datetime.fromisoformat(cursor) if cursor else None
        found = [each for each in self.cards[board] if since is None or moved_at(each) >= since]
        found.sort(key=moved_at)
        for start in range(0, len(found), self.page_size):
            parents = found[start : start + self.page_size]
            children = [child for parent in parents for child in self.comments.get(parent.id, [])]
            whole = [("comments", Ref("cards", parent.id)) for parent in parents]
            yield self._page([*parents, *children], Cursor(moved_at(parents[-1]).isoformat()), whole)

    def _page(self, records: Sequence[Record], cursor: Cursor | None, whole: Sequence[tuple[str, Ref | None]]) -> Page:
        if self.fails_after is not None and self.pages >= self.fails_after:
            raise VendorUnavailable("the tiny vendor is away: nothing to do but wait")
        self.pages += 1
        self.on_page()
        return Page(records, cursor, whole)

    def living_ids(self, stream: str, part: str) -> Iterator[Sequence[str]]:
        self.listed.append((stream, part))
        yield [record.id for record in (self.cards if stream == "cards" else self.versions).get(part, [])]

    def counts(self) -> Mapping[tuple[str, str], int]:
        return self.counted

    def comment(self, on: Ref, text: str | None, key: str, known: str | None) -> str | None:
        raise NotImplementedError


def moved_at(record: Record) -> datetime:
    assert record.updated_at is not None
    return record.updated_at


def firm() -> Vendor:
    """Two boards, seven cards, three comments, three versions."""
    return Vendor(
        cards={
            "b1": [card(f"c{n}", f"Card {n}", NOON - timedelta(days=9 - n), milestone=n == 2) for n in range(1, 6)],
            "b2": [card("d1", at=NOON - timedelta(days=3)), card("d2", due="nonsense", at=NOON - timedelta(days=2))],
        },
        comments={"c1": [comment("m1", "c1"), comment("m2", "c1", "And now?")], "d1": [comment("m3", "d1")]},
        versions={"b1": [version("v1", "2026-12-01"), version("v2", None), version("v3", "2026-11-01")]},
    )
