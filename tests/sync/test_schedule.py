"""Jobs run, again and again, one at a time, until they are stopped."""

import threading
from datetime import timedelta

import pytest

from sync.schedule import Job, Schedule
from unify.engine import StoreError

DAY = timedelta(days=1)


def test_every_job_runs_at_the_start() -> None:
    """After a restart the data is as old as the pause: nobody wants to wait for the first interval."""
    ran = [threading.Event(), threading.Event()]
    schedule = Schedule([Job("a", DAY, ran[0].set), Job("b", DAY, ran[1].set, jitter=timedelta(seconds=30))])

    schedule.start()

    assert all(event.wait(10) for event in ran)
    schedule.stop()


def test_a_job_can_be_asked_to_run_soon() -> None:
    """Rules are evaluated after each sync, not at the next full minute."""
    runs = threading.Semaphore(0)
    schedule = Schedule([Job("evaluate", DAY, runs.release)])
    schedule.start()
    assert runs.acquire(timeout=10)

    schedule.soon("evaluate")

    assert runs.acquire(timeout=10)
    schedule.stop()


def test_a_job_that_is_none_is_a_mistake_of_ours() -> None:
    """A misspelt job would never run, and nobody would know."""
    with pytest.raises(KeyError, match="evalute"):
        Schedule([Job("evaluate", DAY, lambda: None)]).soon("evalute")


def test_a_job_that_fails_runs_again() -> None:
    """One bad round must not end the rounds."""
    runs = threading.Semaphore(0)

    def fail() -> None:
        runs.release()
        raise ValueError("this round is lost")

    schedule = Schedule([Job("sync", timedelta(milliseconds=20), fail)])
    schedule.start()

    assert all(runs.acquire(timeout=10) for _ in range(3))
    schedule.stop()


def test_a_database_that_cannot_be_used_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """A full disk on a Friday evening, and a job every five seconds: one line, and no traceback."""
    runs = threading.Semaphore(0)

    def fail() -> None:
        runs.release()
        raise StoreError("The database has no room left on its disk")

    schedule = Schedule([Job("deliver", timedelta(milliseconds=20), fail)])
    schedule.start()
    assert all(runs.acquire(timeout=10) for _ in range(3))
    schedule.stop()

    (told,) = caplog.records
    assert told.getMessage() == "deliver failed, and is tried again: The database has no room left on its disk"
    assert told.exc_info is None


def test_stopping_waits_for_the_job_under_way() -> None:
    """The page in hand is committed before the program ends."""
    begun, stop, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        stop.wait(10)
        ended.set()

    schedule = Schedule([Job("sync", DAY, work)])
    schedule.start()
    assert begun.wait(10)
    stop.set()

    schedule.stop()

    assert ended.is_set()


def test_a_job_that_asks_for_another_while_all_stops_does_not_hold_it_up() -> None:
    """A sync that ends after SIGTERM asks for the rules: the two once waited for each other, and all for ever."""
    begun, stopping, ended = threading.Event(), threading.Event(), threading.Event()
    schedule: Schedule

    def sync() -> None:
        begun.set()
        stopping.wait(10)
        schedule.soon("evaluate")
        ended.set()

    schedule = Schedule([Job("sync", DAY, sync), Job("evaluate", DAY, lambda: None)])
    schedule.start()
    assert begun.wait(10)
    end = threading.Thread(target=schedule.stop, daemon=True)
    end.start()
    end.join(0.2)  # long enough for the lock to be taken; too short, and the test cannot fail, but never wrongly does
    stopping.set()
    end.join(10)

    assert ended.is_set()
    assert not end.is_alive()
