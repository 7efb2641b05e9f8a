"""What reading the report costs: `python -m bench.report [--items N] [--readers N] [--live N] [--rows N]`.

The last line is one JSON object.

The database holds `--items` items (100,000), a twentieth of them milestones and a fifth feedback, of 50 projects. The
hub serves it in a process of its own and reads a new source of `--live` issues meanwhile; `--readers` people (20) open
its pages one after another, each reading for two seconds on average, until that sync has ended.

- `page_median_ms`, `page_p95_ms`: from the request to the last byte, over all pages while the sync runs. The table
  tells each page, and the same readers without a sync.
- `first_page_kb`: the first page as it comes over the wire.
- `pdf_s`: the portfolio of the 50 projects as a PDF, without a sync. `xlsx_s`, `xlsx_mb`: a workbook of 100,000 rows,
  and what that takes of memory (`bench.workbook`).
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import httpx
from sqlalchemy import Engine

from bench.many_items import NOW, Firm, Row, add, build, vendor
from bench.report_hub import BD_MANAGERS, write_settings
from bench.sync import vendor as jira
from report.pages import PAGES
from unify import tables
from unify.engine import writing

ROOT = Path(__file__).parents[1]

PROJECTS = 50
READING_S = 2.0
"""How long a reader looks at a page, on average."""
ALONE_S = 20.0
"""How long is read before the sync begins."""

Times = Mapping[str, Sequence[float]]
"""Milliseconds by the path of a page, as the list of pages has it."""


def make(folder: Path, firm: Firm) -> None:
    """The database, with what was moved in the last hundred days."""
    engine = build(folder / "milepost.db", firm)
    add_changes(engine, firm)
    engine.dispose()


def add_changes(engine: Engine, firm: Firm) -> None:
    """A date of every milestone moved once."""
    chance = random.Random(20261124)
    milestones = (number for number in range(firm.items) if firm.kind(number) == 0)
    with writing(engine) as connection:
        add(connection, tables.Change, (_move(number, chance) for number in milestones))


def _move(number: int, chance: random.Random) -> Row:
    at = NOW - timedelta(minutes=chance.randrange(100 * 1440))
    what = {"entity_key": f"bench/issues/{number}", "field": "due", "old": "2026-10-01", "new": "2026-11-01"}
    return {**vendor("history", number), **what, "changed_at": at}


class Hub:
    """The hub's process, which answers at `url`."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.url = self._line()

    def sync(self) -> str:
        """Read the new source; returns when that has ended, with how it did."""
        assert self._process.stdin is not None
        self._process.stdin.write("sync\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            raise SystemExit("the hub that is measured ended")
        return line


@contextmanager
def running(folder: Path) -> Iterator[Hub]:
    """A hub on what `folder` holds, while it is needed."""
    command = [sys.executable, "-m", "bench.report_hub", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Hub(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


def addresses(firm: Firm) -> Mapping[str, Sequence[str]]:
    """By the path of each page, the addresses that its readers open: the page, one client's, one BD manager's, and of
    pages of one thing, each thing's."""
    things = {
        "client": [str(number) for number in range(firm.projects // 2)],
        "person": [f"p{number}" for number in range(BD_MANAGERS)],
    }
    projects = [f"bench/project/{number}" for number in range(firm.projects)]
    return {
        kind.path: [kind.path.replace("{of}", of) for of in things.get(kind.key, projects)]
        if "{of}" in kind.path
        else [kind.path, f"{kind.path}?client=3", f"{kind.path}?bd=p4"]
        for kind in PAGES
    }


def read_pages(url: str, pages: Mapping[str, Sequence[str]], readers: int, until: threading.Event) -> Times:
    """What so many readers met, until told that it is enough."""
    times: dict[str, list[float]] = defaultdict(list)

    def reader(number: int) -> None:
        chance, paths = random.Random(number), list(pages)
        until.wait(chance.uniform(0, READING_S))
        with httpx.Client(base_url=url, timeout=60) as client:
            for turn in count(number):  # of as many readers as pages, each begins with another
                page = paths[turn % len(paths)]
                started = perf_counter()
                answer = client.get(chance.choice(pages[page]))
                times[page].append((perf_counter() - started) * 1000)
                answer.raise_for_status()
                if until.wait(chance.expovariate(1 / READING_S)):
                    return

    threads = [threading.Thread(target=reader, args=(number,)) for number in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def together(times: Times) -> tuple[float, float]:
    """The median and the 95th of a hundred, over all pages."""
    return _middle_and_slow([one for page in times.values() for one in page])


def _middle_and_slow(times: Sequence[float]) -> tuple[float, float]:
    return median(times), quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def compressed_kb(url: str, path: str = "/") -> float:
    """How much comes over the wire for a page."""
    with httpx.Client(base_url=url, timeout=60) as client, client.stream("GET", path) as answer:
        answer.read()
        return answer.num_bytes_downloaded / 1024


def seconds(url: str, path: str) -> float:
    """From the request for a file to its last byte."""
    started = perf_counter()
    httpx.get(url.rstrip("/") + path, timeout=60).raise_for_status()
    return perf_counter() - started


def show(alone: Times, beside: Times) -> None:
    """The table: median and 95th of each page, without and with a sync."""
    print(f"\n{'page':24}{'alone':>16}{'beside a sync':>24}{'seen':>8}")
    for page in beside:
        (middle, slow), (late, later) = _middle_and_slow(alone[page]), _middle_and_slow(beside[page])
        print(f"{page:24}{middle:8.0f} {slow:5.0f} ms{late:15.0f} {later:5.0f} ms{len(beside[page]):8}")
    print()


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--rows", default="100000", help="of the workbook")
    parser.add_argument("--live", type=int, default=30_000)
    parser.add_argument("--alone", type=float, default=ALONE_S, help="seconds of reading before the sync")
    asked = parser.parse_args()
    firm = Firm(asked.items, asked.items // 20, group=20, feedback=4, projects=PROJECTS)
    with tempfile.TemporaryDirectory() as name, jira(asked.live) as site:
        folder = Path(name)
        make(folder, firm)
        write_settings(folder, site.url, PROJECTS)
        with running(folder) as hub:
            pages = addresses(firm)
            for some in pages.values():  # a hub that serves for weeks is warm
                httpx.get(hub.url.rstrip("/") + some[0], timeout=60).raise_for_status()
            alone = read_for(asked.alone, hub, pages, asked.readers)
            beside, ended = read_beside_a_sync(hub, pages, asked.readers)
            first_kb, pdf_s = compressed_kb(hub.url), seconds(hub.url, "/portfolio?format=pdf")
        workbook = json.loads(
            subprocess.check_output([sys.executable, "-m", "bench.workbook", name, asked.rows], cwd=ROOT)
        )
    show(alone, beside)
    print(f"the sync beside them: {ended} records")
    middle, slow = together(beside)
    figures = {
        "page_median_ms": round(middle),
        "page_p95_ms": round(slow),
        "first_page_kb": round(first_kb, 1),
        "pdf_s": round(pdf_s, 1),
        "xlsx_s": workbook["s"],
        "xlsx_mb": workbook["mb"],
    }
    print(json.dumps(figures))


def read_for(seconds: float, hub: Hub, pages: Mapping[str, Sequence[str]], readers: int) -> Times:
    """What the readers meet in so much time."""
    enough = threading.Event()
    timer = threading.Timer(seconds, enough.set)
    timer.start()
    return read_pages(hub.url, pages, readers, enough)


def read_beside_a_sync(hub: Hub, pages: Mapping[str, Sequence[str]], readers: int) -> tuple[Times, str]:
    """What the readers meet while a sync runs, and how that ended."""
    enough = threading.Event()
    ended: list[str] = []

    def sync() -> None:
        try:
            ended.append(hub.sync())
        finally:
            enough.set()

    thread = threading.Thread(target=sync)
    thread.start()
    times = read_pages(hub.url, pages, readers, enough)
    thread.join()
    return times, ended[0]


if __name__ == "__main__":
    main()
