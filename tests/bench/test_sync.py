"""The benchmark runs, counts requests as it says, and tells all that it promises. It times nothing here."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ISSUES = 250

KEYS = {
    *("issues_per_s", "floor_per_s", "floor_ratio", "peak_mb", "peak_mb_large"),
    *("requests_first", "requests_fewest", "requests_unchanged", "cpu_s_unchanged"),
    *("latency_ratio", "latency_ratio_one_project", "peak_mb_side_by_side", "remap_s_100k"),
}


@pytest.fixture(scope="module")
def output() -> list[str]:
    """The lines of one short run."""
    command = [sys.executable, "-m", "bench.sync", "--issues", str(ISSUES), "--rounds", "1"]
    command += ["--large", "300", "--far", "100", "--far-one", "200"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def figures(output: list[str]) -> dict[str, Any]:
    """Its last line."""
    told: dict[str, Any] = json.loads(output[-1])
    return told


def test_the_last_line_holds_every_figure(figures: dict[str, Any]) -> None:
    """Whoever compares two versions reads that line by a program."""
    assert set(figures) == KEYS


def test_a_first_sync_asks_for_each_page_once(figures: dict[str, Any]) -> None:
    """Three pages of issues and one of their histories; who we are, what words there are, and projects come on top:
    eight requests, however many issues there are."""
    assert figures["requests_fewest"] == 4
    assert figures["requests_first"] - figures["requests_fewest"] == 8


def test_nothing_new_costs_at_most_two_requests_a_stream(figures: dict[str, Any]) -> None:
    """Six streams, one part each, none of them known to be quiet yet when it is looked at for the second time."""
    assert figures["requests_unchanged"] <= 2 * 6


def test_the_time_of_every_step_is_told(output: list[str]) -> None:
    """A slow sync is mended where it is slow."""
    told = {line.split()[0] for line in output if line}

    assert {"fetch", "decode", "raw", "map", "write", "derive", "rest"} <= told
