"""Pages that lie: tokens that repeat or expire, empty pages, records twice or not at all, edits between two pages."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.http import Reply
from tests.faults.firm import NOW, firm
from tests.faults.length import short_or_long
from tests.faults.rig import Rig

TOKENS = ["asana", "hubspot", "jira"]
"""Trello has none: its pages begin before the smallest id seen."""

SAME = short_or_long(250, 3_000)


def altered(change: Callable[[Any], None]) -> Callable[[Reply], Reply]:
    """A true answer whose JSON was changed."""

    def alter(reply: Reply) -> Reply:
        told = json.loads(reply.body)
        change(told)
        return replace(reply, body=json.dumps(told, separators=(",", ":")).encode())

    return alter


@pytest.fixture
def paged(rig: Rig) -> Rig:
    """A firm whose one project has 30 items, five on a page; Trello's pages are never so small."""
    items = 150 if rig.kind == "trello" else 30
    made = Rig(rig.kind, rig.line, rig.empty, firm(rig.kind, projects=1, items=items))
    made.page_by(5)
    return made


def elements_of(told: Any) -> list[Any]:
    """The list that an answer holds."""
    if isinstance(told, list):
        return told
    found: list[Any] = next(told[name] for name in ("issues", "data", "results") if name in told)
    return found


def test_pages_are_read_to_their_end(paged: Rig) -> None:
    """The yardstick: nothing goes wrong, and there are several pages."""
    assert paged.sync().outcome == "ok"

    assert paged.asked_for_items() >= 6  # Trello: four that were too much to ask, and three pages
    paged.must_be_true()


def test_records_that_come_twice_are_kept_once(paged: Rig) -> None:
    """Every page repeats its first record at its end."""

    def repeat(told: Any) -> None:
        elements_of(told).extend(elements_of(told)[:1])

    paged.break_items(status=0, alter=altered(repeat), times=4)

    assert paged.sync().outcome == "ok"

    paged.must_be_true()


@pytest.mark.parametrize("rig", TOKENS, indirect=True)
def test_an_empty_page_with_a_token_is_not_the_end(paged: Rig) -> None:
    """Filters of permission empty a page after it was cut: what follows is still to be read."""
    held: list[Any] = []

    def hold_back(told: Any) -> None:
        held.extend(elements_of(told))
        elements_of(told).clear()

    def give(told: Any) -> None:
        elements_of(told)[:0] = held

    paged.break_items(status=0, alter=altered(hold_back))
    paged.break_items(status=0, alter=altered(give))

    assert paged.sync().outcome == "ok"

    paged.must_be_true()


def test_a_page_that_repeats_ends_in_an_error_and_not_never(paged: Rig) -> None:
    """Its token too: round and round. Somebody must hear of it, and nothing counts as read to its end."""
    first: list[Reply] = []

    def again(reply: Reply) -> Reply:
        first.append(reply)
        return first[0]

    paged.break_items(status=0, alter=again, times=10_000)

    run = paged.sync()

    assert run.outcome == "failed"
    assert run.requests < 100
    paged.recover()


@pytest.mark.parametrize("rig", ["trello"], indirect=True)
def test_a_page_in_another_order_than_promised_has_nothing_taken_for_deleted(paged: Rig) -> None:
    """Trello's pages begin before the smallest id seen: one that holds the oldest card passes all others over."""
    assert paged.sync().outcome == "ok"
    oldest = min(paged.box.state.cards)
    paged.break_items(status=0, alter=altered(lambda told: told[0].update(id=oldest)))

    run = paged.hub.sync(full=True)

    assert run.outcome == "failed"
    assert "cards out of a page" in run.error
    paged.recover()


@pytest.mark.parametrize("rig", ["asana"], indirect=True)
@pytest.mark.parametrize("times", [1, 2, 1000])
def test_an_offset_that_expires_begins_the_list_again(paged: Rig, times: int) -> None:
    """Asana's live for minutes. One that never lives long enough ends the run."""
    paged.break_items(status=0, meanwhile=paged.box.offsets.expire, after=2, times=times)

    run = paged.sync()

    assert run.outcome == ("ok" if times <= 2 else "failed")
    paged.recover()


@pytest.mark.parametrize("rig", ["jira", "hubspot"], indirect=True)
def test_a_token_that_expired_ends_the_run_and_the_next_goes_on(paged: Rig) -> None:
    """Nothing that was read before is asked for again than the look-back."""
    paged.break_items(status=400, body='{"errorMessages": ["The token is expired."], "message": "expired"}', after=4)

    run = paged.sync()

    assert run.outcome == "failed"
    paged.recover()


@pytest.mark.parametrize(("place", "page"), [(0, 1), (12, 1), (29, 1), (0, 3), (29, 3)])
def test_what_is_edited_between_two_pages_is_read_as_it_is_now(paged: Rig, place: int, page: int) -> None:
    """An edit moves a record to the end of the order, and all behind it up by one: none of them is skipped."""
    edits = [place, (place + 7) % 30, (place + 13) % 30]

    def somebody_edits() -> None:
        for nth, each in enumerate(edits):
            paged.people.edit(each, NOW + timedelta(seconds=nth))

    paged.break_items(status=0, meanwhile=somebody_edits, after=page)

    assert paged.sync().outcome == "ok"

    # What changed before the vendor was asked for it may be read as it was: the next run brings it.
    paged.clock.set(NOW + timedelta(minutes=1))
    paged.recover()


@pytest.mark.parametrize("rig", ["hubspot", "jira"], indirect=True)
@pytest.mark.parametrize("lie", [0, 1, 7, 1_000_000])
def test_totals_are_not_believed(paged: Rig, lie: int) -> None:
    """A total is a guess of the vendor's index; the pages are what there is."""

    def swear(told: Any) -> None:
        told["total"] = lie

    paged.break_items(status=0, alter=altered(swear), times=100)

    assert paged.sync().outcome == "ok"

    paged.must_be_true()


def test_many_records_that_changed_at_one_instant_are_all_read(rig: Rig) -> None:
    """A bulk import gives thousands the same time: pages by instant must not lose the rest of it, nor never end."""
    many = Rig(rig.kind, rig.line, rig.empty, firm(rig.kind, projects=1, items=SAME))
    many.page_by(20)
    many.same_instant(NOW - timedelta(days=1))

    assert many.sync().outcome == "ok"
    many.must_be_true()

    many.people.edit(SAME // 2, NOW)
    many.recover()


def test_a_time_of_change_that_goes_backwards_hides_nothing(rig: Rig) -> None:
    """A restored backup, an import with old dates: what changes afterwards is found all the same."""
    assert rig.sync().outcome == "ok"
    rig.people.edit(1, NOW + timedelta(minutes=2))
    rig.clock.set(NOW + timedelta(minutes=3))
    rig.recover()

    rig.same_instant(NOW - timedelta(days=30), [1])
    rig.people.edit(2, NOW + timedelta(minutes=5))
    rig.clock.set(NOW + timedelta(minutes=6))
    run = rig.sync()

    assert run.outcome == "ok"
    rig.clock.set(NOW + timedelta(days=1, hours=1))  # the daily look at everything
    rig.hub.sync(full=True)
    rig.must_be_true()
