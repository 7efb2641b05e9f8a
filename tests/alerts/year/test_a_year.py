"""A year of the firm against a model of what should have been told: nothing missed, nothing twice, late or at night.

`make test` lets two weeks pass (a typhoon that is entered as it begins and one afterwards, a mainland working Sunday,
people who are away, an outage, three channels that fail); `make test-year` the year over 10,000 promises and tickets.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from tests.alerts import firm
from tests.alerts.year.fates import Fate, Ticket, fates
from tests.alerts.year.looks import Looks, looks_of
from tests.alerts.year.minutes import ZONE, Offices, count
from tests.alerts.year.model import Model
from tests.alerts.year.staff import COORDINATOR, DIRECTOR, OFFICES
from tests.alerts.year.world import TELLING, World
from unify.closures import Closed

LONG = os.environ.get("MILEPOST_YEAR") == "long"
FIRST, DAYS, COUNT = (date(2026, 1, 1), 350, 10_000) if LONG else (date(2026, 9, 7), 16, 80)
SEED = int(os.environ.get("MILEPOST_SEED") or 20261124)


def _september(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=ZONE)


TYPHOON = Closed("HK", _september(8, 17), _september(9, 15), "typhoon 8", recorded_at=_september(8, 17))
AFTERWARDS = Closed("HK", _september(17, 14), _september(18, 11), "typhoon 9", recorded_at=_september(18, 15, 30))
DOWN = (_september(16, 10), _september(16, 15))
"""When the CRM cannot be read."""
MADE_UP = date(2026, 9, 20)
"""A Sunday on which the mainland works."""


def _offices() -> Offices:
    shut = [(one.begins_at, one.ends_at) for one in (TYPHOON, AFTERWARDS)]
    since = (datetime(2026, 1, 1, tzinfo=ZONE), _september(8, 17), _september(18, 15, 30))
    return Offices(since, [{"HK": count("HK", shut[:known]), "CN": count("CN")} for known in range(3)])


def _ringing(planned: list[Fate]) -> Iterator[datetime]:
    """The minutes in which what is urgent rings."""
    for fate in planned:
        if isinstance(fate, Ticket) and fate.urgent:
            since = fate.waits[0].since
            yield from (since + timedelta(minutes=minutes) for minutes in (1, 16, 31, 46, 62, 77))
            yield from fate.wrote


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Model]:
    planned = fates(random.Random(SEED), COUNT, FIRST, DAYS - 4)
    looks = looks_of(datetime.combine(FIRST, datetime.min.time(), ZONE), DAYS, _ringing(planned), _offices(), DOWN)
    world = World(tmp_path_factory.mktemp("year"), planned, (TYPHOON, AFTERWARDS), DOWN)
    world.run(looks.at)
    return world, Model(looks, planned)


def test_what_was_told_is_what_should_have_been(year: tuple[World, Model]) -> None:
    world, model = year

    told, expected = Counter(world.told()), Counter(model.all_told())

    assert told - expected == Counter(), f"MILEPOST_SEED={SEED}: told without reason, twice or at another time"
    assert expected - told == Counter(), f"MILEPOST_SEED={SEED}: missed, or told at another time"


def test_all_of_it_arrives_in_spite_of_channels_that_fail(year: tuple[World, Model]) -> None:
    """Twice only where a channel that cannot be asked left it in doubt, and then under the same key.

    What waits at the end was written in the evening; what is urgent went to the next channel after two attempts.
    """
    world, _ = year
    arrived = Counter((name, one.key) for name, channel in world.channels.items() for _, one in channel.arrived)

    for row in firm.deliveries(world.engine):
        place, asked = (row["channel"], row["key"]), world.channels[row["channel"]].can_be_asked
        if row["state"] == "sent":
            assert arrived[place] in ((1,) if asked else (1, 2, 3))
        else:
            assert row["state"] in ("parked", "dropped") or row["created_at"] >= world.now - timedelta(hours=4)
            assert not arrived[place] or row["last_error"].startswith("given up after 2 attempts")


def test_nobody_is_called_outside_their_working_time_but_for_what_is_urgent(year: tuple[World, Model]) -> None:
    world, model = year
    urgent = {fate.alert for fate in model.fates if isinstance(fate, Ticket) and fate.urgent}

    for channel in world.channels.values():
        for at, outgoing in channel.arrived:
            reader = outgoing.reader.key.removeprefix("person/")
            if not model.looks.offices.at(at)[OFFICES[reader]].is_working(at):
                told = {entry.fingerprint for entry in outgoing.message.entries}
                assert told, f"{reader} on {at}: {outgoing.message.title}"
                assert told <= urgent, f"{reader} on {at}: {outgoing.message.title}"


def test_the_coordinator_alone_hears_of_the_hub_itself(year: tuple[World, Model]) -> None:
    world, _ = year

    rows = (row for row in firm.deliveries(world.engine) if row["kind"] not in (*TELLING, "held"))
    others = {row["recipient"] for row in rows}

    assert others <= {f"person/{COORDINATOR}"}


def test_the_time_holds_what_it_is_to_show(year: tuple[World, Model]) -> None:
    """A seed by which nobody took anything, or nothing was urgent, would show nothing."""
    _, model = year
    told = model.all_told()
    reasons = {one.reason for one in told}
    spans = [span for fate in model.fates for span in model.spans(fate)]

    assert reasons == {
        *("first", "worse", "repeat", "fires again", "went up", "the client wrote again", "ended"),
        *("nothing", "weekly"),
    }
    assert any(span.withdrawn for span in spans), "nothing was withdrawn by the closure that came afterwards"
    sunday = {(one.reader, one.reason) for one in told if one.at.date() == MADE_UP and not one.subject}
    assert sunday == {("kevin", "weekly")}, "his week ends with it, and no other week does"
    assert any(one.reader == DIRECTOR for one in told)
    assert any(not _at_work(model.looks, one.reader, one.at) for one in told), "nothing rang at night"


def _at_work(looks: Looks, reader: str, at: datetime) -> bool:
    return looks.offices.at(at)[OFFICES[reader]].is_working(at)
