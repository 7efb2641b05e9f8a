"""What a source has and the hub has not is noticed without a request, named, and read again once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from connectors.base import Cursor
from tests.sync.running import sync
from tests.sync.vendor import Vendor
from tests.unify.tiny import NOON, card, rows
from unify.tallies import Tally, read_tallies

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class Blind(Vendor):
    """Its reading, unlike its list, never shows `hidden`."""

    hidden = frozenset({"b10"})

    def read(self, stream: str, part: str, cursor: Cursor | None) -> Any:
        shown = {board: [one for one in cards if one.id not in self.hidden] for board, cards in self.cards.items()}
        whole, self.cards = self.cards, shown
        try:
            yield from list(super().read(stream, part, cursor))
        finally:
            self.cards = whole


def boards(kind: type[Vendor] = Vendor, **counts: int) -> Vendor:
    cards = {
        board: [card(f"{board}{number}", at=NOON - number * DAY) for number in range(count)]
        for board, count in counts.items()
    }
    return kind(cards=cards, page_size=50)


def tallies(engine: Engine) -> list[Tally]:
    """What is worth telling."""
    with engine.connect() as connection:
        return [one for one in read_tallies(connection, "boards").values() if one.is_incomplete]


def absent(engine: Engine) -> list[tuple[str, str, tuple[str, ...], bool]]:
    return [(one.stream, one.part, one.absent, one.is_read_again) for one in tallies(engine)]


def ids(engine: Engine) -> set[str]:
    return {id for (id,) in rows(engine, "work_item", "vendor_id")}


def test_what_a_search_showed_too_late_is_found_and_read(engine: Engine) -> None:
    """Its change lies before the cursor, so no incremental read ever asks for it; the sweep lists its id."""
    vendor = boards(b1=20, b2=3)
    late = vendor.cards["b1"].pop()
    sync(engine, vendor)
    vendor.cards["b1"].append(late)
    sync(engine, vendor, now=NOON + HOUR)
    assert late.id not in ids(engine)

    sync(engine, vendor, now=NOON + DAY)
    assert absent(engine) == [("cards", "b1", (late.id,), False)]
    sync(engine, vendor, now=NOON + DAY + HOUR)
    vendor.reads.clear()
    sync(engine, vendor, now=NOON + DAY + 2 * HOUR)

    assert late.id in ids(engine)
    assert absent(engine) == []
    assert [part for stream, part, cursor in vendor.reads if stream == "cards" and cursor is None] == ["b1"]


def test_what_came_while_we_listed_is_no_news(engine: Engine) -> None:
    """A card made between reading and listing comes with the next run: nothing is read again for it."""
    vendor = boards(b1=5)
    sync(engine, vendor)
    made = card("new", at=NOON + DAY)
    listing = vendor.living_ids

    def listing_after_it_was_made(stream: str, part: str) -> Any:
        vendor.cards["b1"].append(made)
        return listing(stream, part)

    vendor.living_ids = listing_after_it_was_made  # type: ignore[method-assign]  # the vendor's state at that moment
    sync(engine, vendor, now=NOON + DAY)
    vendor.reads.clear()
    for hours in (1, 2):
        sync(engine, vendor, now=NOON + DAY + hours * HOUR)

    assert absent(engine) == []
    assert None not in [cursor for stream, _, cursor in vendor.reads if stream == "cards"]


def test_what_cannot_be_read_is_named_and_read_again_once_only(engine: Engine) -> None:
    """A record that is listed and never shown must not have its board read whole every day."""
    vendor = boards(Blind, b1=5)
    sync(engine, vendor)
    for hours in (0, 1, 2):
        sync(engine, vendor, now=NOON + DAY + hours * HOUR)
    assert absent(engine) == [("cards", "b1", ("b10",), True)]
    vendor.reads.clear()

    for days in (2, 3):
        for hours in (0, 1):
            sync(engine, vendor, now=NOON + days * DAY + hours * HOUR)

    assert absent(engine) == [("cards", "b1", ("b10",), True)]
    assert None not in [cursor for stream, _, cursor in vendor.reads if stream == "cards"]


@pytest.mark.parametrize(("there", "difference"), [(5, None), (6, 1), (4, -1)])
def test_counts_that_differ_twice_are_told(engine: Engine, there: int, difference: int | None) -> None:
    """Once is a record made, or deleted, while we read."""
    vendor = boards(b1=5)
    vendor.counted[("cards", "b1")] = there
    sync(engine, vendor)
    assert tallies(engine) == []

    sync(engine, vendor, now=NOON + HOUR)

    told = [(one.difference, one.differs_since) for one in tallies(engine)]
    assert told == ([(difference, NOON)] if difference else [])


def test_counts_that_agree_again_are_told_no_more(engine: Engine) -> None:
    vendor = boards(b1=5)
    vendor.counted[("cards", "b1")] = 6
    for hours in (0, 1):
        sync(engine, vendor, now=NOON + hours * HOUR)
    vendor.cards["b1"].append(card("late", at=NOON + HOUR))

    sync(engine, vendor, now=NOON + 2 * HOUR)

    assert tallies(engine) == []


def test_what_is_counted_and_never_listed_is_told_until_a_comparison_shows_it(engine: Engine) -> None:
    """Archived issues, or those of a hidden level: the ids agree, so nothing is missing here."""
    vendor = boards(b1=5)
    vendor.counted[("cards", "b1")] = 7
    for hours in (0, 1, 24, 25):
        sync(engine, vendor, now=NOON + hours * HOUR)

    assert tallies(engine) == []
