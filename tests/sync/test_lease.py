"""One worker per source, whatever dies."""

import os
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sync.lease import LIFETIME, LeaseHeld, LeaseLost, lease
from tests.sync.running import sync
from tests.sync.vendor import firm
from tests.unify import tiny
from tests.unify.tiny import NOON, rows
from unify.engine import writing

ROOT = Path(__file__).parents[2]


class Clock:
    """Real time, as this test would have it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_who_holds_it_is_told_to_the_one_who_waits(engine: Engine) -> None:
    """`milepost sync` beside `serve` must name the program to stop, not only refuse."""
    with (
        lease(engine, "delivery", clock=Clock()),
        pytest.raises(LeaseHeld, match=f"delivery .* process {os.getpid()} on .* since 2026-11-23 04:00 UTC"),
        lease(engine, "delivery", clock=Clock()),
    ):
        pass

    assert rows(engine, "lease") == []


def test_a_second_run_over_the_same_source_does_nothing(engine: Engine) -> None:
    """Two workers would only repeat each other's requests."""
    vendor = firm()

    with lease(engine, "boards"):
        result = sync(engine, vendor)

    assert result.outcome == "busy"
    assert vendor.reads == []
    assert rows(engine, "sync_run") == []


def test_a_lease_that_was_not_renewed_in_time_can_be_taken_and_is_lost_to_the_sleeper(engine: Engine) -> None:
    """A machine that slept must not write over what another has written since."""
    clock, written = Clock(), []

    def sleeper_commits() -> None:
        with lease(engine, "delivery", clock=clock) as sleeper:
            clock.now += LIFETIME + timedelta(seconds=1)
            with lease(engine, "delivery", clock=clock), writing(engine) as connection:
                sleeper.renew(connection)
                written.append("a page")

    with pytest.raises(LeaseLost, match="another one took over"):
        sleeper_commits()

    assert written == []


def test_pages_keep_a_lease_alive(engine: Engine) -> None:
    """A first sync may take hours; each page says that it still works."""
    clock = Clock()
    with lease(engine, "delivery", clock=clock) as held:
        for _ in range(5):
            clock.now += LIFETIME * 0.9
            with writing(engine) as connection:
                held.renew(connection)

        with pytest.raises(LeaseHeld), lease(engine, "delivery", clock=clock):
            pass


def test_threads_hold_one_lease_at_a_time(engine: Engine) -> None:
    """Four threads that all want the source: whoever does not get it is told so at once."""
    inside, most, busy = 0, 0, 0
    tally = threading.Lock()
    start = threading.Barrier(4)

    def work() -> None:
        nonlocal inside, most, busy
        start.wait()
        try:
            with lease(engine, "delivery"):
                with tally:
                    inside += 1
                    most = max(most, inside)
                with tally:
                    inside -= 1
        except LeaseHeld:
            with tally:
                busy += 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 1
    assert busy <= 3


CHILD = """
import os, signal, sys
from sqlalchemy import Engine
from tests.sync.running import sync
from tests.sync.vendor import firm
from unify.engine import open_engine

vendor = firm()
vendor.page_size = 1
vendor.on_page = lambda: os.kill(os.getpid(), signal.SIGKILL) if vendor.pages == int(sys.argv[2]) else None
sync(open_engine(sys.argv[1]), vendor)
"""


@pytest.mark.parametrize("page", [1, 3, 6])
def test_a_killed_process_leaves_whole_pages_and_a_lease_that_is_seen_to_be_dead(
    engine: Engine, tmp_path: Path, page: int
) -> None:
    """kill -9 between two pages: the next run goes on at once, and ends in the same database."""
    undisturbed = tiny.new_database(tmp_path, "undisturbed.db")
    vendor = firm()
    vendor.page_size = 1
    sync(undisturbed, vendor)

    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(engine.url), str(page)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert child.returncode == -9
    assert len(rows(engine, "lease")) == 1
    assert len(rows(engine, "raw_record")) < 14
    again = firm()
    again.page_size = 1
    result = sync(engine, again)

    assert result.outcome == "ok"
    assert tiny.dump(engine) == tiny.dump(undisturbed)
    assert [row[0] for row in rows(engine, "sync_run", "outcome")] == ["failed", "ok"]
    undisturbed.dispose()
