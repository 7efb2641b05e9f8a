"""The benchmark of the report runs, reads every page, and tells all that it promises. It times nothing here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from report.pages import PAGES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def output() -> list[str]:
    """The lines of one short run."""
    command = [sys.executable, "-m", "bench.report", "--items", "400", "--live", "100", "--alone", "1", "--rows", "500"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_last_line_holds_every_figure(output: list[str]) -> None:
    """Whoever compares two versions reads that line by a program."""
    figures = json.loads(output[-1])

    assert set(figures) == {"page_median_ms", "page_p95_ms", "first_page_kb", "pdf_s", "xlsx_s", "xlsx_mb"}
    assert figures["first_page_kb"] > 1


def test_every_page_is_read_and_the_sync_beside_them_ends_well(output: list[str]) -> None:
    """A page that is left out would look fast."""
    told = {line.split()[0] for line in output if line.startswith("/")}

    assert told == {kind.path for kind in PAGES}
    assert any(line.startswith("the sync beside them: ok") for line in output)
