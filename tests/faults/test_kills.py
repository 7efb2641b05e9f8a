"""The hub's process ends at any instant: killed outright, or told to stop."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.firm import NOW, firm
from tests.faults.length import seed, short_or_long
from tests.faults.rig import Line, Rig
from tests.faults.truth import is_intact

ROOT = Path(__file__).parents[2]

STEP = short_or_long(8, 1)
"""Of the points of a run's transactions: every one in the long form."""
KILLS = short_or_long(15, 200)
"""At random instants, for each kind, in a first run and in a later one."""
STOPS = short_or_long(1, 20)


class Nursery:
    """Makes children of a warm process. One lives at a time."""

    def __init__(self) -> None:
        self._warm: set[str] = set()
        command = [sys.executable, "-m", "tests.faults.nursery"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def warm(self, rig: Rig) -> None:
        """Let it run once itself: its children have what it loaded then."""
        if rig.kind not in self._warm:
            self._wish(rig, warm=True)
            self._answer()
            self._warm.add(rig.kind)

    def bear(self, rig: Rig, dies_at: int | None = None) -> int:
        """A child that syncs; its process id."""
        self._wish(rig, dies_at=dies_at)
        return self._answer()

    def end(self) -> int:
        """Wait for the child; its exit code, or minus the signal that ended it."""
        return self._answer()

    def close(self) -> None:
        """No more children."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _wish(self, rig: Rig, **more: object) -> None:
        hub = {"database": str(rig.hub.database), "now": NOW.isoformat(), "large": rig.hub.large}
        wish = {"kind": rig.kind, "url": rig.line.url, **hub}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({**wish, "warm": False, "dies_at": None, **more}) + "\n")
        self._process.stdin.flush()

    def _answer(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def small(rig: Rig, nursery: Nursery) -> Rig:
    """A firm that is read quickly: one project, four items; and a nursery that has read it."""
    made = Rig(rig.kind, rig.line, rig.empty, firm(rig.kind, projects=1, items=4))
    nursery.warm(made)
    return made


@pytest.fixture(params=[False, True], ids=["first", "later"])
def start(request: pytest.FixtureRequest, small: Rig) -> bytes:
    """What the database holds when a child begins: nothing, or what was true before somebody changed two items."""
    small.new_database()
    if request.param:
        assert small.sync().outcome == "ok"
        small.people.edit(0, NOW)
        small.people.edit(2, NOW)
    return small.hub.database.read_bytes()


def put_back(rig: Rig, start: bytes) -> None:
    rig.new_database().write_bytes(start)
    rig.faults.clear()


def test_killed_at_any_point_of_its_transactions_it_loses_nothing(small: Rig, start: bytes, nursery: Nursery) -> None:
    """Before a transaction, and with all of it written but the commit: what the next run finds is whole."""
    point = len(small.kind) % STEP
    while True:
        put_back(small, start)
        nursery.bear(small, dies_at=point)
        ended = nursery.end()
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        assert is_intact(small.hub.database), f"killed at point {point}"
        small.recover()
        point += STEP

    assert point > STEP


def test_killed_at_any_instant_it_loses_nothing(small: Rig, start: bytes, nursery: Nursery) -> None:
    """Some time after some request, or after the last one, while it links and derives."""
    dice_seed = seed()
    dice = random.Random(dice_seed)
    put_back(small, start)
    requests = _undisturbed(small, nursery)
    killed = 0
    for turn in range(KILLS):
        put_back(small, start)
        _signal_after(small, nursery, dice.randrange(requests), dice.uniform(0, 0.03), signal.SIGKILL)
        killed += nursery.end() == -signal.SIGKILL
        told = f"MILEPOST_SEED={dice_seed}, kill {turn}"
        assert is_intact(small.hub.database), told
        try:
            small.recover()
        except AssertionError as wrong:
            raise AssertionError(f"{told}: {wrong}") from wrong

    assert killed > KILLS / 3  # the others came too late: the run was at its end


def test_killed_while_it_reads_a_large_project_in_pieces_it_loses_nothing(
    line: Line, empty: Path, nursery: Nursery
) -> None:
    """Each piece has a place of its own in the cursor, and an issue of any changes before the next run."""
    large = Rig("jira", line, empty, firm("jira", projects=1, items=12))
    large.hub = replace(large.hub, large=8)
    nursery.warm(large)
    begun = 0
    for kill, point in enumerate(range(60, 82, short_or_long(8, 1))):
        put_back(large, empty.read_bytes())
        nursery.bear(large, dies_at=point)
        assert nursery.end() == -signal.SIGKILL
        with closing(sqlite3.connect(large.hub.database)) as opened:
            (one,) = opened.execute("SELECT count(*) FROM stream_state WHERE cursor LIKE '%pieces%'").fetchone()
        begun += one
        large.people.edit(kill * 5 % 12, NOW)
        large.recover()

    assert begun > 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_ends_well_and_gives_its_source_back(
    small: Rig, start: bytes, nursery: Nursery, number: signal.Signals
) -> None:
    """The page in hand is committed, the exit code is 0, and the next run goes on."""
    dice_seed = seed()
    dice = random.Random(dice_seed)
    put_back(small, start)
    requests = _undisturbed(small, nursery)
    for turn in range(STOPS):
        put_back(small, start)
        _signal_after(small, nursery, dice.randrange(requests), dice.uniform(0, 0.03), number)

        assert nursery.end() == 0, f"MILEPOST_SEED={dice_seed}, stop {turn}"
        with closing(sqlite3.connect(small.hub.database)) as opened:
            assert opened.execute("SELECT * FROM lease").fetchall() == []
            ((outcome,),) = opened.execute("SELECT outcome FROM sync_run ORDER BY id DESC LIMIT 1")
        assert outcome in ("stopped", "ok")
        small.recover()


def _undisturbed(rig: Rig, nursery: Nursery) -> int:
    """How many requests a child makes that nobody disturbs."""
    rig.box.app.log.clear()
    nursery.bear(rig)
    assert nursery.end() == 0
    return len(rig.box.app.log)


def _signal_after(rig: Rig, nursery: Nursery, request: int, delay_s: float, number: signal.Signals) -> None:
    """Send a child a signal some time after it made a request."""
    born = threading.Event()
    child = 0

    def strike() -> None:
        born.wait(5)
        try:
            os.kill(child, number)
        except ProcessLookupError:
            return  # it was quicker

    timer = threading.Timer(delay_s, strike)
    rig.break_anything(after=request, meanwhile=timer.start)
    child = nursery.bear(rig)
    born.set()
