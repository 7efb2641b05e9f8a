"""What a sync costs, against the floor: `python -m bench.sync [--issues N] [--rounds N]`, and more as `--help` tells.

Every measurement is a process of its own. The hub's sync and the floor take turns, since two runs of the same code a
minute apart may differ by half on a busy machine; figures are medians of the rounds, and CPU is steadier than time.
The last line is one JSON object.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any

from bench.vendor import PAGE
from connectors.jira_site import AT_ONCE

ROOT = Path(__file__).parents[1]

HISTORIES = 1000
"""Issues whose history one request may ask for."""

FAR_PROJECTS, THINK_MS = 50, 200
"""Of the far vendor: in how many projects its issues are, and how long it thinks before each answer."""

Figures = Mapping[str, Any]


class Vendor:
    """The vendor's process."""

    def __init__(self, url: str) -> None:
        self.url = url

    def measure(self, what: str, folder: Path) -> Figures:
        """Run one measurement against it; its figures, with the requests that it made."""
        before = self._requests()
        command = [sys.executable, "-m", "bench.measured", what, self.url, str(folder)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        figures: Figures = json.loads(done.stdout)
        return {**figures, "requests": self._requests() - before}

    def change(self, issues: int) -> None:
        """Have the last so many issues of each project change."""
        self._ask(f"change?{issues}")

    def _requests(self) -> int:
        return int(self._ask("requests"))

    def _ask(self, what: str) -> bytes:
        """Something that Jira has not, and that is not counted."""
        with urllib.request.urlopen(f"{self.url}/{what}") as answer:
            return bytes(answer.read())


@contextmanager
def vendor(issues: int, projects: int = 1, think_ms: int = 0) -> Iterator[Vendor]:
    """A vendor with so many issues in each project, while it is needed."""
    asked = {"--issues": issues, "--projects": projects, "--think-ms": think_ms}
    command = [sys.executable, "-m", "bench.vendor", *(str(word) for pair in asked.items() for word in pair)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        try:
            yield Vendor(f"http://127.0.0.1:{port}")
        finally:
            process.stdin.close()


@dataclass(frozen=True, slots=True)
class Round:
    """The measurements of one round."""

    floor: Figures
    empty: Figures
    """A sync without a source, which makes a database."""
    first: Figures
    idle: Figures
    """A sync without a source, of a database that is there."""
    unchanged: Figures


def run_round(site: Vendor, folder: Path) -> Round:
    """Everything once, each thing beside what it is compared with."""
    full, empty = folder / "full", folder / "empty"
    full.mkdir()
    empty.mkdir()
    return Round(
        floor=site.measure("floor", folder),
        first=site.measure("sync", full),
        empty=site.measure("empty", empty),
        unchanged=site.measure("sync", full),
        idle=site.measure("empty", empty),
    )


@dataclass(frozen=True, slots=True)
class Large:
    """What is measured once, on more issues."""

    sync: Figures
    remap: Figures
    """Of what that sync stored."""
    far: Figures
    """A sync from a vendor that thinks before each answer."""
    far_one: Figures
    """The same of a single large project."""


def latency_ratio(far: Figures) -> float:
    """How many times what a sync from the far vendor would take if nothing but waiting for it took time: its first
    requests come one by one, the others as many at once as parts are read."""
    alone = far["requests"] - far["side_by_side"]
    waiting_s = (alone + far["side_by_side"] / AT_ONCE) * THINK_MS / 1000
    ratio: float = far["wall_s"] / waiting_s
    return round(ratio, 2)


def measure_large(issues: int, far_issues: int, far_one: int, folder: Path) -> Large:
    """The measurements that need many issues."""
    near = folder / "large"
    near.mkdir()
    with vendor(issues) as site:
        sync, remap = site.measure("sync", near), site.measure("remap", near)
    many = measure_far(far_issues // FAR_PROJECTS, FAR_PROJECTS, folder / "far")
    return Large(sync, remap, many, measure_far(far_one, 1, folder / "far_one"))


def measure_far(issues: int, projects: int, folder: Path) -> Figures:
    """A sync of so many issues of each project from a vendor that thinks; versions, pages and histories of projects are
    what can be read side by side, and pages and histories of a single one."""
    folder.mkdir()
    with vendor(issues, projects, THINK_MS) as site:
        beside = projects * (ceil(issues / PAGE) + ceil(issues / HISTORIES)) + (projects if projects > 1 else 0)
        return {**site.measure("sync", folder), "side_by_side": beside}


def summary(issues: int, rounds: Sequence[Round], large: Large) -> dict[str, float]:
    """The figures that the last line shows."""
    return {
        "issues_per_s": round(issues / median(one.first["wall_s"] for one in rounds)),
        "floor_per_s": round(issues / median(one.floor["wall_s"] for one in rounds)),
        "floor_ratio": round(median(one.first["wall_s"] / one.floor["wall_s"] for one in rounds), 2),
        "peak_mb": round(median(one.first["peak_mb"] - one.empty["peak_mb"] for one in rounds), 1),
        "peak_mb_large": round(large.sync["peak_mb"] - median(one.empty["peak_mb"] for one in rounds), 1),
        "requests_first": max(one.first["requests"] for one in rounds),
        "requests_fewest": ceil(issues / PAGE) + ceil(issues / HISTORIES),
        "requests_unchanged": max(one.unchanged["requests"] for one in rounds),
        "cpu_s_unchanged": round(median(one.unchanged["cpu_s"] - one.idle["cpu_s"] for one in rounds), 2),
        "latency_ratio": latency_ratio(large.far),
        "latency_ratio_one_project": latency_ratio(large.far_one),
        "peak_mb_side_by_side": round(large.far["peak_mb"] - median(one.empty["peak_mb"] for one in rounds), 1),
        "remap_s_100k": round(large.remap["wall_s"] / large.remap["records"] * 100_000, 1),
    }


def show(issues: int, rounds: Sequence[Round], asked: argparse.Namespace, large: Large, steps: Figures) -> None:
    """The table and the split."""
    print(f"{issues} issues, {PAGE} a page; medians of {len(rounds)} rounds\n")
    print(f"{'':28}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'requests':>10}")
    rows = [
        ("floor", [one.floor for one in rounds]),
        ("first sync", [one.first for one in rounds]),
        ("nothing changed", [one.unchanged for one in rounds]),
        ("no source, new database", [one.empty for one in rounds]),
        ("no source", [one.idle for one in rounds]),
        (f"first sync of {asked.large}", [large.sync]),
        (f"remap of {large.remap['records']}", [large.remap]),
        (f"{asked.far}, {THINK_MS} ms away", [large.far]),
        (f"{asked.far_one} of one project", [large.far_one]),
    ]
    for name, found in rows:
        wall_s, cpu_s, peak, requests = (
            median(one[key] for one in found) for key in ("wall_s", "cpu_s", "peak_mb", "requests")
        )
        print(f"{name:28}{wall_s:9.2f}{cpu_s:9.2f}{peak:9.0f}{requests:10.0f}")
    print("\nCPU and peak are those of the whole process, imports and all; wall is the sync alone.")
    print(f"\n{'step of a first sync':28}{'wall s':>9}{'us/issue':>10}{'share':>8}")
    for step, seconds in steps["steps"].items():
        print(f"{step:28}{seconds:9.2f}{seconds / issues * 1e6:10.0f}{seconds / steps['wall_s']:8.0%}")
    print()


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=10_000)
    parser.add_argument("--large", type=int, help="issues of the run that shows that memory is flat; default: 10 N")
    parser.add_argument("--far", type=int, help=f"issues of the run with {THINK_MS} ms an answer; default: 5 N")
    parser.add_argument("--far-one", type=int, help="issues of the one project, so far away; default: 2 N")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    asked.large = asked.large or 10 * asked.issues
    asked.far = asked.far or 5 * asked.issues
    asked.far_one = asked.far_one or 2 * asked.issues
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for some in ("steps", *map(str, range(asked.rounds))):
            (folder / some).mkdir()
        with vendor(asked.issues) as site:
            rounds = [run_round(site, folder / str(number)) for number in range(asked.rounds)]
            steps = site.measure("steps", folder / "steps")
        large = measure_large(asked.large, asked.far, asked.far_one, folder)
    show(asked.issues, rounds, asked, large, steps)
    print(json.dumps(summary(asked.issues, rounds, large)))


if __name__ == "__main__":
    main()
