"""Which row of the outbox is sent next, and who has it in hand: no two processes ever send the same.

A claim is renewed while somebody is at work on its row, by real time; once it has run out, whoever claimed it is gone.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, or_, select, update
from sqlalchemy.engine import RowMapping

from config.clock import Clock
from unify.derived import table_of
from unify.engine import StoreError, writing
from unify.tables import Delivery

COMMENT_LANE = "comment:"
"""What the channel of a comment begins with; behind it stands the source."""
COMMENTS_AN_HOUR = 20
"""Of one source: nobody's board is flooded, whatever goes wrong here."""
RESTS = "rests"
"""In the payload of what waits: its channel was told to wait."""

_BEING_SENT = "being sent"
_CLAIM = timedelta(minutes=5)
_RENEWED_EVERY = timedelta(minutes=1)
_LOOK_S = 0.5
"""How often is looked whether it is time to renew."""

_DELIVERY = table_of(Delivery)

log = logging.getLogger(__name__)


def claim(engine: Engine, resting: set[str], clock: Clock, wall: Clock) -> RowMapping | None:
    """Claim the oldest row that is due in a channel where nothing is in flight, and that was not told to wait.

    None: there is none. The row is as it was before.
    """
    now = wall()
    other = _DELIVERY.alias()
    waiting = _DELIVERY.c.state == "waiting"
    due = or_(_DELIVERY.c.attempts == 0, _DELIVERY.c.not_before <= now)
    in_the_way = (other.c.channel == _DELIVERY.c.channel) & (other.c.state == "waiting") & (other.c.not_before > now)
    in_the_way &= or_(other.c.last_error == _BEING_SENT, other.c.payload[RESTS].as_boolean())
    first = select(other.c.id).where(other.c.id == _DELIVERY.c.after, other.c.state == "waiting")
    free = ~select(other.c.id).where(in_the_way).exists() & ~first.exists()
    with writing(engine) as connection:
        full = {*resting, *_full_lanes(connection, clock())}
        chosen = select(_DELIVERY).where(waiting, due, free, _DELIVERY.c.channel.not_in(full))
        row = connection.execute(chosen.order_by(_DELIVERY.c.id).limit(1)).mappings().first()
        if row is not None:
            claimed = {"attempts": row["attempts"] + 1, "not_before": now + _CLAIM, "last_error": _BEING_SENT}
            connection.execute(update(_DELIVERY).where(_DELIVERY.c.id == row["id"]).values(claimed))
        return row


def _full_lanes(connection: Connection, now: datetime) -> list[str]:
    """Sources that had all the comments they may have within an hour."""
    lately = (_DELIVERY.c.channel.startswith(COMMENT_LANE)) & (_DELIVERY.c.sent_at > now - timedelta(hours=1))
    counted = select(_DELIVERY.c.channel).where(lately).group_by(_DELIVERY.c.channel)
    return list(connection.scalars(counted.having(func.count() >= COMMENTS_AN_HOUR)))


@contextmanager
def at_work(engine: Engine, row: RowMapping, wall: Clock) -> Iterator[None]:
    """Renew the claim on `row` meanwhile: no span is longer than every attempt.

    One answer may take minutes, and a comment asks for several. In a thread of its own, since who waits for an answer
    does nothing else.
    """
    over = threading.Event()

    def renew() -> None:
        renewed = wall()
        while not over.wait(_LOOK_S):
            if wall() - renewed >= _RENEWED_EVERY:
                renewed = wall()
                _renew(engine, row, renewed)

    thread = threading.Thread(target=renew, name=f"claim of delivery {row['id']}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _renew(engine: Engine, row: RowMapping, now: datetime) -> None:
    ours = (_DELIVERY.c.id == row["id"], _DELIVERY.c.last_error == _BEING_SENT)
    try:
        with writing(engine) as connection:
            connection.execute(update(_DELIVERY).where(*ours).values(not_before=now + _CLAIM))
    except StoreError as error:  # the next time comes before the claim has run out
        log.warning("delivery %s is still at work, and could not say so: %s", row["id"], error)


def is_in_flight(row: RowMapping) -> bool:
    """Whether somebody is sending `row` now, or died while doing so."""
    return bool(row["state"] == "waiting" and row["last_error"] == _BEING_SENT)
