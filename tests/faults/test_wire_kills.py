"""As `test_telling_kills`, over real HTTP and SMTP: Slack, Jira, Trello, Asana and HubSpot can be asked, mail and the
robots of groups cannot."""

import random
import signal
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.faults.length import seed, short_or_long
from tests.faults.stand_ins import ASKED, StandIns, Told, standing
from tests.faults.teller import Teller

KILLS = short_or_long(3, 10_000)
"""At points thrown by dice; in the long form at every one."""


class Point(NamedTuple):
    """Where a child dies: at a beginning or commit of a transaction, or at a request."""

    transaction: int | None
    request: tuple[int, bool] | None = None
    """Its number, and whether it was taken."""


class Rig(NamedTuple):
    """The stand-ins, who writes to them, what they are told where nobody dies, and where somebody can."""

    stand_ins: StandIns
    teller: Teller
    told: Told
    points: list[Point]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with standing() as stand_ins:
        teller = Teller(tmp_path_factory.mktemp("wire"), stand_ins.put_rows, "tests.faults.wire", stand_ins.places)
        try:
            stand_ins.begin()
            transactions = teller.undisturbed("wire")
            points = [Point(number) for number in range(transactions)]
            points += [Point(None, (number, taken)) for number in range(stand_ins.requests) for taken in (False, True)]
            yield Rig(stand_ins, teller, stand_ins.told(), points)
        finally:
            teller.close()


def must_be_told(rig: Rig) -> None:
    """All of it, once; of what cannot be asked, the one in flight once more, under the same key."""
    found = rig.stand_ins.told()
    lost, doubled = rig.told - found, found - rig.told
    assert not lost, f"lost {lost}, more than expected {doubled}"
    assert not [one for one in doubled if one[0] in ASKED], f"doubled where it can be asked: {doubled}"
    assert doubled.total() <= 1, doubled
    for one in doubled:
        assert rig.stand_ins.keys(*one).most_common(1)[0][1] > 1, f"under another key: {one}"
    rig.teller.must_have_sent_all()


def test_every_receiver_has_its_part_in_the_story(rig: Rig) -> None:
    """What nobody writes to can lose nothing."""
    assert {place for place, _, _ in rig.told} == {*ASKED, "email", "wecom", "teams"}


def test_killed_at_any_point_it_loses_nothing_and_doubles_nothing_that_can_be_asked_for(rig: Rig) -> None:
    """Before and after every transaction, before a request arrives, and after it was taken and before its answer."""
    dice_seed = seed()
    for point in random.Random(dice_seed).sample(rig.points, min(KILLS, len(rig.points))):
        rig.teller.begin()
        rig.stand_ins.begin(point.request)
        born = rig.stand_ins.fate.is_of
        assert rig.teller.live("wire", point.transaction, born=born) == -signal.SIGKILL
        assert rig.teller.live("wire", life=1) == 0
        try:
            must_be_told(rig)
        except AssertionError as wrong:
            raise AssertionError(f"MILEPOST_SEED={dice_seed}, {point}: {wrong}") from wrong
