"""`milepost demo --recorded`: answers that vendors once gave go the whole way, from HTTP to the page."""

import json
import signal
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.hand_written import hand_written
from tests.cli.running import milepost


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one round over the hand-written answers leaves."""
    folder = hand_written(tmp_path_factory.mktemp("recorded"))
    out = tmp_path_factory.mktemp("out") / "demo"
    ran = milepost("demo", "--recorded", folder, "--once", "--out", out)
    assert ran.returncode == 0, ran.stderr
    return out


@pytest.fixture
def summary(left: Path) -> Any:
    return json.loads((left / "summary.json").read_text("utf-8"))


def test_every_record_that_was_served_is_kept(summary: Any) -> None:
    """As the sandbox counts them and as the database holds them."""
    assert summary["served"] == summary["kept"]
    assert summary["served"]["jira"] == {
        "projects": 2,
        "statuses": 2,
        "issuetypes": 1,
        "versions": 1,
        "issues": 3,
        "comments": 0,
        "changes": 1,
    }
    assert summary["served"]["trello"] == {
        "boards": 1,
        "lists": 1,
        "labels": 0,
        "members": 2,  # the hub's own beside the recorded one
        "cards": 3,
        "checklists": 1,
        "checkItems": 1,
    }


def test_records_become_rows_of_the_unified_model(summary: Any) -> None:
    """A template is kept, and is no work."""
    assert summary["templates"] == 1
    jira, trello = summary["rows"]["jira"], summary["rows"]["trello"]
    assert (jira["project"], jira["work_item"], jira["milestone"], jira["change"]) == (2, 3, 1, 1)
    assert (trello["project"], trello["work_item"], trello["account"]) == (1, 2, 2)
    assert summary["found"]["projects"] == 3


def test_each_field_that_could_not_be_read_is_named(left: Path, summary: Any) -> None:
    """In the summary, and by `milepost status` on the folder that was left, with no secret set."""
    unread = [(one["source"], one["vendor_id"], one["field"]) for one in summary["mapping_problems"]]
    shown = milepost("status", "-c", left / "milepost.toml", "--json")

    assert unread == [("jira", "101", "fields.duedate"), ("trello", "6b" * 12, "due")]
    told = json.loads(shown.stdout)["mapping_problems"]
    assert [(one["source"], one["vendor_id"], one["field"]) for one in told] == unread


def test_the_story_is_read_on_the_morning_after(left: Path) -> None:
    """The last change was on Thursday 9 March 2023: what was due on the 3rd is a week late by then."""
    report = json.loads((left / "report.json").read_text("utf-8"))

    assert report["as_of"] == "2023-03-10T01:00:00Z", "09:00 in Hong Kong"
    [overdue] = report["overdue_milestones"]
    assert (overdue["name"], overdue["days_overdue"]) == ("Go-live", 7)
    assert "Go-live" in (left / "report.html").read_text("utf-8")


def test_the_coordinator_hears_of_what_nobody_owns(left: Path, summary: Any) -> None:
    """No project has a client, so whatever is found goes to her, in one message."""
    [mail] = (left / "mail").glob("*.eml")

    assert summary["alerts"] > summary["delivered"] == 1
    assert "kitty.fung@lanternquay.example" in mail.read_text("utf-8")


def test_what_is_left_is_for_its_owner_alone(left: Path) -> None:
    """With records of one's own it holds clients' names and words."""
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (left, *left.rglob("*"))}

    assert {path.name: mode for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)} == {}


@pytest.mark.parametrize("keeps", [True, False])
def test_ctrl_c_leaves_the_files_as_the_database_is(tmp_path: Path, keeps: bool) -> None:
    """Files of nine o'clock beside a database of the evening contradict it; without a folder nothing is kept, and
    nothing else is said."""
    out = tmp_path / "out"
    to = ["--out", str(out)] if keeps else []
    command = [sys.executable, "-m", "milepost", "demo", "--recorded", str(hand_written(tmp_path / "recorded")), *to]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert any("Ctrl-C ends it" in line for line in child.stdout)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=60)

    assert child.returncode == 0, said
    assert "what was read is kept" not in said
    if keeps:
        first, last = (json.loads((out / f"{name}.json").read_text("utf-8")) for name in ("summary", "report"))
        assert datetime.fromisoformat(last["as_of"]) > datetime.fromisoformat(first["at"])
        assert f"are in {out}; summary.json is of the first round" in said
    else:
        assert "the demo's folder goes with it" in said


def test_a_folder_without_records_is_a_wrong_call(tmp_path: Path) -> None:
    """Not an empty report."""
    ran = milepost("demo", "--recorded", tmp_path, "--once", "--out", tmp_path / "out")

    assert ran.returncode == 2
    assert "holds no recorded answers" in ran.stderr
    assert not (tmp_path / "out").exists()
