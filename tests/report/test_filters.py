"""What an address asks for."""

import pytest

from report.filters import PAGE_ROWS, Filters, WrongFilter


def test_a_list_is_shown_in_pages_and_a_file_holds_all_of_it() -> None:
    """Whoever opens a workbook has no second page to turn to."""
    third = Filters.read({"page": "3"})

    assert (third.offset, third.limit) == (2 * PAGE_ROWS, PAGE_ROWS)
    assert (Filters(page=0).offset, Filters(page=0).limit) == (0, None)


def test_no_address_asks_for_all_rows_at_once() -> None:
    """A page of 100,000 rows would keep everybody waiting."""
    with pytest.raises(WrongFilter, match="from 1"):
        Filters.read({"page": "0"})


def test_what_is_read_from_an_address_is_written_into_one_again() -> None:
    """A link of a page leads to that page: a month is a month there."""
    asked = {"month": "2026-10", "zoom": "quarter"}

    assert Filters.read(asked).query() == asked
