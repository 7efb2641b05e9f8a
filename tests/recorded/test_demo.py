"""Records that vendors really sent go the whole way, from HTTP to the page."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import milepost


@pytest.fixture(scope="module")
def left(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one round leaves."""
    out = tmp_path_factory.mktemp("out")
    ran = milepost("demo", "--recorded", recorded, "--once", "--out", out)
    assert ran.returncode == 0, ran.stderr
    return out


@pytest.fixture
def summary(left: Path) -> Any:
    return json.loads((left / "summary.json").read_text("utf-8"))


def test_every_record_that_was_served_is_kept(summary: Any) -> None:
    """All but the entries of changelogs that tell of fields whose history nobody reads, which are counted."""
    served, kept = summary["served"], summary["kept"]
    asked_for = served["jira"]["changes"] - summary["not_asked_for"]["changes"]

    assert kept["trello"] == served["trello"]
    assert kept["jira"] == {**served["jira"], "changes": asked_for}


def test_what_is_served_is_what_was_recorded(summary: Any) -> None:
    """The issue with a due date comes twice and is one; three issues are known by their history alone; two of the issue
    types have one id; one project is known by its issues only."""
    jira, trello = summary["recorded"]["jira"], summary["recorded"]["trello"]
    served = summary["served"]

    assert served["jira"]["issues"] == jira["issues"] + 3
    assert served["jira"]["projects"] == jira["projects"] + 1
    assert served["jira"]["issuetypes"] == jira["issue_types"] - 1
    assert served["jira"]["statuses"] == jira["status"]
    assert served["jira"]["changes"] == jira["issue_changelogs"] + 522, "those that came inside of issues"
    assert [served["trello"][kind] for kind in ("cards", "lists", "labels", "checklists")] == [
        trello[name] for name in ("cards", "lists", "labels", "check_items")
    ]


def test_every_issue_and_card_is_a_work_item(summary: Any) -> None:
    """But for templates, which are kept and counted."""
    rows, kept = summary["rows"], summary["kept"]

    assert rows["jira"]["work_item"] == kept["jira"]["issues"] == 36
    assert rows["trello"]["work_item"] == kept["trello"]["cards"] - summary["templates"] == 69
    assert summary["found"]["projects"] == 13 + 5


def test_each_field_that_could_not_be_read_is_named(left: Path, summary: Any) -> None:
    """One title holds a NUL. `milepost status` says so too, on the folder that was left."""
    [problem] = summary["mapping_problems"]
    shown = milepost("status", "-c", left / "milepost.toml", "--json")

    assert (problem["source"], problem["vendor_id"], problem["field"]) == ("jira", "10066", "fields.summary")
    assert [one["vendor_id"] for one in json.loads(shown.stdout)["mapping_problems"]] == ["10066"]


def test_the_page_lists_every_project_for_the_coordinator(left: Path) -> None:
    """None has a client; the day is the first working one after the last change, 9 March 2023."""
    report = json.loads((left / "report.json").read_text("utf-8"))

    assert report["as_of"] == "2023-03-10T01:00:00Z"
    assert report["figures"]["projects_without_client"] == 18
    assert "OSS-Ranking" in (left / "report.html").read_text("utf-8")
