"""Waiting for somebody else's answer: a stop ends it at once, and whoever watches is told why nothing happens."""

import logging
import math
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from queue import SimpleQueue
from time import monotonic
from typing import TypeVar

from connectors.base import Stopped
from connectors.exchange import Lost

NOTICED_S = 2.0
"""A shorter wait is nobody's business; a longer one, without a word, is taken for a hang."""
_LOOK_S = 0.2
"""How often a wait for an answer looks whether the hub stops."""

_Jobs = SimpleQueue[Callable[[], None]]
_idle: deque[_Jobs] = deque()
"""What threads that asked before wait for: to begin one for each of thousands of requests took a third of a
millisecond."""
os.register_at_fork(after_in_child=_idle.clear)  # a child has none of its parent's threads

log = logging.getLogger(__name__)

R = TypeVar("R")


def unless_stopped(
    call: Callable[[], R], stop: threading.Event, slow: Callable[[], None] = lambda: None, at_most_s: float = math.inf
) -> R:
    """What `call` returns or raises; `slow` is called once if that takes long. Raises Stopped when `stop` is set, and
    Lost after `at_most_s`: a time-out of the library's is one between two bytes, and an answer may drip for ever.

    No library can be told to stop waiting for an answer, so `call` runs in a thread that is then left behind, until
    its answer comes: a daemon, which does not keep the program from ending. What it was sending may have arrived.
    """
    answer: Future[R] = Future()

    def ask() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001  raised again below, in the thread that asked
            answer.set_exception(error)

    began, told = monotonic(), False
    _in_another_thread(ask)
    while not wait([answer], _LOOK_S).done:
        if stop.is_set():
            raise Stopped("stopped while waiting for an answer")
        waited_s = monotonic() - began
        if waited_s > at_most_s:
            raise Lost(TimeoutError(), ())
        if not told and waited_s > NOTICED_S:
            told = True
            slow()
    return answer.result()


def _in_another_thread(ask: Callable[[], None]) -> None:
    """Have `ask` done by a thread that is idle, else by a new one."""
    try:
        jobs = _idle.pop()
    except IndexError:
        jobs = _Jobs()
        threading.Thread(target=_work_off, args=(jobs,), name="asks", daemon=True).start()
    jobs.put(ask)


def _work_off(jobs: _Jobs) -> None:
    while True:
        jobs.get()()
        _idle.append(jobs)


class Patience:
    """What one call may still spend on pauses and on waiting for answers; waiting for its turn costs it nothing."""

    def __init__(self, all_s: float) -> None:
        self.answers_s = 0.0
        self.is_limited = False
        """Whether the last answer asked to be left alone for a while."""
        self._all_s = all_s

    def left_s(self, pauses_s: float) -> float:
        """What is left after pauses of so many seconds in all."""
        return self._all_s - self.answers_s - pauses_s

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Waits for an answer inside."""
        began = monotonic()
        try:
            yield
        finally:
            self.answers_s += monotonic() - began


class Notices:
    """What is said of a source that keeps us waiting, each kind once until it answers. Safe between threads."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._slow = False
        self._kinds: set[type[Exception]] = set()

    def slow(self, text: str) -> None:
        """An answer takes long. Some vendors are slow all day: said once and never again."""
        with self._lock:
            known, self._slow = self._slow, True
        if not known:
            log.warning(text)

    def away(self, error: Exception, at_most_s: float) -> None:
        """No answer, or a refusal that does not last: `error` says why, and we ask again."""
        with self._lock:
            known = type(error) in self._kinds
            self._kinds.add(type(error))
        if not known:
            log.warning("%s; trying again for up to %.0f s", error, at_most_s)

    def answered(self) -> None:
        """It answers."""
        with self._lock:
            known, self._kinds = self._kinds, set()
        if known:
            log.info("%s: answers again", self._source)
