"""What a changed issue costs as the database grows: `python -m bench.growth [--sizes N N] [--changed N] [--rounds N]`.

A first sync of 10,000 issues; then, by SQL, copies of all that it left behind, as projects of their own, until there
are as many as wanted. Of the first project some issues then change, and a sync reads them, link and derive included;
another follows, in which nothing changed. CPU is that of the sync alone, without the start of its process.
Copies of payloads are empty, which saves 3 GB, and nothing reads them. The last line is one JSON object.
"""

import argparse
import json
import re
import shutil
import sqlite3
import tempfile
from pathlib import Path
from statistics import median

from bench.sync import Vendor, vendor

PROJECT_ISSUES = 10_000
TABLES = ("project", "milestone", "work_item", "comment", "change", "reference", "raw_record")
STREAMS = ("projects", "versions", "issues", "comments", "histories")
"""Whose ids differ from copy to copy: its number is put before them."""


def grow(path: Path, copies: int) -> None:
    """Add so many copies of everything that hangs on the project in the database at `path`."""
    with sqlite3.connect(path) as database:
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000")
        database.create_function("another", 2, _another, deterministic=True)
        for table in TABLES:
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            made = ", ".join(map(_copied, columns))
            which = " WHERE stream IN ('issues', 'comments', 'histories')" if table == "raw_record" else ""
            database.execute(f"CREATE TEMP TABLE original AS SELECT * FROM {table}{which}")
            names = ", ".join(f'"{name}"' for name in columns)
            for copy in range(1, copies + 1):
                database.execute(f"INSERT INTO {table} ({names}) SELECT {made} FROM original", {"copy": copy})
            database.execute("DROP TABLE original")
        database.commit()
        database.execute("PRAGMA journal_mode = WAL")
    database.close()


def _copied(column: str) -> str:
    """What a copy has in this column: ids and keys of its own; all else is the same."""
    if column in ("vendor_id", "parent_id"):
        return f":copy || {column}"
    if column.endswith(("key", "keys")):
        return f"another({column}, :copy)"
    return "x''" if column == "body" else f'"{column}"'


_KEY = re.compile(rf"bench/(?:{'|'.join(STREAMS)})/")


def _another(keys: str | None, copy: int) -> str | None:
    return keys and _KEY.sub(rf"\g<0>{copy}", keys)


def measure(site: Vendor, folder: Path, changed: int) -> tuple[float, float]:
    """CPU seconds of a sync after so many issues changed, and of another."""
    site.change(changed)
    figures, idle = site.measure("sync", folder), site.measure("sync", folder)
    assert figures["changed"] >= changed
    return figures["sync_cpu_s"], idle["sync_cpu_s"]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--changed", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    issues = min(PROJECT_ISSUES, *asked.sizes)
    found: dict[str, float] = {}
    print(f"{'issues':>10}{f'{asked.changed} changed, CPU s':>22}{'ms each':>9}{'nothing changed, CPU s':>24}")
    with tempfile.TemporaryDirectory() as name, vendor(issues) as site:
        first = Path(name) / "first"
        first.mkdir()
        site.measure("sync", first)
        for size in asked.sizes:
            folder = Path(name) / str(size)
            shutil.copytree(first, folder)
            grow(folder / "milepost.db", size // issues - 1)
            rounds = [measure(site, folder, asked.changed) for _ in range(asked.rounds)]
            cpu_s, idle_s = (median(figures) for figures in zip(*rounds, strict=True))
            each_ms = cpu_s / asked.changed * 1000
            print(f"{size:>10}{cpu_s:>22.2f}{each_ms:>9.2f}{idle_s:>24.2f}", flush=True)
            found |= {f"changed_ms_{size}": round(each_ms, 2), f"idle_cpu_s_{size}": round(idle_s, 2)}
            shutil.rmtree(folder)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
