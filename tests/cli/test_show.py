"""Commands that only look: what they print for people, and for programs."""

import json
import os
import re
import stat

import pytest
from sqlalchemy import insert

from tests.cli.home import Home
from unify import tables
from unify.derived import table_of
from unify.engine import open_engine, writing


@pytest.mark.parametrize(
    "command",
    [["status"], ["rules", "list"], ["alerts", "list"], ["alerts", "list", "--all"], ["deliveries", "list", "--all"]],
    ids=" ".join,
)
def test_json_is_for_programs(round: Home, command: list[str]) -> None:
    """Nothing but JSON on standard output; instants in ISO 8601 with a Z."""
    said = round.run(*command, "--json")

    assert said.code == 0
    for row in said.json if isinstance(said.json, list) else said.json["last_runs"]:
        for name in {"started_at", "since", "created_at"} & set(row):
            assert row[name].endswith("Z")


def test_a_rule_in_the_list_says_why_it_is_there(round: Home) -> None:
    """Its id alone would ask for the documentation."""
    assert "promised this date" in round.run("rules", "list").out


def test_a_rule_without_data_says_what_would_bring_it(round: Home) -> None:
    """No CRM is in the config: that no deal is at risk is no good news."""
    said = round.run("rules", "list")
    rules = {rule["id"]: rule for rule in round.run("rules", "list", "--json").json}

    assert "not measured: no deals: no source of kind hubspot is in the config" in said.out
    assert (rules["deal-at-risk"]["measured"], rules["milestone-overdue"]["measured"]) == (False, True)
    assert rules["deal-at-risk"]["lacks"][0]["data"] == "deals"


def test_status_before_the_first_run_asks_for_a_person(home: Home) -> None:
    """Nothing was ever read: that is no good state, and monitoring should see it."""
    said = home.run("status")

    assert said.code == 1
    assert "not read yet: milepost sync" in said.out
    assert "old data" not in said.out


def test_status_lists_what_could_not_be_read(round: Home) -> None:
    """Source, record and field, and what stood there; a title must not steer the terminal."""
    odd = {"source": "delivery", "stream": "issues", "vendor_id": "9", "field": "duedate", "reason": "no date"}
    engine = open_engine(f"sqlite:///{round.database}")
    with writing(engine) as connection:
        seen_at = round.rows("sync_run")[0]["started_at"]
        connection.execute(
            insert(table_of(tables.MappingProblem)).values(**odd, value="[red]\x1b[2Jsoon", seen_at=seen_at)
        )
    engine.dispose()

    said = round.run("status")

    assert "issues/9" in said.out
    assert "[red] [2Jsoon" in said.out


FAR_BACK = """\
- id: far-back
  on: milestone
  when: updated_at < working_hours_ago(10000)
  severity: info
  title: Very old
  why: A test of the tests.
"""


def test_status_names_a_rule_that_cannot_be_asked_until_it_can(home: Home) -> None:
    """Its silence is no good news: named with its reason and since when, and gone once it runs."""
    own = home.folder / "rules.d" / "far-back.yaml"
    own.parent.mkdir()
    own.write_text(FAR_BACK, "utf-8")
    home.change("[people.may]", '[calendar]\nhours = ["09:00-10:00"]\n\n[people.may]')  # 10,000 days

    assert home.run("run").code == 1
    stopped = home.run("status")
    own.write_text(FAR_BACK.replace("10000", "10"), "utf-8")
    assert home.run("run").code == 0
    runs = home.run("status")

    (line,) = (line for line in stopped.out.splitlines() if line.startswith("far-back"))
    assert re.match(r"far-back +\d{4}-\d\d-\d\d \d\d:\d\d +10000 working hours before .* is outside the calendar", line)
    assert stopped.code == 1
    assert "far-back" not in runs.out
    assert runs.code == 0


def test_status_says_since_when_the_indicators_cannot_be_reckoned(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody is told of what is late even so."""

    def fails(*_: object) -> bool:
        raise ArithmeticError("no such month")

    with monkeypatch.context() as broken:
        broken.setattr("cli.hub.keep_indicators", fails)
        assert home.run("run").code == 0
        home.run("run")
        failed = home.run("status")
    home.run("run")
    reckoned = home.run("status")

    assert "the indicators cannot be reckoned since 2" in failed.out
    assert "and stay as they are: ArithmeticError: no such month" in failed.out
    assert failed.code == 1
    assert "indicators" not in reckoned.out
    assert reckoned.code == 0


# --- report -------------------------------------------------------------------------------------------------------


def test_the_report_is_a_file_for_its_owner_alone(round: Home) -> None:
    """It names clients and who is late: 0600, whatever the umask."""
    target = round.folder / "r.html"
    before = os.umask(0)
    try:
        said = round.run("report", "-o", str(target))
    finally:
        os.umask(before)

    assert (said.code, said.out) == (0, "")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "Release 2.1" in target.read_text("utf-8")


def test_the_report_as_json_agrees_with_the_alerts(round: Home) -> None:
    """Scenario 2: the sum on page, export and message agrees."""
    target = round.folder / "r.json"
    assert round.run("report", "--format", "json", "-o", str(target)).code == 0
    today = json.loads(target.read_text("utf-8"))["pages"]["today"]

    fired = [row["rule"] for row in round.run("alerts", "list", "--json").json]
    assert len(today["promises"]["overdue"]) == fired.count("milestone-overdue") == 2
    assert len(today["unhandled"]) == fired.count("feedback-unhandled") == 1


def test_the_report_can_be_narrowed_and_put_into_a_language(round: Home) -> None:
    """What is mailed to one BD manager, in theirs."""
    target = round.folder / "lee.html"

    said = round.run("report", "--bd", "lee", "--lang", "zh-Hant-HK", "-o", str(target))

    assert said.code == 0
    page = target.read_text("utf-8")
    assert "項目交付及客戶報告：Lee" in page
    assert "Release 2.1" in page
    assert "Shop till" not in page


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "doc"], "html, pdf, xlsx, csv, md, json"),
        (["--client", "habour"], "no client is called"),
        (["--month", "October"], "as 2026-10"),
        (["--format", "csv"], "portfolio/projects"),
        (["--lang", "fr"], "en, zh-Hant-HK, zh-Hans-CN"),
        (["--bd", "le"], 'did you mean "lee"?'),
        (["--bd", "zzz"], 'there are "lee"'),
        (["--bd", "may"], '"may" is no client\'s BD manager, so there is no page of theirs; there are "lee"'),
    ],
)
def test_wrong_wishes_for_a_report_are_told(home: Home, options: list[str], words: str) -> None:
    """With what there is; no file is written."""
    target = home.folder / "r.html"

    said = home.run("report", "-o", str(target), *options)

    assert said.code == 2
    assert words in said.err
    assert not target.exists()


def test_a_text_form_can_be_piped(round: Home) -> None:
    """The answer alone, and no talk among it; what is not text goes into no terminal."""
    said = round.run("report", "--format", "csv", "--table", "portfolio/projects", "-o", "-")

    assert (said.code, said.err) == (0, "")
    assert "Harbour Ltd" in said.out


# --- clients ------------------------------------------------------------------------------------------------------


def test_before_the_first_sync_nothing_is_suggested_and_nothing_called_complete(home: Home) -> None:
    """An empty database knows of nobody who belongs to nobody."""
    assert home.run("clients", "suggest").out == "# nothing was read yet: milepost sync\n"


def test_suggested_lines_can_be_pasted(round: Home) -> None:
    """What it prints is TOML that the loader takes once a person has given it a name."""
    said = round.run("clients", "suggest")
    assert said.code == 0
    assert "Shop till" in said.out
    lines = said.out.replace("[clients.NAME]", "[clients.shop]").replace('name = ""', 'name = "Shop"')
    with round.config.open("a", encoding="utf-8") as file:
        file.write("\n" + lines.split("[people.")[0])

    assert round.run("rules", "list").code == 0
    assert "clients.NAME" not in round.run("clients", "suggest").out
