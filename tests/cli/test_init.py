"""`milepost init`: what it writes is right, private, and never over something that is there."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from cli.opening import read_config
from sandbox import jira
from sandbox.server import Sandbox
from tests.cli.home import run, small_firm
from tests.factories import STORY_NOW

VARIABLES = ("JIRA_TOKEN", "TRELLO_KEY", "TRELLO_TOKEN", "ASANA_TOKEN", "HUBSPOT_TOKEN", "SMTP_PASSWORD")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_example_is_right_as_it_stands(tmp_path: Path) -> None:
    """With the variables that it names, the loader takes it; and it is its owner's alone."""
    config = tmp_path / "milepost.toml"

    said = run("init", "--non-interactive", "-c", str(config))

    assert said.code == 0
    assert mode(config) == 0o600
    settings = read_config(config, dict.fromkeys(VARIABLES, "something")).settings
    assert {source.kind for source in settings.sources.values()} == {"jira", "trello", "asana", "hubspot"}


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    """Somebody's settings are an afternoon of work."""
    config = tmp_path / "milepost.toml"
    config.write_text("mine", "utf-8")

    said = run("init", "--non-interactive", "-c", str(config))

    assert (said.code, config.read_text("utf-8")) == (2, "mine")
    assert "is there already" in said.err


# --- asked --------------------------------------------------------------------------------------------------------


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Tools to connect to."""
    with Sandbox(small_firm(), lambda: STORY_NOW, ("jira", "trello")) as running:
        yield running


def ask(config: Path, *answers: str) -> Result:
    """`milepost init`, and what a coordinator types: a line for each question."""
    return CliRunner().invoke(app, ["init", "-c", str(config)], input="".join(f"{line}\n" for line in answers))


OURSELVES = ("", "", "acme.example", "May Chan", "")
NO_TOOL = ("n", "n", "n", "n")
MAIL = ("", "", "hub@acme.example", "smtp-secret")


def test_a_connection_is_tested_and_asked_for_again(sandbox: Sandbox, tmp_path: Path) -> None:
    """A token is mistyped now or found wrong on Monday. What was right in the end is what is written."""
    config, url = tmp_path / "milepost.toml", sandbox.url("jira")

    said = ask(
        config, *OURSELVES, "y", url, jira.EMAIL, "mistyped", "y", url, jira.EMAIL, jira.TOKEN, "n", "n", "n", *MAIL
    )

    assert said.exit_code == 0
    assert f"warning: delivery: Jira refuses {jira.EMAIL}: check the token you typed, its user" in said.output
    assert "Milepost Hub sees 1 project" in said.output
    settings = read_config(config, {}).settings
    assert settings.sources["delivery"].token.reveal() == jira.TOKEN
    assert settings.people[settings.coordinator].email == "coordinator@acme.example"


def test_what_was_refused_and_kept_all_the_same_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    """Who has no better token today goes on; the file must not look as if it worked."""
    config, url = tmp_path / "milepost.toml", sandbox.url("jira")

    said = ask(config, *OURSELVES, "y", url, jira.EMAIL, "mistyped", "n", "n", "n", "n", *MAIL)

    assert said.exit_code == 0
    assert "kept as you typed it, though it was refused" in said.output
    assert (tmp_path / "secrets" / "delivery_token").read_text("utf-8") == "mistyped\n"


def test_an_empty_answer_to_what_is_needed_says_so(tmp_path: Path) -> None:
    """The same question again, without a word, looks like a program that hangs."""
    said = ask(tmp_path / "milepost.toml", "", "", "", "acme.example", "", "May Chan", "", *NO_TOOL, *MAIL)

    assert said.exit_code == 0
    assert said.output.count("an answer is needed here; Ctrl-C breaks off") == 2


def test_secrets_stand_beside_the_settings_for_their_owner_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    """The settings go into a repository sooner or later; the secrets must not go with them."""
    config = tmp_path / "milepost.toml"

    said = ask(config, *OURSELVES, "y", sandbox.url("jira"), jira.EMAIL, jira.TOKEN, "n", "n", "n", *MAIL)

    assert said.exit_code == 0
    for secret in (jira.TOKEN, "smtp-secret"):
        assert secret not in config.read_text("utf-8") + said.output
    kept = tmp_path / "secrets"
    assert mode(kept) == 0o700
    assert {path.name: mode(path) for path in kept.iterdir()} == {"delivery_token": 0o600, "smtp_password": 0o600}
    assert mode(config) == 0o600


def test_what_the_settings_would_refuse_is_asked_again(tmp_path: Path) -> None:
    """At the question, not at the end of the interview."""
    config = tmp_path / "milepost.toml"

    said = ask(
        config,
        *("cantonese", "zh-Hant-HK", "Asia/HongKong", "Asia/Hong_Kong"),
        *("acme", "acme.example", "May Chan", "may at acme", "may@acme.example"),
        *NO_TOOL,
        *MAIL,
    )

    assert said.exit_code == 0
    for cure in (
        "write one of en, zh-Hant-HK",
        "write one such as Asia/Hong_Kong",
        "write a domain",
        "write an e-mail",
    ):
        assert cure in said.output
    settings = read_config(config, {}).settings
    assert (settings.language, settings.timezone) == ("zh-Hant-HK", "Asia/Hong_Kong")


@pytest.mark.parametrize(
    ("name", "key"), [("May Chan", "may_chan"), ("馮潔儀", "somebody"), ("Coordinator", "somebody")]
)
def test_the_coordinator_gets_a_name_that_settings_can_hold(tmp_path: Path, name: str, key: str) -> None:
    """Names of tables are of a-z, 0-9 and _, and no word for a role."""
    config = tmp_path / "milepost.toml"

    said = ask(config, "", "", "acme.example", name, "", *NO_TOOL, *MAIL)

    assert said.exit_code == 0
    settings = read_config(config, {}).settings
    assert (settings.coordinator, settings.people[key].name) == (key, name)


def test_an_interview_that_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    """Half a file would be mended by hand; secrets without settings would be forgotten."""
    said = ask(tmp_path / "milepost.toml", *OURSELVES, *NO_TOOL, "", "", "hub@acme.example")

    assert said.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """A mistyped path is no mistake of ours."""
    said = run("init", "--non-interactive", "-c", str(tmp_path / "nowhere" / "milepost.toml"))

    assert (said.code, said.err.count("\n")) == (1, 1)
