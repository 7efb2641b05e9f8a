"""Who reads, and whose data that is: told in this one place, anew for each request."""

from datetime import date

from sqlalchemy import Connection, select
from starlette.requests import HTTPConnection

from alerts.cover import stand_in
from config.settings import Settings
from report.access.accounts import MAY_SIGN_IN, role_of
from report.asked import Reader
from report.scope import EVERYTHING, Scope
from unify.derived import CLIENT

_STATE = "reader"
"""Where a request keeps them, for whoever answers it."""


def reader_named(settings: Settings, connection: Connection, name: str, today: date) -> Reader | None:
    """`name` under [people] as who reads; None for those who may not.

    A BD manager sees their own clients and, while a colleague is away whom they cover, that one's; all others who may
    sign in see everything.
    """
    role = role_of(settings, connection, name)
    if role not in MAY_SIGN_IN:
        return None
    is_bd = role == "bd"
    scope = _clients_of(settings, connection, name, today) if is_bd else EVERYTHING
    return Reader(name, scope, sees_people=not is_bd, language=settings.people[name].language, role=role)


def reader_of(request: HTTPConnection) -> Reader:
    """Who asks, as `report.access.door.Door` found; whatever it did not let in has nobody, and fails."""
    found = getattr(request.state, _STATE)
    assert isinstance(found, Reader)
    return found


def keep_reader(request: HTTPConnection, reader: Reader) -> None:
    """Let `reader_of` tell them to whoever answers the request."""
    setattr(request.state, _STATE, reader)


def _clients_of(settings: Settings, connection: Connection, name: str, today: date) -> Scope:
    covered = {other for other in settings.people if stand_in(settings.people, other, today) == name}
    managers = [f"person/{one}" for one in sorted(covered | {name})]
    return Scope(frozenset(connection.scalars(select(CLIENT.c.key).where(CLIENT.c.bd_person.in_(managers)))))
