"""One measurement, in a process of its own: `python -m bench.measured WHAT URL FOLDER` prints it as a line of JSON.

WHAT is `floor`; `sync` (into what FOLDER holds: nothing, the first time); `empty`, the same without a source; `steps`,
as `sync`, with watches around it; `remap` of what a sync left in FOLDER. All of them import the same, so that no import
is in the difference of two.
"""

import json
import os
import re
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter, process_time

import jira  # noqa: F401  # the connector loads it when it is first used; a sync without a source is to have it too

from bench import floor
from bench.steps import STEPS, watch_sync
from cli.opening import open_hub
from unify.engine import open_engine

TOKEN = "BENCH_JIRA_TOKEN"

FIRM = """
timezone = "Asia/Hong_Kong"
coordinator = "may"
team_domains = ["acme.example"]

[people.may]
name = "May Chan"
email = "may@acme.example"
"""
SOURCE = """
[sources.{name}]
kind = "jira"
url = "{url}"
email = "hub@acme.example"
token = "env:{token}"
"""
_CHANNEL = """
[channels.email]
kind = "email"
host = "127.0.0.1"
security = "none"
from = "Milepost <hub@acme.example>"

[[routes]]
to = ["email:bd"]
"""

Figures = Mapping[str, float | Mapping[str, float]]


def run_floor(url: str, folder: Path) -> Figures:
    """The bare loop, at the `synchronous` that the hub's own connections have."""
    engine = open_engine(f"sqlite:///{folder / 'pragma.db'}")
    with engine.connect() as connection:
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    engine.dispose()
    started = perf_counter()
    issues = floor.copy(url, folder / "floor.db", synchronous)
    return {"wall_s": perf_counter() - started, "issues": issues}


def run_sync(url: str, folder: Path) -> Figures:
    """The hub as a user's settings file makes it, and one sync of all its sources; `url` "" is none."""
    settings = folder / "milepost.toml"
    settings.write_text(FIRM + _CHANNEL + (SOURCE.format(name="bench", url=url, token=TOKEN) if url else ""))
    with open_hub(settings, environ={**os.environ, TOKEN: "bench"}) as hub:
        started, worked = perf_counter(), process_time()
        results = hub.sync()
        wall_s, sync_cpu_s = perf_counter() - started, process_time() - worked
    failed = [result.error or result.outcome for result in results if result.outcome != "ok"]
    if failed:
        raise SystemExit(f"the sync that is measured failed: {failed[0]}")
    records, changed = (sum(getattr(result, name) for result in results) for name in ("records", "changed"))
    return {"wall_s": wall_s, "sync_cpu_s": sync_cpu_s, "records": records, "changed": changed}


def run_remap(url: str, folder: Path) -> Figures:
    """Map everything again that a sync stored, which asks the vendor nothing."""
    with open_hub(folder / "milepost.toml", environ={**os.environ, TOKEN: "bench"}) as hub:
        started = perf_counter()
        records = sum(hub.remap().values())
        return {"wall_s": perf_counter() - started, "records": records}


def run_empty(_url: str, folder: Path) -> Figures:
    """A sync with no source configured."""
    return run_sync("", folder)


def run_steps(url: str, folder: Path) -> Figures:
    """A sync, and the seconds of each step; what is in none of them is `rest`."""
    watch = watch_sync()
    figures = run_sync(url, folder)
    steps = {step: watch.seconds[step] for step in STEPS}
    wall_s = figures["wall_s"]
    assert isinstance(wall_s, float)
    return {**figures, "steps": {**steps, "rest": wall_s - sum(steps.values())}}


MEASUREMENTS: Mapping[str, Callable[[str, Path], Figures]] = {
    "floor": run_floor,
    "sync": run_sync,
    "empty": run_empty,
    "steps": run_steps,
    "remap": run_remap,
}


def peak_mb() -> float:
    """The most memory that this program has held. On Linux `getrusage` begins with what its parent held."""
    if sys.platform == "linux":
        kilobytes = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
        assert kilobytes
        return int(kilobytes[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS, in bytes


def main(what: str, url: str, folder: str) -> None:
    """Measure, and say it. CPU and memory are those of the whole process."""
    figures = MEASUREMENTS[what](url, Path(folder))
    print(json.dumps({**figures, "cpu_s": process_time(), "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
