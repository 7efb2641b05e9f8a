"""Wrong settings and wrong rules: everything at once, with its place and its cure, and nothing touched."""

from pathlib import Path

import pytest

from sandbox import jira
from tests.cli.home import Home, run

EVERYWHERE = [
    ["check"],
    ["sync"],
    ["remap"],
    ["run"],
    ["serve"],
    ["status"],
    ["report"],
    ["rules", "list"],
    ["alerts", "list"],
    ["clients", "suggest"],
    ["deliveries", "retry", "1"],
    ["agree", "APP-1", "2026-11-30", "--ref", "x"],
]


def line_of(path: Path, text: str) -> int:
    """The number of the one line that begins so."""
    (number,) = (number for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if line.startswith(text))
    return number


@pytest.mark.parametrize("command", EVERYWHERE, ids=" ".join)
def test_all_mistakes_are_told_at_once_and_nothing_is_touched(home: Home, command: list[str]) -> None:
    """Who mends one mistake an hour gives up: file, line, key, the nearest right name; no database yet, no request."""
    home.change('coordinator = "may"', 'coordinator = "mey"')
    home.change("comment_back = true", "coment_back = true")
    home.change('kind = "trello"', 'kind = "trelo"')
    home.change('token = "file:JIRA_TOKEN"', 'token = "env:NO_SUCH_TOKEN"')
    before = sorted(home.folder.iterdir())

    said = home.run(*command)

    where = home.config
    assert said.code == 2
    for line, key, cure in (
        ("coordinator", "coordinator", 'did you mean "may"?'),
        ("coment_back", "sources.delivery.coment_back", 'did you mean "comment_back"?'),
        ('kind = "trelo"', "sources.boards.kind", 'did you mean "trello"?'),
        ('token = "env:NO', "sources.delivery.token", "the environment variable NO_SUCH_TOKEN is not set"),
    ):
        (told,) = (told for told in said.err.splitlines() if f"{key}:" in told)
        assert told.startswith(f"{where}:{line_of(where, line)}: {key}: ")
        assert cure in told
    assert sorted(home.folder.iterdir()) == before
    assert home.sandbox.jira.app.log == []


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """The first thing that happens to everybody."""
    said = run("sync", "-c", str(tmp_path / "milepost.toml"))

    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "milepost init" in said.err


def test_a_secret_in_the_wrong_place_is_not_shown(home: Home) -> None:
    """The token was pasted as an address: the mistake names the key, not the value."""
    home.change(home.sandbox.url("jira"), jira.TOKEN)

    said = home.run("check")

    assert said.code == 2
    assert "sources.delivery.url" in said.err
    assert jira.TOKEN not in said.out + said.err


def test_a_secret_written_into_the_file_is_warned_about(home: Home) -> None:
    """It works, and it is in the next backup."""
    home.change('"file:JIRA_TOKEN"', f'"{jira.TOKEN}"')

    said = home.run("rules", "list")

    assert said.code == 0
    assert "the secret itself stands here" in said.err
    assert jira.TOKEN not in said.out + said.err


RULE = """\
- id: {id}
  on: milestone
  when: {when}
  severity: warning
  title: {{en: "{{{{ name }}}}", zh-Hant-HK: "{{{{ name }}}}", zh-Hans-CN: "{{{{ name }}}}"}}
  why: A test of the tests.
  repeat: 1wd
  examples:
    - {{given: {{status_category: todo, due_on: yesterday}}, expect: {expect}}}
"""


def own_rule(home: Home, *, when: str = "overdue", expect: str = "fires", id: str = "our-own") -> None:
    """A rule of the firm's own."""
    (home.folder / "rules.d").mkdir(exist_ok=True)
    (home.folder / "rules.d" / f"{id}.yaml").write_text(RULE.format(id=id, when=when, expect=expect), "utf-8")


def test_what_is_wrong_with_rules_is_told_with_the_rest(home: Home) -> None:
    """In the settings with its line, in the firm's own rules with their file: one list to work through."""
    home.change('coordinator = "may"', 'coordinator = "mey"')
    home.change(
        "[[routes]]",
        '[rules.milestone-overdue]\nenabled = "no"\nrepeat = "daily"\nseverity = "huge"\ncritical_days = "five"\n'
        "critical_day = 5\n\n[rules.milestone-overdu]\n\n[rules.our-own]\nenabled = false\n\n[[routes]]",
    )
    own_rule(home, when="overdu")

    said = home.run("rules", "list")

    expected = [
        ("coordinator", 'coordinator: "mey" is none of [people]; did you mean "may"?'),
        ('enabled = "no"', "enabled: write true or false"),
        ("repeat", 'repeat: \'daily\': write working days as "3wd", hours as "12h", or "never"'),
        ("severity", "severity: there is no severity 'huge'; known are: critical, high, info, warning"),
        ("critical_days", "critical_days: a number is needed, as in the rule: 7"),
        ("critical_day ", 'critical_day: the rule has no such param; did you mean "critical_days"?'),
        ("[rules.milestone-overdu]", 'overdu: there is no such rule; did you mean "milestone-overdue"?'),
    ]
    *told, of_the_rule_itself = said.err.splitlines()
    assert said.code == 2
    for line, (begins, problem) in zip(told, expected, strict=True):
        assert line.startswith(f"{home.config}:{line_of(home.config, begins)}: ")
        assert line.endswith(problem)
    assert of_the_rule_itself == "rules.d/our-own.yaml:3:9: there is no 'overdu'; did you mean 'overdue'?"
    assert not home.database.exists()


@pytest.mark.parametrize("command", [["check"], ["run"], ["rules", "list"], ["rules", "check"]], ids=" ".join)
def test_wrong_rules_are_wrong_config(home: Home, command: list[str]) -> None:
    """Every wrong rule with its file, line and the nearest right name; code 2, and no database."""
    own_rule(home, when="overdu", id="first")
    own_rule(home, when="days_overdue > ", id="second")

    said = home.run(*command)

    assert said.code == 2
    assert "rules.d/first.yaml:3" in said.err
    assert "overdue" in said.err
    assert "rules.d/second.yaml:3" in said.err
    assert not home.database.exists()


def test_a_rule_whose_example_does_not_hold_fails_the_check(home: Home) -> None:
    """Examples are a rule's tests: code 1, and the rule runs on until somebody decides."""
    own_rule(home, expect="silent")

    said = home.run("rules", "check")

    assert said.code == 1
    assert "our-own" in said.err
    assert home.run("rules", "list").code == 0


def test_settings_may_name_own_rules(home: Home) -> None:
    """[rules.our-own] is an unknown rule only where no file of `rules_dir` has it."""
    home.change("[[routes]]", "[rules.our-own]\nenabled = false\n\n[[routes]]")
    refused = home.run("rules", "list")
    own_rule(home)

    taken = home.run("rules", "list")

    assert (refused.code, taken.code) == (2, 0)
    assert "our-own" not in taken.out


def test_checking_rules_leaves_the_database_alone(home: Home) -> None:
    """Rules are tried out before anything was read."""
    assert home.run("rules", "check").code == 0
    assert not home.database.exists()
