"""The benchmark of the rules runs, measures every rule, and tells all that it promises. It times nothing here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.many_items import Firm
from bench.rules import SETTINGS
from rules.load import load_rules

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def output() -> list[str]:
    """The lines of one short run."""
    command = [sys.executable, "-m", "bench.rules", "--items", "4000", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_last_line_holds_every_figure(output: list[str]) -> None:
    """Whoever compares two versions reads that line by a program."""
    figures = json.loads(output[-1])

    assert set(figures) == {"rules_1m_s", "rules_10m_open_ratio", "working_time_us", "backtest_s"}


def test_every_rule_of_the_library_is_measured_and_the_flagship_rules_find_something(output: list[str]) -> None:
    """A rule that finds nothing has nothing to tell, and would look cheap."""
    found = {words[0]: int(words[1]) for line in output if (words := line.split())[2:] and words[1].isdigit()}

    assert {rule.id for rule in load_rules(SETTINGS)} <= set(found)
    assert found["milestone-overdue"] > 0
    assert found["feedback-unhandled"] > 0


@pytest.mark.parametrize("firm", [Firm(1_000_000, 50_000), Firm(100_000, 50_000)])
def test_as_many_are_open_as_it_says_and_a_tenth_of_them_are_milestones(firm: Firm) -> None:
    """Else the two databases that are compared differ in what is open too."""
    opened = [number for number in range(firm.items) if firm.is_open(number)]

    assert len(opened) == firm.open
    assert sum(firm.kind(number) == 0 for number in opened) == firm.open // 10
