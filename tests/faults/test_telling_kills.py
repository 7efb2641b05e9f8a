"""The hub's process is killed while it fires and delivers: nothing is lost, nothing doubled where that can be asked."""

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.alerts import firm
from tests.faults.length import seed, short_or_long
from tests.faults.telling import STORIES, arrived

ROOT = Path(__file__).parents[2]
KILLS = short_or_long(2, 1000)
"""Of each story, at points thrown by dice; in the long form at every one."""
TWICE = short_or_long(1, 60)

COORDINATOR = "person/may"
"""Told of channels that refuse: what each round sees of that hangs on when the process died, and is no alert."""

Told = Counter[tuple[str, str, str]]
"""Channel, reader and title of what arrived, and how often."""


class Teller:
    """Makes children that tell a story in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._empty = folder / "empty.db"
        engine = firm.database(folder)
        firm.put(engine, "milestone", firm.milestone_row(), firm.milestone_row(2, name="Release 2.1"))
        firm.put(engine, "project", {"key": "delivery/project/10", "source": "delivery", "short": "NFA"})
        engine.dispose()
        (folder / "milepost.db").rename(self._empty)
        command = [sys.executable, "-m", "tests.faults.telling"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._undisturbed: dict[str, tuple[Told, int]] = {}

    def begin(self) -> None:
        """Nothing was found and nothing told yet."""
        for left in ("milepost.db-wal", "milepost.db-shm", "arrived", "step"):
            (self.folder / left).unlink(missing_ok=True)
        shutil.copyfile(self._empty, self.folder / "milepost.db")

    def live(self, story: str, dies_at: int | None = None, *, life: int = 0) -> int:
        """A child that goes on where the one before ended; its exit code, or minus the signal."""
        step = self.folder / "step"
        self._wish(story, dies_at, int(step.read_text()) if step.exists() else 0, life, warm=False)
        self._answer()
        return self._answer()

    def undisturbed(self, story: str) -> tuple[Told, int]:
        """What is told where nobody is killed, and how many points that has."""
        if story not in self._undisturbed:
            self.begin()
            self._wish(story, None, 0, 0, warm=True)
            assert self._answer() == 0
            self._undisturbed[story] = told(self.folder), int((self.folder / "points").read_text())
        return self._undisturbed[story]

    def close(self) -> None:
        """No more children."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def _wish(self, story: str, dies_at: int | None, step: int, life: int, *, warm: bool) -> None:
        wish = {
            "folder": str(self.folder),
            "story": story,
            "dies_at": dies_at,
            "step": step,
            "life": life,
            "warm": warm,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()

    def _answer(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


def told(folder: Path) -> Told:
    """Editing twice is editing once, so an edit counts once."""
    lines = [line for line in arrived(folder / "arrived") if line["reader"] != COORDINATOR]
    edits = {(line["channel"], line["reader"], line["title"]) for line in lines if line["verb"] == "edit"}
    sent = Counter((line["channel"], line["reader"], line["title"]) for line in lines if line["verb"] == "send")
    return sent + Counter(edits)


def must_be_told(teller: Teller, story: str, kills: int) -> None:
    """All that an undisturbed hub tells, once; of what cannot be asked, one more for each kill, under the same key."""
    (expected, _), found = teller.undisturbed(story), told(teller.folder)
    lost, doubled = expected - found, found - expected
    assert not lost, f"lost {lost}, more than expected {doubled}"
    assert not [name for name in doubled if name[0] in ("chat", "tool")], "doubled where it can be asked"
    assert doubled.total() <= kills
    for channel, reader, title in doubled:
        keys = Counter(
            line["key"]
            for line in arrived(teller.folder / "arrived")
            if (line["channel"], line["reader"], line["title"]) == (channel, reader, title)
        )
        assert keys.most_common(1)[0][1] > 1
    with closing(sqlite3.connect(teller.folder / "milepost.db")) as opened:
        assert opened.execute("SELECT count(*) FROM delivery WHERE state = 'waiting'").fetchone() == (0,)
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.fixture(scope="module")
def teller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Teller]:
    made = Teller(tmp_path_factory.mktemp("telling"))
    yield made
    made.close()


@pytest.mark.parametrize("story", STORIES)
def test_killed_at_any_point_it_loses_nothing_and_doubles_at_most_what_was_in_flight(
    teller: Teller, story: str
) -> None:
    """Before and after every transaction, and before and after a message arrives."""
    dice_seed = seed()
    _, points = teller.undisturbed(story)
    chosen = random.Random(dice_seed).sample(range(points), min(KILLS, points))
    for point in sorted(chosen):
        teller.begin()
        assert teller.live(story, point) == -signal.SIGKILL
        assert teller.live(story, life=1) == 0
        try:
            must_be_told(teller, story, kills=1)
        except AssertionError as wrong:
            raise AssertionError(f"MILEPOST_SEED={dice_seed}, {story}, point {point}: {wrong}") from wrong


def test_killed_again_while_it_recovers_it_loses_nothing(teller: Teller) -> None:
    """A machine that crashes once crashes twice."""
    dice_seed = seed()
    dice = random.Random(dice_seed)
    for turn in range(TWICE):
        story = dice.choice(STORIES)
        teller.undisturbed(story)
        teller.begin()
        kills = sum(teller.live(story, dice.randrange(60), life=life) == -signal.SIGKILL for life in range(2))
        assert teller.live(story, life=2) == 0
        try:
            must_be_told(teller, story, kills)
        except AssertionError as wrong:
            raise AssertionError(f"MILEPOST_SEED={dice_seed}, turn {turn}, {story}: {wrong}") from wrong
