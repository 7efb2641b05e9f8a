"""Running jobs again and again in background threads: the jobs are handed in, what they do is theirs.

Real time. A job never runs twice at once, missed runs count as one, and a job that fails runs again at its next time:
one bad minute must not end the hub.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from config.clock import system_clock
from unify.engine import StoreError

log = logging.getLogger(__name__)

# "Skipped: maximum number of running instances reached" is what we ask for, and no news.
logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
logging.getLogger("apscheduler.executors").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Job:
    """What to run, and how often. `jitter` spreads the runs, so that sources do not all ask at the full minute."""

    name: str
    every: timedelta
    run: Callable[[], object]
    jitter: timedelta = timedelta()


class Schedule:
    """Jobs that run now and then every `every`, each in a thread of its own, until stopped."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._stopped = False
        self._workers = ThreadPoolExecutor(max(len(jobs), 1))
        self._scheduler = BackgroundScheduler(timezone="UTC", executors={"default": self._workers})
        for job in jobs:
            self._scheduler.add_job(
                _kept_alive(job),
                IntervalTrigger(
                    seconds=job.every.total_seconds(), jitter=job.jitter.total_seconds() or None, timezone="UTC"
                ),
                id=job.name,
                next_run_time=system_clock(),
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )

    def start(self) -> None:
        """Run every job for the first time, and from then on when it is due."""
        self._scheduler.start()

    def soon(self, name: str) -> None:
        """Let a job run now rather than at its next time; not at all, if meanwhile all was stopped."""
        try:
            self._scheduler.modify_job(name, next_run_time=system_clock())
        except JobLookupError:
            if self._stopped:
                return
            raise KeyError(f"no job is called {name!r}") from None

    def stop(self) -> None:
        """Begin no more runs, and wait for those under way: they obey the stop event that their maker set."""
        self._stopped = True
        # Waiting is not left to the scheduler: it would hold its lock meanwhile, and a job that asks for another one
        # to run `soon` would wait for that lock, and both for ever.
        self._scheduler.shutdown(wait=False)
        self._workers.shutdown(wait=True)


def _kept_alive(job: Job) -> Callable[[], None]:
    """A job's failure is logged. What is wrong with the database says so itself, and once until the job has worked."""
    told = ""

    def run() -> None:
        nonlocal told
        try:
            job.run()
            told = ""
        except StoreError as problem:
            if told != str(problem):
                log.error("%s failed, and is tried again: %s", job.name, problem)
            told = str(problem)
        except Exception:
            log.exception("%s failed; it runs again at its next time", job.name)

    return run
