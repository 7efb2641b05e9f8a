"""Which alert is meant by what somebody types: its key in the list, a fingerprint, how one begins, or what people call
its item or its client."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, get_args

from sqlalchemy import ColumnElement, Connection, case, func, select

from alerts.deliveries import RECIPIENT_NAME
from alerts.life import OPEN
from cli.alert_words import called, title
from cli.hub import Hub
from config.settings import Severity
from unify import tables
from unify.derived import WORK_ITEM, table_of
from unify.identity import name_key
from unify.lookup import find_items, offer

_ALERT = table_of(tables.Alert)
_DELIVERY = table_of(tables.Delivery)
_TOLD = table_of(tables.DeliveryAlert)
_CODE_CHARS = 6

Row = Mapping[str, Any]


def read_alerts(connection: Connection, which: ColumnElement[bool] | None) -> Sequence[Row]:
    """Alerts, all without `which`, the worst first, then the oldest; `told_at`: when they were told last, and `told`
    to whom."""
    worst = case({severity: rank for rank, severity in enumerate(get_args(Severity))}, value=_ALERT.c.severity)
    statement = select(_ALERT).order_by(worst.desc(), _ALERT.c.since, _ALERT.c.fingerprint)
    chosen = statement if which is None else statement.where(which)
    rows = [dict(row) for row in connection.execute(chosen).mappings()]
    told = _told(connection)
    for row in rows:
        at, names = told.get((row["fingerprint"], row["episode"]), (None, ()))
        row |= {"told_at": at, "told": list(names)}
    return rows


def _told(connection: Connection) -> Mapping[tuple[str, int], tuple[Any, Collection[str]]]:
    """When each episode was told last, and everybody who was told of it."""
    sent = (
        select(_TOLD.c.fingerprint, _TOLD.c.episode, func.max(_DELIVERY.c.sent_at).label("at"), RECIPIENT_NAME)
        .add_columns(_DELIVERY.c.channel)
        .join(_DELIVERY, _DELIVERY.c.id == _TOLD.c.delivery_id)
        .where(_DELIVERY.c.sent_at.is_not(None))
        .group_by(_TOLD.c.fingerprint, _TOLD.c.episode, RECIPIENT_NAME, _DELIVERY.c.channel)
        .order_by("at")
    )
    found: dict[tuple[str, int], tuple[Any, dict[str, None]]] = {}
    for row in connection.execute(sent):
        names = found.get((row.fingerprint, row.episode), (None, {}))[1]
        found[row.fingerprint, row.episode] = (row.at, {**names, row.recipient_name or row.channel: None})
    return found


def keys_of(connection: Connection) -> Callable[[Row], str]:
    """What to type for an alert, in the fewest letters: its item's short key (NFA-24) where nothing else that is open
    has that, else six letters of its own."""
    open_ones = connection.scalars(select(_ALERT.c.subject).where(_ALERT.c.state.in_(OPEN))).all()
    items = select(WORK_ITEM.c.key, WORK_ITEM.c.short).where(WORK_ITEM.c.key.in_(open_ones), WORK_ITEM.c.short != "")
    shorts: dict[str, str] = {row.key: row.short for row in connection.execute(items)}
    of_each = Counter(shorts[subject] for subject in open_ones if subject in shorts)

    def key_of(row: Row) -> str:
        short = shorts.get(row["subject"], "") if row["state"] in OPEN else ""
        return short if of_each[short] == 1 else code_of(row["fingerprint"])

    return key_of


def code_of(fingerprint: str) -> str:
    """The six letters by which an alert can be named, the same for ever."""
    return hashlib.sha256(fingerprint.encode()).hexdigest()[:_CODE_CHARS]


def find_alerts(connection: Connection, typed: str, hub: Hub) -> Sequence[Row]:
    """The alerts that may be meant, by the first of the ways to name one that finds any; of these the open ones."""
    named = _ways_to_name(connection, typed.strip(), hub)
    found = next((found for which in named if (found := read_alerts(connection, which))), [])
    return [alert for alert in found if alert["state"] in OPEN] or found


def subject_meant(connection: Connection, typed: str, hub: Hub) -> str:
    """The key of the item that an alert is about whose own key or listed title was typed; else `typed`, as where it
    names items by itself."""
    if find_items(connection, typed):
        return typed
    fingerprints = [row.fingerprint for row in _listed(connection, typed.strip(), hub)]
    subjects = set(connection.scalars(select(_ALERT.c.subject).where(_ALERT.c.fingerprint.in_(fingerprints))))
    return subjects.pop() if len(subjects) == 1 else typed


def nobody_knows(connection: Connection, typed: str, hub: Hub) -> str:
    """That no alert is meant, with the names that may be."""
    names = {called(row["facts"]) or title(row, hub) for row in read_alerts(connection, None)}
    instead = offer(typed, {*names, *(name for client in hub.settings.clients for name in _names_of(client, hub))})
    return f'no alert is about "{typed}", by key, name or fingerprint; `milepost alerts list`{instead}'


def find_client(typed: str, hub: Hub) -> str:
    """The name in [clients] that is meant by `typed`: that name, or one that people call the client in any language.

    "": none.
    """
    wanted = name_key(typed)
    return next((key for key in hub.settings.clients if wanted in map(name_key, (key, *_names_of(key, hub)))), "")


def _ways_to_name(connection: Connection, typed: str, hub: Hub) -> Iterator[ColumnElement[bool]]:
    yield _ALERT.c.fingerprint == typed
    yield _ALERT.c.subject.in_([found.key for found in find_items(connection, typed)])
    yield _ALERT.c.fingerprint.in_([row.fingerprint for row in _listed(connection, typed, hub)])
    if client := find_client(typed, hub):
        yield _ALERT.c.client_key == f"client/{client}"
    if typed:  # all begin with nothing
        yield _ALERT.c.fingerprint.startswith(typed, autoescape=True)


def _listed(connection: Connection, typed: str, hub: Hub) -> Sequence[Any]:
    """The alerts that stand in the list under that key, or are called so there."""
    wanted = name_key(typed)
    rows = connection.execute(select(_ALERT.c.fingerprint, _ALERT.c.rule, _ALERT.c.facts)).all()
    by_code = [row for row in rows if code_of(row.fingerprint) == wanted]
    return by_code or [row for row in rows if wanted and wanted in map(name_key, _names(dict(row._mapping), hub))]


def _names(alert: Row, hub: Hub) -> tuple[str, str]:
    return called(alert["facts"]), title(alert, hub)


def _names_of(client: str, hub: Hub) -> Collection[str]:
    name = hub.settings.clients[client].name
    return (name,) if isinstance(name, str) else tuple(name.values())
