"""The benchmark of alerts sends everything that it counts, and tells all that it promises. It times nothing here."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_last_line_holds_every_figure() -> None:
    """Whoever compares two versions reads that line by a program. A message that is not sent ends it."""
    command = [sys.executable, "-m", "bench.alerts", "--deliveries", "30", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)

    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout.splitlines()[-1])) == {
        "render_ms",
        "deliveries_per_s",
        "http_deliveries_per_s",
    }
