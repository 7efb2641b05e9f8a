"""The hub's process is killed while it fires and delivers: nothing is lost, nothing doubled where that can be asked."""

import random
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.alerts import firm
from tests.faults.length import seed, short_or_long
from tests.faults.teller import Teller
from tests.faults.telling import STORIES, arrived

KILLS = short_or_long(2, 1000)
"""Of each story, at points thrown by dice; in the long form at every one."""
TWICE = short_or_long(1, 60)

COORDINATOR = "person/may"
"""Told of channels that refuse: what each round sees of that hangs on when the process died, and is no alert."""

Told = Counter[tuple[str, str, str]]
"""Channel, reader and title of what arrived, and how often."""


def told(folder: Path) -> Told:
    """Editing twice is editing once, so an edit counts once."""
    lines = [line for line in arrived(folder / "arrived") if line["reader"] != COORDINATOR]
    edits = {(line["channel"], line["reader"], line["title"]) for line in lines if line["verb"] == "edit"}
    sent = Counter((line["channel"], line["reader"], line["title"]) for line in lines if line["verb"] == "send")
    return sent + Counter(edits)


def must_be_told(teller: Teller, expected: Told, kills: int) -> None:
    """All that an undisturbed hub tells, once; of what cannot be asked, one more for each kill, under the same key."""
    found = told(teller.folder)
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
    teller.must_have_sent_all()


def rows(engine: Engine) -> None:
    """Two milestones of a project of the bank's."""
    firm.put(engine, "milestone", firm.milestone_row(), firm.milestone_row(2, name="Release 2.1"))
    firm.put(engine, "project", {"key": "delivery/project/10", "source": "delivery", "short": "NFA"})


@pytest.fixture(scope="module")
def teller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Teller]:
    made = Teller(tmp_path_factory.mktemp("telling"), rows)
    yield made
    made.close()


@pytest.fixture(scope="module")
def undisturbed(teller: Teller) -> dict[str, tuple[Told, int]]:
    """By story: what is told where nobody is killed, and how many points that has."""
    found = {}
    for story in STORIES:
        points = teller.undisturbed(story)
        found[story] = told(teller.folder), points
    return found


@pytest.mark.parametrize("story", STORIES)
def test_killed_at_any_point_it_loses_nothing_and_doubles_at_most_what_was_in_flight(
    teller: Teller, undisturbed: dict[str, tuple[Told, int]], story: str
) -> None:
    """Before and after every transaction, and before and after a message arrives."""
    dice_seed = seed()
    expected, points = undisturbed[story]
    chosen = random.Random(dice_seed).sample(range(points), min(KILLS, points))
    for point in sorted(chosen):
        teller.begin()
        assert teller.live(story, point) == -signal.SIGKILL
        assert teller.live(story, life=1) == 0
        try:
            must_be_told(teller, expected, kills=1)
        except AssertionError as wrong:
            raise AssertionError(f"MILEPOST_SEED={dice_seed}, {story}, point {point}: {wrong}") from wrong


def test_killed_again_while_it_recovers_it_loses_nothing(
    teller: Teller, undisturbed: dict[str, tuple[Told, int]]
) -> None:
    """A machine that crashes once crashes twice."""
    dice_seed = seed()
    dice = random.Random(dice_seed)
    for turn in range(TWICE):
        story = dice.choice(STORIES)
        teller.begin()
        kills = sum(teller.live(story, dice.randrange(60), life=life) == -signal.SIGKILL for life in range(2))
        assert teller.live(story, life=2) == 0
        try:
            must_be_told(teller, undisturbed[story][0], kills)
        except AssertionError as wrong:
            raise AssertionError(f"MILEPOST_SEED={dice_seed}, turn {turn}, {story}: {wrong}") from wrong
