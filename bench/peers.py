"""Others that read the same tools, beside ours: `python -m bench.peers [--issues N] [--rounds N]`.

The one benchmark that needs the package index: each program is installed into an environment of its own below
`.cache/peers`, once. All take turns on the same vendor in the same run, each in a process of its own; wall, CPU and
peak are those of the whole process, start-up and all, by `wait4`. Figures are medians. What could not be run says why.
The last line is one JSON object.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

from bench.measured import TOKEN
from bench.sync import ROOT, vendor
from cli.demo_settings import write_settings
from sandbox import asana, hubspot, trello
from sandbox.lantern_quay import lantern_quay
from sandbox.server import Sandbox
from sandbox.story import StoryClock

CACHE = ROOT / ".cache" / "peers"
REDIRECTED = ROOT / "bench" / "redirected"

JIRA = "jira"
STREAMS: Mapping[str, Sequence[str]] = {
    "jira": ("issues", "issue_comments", "changelogs"),
    "trello": ("boards", "lists", "cards", "actions"),
    "asana": ("workspaces", "projects", "sections", "tasks", "stories"),
    "hubspot": ("companies", "contacts", "deals", "tickets", "engagements"),
}
"""What a tap is told to read: what the hub reads of that tool too."""

OURS = "database: payloads, items, history, people"

SINCE = "2020-01-01T00:00:00Z"
_RENEWED = {"client_id": "x", "client_secret": "x", "redirect_uri": "https://x.example", "refresh_token": "x"}
CONFIGS: Mapping[str, Mapping[str, str]] = {
    "jira": {"username": "hub@acme.example", "password": "bench", "user_agent": "bench"},
    "trello": {"api_key": trello.KEY, "api_token": trello.TOKEN},
    "asana": _RENEWED,
    "hubspot": _RENEWED,
}
STRIPPED: Mapping[str, tuple[str, str]] = {
    "jira": ("", ""),
    "trello": ("/1", ""),
    "asana": ("/api/1.0", asana.TOKEN),
    "hubspot": ("", hubspot.TOKEN),
}
"""How the vendor's own paths begin, which the stand-in's address already holds; and what a renewed sign-in gives."""


class Cost(NamedTuple):
    """What a process took."""

    wall_s: float
    cpu_s: float
    peak_mb: float


class Ran(NamedTuple):
    """What one program did once."""

    cost: Cost
    records: int
    """Issues of Jira; of the others, all that they count as records."""
    left: str
    """What it leaves behind."""


class CannotRun(Exception):
    """Why a program could not be installed, or gave up: its own last words."""


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Cost:
    """Run a program to its end; `folder/out` holds what it printed. Raises CannotRun."""
    said = folder / "err"
    started = perf_counter()
    with (folder / "out").open("wb") as printed, said.open("wb") as errors:
        process = subprocess.Popen(command, cwd=ROOT, stdout=printed, stderr=errors, env={**os.environ, **environment})
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall_s = perf_counter() - started
    if process.returncode:
        lines = [line for line in said.read_text(errors="replace").splitlines() if line.strip()]
        raise CannotRun(lines[-1][:160] if lines else f"exit code {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 2**20)


def program(name: str, *packages: str) -> Path:
    """The folder of programs of an environment that has these packages. Raises CannotRun."""
    home = CACHE / name
    if not (home / ".ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        install = [str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *packages]
        done = subprocess.run(install, capture_output=True, text=True)
        if done.returncode:
            raise CannotRun("cannot be installed here")
        (home / ".ready").touch()
    return home / "bin"


def installed(home: str, package: str) -> str:
    """The version that was measured."""
    asked = f"from importlib.metadata import version; print(version({package!r}))"
    shown = [str(CACHE / home / "bin" / "python"), "-c", asked]
    return subprocess.run(shown, capture_output=True, text=True, check=True).stdout.strip()


# --- the programs


def run_ours_on_jira(url: str, folder: Path) -> Ran:
    """The hub on the benchmark's Jira."""
    command = [sys.executable, "-m", "bench.measured", "sync", url, str(folder)]
    cost = run(command, folder, {TOKEN: "bench"})
    return Ran(cost, rows_in(folder, "work_item"), OURS)


def run_ours_on(kind: str, settings: Path, folder: Path) -> Ran:
    """The hub's own command on one tool of the demo's firm."""
    own = folder / "milepost.toml"
    own.write_text(settings.read_text())
    (folder / "secrets").symlink_to(settings.parent / "secrets")
    cost = run([sys.executable, "-m", "milepost", "sync", kind, "-c", str(own)], folder, {})
    return Ran(cost, rows_in(folder, "raw_record"), OURS)


def rows_in(folder: Path, table: str) -> int:
    """How many rows our database holds."""
    with closing(sqlite3.connect(folder / "milepost.db")) as database:
        (count,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)


def run_dlt(url: str, folder: Path) -> Ran:
    """dlt's REST source on the benchmark's Jira: `bench/dlt_pipeline.py`."""
    python = program("dlt", "dlt[duckdb]") / "python"
    quiet = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    cost = run([str(python), "bench/dlt_pipeline.py", url, str(folder)], folder, quiet)
    tables = dict(line.split("\t") for line in (folder / "out").read_text().splitlines())
    return Ran(cost, int(tables["issues"]), f"DuckDB file: {len(tables)} tables of the payloads' fields")


def run_tap(kind: str, url: str, folder: Path) -> Ran:
    """A Singer tap: it discovers its streams, is told which to read, and prints them."""
    tap = str(program(f"tap-{kind}", f"tap-{kind}") / f"tap-{kind}")
    stripped, token = STRIPPED[kind]
    moved = {"PYTHONPATH": str(REDIRECTED), "BENCH_URL": url, "BENCH_STRIPPED": stripped, "BENCH_TOKEN": token}
    config, catalog = folder / "config.json", folder / "catalog.json"
    config.write_text(json.dumps({"start_date": SINCE, "base_url": url, **CONFIGS[kind]}))
    run([tap, "--config", str(config), "--discover"], folder, moved)
    catalog.write_text(json.dumps(selected(json.loads((folder / "out").read_text()), STREAMS[kind])))
    flag = "--properties" if kind in ("jira", "hubspot") else "--catalog"
    cost = run([tap, "--config", str(config), flag, str(catalog)], folder, moved)
    counted: dict[str, int] = {}
    with (folder / "out").open() as lines:
        for line in lines:
            told = json.loads(line)
            if told["type"] == "RECORD":
                counted[told["stream"]] = counted.get(told["stream"], 0) + 1
    records = counted.get("issues", 0) if kind == JIRA else sum(counted.values())
    return Ran(cost, records, f"{sum(counted.values())} lines of JSON; no database")


def run_tap_on_stand_in(kind: str, sandbox: Sandbox, folder: Path) -> Ran:
    """A tap on one tool of the demo's firm; where it gives up, what it asked for last is part of why."""
    try:
        return run_tap(kind, sandbox.url(kind), folder)
    except CannotRun as reason:
        log = sandbox.vendors[kind].app.log
        raise CannotRun(f"{reason} (asked last: {log[-1].method} {log[-1].path})" if log else str(reason)) from reason


def selected(catalog: dict[str, Any], streams: Sequence[str]) -> dict[str, Any]:
    """The catalog with these streams marked to be read, whole."""
    for stream in catalog["streams"]:
        if stream["tap_stream_id"] in streams:
            for entry in stream["metadata"]:
                entry["metadata"]["selected"] = True
    return catalog


# --- all of them, in turns

Turn = Callable[[Path], Ran]


@dataclass(frozen=True, slots=True)
class Row:
    """One program on one tool: the medians of its rounds, or why there are none."""

    tool: str
    program: str
    records: int = 0
    records_per_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    left: str = ""
    why_not: str = ""


def measure(turns: Mapping[tuple[str, str], Turn], rounds: int) -> list[Row]:
    """Each in turn, as many times; one that gives up is not asked again."""
    ran: dict[tuple[str, str], list[Ran]] = {key: [] for key in turns}
    refused: dict[tuple[str, str], str] = {}
    for _ in range(rounds):
        for key, turn in turns.items():
            if key not in refused:
                with tempfile.TemporaryDirectory() as folder:
                    try:
                        ran[key].append(turn(Path(folder)))
                    except CannotRun as reason:
                        refused[key] = str(reason)
    return [Row(*key, why_not=refused[key]) if key in refused else row_of(*key, found) for key, found in ran.items()]


def row_of(tool: str, program: str, ran: Sequence[Ran]) -> Row:
    """The medians."""
    wall_s, cpu_s, peak_mb = (median(figures) for figures in zip(*(one.cost for one in ran), strict=True))
    records = ran[0].records
    return Row(tool, program, records, round(records / wall_s), round(cpu_s, 1), round(peak_mb), ran[0].left)


@contextmanager
def demo_firm() -> Iterator[tuple[Sandbox, Path]]:
    """The stand-ins for the other tools with the demo's firm, and settings that name them."""
    plan = lantern_quay()
    with tempfile.TemporaryDirectory() as folder, Sandbox(plan, StoryClock(plan.first_sync)) as sandbox:
        yield sandbox, write_settings(Path(folder), sandbox)


def versions() -> list[str]:
    """What was installed, by name and version."""
    names = {path.parent.name for path in CACHE.glob("*/.ready")}
    return [f"{name} {installed(name, name)}" for name in sorted(names)]


def show(rows: Sequence[Row]) -> None:
    """The table."""
    print(f"{'tool':9}{'program':14}{'records':>9}{'records/s':>11}{'CPU s':>8}{'peak MB':>9}  what is left behind")
    for row in rows:
        if row.why_not:
            print(f"{row.tool:9}{row.program:14}  not run: {row.why_not}")
        else:
            figures = f"{row.records:9}{row.records_per_s:11.0f}{row.cpu_s:8.1f}{row.peak_mb:9.0f}"
            print(f"{row.tool:9}{row.program:14}{figures}  {row.left}")


def main() -> None:
    """Install, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    with vendor(asked.issues) as site:
        rows = measure(
            {
                (JIRA, "milepost"): lambda folder: run_ours_on_jira(site.url, folder),
                (JIRA, "tap-jira"): lambda folder: run_tap(JIRA, site.url, folder),
                (JIRA, "dlt"): lambda folder: run_dlt(site.url, folder),
            },
            asked.rounds,
        )
    with demo_firm() as (sandbox, settings):
        turns: dict[tuple[str, str], Turn] = {}
        for kind in ("trello", "asana", "hubspot"):
            turns[kind, "milepost"] = partial(run_ours_on, kind, settings)
            turns[kind, f"tap-{kind}"] = partial(run_tap_on_stand_in, kind, sandbox)
        rows += measure(turns, 1)
    show(rows)
    print(f"\n{', '.join(versions())}\n")
    print(json.dumps({"issues": asked.issues, "programs": [asdict(row) for row in rows]}))


if __name__ == "__main__":
    main()
