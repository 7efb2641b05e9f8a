"""What `milepost users` does: accounts made, changed and listed."""

import getpass
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from cli.exit_codes import OK
from cli.opening import open_hub
from cli.talk import local, print_json, print_table, say
from config.settings import Settings
from report.access import accounts
from report.access.audit import read_log
from report.access.passwords import Passwords
from unify.decisions import Refused
from unify.engine import writing

_Change = Callable[[Settings, Connection, str, str, datetime], None]
"""What is done to the account of a name, by whom, when."""


def add_login(config: Path, name: str, *, from_stdin: bool) -> int:
    """Give `name` an account."""
    return _with_password(config, name, accounts.add, "may sign in", from_stdin=from_stdin)


def change_login(config: Path, name: str, *, from_stdin: bool) -> int:
    """Give `name` another password."""
    said = "has another password, and is signed out everywhere"
    return _with_password(config, name, accounts.change_password, said, from_stdin=from_stdin)


def remove_login(config: Path, name: str) -> int:
    """Take the account of `name` away."""
    return _do(config, name, accounts.remove, "has no account any more, and is signed out everywhere")


def end_sessions(config: Path, name: str) -> int:
    """Sign `name` out everywhere."""
    return _do(config, name, accounts.sign_out, "is signed out everywhere")


def show_logins(config: Path, *, as_json: bool) -> int:
    """Who may sign in, and whose account is kept."""
    with open_hub(config) as hub, hub.reader.connect() as connection:
        found = accounts.accounts(hub.settings, connection)
        if as_json:
            print_json([asdict(one) for one in found])
            return OK
        rows = (
            (
                one.name,
                one.role or "none of [people]",
                local(one.password_changed_at, hub.settings.zone) or "no password",
                "may sign in" if one.may_sign_in else "may not sign in",
            )
            for one in found
        )
        print_table(("name", "role", "password of", ""), rows, "nobody may sign in")
    return OK


def show_log(config: Path, who: str, last: int, *, as_json: bool) -> int:
    """What became of the accounts."""
    with open_hub(config) as hub, hub.reader.connect() as connection:
        found = read_log(connection, last, who)
        if as_json:
            print_json([asdict(one) for one in found])
            return OK
        zone = hub.settings.zone
        rows = ((local(one.at, zone), one.who, one.event.replace("_", " "), one.what, one.address) for one in found)
        print_table(("at", "account", "what", "", "from"), rows, "nothing has happened yet")
    return OK


def _with_password(
    config: Path,
    name: str,
    change: Callable[[Settings, Connection, str, str, str, datetime], None],
    said: str,
    *,
    from_stdin: bool,
) -> int:
    """Ask for a password only where it would be taken."""

    def changed(settings: Settings, connection: Connection, name: str, by: str, now: datetime) -> None:
        change(settings, connection, name, hashed, by, now)

    with open_hub(config) as hub, hub.reader.connect() as connection:
        accounts.check_may_sign_in(hub.settings, connection, name)
    hashed = Passwords().hash(_asked(from_stdin=from_stdin))
    return _do(config, name, changed, said)


def _do(config: Path, name: str, change: _Change, said: str) -> int:
    with open_hub(config) as hub:
        with writing(hub.engine) as connection:
            change(hub.settings, connection, name, getpass.getuser(), hub.wall())
        say(f"{name} {said}")
    return OK


def _asked(*, from_stdin: bool) -> str:
    """The password, never on the command line, where every user of the machine could read it. Raises Refused."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Refused("there is no terminal to ask for the password: give it with --password-stdin")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise Refused("the two were not the same: nothing was changed")
    return password
