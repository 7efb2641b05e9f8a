"""What a sync costs a vendor, in requests, is what `docs/performance.md` says."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tests.journey.day import Day, day

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
TABLE = re.compile(r"^\| (\w+) \| [^|]+ \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|", re.MULTILINE)
"""Source, what is there; records, requests of the first sync, of the next one, of one in which nothing changed."""

LATER = timedelta(minutes=10)


@pytest.fixture
def today(tmp_path: Path) -> Iterator[Day]:
    with day(tmp_path) as made:
        yield made


def requests_of_a_sync(today: Day) -> Mapping[str, int]:
    """Of each source: by the log of its stand-in, and by our own counter, which must agree."""
    runs = {run.source: run for run in today.hub.sync()}
    assert {run.outcome for run in runs.values()} == {"ok"}
    logged = {name: len(vendor.app.log) for name, vendor in today.sandbox.vendors.items()}
    assert {name: run.requests for name, run in runs.items()} == logged
    for vendor in today.sandbox.vendors.values():
        vendor.app.log.clear()
    return logged


def test_the_page_tells_what_a_sync_asks(today: Day) -> None:
    """A vendor's limit is shared with everything else that its users connect: nobody should have to guess our part."""
    first = requests_of_a_sync(today)
    records = {name: sum(row["source"] == name for row in today.rows("raw_record")) for name in first}
    today.clock.set(today.clock() + LATER)
    following = requests_of_a_sync(today)
    today.clock.set(today.clock() + LATER)
    unchanged = requests_of_a_sync(today)

    told = {name: tuple(map(int, figures)) for name, *figures in TABLE.findall(PAGE.read_text())}

    assert told == {name: (records[name], first[name], following[name], unchanged[name]) for name in first}
