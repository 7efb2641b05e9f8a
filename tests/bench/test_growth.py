"""The benchmark of growth makes databases as large as it says, in which every row is one of its own. It times nothing
here."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

from bench.growth import TABLES, grow
from bench.sync import vendor

ROOT = Path(__file__).parents[2]


def test_copies_hang_together_as_their_original_does(tmp_path: Path) -> None:
    """An issue of a copy refers to that copy's version: else one version would have all the issues there are."""
    with vendor(20) as site:
        site.measure("sync", tmp_path)
    before = counts(tmp_path)

    grow(tmp_path / "milepost.db", 3)

    assert counts(tmp_path) == {table: 4 * count for table, count in before.items()}
    with sqlite3.connect(tmp_path / "milepost.db") as database:
        asked = "SELECT to_key, count(*) FROM reference JOIN milestone ON milestone.key = to_key GROUP BY to_key"
        assert {count for _, count in database.execute(asked)} == {20}
    database.close()


def counts(folder: Path) -> dict[str, int]:
    """How many rows each table holds that is copied; of payloads, those of issues."""
    with sqlite3.connect(folder / "milepost.db") as database:
        found = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES[:-1]}
        payloads = "SELECT count(*) FROM raw_record WHERE stream IN ('issues', 'comments', 'histories')"
        found["raw_record"] = database.execute(payloads).fetchone()[0]
    database.close()
    return found


def test_the_last_line_tells_each_size() -> None:
    """Whoever compares two versions reads that line by a program."""
    command = [sys.executable, "-m", "bench.growth", "--sizes", "20", "--changed", "5", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)

    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout.splitlines()[-1])) == {"changed_ms_20", "idle_cpu_s_20"}
