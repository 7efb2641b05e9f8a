"""`milepost remap` gives the same rows as a fresh sync, and asks the vendor nothing."""

import threading
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from connectors.base import Stopped
from sync.lease import LeaseHeld, lease
from sync.remapping import remap_source
from tests.sync.running import sync
from tests.sync.vendor import Vendor, firm
from tests.unify import tiny
from tests.unify.tiny import NOON, TinyMapper, settings
from unify.engine import writing


class Mute(Vendor):
    """Knows its streams, and answers no question."""

    def check(self) -> Any:
        raise AssertionError("the vendor was asked")

    def parts(self, stream: str) -> Any:
        raise AssertionError("the vendor was asked")

    def read(self, stream: str, part: str, cursor: object) -> Any:
        raise AssertionError("the vendor was asked")


def remap(engine: Engine, stop: threading.Event | None = None, **more: Any) -> int:
    return remap_source(
        settings(),
        Mute(),
        TinyMapper(),
        engine,
        zone=ZoneInfo("Asia/Hong_Kong"),
        clock=lambda: NOON,
        stop=stop or threading.Event(),
        **more,
    )


def test_rows_that_were_lost_are_made_again_without_a_request(engine: Engine) -> None:
    """Everything a row says is in the payloads that were kept."""
    sync(engine, firm())
    before = tiny.dump(engine)
    with writing(engine) as connection:
        for table in ("work_item", "milestone", "comment"):
            connection.exec_driver_sql(f"DELETE FROM {table}")

    assert remap(engine) == 14

    assert tiny.dump(engine) == before


def test_what_reads_the_same_is_not_handed_on(engine: Engine) -> None:
    """A remap of a million records that changes one status derives one row."""
    handed: list[object] = []
    sync(engine, firm(), after=lambda connection, touched: None)
    with writing(engine) as connection:
        for table in ("work_item", "milestone", "comment"):
            connection.exec_driver_sql(f"UPDATE {table} SET changed_here_at = NULL")
        connection.exec_driver_sql("UPDATE work_item SET name = 'Spoilt' WHERE vendor_id = 'd1'")

    remap(engine, after=lambda connection, touched: handed.append(touched))

    assert handed == [{"work_item": ["boards/cards/d1"]}]


def test_a_source_that_is_being_read_is_left_alone(engine: Engine) -> None:
    """Two writers of one source would map with two vocabularies."""
    with lease(engine, "boards"), pytest.raises(LeaseHeld):
        remap(engine)


def test_a_remap_that_was_cut_short_is_made_up_for_by_the_next_run(engine: Engine) -> None:
    """The version that says it is done is written last."""
    sync(engine, firm())
    before = tiny.dump(engine)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE source SET mapping_version = 'another'")
        connection.exec_driver_sql("UPDATE work_item SET name = 'Spoilt'")
    stop = threading.Event()
    stop.set()

    with pytest.raises(Stopped):
        remap(engine, stop)
    sync(engine, firm())

    assert tiny.dump(engine) == before
