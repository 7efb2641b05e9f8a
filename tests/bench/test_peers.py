"""What compares us with others counts fairly, and says why one could not be run. Nothing is installed here."""

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from bench.peers import CannotRun, Cost, Ran, measure, run, selected
from bench.sync import vendor


def test_figures_are_medians_of_the_rounds(tmp_path: Path) -> None:
    """One slow round on a busy machine must not decide."""
    rounds = iter([Cost(4.0, 1.0, 50.0), Cost(1.0, 3.0, 60.0), Cost(2.0, 2.0, 70.0)])

    (row,) = measure({("jira", "ours"): lambda folder: Ran(next(rounds), 100, "rows")}, 3)

    assert (row.records_per_s, row.cpu_s, row.peak_mb, row.left, row.why_not) == (50, 2.0, 60, "rows", "")


def test_what_cannot_be_run_says_why_and_is_not_asked_again() -> None:
    """A gap in the table that nobody explains would look like a choice of ours."""
    asked = []

    def give_up(folder: Path) -> Ran:
        asked.append(folder)
        raise CannotRun("signs in elsewhere")

    (row,) = measure({("trello", "another"): give_up}, 3)

    assert (row.records, row.why_not, len(asked)) == (0, "signs in elsewhere", 1)


def test_a_program_is_measured_as_a_whole(tmp_path: Path) -> None:
    """Start-up and all, and its last words are the reason where it fails."""
    cost = run([sys.executable, "-c", "print('done')"], tmp_path, {})

    assert cost.wall_s > 0
    assert cost.cpu_s > 0
    assert cost.peak_mb > 1
    assert (tmp_path / "out").read_text() == "done\n"
    with pytest.raises(CannotRun, match=r"^no such board$"):
        run([sys.executable, "-c", "raise SystemExit('trying\\nno such board')"], tmp_path, {})


def test_only_the_wanted_streams_are_selected() -> None:
    """Whoever reads more than we do would look slow for it."""
    catalog: dict[str, Any] = {
        "streams": [{"tap_stream_id": name, "metadata": [{"metadata": {}}]} for name in ("issues", "roles")]
    }

    issues, roles = selected(catalog, ["issues"])["streams"]

    assert issues["metadata"][0]["metadata"] == {"selected": True}
    assert roles["metadata"][0]["metadata"] == {}


def test_the_vendor_shows_history_inside_issues_to_whoever_asks_so() -> None:
    """Others get comments and history in the same answers, as many as we do."""
    with (
        vendor(3) as site,
        urllib.request.urlopen(f"{site.url}/rest/api/2/search/jql?jql=x&expand=changelog") as answer,
    ):
        issues = json.load(answer)["issues"]

    assert [len(issue["changelog"]["histories"]) for issue in issues] == [2, 2, 2]
    assert len({entry["id"] for issue in issues for entry in issue["changelog"]["histories"]}) == 6
