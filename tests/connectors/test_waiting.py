"""Waiting for answers costs little, however many there are."""

import threading

from connectors.waiting import unless_stopped

REQUESTS = 200


def test_many_requests_are_made_by_a_few_threads() -> None:
    """A thread for each took longer to begin than the request to write."""
    stop = threading.Event()

    threads = {unless_stopped(threading.get_ident, stop) for _ in range(REQUESTS)}

    assert len(threads) < REQUESTS / 10
    assert threading.get_ident() not in threads
