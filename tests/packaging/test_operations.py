"""docs/operations.md names nothing that is not there."""

import re
from configparser import ConfigParser
from pathlib import Path

import typer.main
from typer.core import TyperGroup

from cli.main import app
from config.settings import Settings, SourceSettings

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")


def commands() -> set[str]:
    """Every command, with the group that it belongs to."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    below = {
        f"{name} {one}"
        for name, group in root.commands.items()
        if isinstance(group, TyperGroup)
        for one in group.commands
    }
    return below | {name for name, command in root.commands.items() if not isinstance(command, TyperGroup)}


def test_every_command_it_names_is_one() -> None:
    """Somebody types them at two in the morning."""
    named = {" ".join(re.findall(r"^[a-z]+|(?<= )[a-z]+", told)) for told in re.findall(r"`milepost ([a-z ]+)", PAGE)}

    assert named
    assert named - commands() == set()


def test_the_unit_starts_what_there_is() -> None:
    """It is copied as it stands."""
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # the names of systemd have capitals
    found = re.search(r"```ini\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None

    unit.read_string(found[1])

    program, command, *options = unit["Service"]["ExecStart"].split()
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    known = {name for parameter in root.commands[command].params for name in parameter.opts}
    assert program.endswith("/milepost")
    assert {option for option in options if option.startswith("--")} <= known


def test_every_setting_it_names_is_one() -> None:
    """A key that was renamed must be renamed here too."""
    keys = {*Settings.model_fields, *SourceSettings.model_fields}

    assert {"public_url", "keep_deleted_days", "stale_after", "projects"} <= keys & set(re.findall(r"`(\w+)`", PAGE))
