"""One browser, and one demo's morning served as `milepost serve` serves it, for all tests that look at its pages."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from cli.decide import agreed, answered
from cli.opening import open_hub
from cli.serve import serving
from report.pages import PAGES
from report.pages.kind import PageKind
from tests.browser.hostile import HOSTILE, poison
from tests.browser.window import browser_of, chromium
from tests.journey.day import AT_ONCE, Day, day, tuesday

THINGS = {"client": "heron", "person": "priya"}
PROJECT = "jira/projects/10027"
"""What a page of one thing is opened for, by the page's key; the others are of a project."""


def address_of(kind: PageKind) -> str:
    """Where it is; of a page of one thing, that of the one above."""
    return kind.path.replace("{of}", THINGS.get(kind.key, PROJECT))


ADDRESSES = [address_of(kind) for kind in PAGES]
"""Every page."""


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium of this machine; a test that needs it is left out where there is none."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium: install Debian's chromium, or name one in MILEPOST_CHROMIUM")
    return path


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """A browser. Of one module: as long as Playwright runs, its event loop runs in this thread, and other tests want
    loops of their own."""
    with browser_of(chromium_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def morning(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[Day]:
    """The demo's day after its first round. Takes the browser's path, so that nothing is made where there is none."""
    with day(tmp_path_factory.mktemp("morning")) as opened:
        opened.first_round()
        yield opened


@pytest.fixture(scope="session")
def home(morning: Day) -> Iterator[str]:
    """The address of its report."""
    with serving(morning.hub, "127.0.0.1", 0, demo=True) as address:
        yield address


@pytest.fixture(scope="session")
def hostile_home(morning: Day, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a report in whose database everything has a hostile name."""
    folder = tmp_path_factory.mktemp("hostile")
    original = Path(str(morning.hub.engine.url.database))
    shutil.copytree(original.parent, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.db*"))
    database = folder / original.name
    with closing(sqlite3.connect(original)) as source, closing(sqlite3.connect(database)) as copy:
        source.backup(copy)
    open_at = partial(open_hub, folder / "milepost.toml", stop=threading.Event(), environ={}, patience=AT_ONCE)
    with open_at(clock=lambda: tuesday(9, 5)) as hub:
        answered(hub, "收據列印太慢，門店排隊", tuesday(9, 4), "WhatsApp", "sandy")
        agreed(hub, "UAT sign-off", date(2026, 11, 30), "CR-012", "marco")
    assert poison(database) > len(HOSTILE)
    with (
        open_at(clock=lambda: tuesday(9, 10)) as hub,
        serving(hub, "127.0.0.1", 0, demo=True) as address,
    ):
        yield address
