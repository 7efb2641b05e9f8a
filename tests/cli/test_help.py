"""What somebody sees who has not set up anything yet."""

import json
import sys
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest
from typer.main import get_command

from cli.main import app
from tests.cli.home import run, run_child

HEAVY = ("jira", "trello", "asana", "sqlmodel", "sqlalchemy", "httpx", "requests", "uvicorn", "rich")


def commands(group: Any, *above: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command below `group`, with the words that call it."""
    for name, command in getattr(group, "commands", {}).items():
        if hasattr(command, "commands"):
            yield from commands(command, *above, name)
        else:
            yield (*above, name), command


EVERY = list(commands(get_command(app)))


@pytest.mark.parametrize("words", [words for words, _ in EVERY], ids=" ".join)
def test_every_command_explains_itself_with_an_example(words: tuple[str, ...]) -> None:
    """Help that shows no line to copy is read twice."""
    shown = run(*words, "--help")

    assert (shown.code, shown.err) == (0, "")
    assert f"Example: milepost {' '.join(words)}" in " ".join(shown.out.split())


@pytest.mark.parametrize(
    ("words", "command"), EVERY, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_option_and_argument_says_what_it_is_for(words: tuple[str, ...], command: Any) -> None:
    """`--port` may go without; a name that only its author understands may not."""
    silent = {option.name for option in command.params if not getattr(option, "help", None)}

    assert silent <= {"sources", "port", "help"}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["sync", "--help"], ["rules", "list", "--help"]])
def test_help_loads_neither_sdks_nor_the_database(arguments: list[str]) -> None:
    """Somebody waits for it."""
    code = (
        "import json, sys\n"
        "from cli.main import main\n"
        "try:\n    main(json.loads(sys.argv[1]))\n"
        "except SystemExit as end:\n    assert end.code == 0, end.code\n"
        f"print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    )

    loaded = run_python(code, json.dumps(arguments)).splitlines()[-1]

    assert json.loads(loaded) == []


def run_python(code: str, *arguments: str) -> str:
    import subprocess

    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=True
    ).stdout


def test_the_version_is_that_of_the_package() -> None:
    """What a report of a mistake begins with."""
    shown = run_child("--version")

    assert (shown.code, shown.out) == (0, f"milepost {version('milepost')}\n")


@pytest.mark.parametrize("arguments", [["snyc"], ["sync", "--ful"], ["serve", "--port", "many"], ["agree", "APP-1"]])
def test_wrong_usage_is_told_apart_from_failure(arguments: list[str]) -> None:
    """A cron job that is written wrongly must not look like a vendor that is down."""
    assert run(*arguments).code == 2
