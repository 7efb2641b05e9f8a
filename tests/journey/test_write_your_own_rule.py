"""The page that leads a coordinator to a rule of their own: what it says to write and type gives what it shows."""

import re
import sqlite3
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cli.hub import RoundResult
from rules.given import read, settable
from rules.titles import Reading, check
from rules.views import MILESTONE, VIEWS
from tests.cli.home import Ran, run
from tests.journey.day import Day

PAGE = (Path(__file__).parents[2] / "docs" / "write-your-own-rule.md").read_text("utf-8")
COUNTS = re.compile(r"\d+ rules read, \d+ examples run")
FACTS: Mapping[str, Any] = {
    "deadline_on": "2026-11-16",
    "moved_at": "2026-11-05T10:05:00+00:00",
    "days_overdue": 8,
    "working_days_overdue": 6,
    "slip_days": 17,
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def steps() -> list[tuple[list[str], list[str]]]:
    """What is typed after `milepost`, and what is shown then; numbers of rules grow."""
    typed = [block.splitlines() for block in blocks("console") if "$ milepost rules" in block]
    return [(lines[0].split()[2:], lines_of("\n".join(lines[1:]))) for lines in typed]


def lines_of(text: str) -> list[str]:
    return [COUNTS.sub("N rules read", line.rstrip()) for line in text.strip().splitlines()]


def said(ran: Ran) -> list[str]:
    return lines_of(ran.out.rstrip("\n") + "\n" + ran.err)


@pytest.fixture
def practice(morning: tuple[Day, RoundResult], tmp_path: Path) -> Path:
    """What `milepost demo --once --out` leaves: the settings, their secrets, the database."""
    opened, _ = morning
    left = opened.hub.settings.folder
    (tmp_path / "milepost.toml").write_text((left / "milepost.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "secrets").mkdir()
    for secret in (left / "secrets").iterdir():
        (tmp_path / "secrets" / secret.name).write_bytes(secret.read_bytes())
    with sqlite3.connect(left / "milepost.db") as database:
        database.execute("VACUUM INTO ?", (str(tmp_path / "milepost.db"),))
    (tmp_path / "rules.d").mkdir()
    return tmp_path


def test_whoever_follows_the_page_sees_what_it_shows(practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From nothing to a rule that fires, with the slip on the way; a page that lies once is closed."""
    monkeypatch.chdir(practice)
    rule, settings = practice / "rules.d" / "moved-twice.yaml", practice / "milepost.toml"
    right, slip, fires, silent = steps()

    rule.write_text(blocks("yaml")[0], "utf-8")
    assert said(run(*right[0])) == right[1]

    rule.write_text(blocks("yaml")[0].replace("client_facing and", "client_faceing and"), "utf-8")
    assert said(run(*slip[0])) == slip[1]

    rule.write_text(blocks("yaml")[0], "utf-8")
    assert said(run(*fires[0])) == fires[1]

    settings.write_text(settings.read_text("utf-8") + "\n" + blocks("toml")[0], "utf-8")
    assert said(run(*silent[0])) == silent[1]


def test_every_rule_of_the_page_holds_its_examples(practice: Path) -> None:
    """They are copied as they stand."""
    for number, text in enumerate(blocks("yaml")):
        (practice / "rules.d" / f"{number}.yaml").write_text(text, "utf-8")

    checked = run("rules", "check", "-c", str(practice / "milepost.toml"))

    assert (checked.code, "warning" in checked.err) == (0, False)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [
        [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in section.splitlines()
        if line.startswith("| ") and "---" not in line
    ][1:]


@pytest.mark.parametrize(("written", "reads_as"), [(row[0], row[2]) for row in rows("Words for titles and reasons")])
def test_every_filter_reads_as_the_page_says(written: str, reads_as: str) -> None:
    """Nobody should have to try them out."""
    reading = Reading("en", ZoneInfo("Asia/Hong_Kong"), date(2026, 11, 24))

    assert check(written.strip("`"), MILESTONE).render(FACTS, reading) == reads_as


@pytest.mark.parametrize(
    ("column", "moment"),
    [
        (column, moment)
        for column, row in zip(("due_on", "due_at"), rows("Moments for examples"), strict=True)
        for moment in re.findall(r"`([^`]+)`", row[1])
    ],
)
def test_every_moment_of_the_page_is_read(column: str, moment: str) -> None:
    """Whoever copies one must not be refused."""
    assert read(settable(MILESTONE, column), moment) is not None


def test_the_views_that_the_page_names_are_there() -> None:
    """And are described where it says."""
    named = re.search(r"Other views are (.*?):", PAGE, re.DOTALL)

    assert named is not None
    assert set(re.findall(r"`(\w+)`", named[1])) <= VIEWS.keys()
