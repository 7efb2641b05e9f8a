"""A folder with settings for two stand-ins, and the command run in it as a user runs it."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cli.main import main
from config.clock import system_clock
from sandbox import jira, trello
from sandbox.plan import MilestonePlan, Plan
from sandbox.server import Sandbox
from tests.factories import item, message, plan, project
from unify.derived import table_of
from unify.engine import open_engine
from unify.tables import Source

SECRETS = {"JIRA_TOKEN": jira.TOKEN, "TRELLO_KEY": trello.KEY, "TRELLO_TOKEN": trello.TOKEN}

SETTINGS = """\
timezone = "Asia/Hong_Kong"
language = "en"
coordinator = "may"
team_domains = ["acme.example"]
first_run = "send"

[sources.delivery]
kind = "jira"
url = "{jira}"
email = "hub@lanternquay.example"
token = "file:JIRA_TOKEN"
comment_back = true

[sources.boards]
kind = "trello"
url = "{trello}"
key = "file:TRELLO_KEY"
token = "file:TRELLO_TOKEN"

[people.may]
name = "May"
email = "may@acme.example"

[people.lee]
name = "Lee"
email = "lee@acme.example"

[clients.harbour]
name = "Harbour Ltd"
bd = "lee"
domains = ["harbour.example"]
projects = ["delivery:APP"]

[rules.item-stale]  # the plan's items grow old, for commands ask the real clock
enabled = false

[channels.email]
kind = "email"
host = "{mail_host}"
port = {mail_port}
security = "none"
from = "Milepost <hub@acme.example>"

[[routes]]
to = ["email:bd"]
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What `--json` printed."""
        return json.loads(self.out)


@dataclass
class Home:
    """A folder that `milepost init` might have left, and the stand-ins that its settings name."""

    folder: Path
    sandbox: Sandbox

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "milepost.toml"

    @property
    def database(self) -> Path:
        """Where the settings keep everything."""
        return self.folder / "milepost.db"

    def change(self, old: str, new: str) -> None:
        """Replace something in the settings file."""
        text = self.config.read_text("utf-8")
        assert old in text
        self.config.write_text(text.replace(old, new), "utf-8")

    def run(self, *arguments: str) -> Ran:
        """`milepost ARGUMENTS -c CONFIG`, in this process."""
        return run(*arguments, "-c", str(self.config))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A whole table, by its keys."""
        found = table_of(Source).metadata.tables[table]
        reader = open_engine(f"sqlite:///{self.database}", read_only=True)
        try:
            with reader.connect() as connection:
                chosen = select(found).order_by(*found.primary_key)
                return [dict(row) for row in connection.execute(chosen).mappings()]
        finally:
            reader.dispose()


def run(*arguments: str) -> Ran:
    """`milepost ARGUMENTS`, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        main(arguments)
    return Ran(int(end.value.code or 0), out.getvalue(), err.getvalue())


def run_child(*arguments: str, variables: Mapping[str, str] | None = None, **how: Any) -> Ran:
    """`milepost ARGUMENTS` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "milepost", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **(variables or {})},
        **how,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@contextmanager
def home(folder: Path, firm: Plan | None = None) -> Iterator[Home]:
    """A new home in `folder`, its stand-ins running."""
    # Jira tells its own time, and a command asks the real clock.
    with Sandbox(firm or small_firm(), system_clock, ("jira", "trello")) as sandbox:
        write_settings(folder, sandbox)
        yield Home(folder, sandbox)


def write_settings(folder: Path, sandbox: Sandbox) -> None:
    """The settings, and the secrets beside them."""
    for name, value in SECRETS.items():
        (folder / name).write_text(value + "\n", "utf-8")
    places = {
        "jira": sandbox.url("jira"),
        "trello": sandbox.url("trello"),
        "mail_host": sandbox.mail.host,
        "mail_port": sandbox.mail.port,
    }
    (folder / "milepost.toml").write_text(SETTINGS.format(**places), "utf-8")


def small_firm() -> Plan:
    """A version and a labelled card whose day has passed, and feedback that nobody answered."""
    said = message("sam", "2026-11-03 10:00", "It is slow.")
    return plan(
        project(
            "jira",
            [
                item("Login", "doing", number=101, assignee="lee", of=7),
                item("Slow receipts", number=102, reporter="sam", feedback=True, messages=(said,)),
            ],
            key="APP",
            number=1,
            milestones=[MilestonePlan(7, "version", "Release 2.1", date(2026, 11, 13))],
        ),
        project(
            "trello",
            [item("Pilot", "doing", number=201, due=date(2026, 11, 20), milestone=True, assignee="lee")],
            key="POS",
            name="Shop till",
            number=2,
        ),
    )
