"""The accounts of `[people]`: who may sign in, with which password, since when.

Whether somebody may sign in is asked of the settings each time: who leaves `[people]`, or takes another role, may not
from the next start on, whatever is kept here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from alerts.delegation import Role, asker
from config.nearest import did_you_mean, there_are
from config.settings import Settings
from report.access.audit import note
from unify.decisions import Refused
from unify.derived import CLIENT, table_of
from unify.tables import Login

LOGIN = table_of(Login)

MAY_SIGN_IN: frozenset[Role] = frozenset(("admin", "coordinator", "head", "director", "bd"))


@dataclass(frozen=True, slots=True)
class Account:
    """One who may sign in, or whose account is kept though they may not any more (`role` says why not)."""

    name: str
    role: Role | None
    """None: none of [people]."""
    may_sign_in: bool
    password_changed_at: datetime | None
    """None: no password of theirs is kept."""


def role_of(settings: Settings, connection: Connection, name: str) -> Role | None:
    """The role that the config says, else tells, else the CRM: who owns a company there is a BD manager. None: the
    name is none of [people]."""
    if name not in settings.people:
        return None
    role = asker(settings, name).role
    owns = select(func.count()).select_from(CLIENT).where(CLIENT.c.bd_person == f"person/{name}")
    return asker(settings, name, bd=name).role if role == "lead" and connection.scalar(owns) else role


def accounts(settings: Settings, connection: Connection) -> list[Account]:
    """Whoever may sign in, and whose account is kept, by name."""
    kept = {row.name: row.password_changed_at for row in connection.execute(select(LOGIN)) if row.password_hash}
    roles = {name: role_of(settings, connection, name) for name in {*settings.people, *kept}}
    return [
        Account(name, role, role in MAY_SIGN_IN, kept.get(name))
        for name, role in sorted(roles.items())
        if role in MAY_SIGN_IN or name in kept
    ]


def add(settings: Settings, connection: Connection, name: str, hashed: str, by: str, now: datetime) -> None:
    """Let `name` sign in with the password that `hashed` was made of. Raises Refused where they may not, or can."""
    check_may_sign_in(settings, connection, name)
    if password_of(connection, name):
        raise Refused(f'"{name}" has a password: `milepost users password {name}` changes it')
    known = sessions_since(connection, name) is not None
    values = {"password_hash": hashed, "password_changed_at": now, "sessions_valid_since": now}
    if known:
        connection.execute(update(LOGIN).where(LOGIN.c.name == name).values(values))
    else:
        connection.execute(insert(LOGIN).values(name=name, created_at=now, **values))
    note(connection, settings, "added", name, now, f"by {by}")


def change_password(settings: Settings, connection: Connection, name: str, hashed: str, by: str, now: datetime) -> None:
    """Another password, with which alone they sign in from now on; whoever is signed in as them must do so again.

    Raises Refused where there is none to change.
    """
    check_may_sign_in(settings, connection, name)
    values = {"password_hash": hashed, "password_changed_at": now, "sessions_valid_since": now}
    _change(connection, name, values)
    note(connection, settings, "password", name, now, f"by {by}")


def remove(settings: Settings, connection: Connection, name: str, by: str, now: datetime) -> None:
    """Keep no password of theirs, and end their sessions. Raises Refused where there is none."""
    values = {"password_hash": None, "password_changed_at": None, "sessions_valid_since": now}
    _change(connection, name, values)
    note(connection, settings, "removed", name, now, f"by {by}")


def sign_out(settings: Settings, connection: Connection, name: str, by: str, now: datetime) -> None:
    """End every session of theirs, wherever a phone was lost. Raises Refused where there is no account."""
    if sessions_since(connection, name) is None:
        raise Refused(f'"{name}" has never signed in, and has no password here')
    connection.execute(update(LOGIN).where(LOGIN.c.name == name).values(sessions_valid_since=now))
    note(connection, settings, "signed_out", name, now, f"by {by}")


def check_may_sign_in(settings: Settings, connection: Connection, name: str) -> None:
    """Raise Refused unless the settings let them, with what to write there."""
    people = settings.people
    if name not in people:
        raise Refused(f'nobody under [people] is called "{name}"{did_you_mean(name, people) or there_are(people)}')
    role = role_of(settings, connection, name)
    if role not in MAY_SIGN_IN:
        raise Refused(
            f'"{name}" is a {role}, and the report is for {", ".join(sorted(MAY_SIGN_IN))}: '
            f"write their role under [people.{name}]"
        )


def keep(connection: Connection, name: str, now: datetime) -> None:
    """An account for somebody whom the provider let in for the first time: without one, nothing could sign them out."""
    if sessions_since(connection, name) is None:
        connection.execute(insert(LOGIN).values(name=name, created_at=now, sessions_valid_since=now))


def password_of(connection: Connection, name: str) -> str | None:
    """What is kept of their password; None: nothing."""
    kept: str | None = connection.scalar(select(LOGIN.c.password_hash).where(LOGIN.c.name == name))
    return kept


def sessions_since(connection: Connection, name: str) -> datetime | None:
    """Who signed in to that account before must do so again; None for no account."""
    since: datetime | None = connection.scalar(select(LOGIN.c.sessions_valid_since).where(LOGIN.c.name == name))
    return since


def _change(connection: Connection, name: str, values: Mapping[str, object]) -> None:
    """Raises Refused for who has no account."""
    if not password_of(connection, name):
        raise Refused(f'"{name}" has no password here: `milepost users add {name}` gives them one')
    connection.execute(update(LOGIN).where(LOGIN.c.name == name).values(values))
