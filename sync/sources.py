"""Several sources at once, each in a thread of its own; what happens to one leaves the others be."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from sync.engine import OUR_MISTAKE, RunResult
from unify.engine import StoreError

log = logging.getLogger(__name__)

_MOST_AT_ONCE = 8
"""More only wait for one another: reading is bound by the vendors up to here, by our own computing beyond."""


def run_sources(jobs: Mapping[str, Callable[[], RunResult]]) -> list[RunResult]:
    """Run every job (source -> its run) and return how each ended, in their order."""
    if not jobs:
        return []
    with ThreadPoolExecutor(min(len(jobs), _MOST_AT_ONCE), thread_name_prefix="sync") as pool:
        running = [pool.submit(_run, source, job) for source, job in jobs.items()]
        return [future.result() for future in running]


def _run(source: str, job: Callable[[], RunResult]) -> RunResult:
    try:
        return job()
    except StoreError as problem:
        return RunResult(source, "failed", str(problem))
    except Exception as mistake:  # one source's failure must not end the others
        log.exception("%s: the run failed", source)
        return RunResult(source, "failed", OUR_MISTAKE.format(type(mistake).__name__))
