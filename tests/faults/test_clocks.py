"""Clocks that disagree, and indexes that are late: what changed is found whatever they say."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.http import Reply
from tests.faults.firm import NOW, firm
from tests.faults.length import LONG
from tests.faults.rig import Rig

ZONES = [
    *("Pacific/Kiritimati", "Pacific/Apia", "Pacific/Chatham", "Pacific/Auckland", "Australia/Lord_Howe"),
    *("Australia/Adelaide", "Asia/Tokyo", "Australia/Eucla", "Asia/Hong_Kong", "Asia/Yangon", "Asia/Dhaka"),
    *("Asia/Kathmandu", "Asia/Kolkata", "Asia/Tehran", "Europe/Moscow", "Europe/Berlin", "UTC", "Atlantic/Azores"),
    *("America/St_Johns", "America/New_York", "America/Denver", "Pacific/Marquesas", "Pacific/Honolulu"),
    "Pacific/Pago_Pago",
]
"""24, from UTC+14 to UTC-11, with quarters and halves of hours, and both ways of saving daylight."""

SOME_ZONES = ZONES if LONG else ZONES[::6]


def without(hidden: str) -> Callable[[Reply], Reply]:
    """What a search answers that has not indexed one record yet."""

    def behind(reply: Reply) -> Reply:
        told: Any = json.loads(reply.body)
        name = "issues" if "issues" in told else "results"
        told[name] = [one for one in told[name] if one["id"] != hidden]
        return replace(reply, body=json.dumps(told, separators=(",", ":")).encode())

    return behind


@pytest.mark.parametrize("late_s", [1, 59, 60, 61, 300, 600] if LONG else [1, 61, 600])
@pytest.mark.parametrize("rig", ["hubspot", "jira"], indirect=True)
def test_what_the_index_shows_late_is_found(rig: Rig, late_s: int) -> None:
    """An update is hidden from the search for a while, and newer ones are not: the cursor has passed it by then."""
    assert rig.sync().outcome == "ok"
    rig.clock.set(NOW + timedelta(seconds=5))
    hidden = rig.id_of(1)
    rig.people.edit(1, NOW + timedelta(seconds=1))

    rig.break_items(status=0, alter=without(hidden), times=10_000)
    for after_s in range(0, late_s, max(late_s // 3, 1)):
        at = NOW + timedelta(seconds=2 + after_s)
        rig.clock.set(at + timedelta(seconds=1))
        rig.people.edit(2, at)
        assert rig.sync().outcome == "ok"

    rig.clock.set(NOW + timedelta(seconds=2 + late_s))
    rig.recover()


@pytest.mark.parametrize("rig", ["hubspot", "jira"], indirect=True)
def test_what_the_index_shows_late_is_found_where_nothing_else_changes_any_more(rig: Rig) -> None:
    """A project that is seen to be quiet is not searched: not before the index has had its time to show all of it."""
    assert rig.sync().outcome == "ok"
    rig.people.edit(1, NOW + timedelta(seconds=1))
    rig.people.edit(2, NOW + timedelta(seconds=2))
    rig.break_items(status=0, alter=without(rig.id_of(1)), times=10_000)
    for minutes in range(1, 10, 3):
        rig.clock.set(NOW + timedelta(minutes=minutes))
        assert rig.sync().outcome == "ok"

    rig.clock.set(NOW + timedelta(minutes=10, seconds=2))
    rig.recover()


@pytest.mark.parametrize("minutes", [-7, 7])
def test_a_vendor_whose_clock_is_minutes_off_is_read_whole(rig: Rig, minutes: int) -> None:
    """Cursors go by the vendor's own times, never by ours."""
    theirs = timedelta(minutes=minutes)
    ours = rig.with_clock(lambda: rig.clock() - theirs)
    assert ours.sync().outcome == "ok"
    for step in range(1, 4):
        at = NOW + timedelta(minutes=step)
        rig.clock.set(at + timedelta(seconds=1))
        rig.people.edit(step, at)
        assert ours.sync().outcome == "ok"

    rig.must_be_true()


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1)])
def test_a_day_by_which_our_clock_jumps_loses_nothing(rig: Rig, jump: timedelta) -> None:
    """Somebody sets the machine's clock, or a virtual machine wakes: both ways, and back again."""
    off = timedelta(0)
    ours = rig.with_clock(lambda: rig.clock() + off)
    assert ours.sync().outcome == "ok"
    for step, off in enumerate((jump, timedelta(0)), start=1):  # noqa: B007  the clock above reads it
        at = NOW + timedelta(minutes=step)
        rig.clock.set(at + timedelta(seconds=1))
        rig.people.edit(step, at)
        assert ours.sync().outcome == "ok"

    rig.must_be_true()


@pytest.mark.parametrize("zone", SOME_ZONES)
def test_the_organisations_zone_hides_nothing(rig: Rig, zone: str) -> None:
    """Wherever the firm is, and whatever day it is there."""
    rig.hub.timezone = zone
    assert rig.sync().outcome == "ok"
    rig.people.edit(1, NOW + timedelta(seconds=1))
    rig.clock.set(NOW + timedelta(seconds=2))

    assert rig.sync().outcome == "ok"

    rig.must_be_as_clean()


@pytest.mark.parametrize("rig", ["jira"], indirect=True)
@pytest.mark.parametrize("zone", SOME_ZONES)
def test_the_zone_of_the_accounts_profile_hides_nothing(rig: Rig, zone: str) -> None:
    """Jira reads quoted dates in it; who asks by such would lose half a day of changes."""
    rig.box.profile_zone = ZoneInfo(zone)
    assert rig.sync().outcome == "ok"
    rig.people.edit(1, NOW + timedelta(seconds=1))
    rig.clock.set(NOW + timedelta(seconds=2))

    rig.recover()


CHANGES_OF_CLOCKS = [
    ("Europe/Berlin", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # 02:30 comes a second time at 01:30 UTC
    ("America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 14, 45, tzinfo=UTC)),  # half an hour
    ("Europe/Berlin", datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),  # 02:30 never comes
]


@pytest.mark.parametrize("rig", ["jira"], indirect=True)
@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
@pytest.mark.parametrize(("zone", "first"), CHANGES_OF_CLOCKS if LONG else CHANGES_OF_CLOCKS[1:3])
def test_the_hour_that_comes_twice_or_never_hides_nothing(
    rig: Rig, deployment: str, zone: str, first: datetime
) -> None:
    """Every 25 minutes around it somebody edits, and we read: also where dates are asked for as local ones."""
    site = Rig(rig.kind, rig.line, rig.empty, firm("jira", projects=1, items=4, now=first), deployment=deployment)
    site.box.profile_zone = ZoneInfo(zone)
    site.clock.set(first)
    assert site.sync().outcome == "ok"
    for step in range(1, 6):
        at = first + timedelta(minutes=25 * step)
        site.clock.set(at + timedelta(seconds=1))
        site.people.edit(step % 4, at)
        assert site.sync().outcome == "ok"

    site.must_be_true()
