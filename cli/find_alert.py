"""Which alert is meant by what somebody types: a fingerprint, how one begins, or what people call its item."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from sqlalchemy import ColumnElement, Connection, case, func, select

from cli.alert_words import called
from config.settings import Severity
from unify import tables
from unify.derived import table_of
from unify.lookup import find_items, offer

_ALERT = table_of(tables.Alert)
_DELIVERY = table_of(tables.Delivery)
_TOLD = table_of(tables.DeliveryAlert)

Row = Mapping[str, Any]


def read_alerts(connection: Connection, which: ColumnElement[bool] | None) -> Sequence[Row]:
    """Alerts, all without `which`, the worst first, then the oldest; `told_at`: when they were told last."""
    last_told = (
        select(func.max(_DELIVERY.c.sent_at))
        .join(_TOLD, _TOLD.c.delivery_id == _DELIVERY.c.id)
        .where(_TOLD.c.fingerprint == _ALERT.c.fingerprint, _TOLD.c.episode == _ALERT.c.episode)
        .scalar_subquery()
        .label("told_at")
    )
    worst = case({severity: rank for rank, severity in enumerate(get_args(Severity))}, value=_ALERT.c.severity)
    statement = select(_ALERT, last_told).order_by(worst.desc(), _ALERT.c.since, _ALERT.c.fingerprint)
    chosen = statement if which is None else statement.where(which)
    return [dict(row) for row in connection.execute(chosen).mappings()]


def find_alerts(connection: Connection, typed: str) -> Sequence[Row]:
    """The alerts that may be meant, by the first of the ways to name one that finds any."""
    named = _ways_to_name(connection, typed.strip())
    return next((found for which in named if (found := read_alerts(connection, which))), [])


def nobody_knows(connection: Connection, typed: str) -> str:
    """That no alert is meant, with the names that may be."""
    names = {called(row["facts"]) for row in read_alerts(connection, None)}
    instead = offer(typed, names)
    return f'no alert is about "{typed}", by key, name or fingerprint; `milepost alerts list`{instead}'


def _ways_to_name(connection: Connection, typed: str) -> Iterator[ColumnElement[bool]]:
    yield _ALERT.c.fingerprint == typed
    yield _ALERT.c.subject.in_([found.key for found in find_items(connection, typed)])
    if typed:  # all begin with nothing
        yield _ALERT.c.fingerprint.startswith(typed, autoescape=True)
