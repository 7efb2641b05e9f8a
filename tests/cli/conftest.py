"""A home for every test that asks, and a process that is afterwards as it was before."""

import logging
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import home as homes
from tests.cli.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Settings for a Jira and a Trello stand-in that run."""
    with homes.home(tmp_path) as made:
        yield made


@pytest.fixture
def round(home: Home) -> Home:
    """A home after a first round."""
    assert home.run("run").code == 0
    return home


@pytest.fixture(autouse=True)
def _same_process() -> Iterator[None]:
    """A command owns its process: what it changes of it is put back."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = {number: signal.getsignal(number) for number in numbers}
    make_record, hook, thread_hook = logging.getLogRecordFactory(), sys.excepthook, threading.excepthook
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)
    logging.setLogRecordFactory(make_record)
    sys.excepthook, threading.excepthook = hook, thread_hook
