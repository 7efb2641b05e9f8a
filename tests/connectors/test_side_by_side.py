"""Parts that are read side by side: in their order, without loss, and with an end to every thread."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from connectors.base import NotFound, Page, Record, VendorUnavailable
from connectors.side_by_side import Read, Told, read_parts

LONG_S = 20.0
"""No wait of a test that holds is near it."""


def page(name: str) -> Page:
    return Page([Record("cards", name, None, {})], None)


def pages(part: str, count: int) -> Read:
    return lambda: (page(f"{part}{number}") for number in range(count))


def names(found: Told) -> str:
    return found.records[0].id if isinstance(found, Page) else type(found).__name__


@pytest.mark.parametrize("at_once", [1, 2, 8])
def test_every_page_of_every_part_comes_in_the_order_of_its_part(at_once: int) -> None:
    reads = {part: pages(part, 7) for part in "abcde"}

    told = list(read_parts(reads, at_once))

    for part in reads:
        assert [names(found) for of, found in told if of == part] == [*(f"{part}{n}" for n in range(7)), "NoneType"]


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_part_that_is_not_there_costs_no_other(at_once: int) -> None:
    def absent() -> Iterator[Page]:
        yield page("a0")
        raise NotFound("the board a is gone")

    told = list(read_parts({"a": absent, "b": pages("b", 2), "c": pages("c", 0)}, at_once))

    assert [names(found) for of, found in told if of == "a"] == ["a0", "NotFound"]
    assert [names(found) for of, found in told if of == "b"] == ["b0", "b1", "NoneType"]
    assert ("c", None) in told


def test_so_many_parts_are_read_at_the_same_time_and_no_more() -> None:
    """Each waits until a third one reads too: with fewer readers none would ever end."""
    together = threading.Barrier(3, timeout=LONG_S)
    reading = threading.Semaphore(3)

    def read() -> Iterator[Page]:
        assert reading.acquire(blocking=False), "a fourth reader"
        together.wait()
        yield page("x")
        reading.release()

    told = list(read_parts(dict.fromkeys("abcdef", read), 3))

    assert len(told) == 12


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_refusal_is_raised_where_it_is_awaited(at_once: int) -> None:
    def refused() -> Iterator[Page]:
        yield page("a0")
        raise VendorUnavailable("answered 503")

    before = threading.active_count()
    with pytest.raises(VendorUnavailable, match="503"):
        list(read_parts({"a": refused, "b": pages("b", 1000), "c": pages("c", 1000)}, at_once))

    assert threading.active_count() == before


def test_nothing_goes_on_after_an_early_end() -> None:
    """Whoever saves may fail: no thread may then go on asking the vendor."""
    asked: list[str] = []

    def endless() -> Iterator[Page]:
        while True:
            asked.append("x")
            yield page("x")

    before = threading.active_count()
    with closing(read_parts(dict.fromkeys("abc", endless), 3)) as told:
        next(told)

    so_far = len(asked)
    assert threading.active_count() == before
    assert len(asked) == so_far < 20, "pages wait until they are taken"
