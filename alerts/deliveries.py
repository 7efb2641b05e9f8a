"""Deliveries as rows: what was told of which alert, what is planned, and what is no longer worth sending."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, or_, select, update

from alerts.attempt import is_untried
from alerts.messages import End, Line, Message
from alerts.outbox import DELIVERY, DELIVERY_ALERT, INSTEAD, URGENT
from alerts.routing import Reader
from alerts.store import ALERT, Stored, is_of_interest

NEWS = ("alert", "daily")
"""Kinds of delivery that tell of open alerts."""
RISEN = "risen"
"""The kind that tells those who had an alert that it went up."""
TAKEN_OVER = "taken over"
"""The kind that tells whoever had an alert that somebody else has it by now."""

RECIPIENT_NAME = DELIVERY.c.payload["reader"]["name"].as_string().label("recipient_name")
"""A recipient's name as it was when the message was written."""

Identity = tuple[str, str]
"""(reader's key, channel of the group): who is told, whatever channel serves."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A row for the outbox."""

    kind: str
    channel: str
    reader: Reader
    message: Message
    told: Mapping[str, tuple[int, str]]
    """Episode and reason by fingerprint."""
    channels: tuple[str, ...] = ()
    """Where to turn if the channel fails."""
    refused: str = ""
    after: int | None = None
    ends: Mapping[int, Mapping[str, End]] = field(default_factory=dict)
    """What earlier messages say from now on of alerts that are over: by delivery, by fingerprint."""
    stands: Mapping[int, Mapping[str, Line]] = field(default_factory=dict)
    """What they say from now on of alerts that are open, in a line of its own."""
    rehearsed: bool = False
    """It is kept for the count, and not sent."""
    urgent: bool = False
    """Of what tells of no alert itself: it waits for no working time. Else its alerts say so."""
    instead: "Planned | None" = None
    """What is told, and to whom, where every channel has failed."""


@dataclass(frozen=True, slots=True)
class Past:
    """The deliveries of one kind and state that told one reader of one alert in its present episode by one channel."""

    id: int
    """Of the last one."""
    identity: Identity
    channel: str
    kind: str
    state: str
    first_at: datetime
    at: datetime
    """When the last one was written."""
    sent_at: datetime | None
    """When the last that was sent went out."""


def read_past(connection: Connection, now: datetime, *, rehearsal: bool = False) -> dict[str, list[Past]]:
    """What was told, or will be, of every alert that is open or ended lately, in its present episode, the latest last.

    Summed up by the database: what was repeated for a year is a row here, not three hundred.

    `rehearsal`: also what was only rehearsed, as if it had been told.
    """
    joined = DELIVERY.join(DELIVERY_ALERT, DELIVERY_ALERT.c.delivery_id == DELIVERY.c.id).join(
        ALERT,
        (ALERT.c.fingerprint == DELIVERY_ALERT.c.fingerprint) & (ALERT.c.episode == DELIVERY_ALERT.c.episode),
    )
    alike = (ALERT.c.fingerprint, *(DELIVERY.c[name] for name in ("recipient", "channel", "kind", "state")))
    created, sent = DELIVERY.c.created_at, DELIVERY.c.sent_at
    last, times = func.max(DELIVERY.c.id), (func.min(created), func.max(created), func.max(sent))
    left_out = ("dropped",) if rehearsal else ("dropped", "rehearsed")
    told = select(*alike, last, *times).select_from(joined).where(DELIVERY.c.state.not_in(left_out))
    told = told.where(is_of_interest(now)).group_by(*alike).order_by(last)
    past: dict[str, list[Past]] = defaultdict(list)
    for fingerprint, recipient, channel, kind, state, *rest in connection.execute(told):
        identity = (recipient, "" if recipient else channel)
        past[fingerprint].append(Past(rest[0], identity, channel, kind, state, *rest[1:]))
    return past


def told_of(alert: Mapping[str, Any]) -> Select[Any]:
    """Messages that told of an alert, and comments on what it is about."""
    this = and_(DELIVERY_ALERT.c.delivery_id == DELIVERY.c.id, DELIVERY_ALERT.c.fingerprint == alert["fingerprint"])
    return (
        select(DELIVERY, RECIPIENT_NAME, DELIVERY_ALERT.c.reason)
        .outerjoin(DELIVERY_ALERT, this)
        .where(or_(DELIVERY_ALERT.c.fingerprint.is_not(None), DELIVERY.c.recipient == alert["subject"]))
        .order_by(DELIVERY.c.id)
    )


def drop_outdated(connection: Connection, alerts: Mapping[str, Stored]) -> int:
    """Take back what was not sent yet and tells only of alerts that are over; return how many.

    One that may have arrived is left: whoever got it must hear of the end.
    """
    dropped = 0
    waiting = select(DELIVERY).where(DELIVERY.c.state == "waiting", DELIVERY.c.kind.in_((*NEWS, "summary")))
    for row in connection.execute(waiting).mappings().all():
        told = connection.execute(select(DELIVERY_ALERT).where(DELIVERY_ALERT.c.delivery_id == row["id"])).mappings()
        if is_untried(row) and all(_is_over_now(alerts.get(one["fingerprint"]), one["episode"]) for one in told):
            values = {"state": "dropped", "last_error": "over before it could be sent"}
            connection.execute(update(DELIVERY).where(DELIVERY.c.id == row["id"]).values(values))
            dropped += 1
    return dropped


def _is_over_now(alert: Stored | None, episode: int) -> bool:
    return alert is None or alert.known.life.state == "resolved" or alert.known.life.episode != episode


def write(connection: Connection, planned: Iterable[Planned], now: datetime) -> None:
    """Put `planned` into the outbox; what a message follows says from now on that its alerts are over."""
    for one in planned:
        row = {
            "key": key_of(one, now),
            "channel": one.channel,
            "recipient": one.reader.key,
            "kind": one.kind,
            "payload": _payload(one),
            "state": "rehearsed" if one.rehearsed else "parked" if one.refused else "waiting",
            "last_error": one.refused,
            "created_at": now,
            "not_before": now,
            "attempts": 0,
            "receipt": {},
            "after": one.after,
        }
        added = connection.execute(insert(DELIVERY).values(**row)).inserted_primary_key
        assert added is not None
        for fingerprint, (episode, reason) in one.told.items():
            told = {"fingerprint": fingerprint, "episode": episode, "reason": reason}
            connection.execute(insert(DELIVERY_ALERT).values(delivery_id=added[0], **told))
        for root in (*one.ends, *one.stands):
            _mark(connection, root, one.ends.get(root, {}), one.stands.get(root, {}))


def _mark(connection: Connection, root: int, ends: Mapping[str, End], stands: Mapping[str, Line]) -> None:
    payload = connection.execute(select(DELIVERY.c.payload).where(DELIVERY.c.id == root)).scalar_one()
    message = Message.from_json(payload["message"])
    for fingerprint, end in ends.items():
        message = message.with_end(fingerprint, end)
    added = (
        replace(one, lines=(*one.lines, stands[one.fingerprint])) if one.fingerprint in stands else one
        for one in message.entries
    )
    message = replace(message, entries=tuple(added))
    marked = {**payload, "message": message.to_json()}
    connection.execute(update(DELIVERY).where(DELIVERY.c.id == root).values(payload=marked))


def _payload(one: Planned) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "message": one.message.to_json(),
        "reader": asdict(one.reader),
        "channels": list(one.channels),
    }
    if one.urgent:
        payload[URGENT] = True
    if one.instead is not None:
        payload[INSTEAD] = {**_payload(one.instead), "channels": [one.instead.channel, *one.instead.channels]}
    return payload


def key_of(one: Planned, now: datetime) -> str:
    """Unique to this telling, and telling nothing to whoever sees it."""
    parts = (one.kind, one.channel, one.reader.key, now.isoformat(), one.after, sorted(one.told.items()), one.message)
    return f"alert-{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}"
