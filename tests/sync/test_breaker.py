"""What of a run's end counts against its source, and what does not."""

import pytest
from sqlalchemy import Engine

from connectors.base import NotFound
from tests.sync.running import sync
from tests.sync.vendor import Vendor, firm
from tests.unify.tiny import settings
from unify.breaker import Broken, read_broken
from unify.engine import StoreError


def broken(engine: Engine) -> Broken | None:
    with engine.connect() as connection:
        return read_broken(connection, settings())


def away() -> Vendor:
    vendor = firm()
    vendor.fails_after = 0
    return vendor


def test_failures_in_a_row_are_counted_until_the_source_answers(engine: Engine) -> None:
    """A run that a person starts counts like any other: the good one too."""
    for count in (1, 2):
        assert sync(engine, away()).outcome == "failed"
        found = broken(engine)
        assert found is not None
        assert (found.failures, found.why) == (count, "away")

    assert sync(engine, firm()).outcome == "ok"

    assert broken(engine) is None


def test_a_board_that_is_not_there_is_no_reason_to_read_the_others_less_often(engine: Engine) -> None:
    """The run failed, for somebody must look at it; the source answered."""
    vendor = firm()
    sync(engine, away())

    def gone() -> None:
        if vendor.reads[-1][0] == "cards":
            raise NotFound("board b1 is not there")

    vendor.on_page = gone

    assert sync(engine, vendor).outcome == "failed"
    assert broken(engine) is None


def test_a_full_disk_is_not_the_sources_fault(engine: Engine) -> None:
    """Once there is room, everything is read at its usual time."""

    def full() -> None:
        raise StoreError("The database has no room left on its disk")

    vendor = firm()
    vendor.on_page = full
    with pytest.raises(StoreError):
        sync(engine, vendor)

    assert broken(engine) is None


def test_a_mistake_of_ours_counts(engine: Engine) -> None:
    """It would be made again and again, with all the requests before it."""

    def stumble() -> None:
        raise ZeroDivisionError

    vendor = firm()
    vendor.on_page = stumble
    with pytest.raises(ZeroDivisionError):
        sync(engine, vendor)

    found = broken(engine)
    assert found is not None
    assert found.why == "ours"
