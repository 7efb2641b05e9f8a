"""Connections that fail under an answer: refused, reset, broken off, slow."""

import socket
import time
from datetime import timedelta

import pytest

from tests.faults.firm import NOW
from tests.faults.hub import source_of
from tests.faults.rig import Rig


def test_a_refused_connection_is_said_so_and_costs_nothing(rig: Rig) -> None:
    """The vendor's front door is shut: what is stored stays as it is."""
    assert rig.sync().outcome == "ok"
    rig.people.edit(0, NOW)
    with socket.socket() as held:  # bound, and nobody listens
        held.bind(("127.0.0.1", 0))
        away = source_of(rig.kind, f"http://127.0.0.1:{held.getsockname()[1]}")
        run = rig.sync(source=away)

    assert run.outcome == "failed"
    assert "refuses the connection" in run.error
    rig.recover()


@pytest.mark.parametrize("length", [0, 1, 17, 400])
def test_a_connection_reset_after_some_bytes_is_made_again(rig: Rig, length: int) -> None:
    """Nothing of the half answer is believed, wherever it ended."""
    rig.break_items(status=0, reset_after=length, times=2)

    assert rig.sync().outcome == "ok"

    assert len(rig.hub.waits) == 2
    rig.must_be_true()


def test_an_answer_that_ends_too_early_is_asked_for_again(rig: Rig) -> None:
    """Fewer bytes than were announced, and a polite farewell."""
    rig.break_items(status=0, cut=True, times=2)

    assert rig.sync().outcome == "ok"

    assert len(rig.hub.waits) == 2
    rig.must_be_true()


def test_a_connection_that_is_always_reset_ends_the_run(rig: Rig) -> None:
    """Until somebody mends the network."""
    assert rig.sync().outcome == "ok"
    rig.people.edit(0, NOW)
    rig.break_items(status=0, reset_after=100, times=1000)

    run = rig.sync()

    assert run.outcome == "failed"
    assert "broke off" in run.error
    rig.recover()


def test_an_answer_that_trickles_is_waited_for(rig: Rig) -> None:
    """A slow line is no fault."""
    rig.break_items(status=0, drip=900, delay_s=0.003)

    assert rig.sync().outcome == "ok"

    assert rig.hub.waits == []
    rig.must_be_true()


def test_an_answer_that_drips_for_ever_is_given_up(rig: Rig) -> None:
    """A byte before each time-out would hold a source for ever: the whole answer has its time, too."""
    rig.break_items(status=0, drip=300, delay_s=0.1)
    began = time.monotonic()

    assert rig.sync(answer_s=0.1).outcome == "ok"

    assert len(rig.hub.waits) == 1
    assert time.monotonic() - began < 5
    rig.must_be_true()


def test_silence_is_given_up(rig: Rig) -> None:
    """It accepts the request and says nothing."""
    rig.break_items(status=0, delay_s=0.4)

    assert rig.sync(timeout=(2.0, 0.15)).outcome == "ok"

    assert len(rig.hub.waits) == 1
    rig.must_be_true()


def test_a_vendor_without_any_patience_left_ends_the_run(rig: Rig) -> None:
    """The patience of one call counts the waiting for answers, too."""
    rig.break_items(status=0, delay_s=0.4)

    run = rig.sync(timeout=(2.0, 0.15), patience=timedelta(seconds=0.1))

    assert run.outcome == ("ok" if rig.kind in ("asana", "trello") else "failed")  # those are asked for less
    rig.recover()
