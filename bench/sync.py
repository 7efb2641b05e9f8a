"""What a sync costs, against the floor: `python -m bench.sync [--issues N] [--large N] [--rounds N]`.

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

ROOT = Path(__file__).parents[1]

HISTORIES = 1000
"""Issues whose history one request may ask for."""

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

    def _requests(self) -> int:
        with urllib.request.urlopen(f"{self.url}/requests") as answer:
            return int(answer.read())


@contextmanager
def vendor(issues: int) -> Iterator[Vendor]:
    """A vendor with so many issues, while it is needed."""
    command = [sys.executable, "-m", "bench.vendor", "--issues", str(issues)]
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


def summary(issues: int, rounds: Sequence[Round], large: Figures) -> dict[str, float]:
    """The figures that the last line shows."""
    return {
        "issues_per_s": round(issues / median(one.first["wall_s"] for one in rounds)),
        "floor_per_s": round(issues / median(one.floor["wall_s"] for one in rounds)),
        "floor_ratio": round(median(one.first["wall_s"] / one.floor["wall_s"] for one in rounds), 2),
        "peak_mb": round(median(one.first["peak_mb"] - one.empty["peak_mb"] for one in rounds), 1),
        "peak_mb_large": round(large["peak_mb"] - median(one.empty["peak_mb"] for one in rounds), 1),
        "requests_first": max(one.first["requests"] for one in rounds),
        "requests_fewest": ceil(issues / PAGE) + ceil(issues / HISTORIES),
        "requests_unchanged": max(one.unchanged["requests"] for one in rounds),
        "cpu_s_unchanged": round(median(one.unchanged["cpu_s"] - one.idle["cpu_s"] for one in rounds), 2),
    }


def show(issues: int, rounds: Sequence[Round], large_issues: int, large: Figures, steps: Figures) -> None:
    """The table and the split."""
    print(f"{issues} issues, {PAGE} a page; medians of {len(rounds)} rounds\n")
    print(f"{'':28}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'requests':>10}")
    rows = [
        ("floor", [one.floor for one in rounds]),
        ("first sync", [one.first for one in rounds]),
        ("nothing changed", [one.unchanged for one in rounds]),
        ("no source, new database", [one.empty for one in rounds]),
        ("no source", [one.idle for one in rounds]),
        (f"first sync of {large_issues}", [large]),
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
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    large_issues = asked.large or 10 * asked.issues
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for some in ("steps", "large", *map(str, range(asked.rounds))):
            (folder / some).mkdir()
        with vendor(asked.issues) as site:
            rounds = [run_round(site, folder / str(number)) for number in range(asked.rounds)]
            steps = site.measure("steps", folder / "steps")
        with vendor(large_issues) as site:
            large = site.measure("sync", folder / "large")
    show(asked.issues, rounds, large_issues, large, steps)
    print(json.dumps(summary(asked.issues, rounds, large)))


if __name__ == "__main__":
    main()
