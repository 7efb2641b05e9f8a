"""A year of the firm against a model of what should have been told: nothing missed, nothing twice, late or at night.

`make test` lets two weeks pass (a typhoon, a made-up Sunday, an outage, three channels that fail); `make test-year` the
year over 10,000 promises and tickets.
"""

import os
import random
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from tests.alerts import firm
from tests.alerts.year.fates import OFFICES, fates
from tests.alerts.year.minutes import ZONE, count
from tests.alerts.year.model import Model, rounds
from tests.alerts.year.world import World
from unify.closures import Closed

LONG = os.environ.get("MILEPOST_YEAR") == "long"
FIRST, DAYS, COUNT = (date(2026, 1, 1), 350, 10_000) if LONG else (date(2026, 9, 7), 16, 80)

TYPHOON = Closed("HK", datetime(2026, 9, 8, 17, tzinfo=ZONE), datetime(2026, 9, 9, 15, tzinfo=ZONE), "typhoon 8", None)
DOWN = (datetime(2026, 9, 16, 10, tzinfo=ZONE), datetime(2026, 9, 16, 15, tzinfo=ZONE))
"""When the CRM cannot be read."""


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Model]:
    chance = random.Random(20261124)
    planned = fates(chance, COUNT, FIRST, DAYS - 4)
    world = World(tmp_path_factory.mktemp("year"), planned, TYPHOON, DOWN)
    begin = datetime.combine(FIRST, datetime.min.time(), ZONE)
    looks = rounds(begin, begin + timedelta(days=DAYS), world.instants)
    offices = {"HK": count("HK", [(TYPHOON.begins_at, TYPHOON.ends_at)]), "CN": count("CN")}
    world.run(looks)
    return world, Model(looks, offices, DOWN, planned)


def test_what_was_told_is_what_should_have_been(year: tuple[World, Model]) -> None:
    world, model = year

    told, expected = Counter(world.told()), Counter(model.all_told())

    assert told - expected == Counter(), "told without reason, twice or at another time"
    assert expected - told == Counter(), "missed, or told at another time"


def test_all_of_it_arrives_in_spite_of_channels_that_fail(year: tuple[World, Model]) -> None:
    """Twice only where a channel that cannot be asked left it in doubt, and then under the same key."""
    world, _ = year
    arrived = Counter((name, one.key) for name, channel in world.channels.items() for _, one in channel.arrived)

    for row in firm.deliveries(world.engine):
        place, asked = (row["channel"], row["key"]), world.channels[row["channel"]].can_be_asked
        assert row["state"] in ("sent", "parked", "dropped"), row["last_error"]
        assert arrived[place] in ((1,) if asked else (1, 2, 3)) if row["state"] == "sent" else arrived[place] == 0


def test_nobody_is_called_outside_their_working_time(year: tuple[World, Model]) -> None:
    world, model = year

    for channel in world.channels.values():
        for at, outgoing in channel.arrived:
            reader = outgoing.reader.key.removeprefix("person/")
            assert model.offices[OFFICES[reader]].is_working(at), f"{reader} on {at}: {outgoing.message.title}"
