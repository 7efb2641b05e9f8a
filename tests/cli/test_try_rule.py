"""`milepost rules try`: a rule tried on what stands now and on the past, before it is switched on."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.try_rule import not_tried
from rules.fence import TooSlow
from tests.cli import home as homes
from tests.cli.home import Home

OWN = """\
- id: own-late
  on: milestone
  when: due_on < today - params.days
  severity: high
  params: {days: 1}
  title: "{{ name }} is late"
  why: Somebody should look.
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A home after a first round, with a rule of its own; nothing in these tests changes it."""
    with homes.home(tmp_path_factory.mktemp("home")) as made:
        (made.folder / "rules.d").mkdir()
        (made.folder / "rules.d" / "own.yaml").write_text(OWN, "utf-8")
        assert made.run("run").code == 0
        yield made


def test_a_rule_tells_what_it_would_say_now_and_to_whom(read: Home) -> None:
    """With the words of its title, and the name that the routes come to."""
    found = read.run("rules", "try", "own-late", "--json").json

    assert [one["rule"] for one in found] == ["own-late"]
    told = {one["says"]: (one["severity"], one["client"], one["tells"]) for one in found[0]["findings"]}
    assert told["Release 2.1 is late"] == ("high", "Harbour Ltd", ["Lee"])
    assert "Release 2.1 is late" in read.run("rules", "try", "own-late").out


@pytest.mark.parametrize("since", [(), ("--since", "30d")])
def test_where_nothing_was_read_there_is_no_answer(tmp_path: Path, since: tuple[str, ...]) -> None:
    """ "It would have said nothing" would be believed, and be a clean bill to a script; a read that failed is none."""
    with homes.home(tmp_path) as made:
        (made.folder / "JIRA_TOKEN").write_text("wrong\n", "utf-8")
        made.run("sync", "delivery")

        said = made.run("rules", "try", "milestone-overdue", *since)
        told = made.run("rules", "try", "milestone-overdue", *since, "--json")

    reason = "there is nothing to try milestone-overdue on: nothing was read yet: milepost sync"
    assert (said.code, said.out) == (2, "")
    assert reason in said.err
    assert (told.code, told.json) == (2, [{"rule": "milestone-overdue", "error": reason}])


def test_what_was_never_read_whole_is_named_and_what_has_no_row_says_so(tmp_path: Path) -> None:
    """No source is left out, and that no row is there for a rule is not that all is well with them."""
    with homes.home(tmp_path) as made:
        made.change("[people.may]", '[sources.later]\nkind = "trello"\nkey = "k"\ntoken = "t"\n\n[people.may]')
        made.run("sync", "boards")

        said = made.run("rules", "try", "feedback-unhandled", "--since", "30d")
        told = made.run("rules", "try", "feedback-unhandled", "--since", "30d", "--json").json

    assert "no row was there to ask it of, so that nothing could fire" in said.out
    assert "never read whole: delivery, later; milepost sync" in said.out
    assert told[0]["rows"] == 0
    assert [source for source, at in told[0]["read_since"].items() if at is None] == ["delivery", "later"]


@pytest.mark.parametrize("since", [(), ("--since", "30d")])
def test_a_rule_that_cannot_fire_says_what_it_lacks(read: Home, since: tuple[str, ...]) -> None:
    """Silent, it would be taken for a good one: nobody delivers scores here."""
    line = "not measured: no scores of surveys: no source of kind hubspot is in the config"

    said = read.run("rules", "try", "feedback-negative", *since)
    told = read.run("rules", "try", "feedback-negative", *since, "--json").json
    measured = read.run("rules", "try", "own-late", *since, "--json").json

    assert line in said.out
    assert told[0]["not_measured"].startswith(line)
    assert measured[0]["not_measured"] == ""


def test_trying_sends_nothing_and_leaves_no_alert(read: Home) -> None:
    """Nobody hears of a rule that somebody is still writing."""
    before = {name: read.rows(name) for name in ("alert", "alert_event", "delivery", "evaluation", "milestone")}

    assert read.run("rules", "try", "own-late").code == 0
    assert read.run("rules", "try", "own-late", "--since", "30d").code == 0

    assert {name: read.rows(name) for name in before} == before


def test_the_past_ends_in_the_present(read: Home) -> None:
    """What fires at the end of a back-test is what the rule finds now; each alert ends after it began."""
    now = read.run("rules", "try", "own-late", "--json").json[0]
    (past,) = read.run("rules", "try", "own-late", "--since", "30d", "--json").json

    assert {one["subject"] for one in past["alerts"] if one["until"] is None} == {
        one["subject"] for one in now["findings"]
    }
    since, until = (datetime.fromisoformat(past[name]) for name in ("since", "until"))
    assert timedelta(days=29) < until - since <= timedelta(days=30)
    for one in past["alerts"]:
        assert since <= datetime.fromisoformat(one["from"]) < datetime.fromisoformat(one["until"] or past["until"])
        assert one["severities"][0] == {"at": one["from"], "severity": "high"}


def test_the_past_is_told_with_what_it_rests_on(read: Home) -> None:
    """Whoever reads it should know what was taken as it is now, and since when a tool is read at all."""
    said = read.run("rules", "try", "feedback-unhandled", "--since", "30d")

    assert said.code == 0
    assert "asked every hour from" in said.out
    assert "taken as they are now, for their earlier values are not kept: severity" in said.out
    assert re.search(
        r"read since .*delivery.*; of before, only what the tools keep of their history is known", said.out
    )


@pytest.mark.parametrize("rule", ["milestone-at-risk", "item-stale", "client-silent"])
def test_what_cannot_be_replayed_is_refused_with_the_reason(read: Home, rule: str) -> None:
    """In place of a history that nobody knows."""
    said = read.run("rules", "try", rule, "--since", "30d")

    assert (said.code, said.out) == (2, "")
    assert "cannot replay" in said.err


def test_a_file_is_tried_where_it_lies(read: Home, tmp_path: Path) -> None:
    """Before it is put into the folder of rules; with every rule in it."""
    file = tmp_path / "draft.yaml"
    file.write_text(OWN.replace("own-late", "draft") + OWN.replace("own-late", "draft-too"), "utf-8")

    said = read.run("rules", "try", str(file), "--json")

    assert [one["rule"] for one in said.json] == ["draft", "draft-too"]


def test_of_a_file_the_others_are_answered_where_one_rule_cannot_be(read: Home, tmp_path: Path) -> None:
    """Code 2 tells that something is missing, and the reason which."""
    file = tmp_path / "draft.yaml"
    risky = OWN.replace("own-late", "draft-of-risks").replace("milestone", "risk")
    file.write_text(
        risky.replace("due_on < today - params.days", "is_open and params.days > 0") + OWN.replace("own-late", "draft"),
        "utf-8",
    )

    said = read.run("rules", "try", str(file), "--since", "30d")
    told = read.run("rules", "try", str(file), "--since", "30d", "--json")

    assert said.code == told.code == 2
    assert "draft, asked every hour from" in said.out
    assert "cannot replay draft-of-risks: " in said.err
    assert [one["rule"] for one in told.json] == ["draft-of-risks", "draft"]
    assert told.json[0]["error"] in said.err


def test_a_file_without_any_rule_is_refused(read: Home, tmp_path: Path) -> None:
    """Silence would be taken for an answer."""
    (tmp_path / "empty.yaml").write_text("# nothing yet\n", "utf-8")

    said = read.run("rules", "try", str(tmp_path / "empty.yaml"))

    assert (said.code, said.out) == (2, "")
    assert "there is no rule in " in said.err


@pytest.mark.parametrize(
    ("back", "cure"),
    [
        (None, "make its condition simpler"),
        (timedelta(days=90), "ask a shorter time (--since), or make its condition simpler"),
    ],
)
def test_a_rule_that_took_too_long_is_named_with_what_to_do(back: timedelta | None, cure: str) -> None:
    """A trial has no alerts that could stay as they are."""
    slow = TooSlow("took longer than 10 s and was stopped")

    assert not_tried("own", slow, back) == f"own took longer than 10 s and was stopped: {cure}"


def test_a_mistake_in_a_file_is_told_with_its_place(read: Home, tmp_path: Path) -> None:
    file = tmp_path / "draft.yaml"
    file.write_text(OWN.replace("due_on <", "duue_on <"), "utf-8")

    said = read.run("rules", "try", str(file))

    assert said.code == 2
    assert "draft.yaml:3:9: there is no 'duue_on'; did you mean 'due_on'?" in said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["milestone-overdeu"], "there is no rule 'milestone-overdeu'; did you mean \"milestone-overdue\"?"),
        (["nowhere.yaml"], "there is no file nowhere.yaml"),
        (["milestone-overdue", "--since", "yesterday"], "--since: write a number and a unit"),
        (["milestone-overdue", "--since", "400d"], "--since: at most 366d"),
    ],
)
def test_what_cannot_be_meant_is_answered_with_what_can(read: Home, arguments: list[str], words: str) -> None:
    said = read.run("rules", "try", *arguments)

    assert said.code == 2
    assert words in said.err


def test_a_rule_that_is_off_can_be_tried(read: Home) -> None:
    """The settings of these tests switch `item-stale` off; that is who asks what it would say."""
    assert json.loads(read.run("rules", "try", "item-stale", "--json").out)[0]["rule"] == "item-stale"
