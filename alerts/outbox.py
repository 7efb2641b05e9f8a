"""The outbox: rows written with the change of state, sent afterwards, recorded as sent only then.

At least once: a crash between sending and recording repeats that one message and loses none; where the receiver can be
asked, not even that. A row is claimed before it is sent (`alerts.claims`), so that two processes never send the same,
and one channel has one message in flight. Attempts, back-off and claims go by real time, whatever the hub's own clock
tells. Who may be written to is asked again for every row: what was planned, parked or left by a failed channel may be
older than the config.

What could not be sent in its reader's working time waits for the next, unless it is urgent. Transient failures back
off. Permanent ones are parked, where a person sees them, and the reader is told by the next channel of the route. Where
a group cannot be reached and no person was told beside it, the coordinator is.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.engine import RowMapping

from alerts.attempt import (
    IN_DOUBT,
    Commenter,
    Delivered,
    Outcome,
    attempt,
    is_in_doubt,
    outcome_of,
    reader_of,
    wait_for,
)
from alerts.channels.base import Channel
from alerts.claims import COMMENT_LANE, RESTS, InHand, Line, watched
from alerts.plain_text import cut
from alerts.routing import coordinator_only, read_people, refusal
from config.clock import Clock
from config.settings import Settings
from rules.working_time import WorkingTime, calendar_of
from unify.derived import table_of
from unify.engine import writing
from unify.tables import Alert, Delivery, DeliveryAlert

DELIVERY = table_of(Delivery)
DELIVERY_ALERT = table_of(DeliveryAlert)

AFTER_HOURS = "waits for its reader's working time"

INSTEAD = "instead"
"""In the payload of a group's message: the message, reader and channels for where the group cannot be reached."""
URGENT = "urgent"
"""In the payload of what is rehearsed: it tells of something urgent, and is a telling of no alert itself."""
FIRST_SENT = "first_sent"
"""In the payload of a comment that was changed or taken back: when it was written."""
_OF_REHEARSALS = ("rehearsal", "held")
"""Kinds that a rehearsal lets go: its copies, and who took what they were told of before it."""
_ERROR_CHARS = 300
_ATTEMPTS, _URGENT_ATTEMPTS = 20, 2
"""About eight hours, of what is urgent half a minute; then the next channel has its turn."""

_THIS = update(DELIVERY).where(DELIVERY.c.id == bindparam("number"))
_SENT = _THIS.values(state="sent", last_error="", sent_at=bindparam("at"), receipt=bindparam("given"))
"""Made once: nearly every row ends so."""
_URGENT = (
    select(DELIVERY_ALERT.c.fingerprint)
    .join(table_of(Alert), table_of(Alert).c.fingerprint == DELIVERY_ALERT.c.fingerprint)
    .where(DELIVERY_ALERT.c.delivery_id == bindparam("number"), table_of(Alert).c.urgent)
    .limit(1)
)

log = logging.getLogger(__name__)


def deliver(
    engine: Engine,
    settings: Settings,
    channels: Mapping[str, Channel],
    commenters: Mapping[str, Commenter],
    *,
    calendars: Callable[[], Mapping[str, WorkingTime]],
    clock: Clock,
    wall: Clock,
    redact: Callable[[str], str],
    stop: threading.Event,
) -> Delivered:
    """Send everything that is due, channel by channel, until nothing is or `stop` is set.

    `channels` by name, `commenters` by source; `calendars` around now, by name, are asked for once at most. `clock`
    dates what was sent, and says who is at work; `wall` is real time.
    """
    done, line = Delivered(), Line(clock, wall)
    working_time, is_rehearsal = cache(calendars), settings.is_rehearsal(clock())
    if is_rehearsal:  # what waited when it began is written when it is over, as it is then
        line.resting |= {f"{COMMENT_LANE}{name}" for name in settings.sources}

    def try_row(row: RowMapping) -> Outcome:
        if is_rehearsal and _is_withheld(engine, settings, row, clock()):
            return Outcome("dropped", "a rehearsal began before it could be sent")
        if (rest := _rest(engine, settings, row, working_time, clock())) is not None:
            return Outcome("waiting", AFTER_HOURS, retry_at=wall() + rest, in_doubt=is_in_doubt(row))
        return attempt(engine, settings, row, channels, commenters, done)

    def work(hand: InHand) -> None:
        row, outcome = None, Outcome("")
        while True:
            # What came of the last one and whose turn is next, in one transaction: of a crash, one is in doubt.
            with writing(engine) as connection:
                if row is not None:
                    _record(connection, settings, row, outcome, clock(), redact, done)
                row = None if stop.is_set() else line.claim(connection)
            if row is None:
                return
            with hand.sending(row):
                outcome = outcome_of(partial(try_row, row), row, wall)
            if outcome.state == "waiting" and outcome.error != AFTER_HOURS:
                line.resting.add(row["channel"])

    if (left := watched(work, engine, wall, stop)) is not None:
        with writing(engine) as connection:
            _record(connection, settings, left, wait_for(left, "stopped", wall(), in_doubt=True), clock(), redact, done)
    return done


def _is_withheld(engine: Engine, settings: Settings, row: RowMapping, now: datetime) -> bool:
    """Whether it was written before the rehearsal, and not for the coordinator: the next round decides anew."""
    if row["kind"] in _OF_REHEARSALS:
        return False
    with engine.connect() as connection:
        coordinator = coordinator_only(settings, read_people(connection, settings, now)).reader
    return bool(row["recipient"] != coordinator.key)


def _rest(
    engine: Engine,
    settings: Settings,
    row: RowMapping,
    calendars: Callable[[], Mapping[str, WorkingTime]],
    now: datetime,
) -> timedelta | None:
    """How long a message has to wait that was written in its reader's working time and could not be sent before that
    ended: a channel that is mended at midnight wakes nobody. None: it may go; what is urgent always may."""
    reader = reader_of(settings, row["payload"])
    if reader is None:
        return None
    calendar = calendar_of(calendars(), reader.calendar)
    if calendar.is_working(now):
        return None
    with engine.connect() as connection:
        return None if _is_urgent(connection, row) else calendar.next_opening(now) - now


def _is_urgent(connection: Connection, row: RowMapping) -> bool:
    """Whether it tells of what is urgent now, whatever it was when the message was written."""
    return URGENT in row["payload"] or connection.execute(_URGENT, {"number": row["id"]}).first() is not None


def _record(
    connection: Connection,
    settings: Settings,
    row: RowMapping,
    outcome: Outcome,
    now: datetime,
    redact: Callable[[str], str],
    done: Delivered,
) -> None:
    """Write down how the attempt ended; what is parked goes to the reader's next channel in the same transaction."""
    if outcome.state == "waiting" and outcome.error != AFTER_HOURS and _is_given_up(connection, row):
        outcome = Outcome("parked", f"given up after {row['attempts'] + 1} attempts: {outcome.error}")
    number, error = row["id"], cut(redact(outcome.error), _ERROR_CHARS)  # nobody recognises half a secret
    match outcome.state:
        case "sent":
            done.sent += 1
            connection.execute(_SENT, {"number": number, "at": now, "given": dict(outcome.receipt or {})})
            if row["sent_at"]:
                payload = {FIRST_SENT: row["sent_at"].isoformat(), **_payload(connection, row)}
                connection.execute(_THIS.values(payload=payload), {"number": number})
            return
        case "waiting":
            done.delayed += 1
            payload = _payload(connection, row)
            in_doubt = outcome.in_doubt or bool(payload.get(IN_DOUBT))
            values = {"not_before": outcome.retry_at, "payload": {**payload, IN_DOUBT: in_doubt, RESTS: outcome.rests}}
        case "parked":
            done.parked.append(f"{row['channel']}: {error}")
            log.warning("delivery %s by %s is parked: %s", number, row["channel"], error)
            payload, values = _payload(connection, row), {}
            if instead := payload if payload.get("channels") else payload.get(INSTEAD):
                _fall_back(connection, settings, row, instead, now)
        case _:
            values = {}
    connection.execute(_THIS.values(state=outcome.state, last_error=error, **values), {"number": number})


def _is_given_up(connection: Connection, row: RowMapping) -> bool:
    """Whether the attempt that failed was the last: the second of what is urgent, where there is a next channel."""
    attempts, payload = row["attempts"] + 1, row["payload"]
    if attempts < _URGENT_ATTEMPTS:
        return False
    has_next = payload.get("channels") or payload.get(INSTEAD)
    return attempts >= _ATTEMPTS or bool(has_next and _is_urgent(connection, row))


def _payload(connection: Connection, row: RowMapping) -> dict[str, Any]:
    """As it stands now: a round may have written into it since the row was claimed."""
    found: dict[str, Any] = connection.execute(
        select(DELIVERY.c.payload).where(DELIVERY.c.id == row["id"])
    ).scalar_one()
    return found


def _fall_back(
    connection: Connection, settings: Settings, row: RowMapping, payload: Mapping[str, Any], now: datetime
) -> None:
    """A new row for the next channel in `payload`; none for whom no channel may write to, and not a second one, where
    this row was tried again since."""
    reader = reader_of(settings, payload)
    if reader is None or refusal(settings, reader):
        return
    channel, *others = payload["channels"]
    key = f"{row['key']}-{channel}"
    if connection.execute(select(DELIVERY.c.id).where(DELIVERY.c.key == key)).first() is not None:
        return
    again = {"kind": row["kind"], "created_at": row["created_at"], "recipient": reader.key}
    again |= {"payload": {**payload, "channels": others, IN_DOUBT: False, RESTS: False}, "not_before": now}
    again |= {"state": "waiting", "attempts": 0, "last_error": "", "receipt": {}}
    added = connection.execute(insert(DELIVERY).values(**again, key=key, channel=channel)).inserted_primary_key
    assert added is not None
    about = {entry["fingerprint"] for entry in payload["message"]["entries"]}
    told = select(DELIVERY_ALERT).where(DELIVERY_ALERT.c.delivery_id == row["id"])
    for alert in connection.execute(told).mappings().all():
        if alert["fingerprint"] in about:
            connection.execute(insert(DELIVERY_ALERT).values(**{**alert, "delivery_id": added[0]}))
