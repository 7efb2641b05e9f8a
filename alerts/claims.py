"""Which row of the outbox is sent next, and who has it in hand: no two processes ever send the same.

A claim is renewed while somebody is at work on its row, by real time; once it has run out, whoever claimed it is gone.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, bindparam, func, or_, select, update
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
_LOOK_S = 0.2
"""How often is looked whether it is time to renew, or to stop."""

_DELIVERY = table_of(Delivery)
_OTHER = _DELIVERY.alias()

# Made once: to make them anew for each of thousands of rows took longer than to run them.
_NOW = bindparam("now", type_=_DELIVERY.c.not_before.type)
_IS_DUE = (_DELIVERY.c.state == "waiting") & or_(_DELIVERY.c.attempts == 0, _DELIVERY.c.not_before <= _NOW)
_DUE = select(_DELIVERY.c.id, _DELIVERY.c.channel).where(_IS_DUE).order_by(_DELIVERY.c.id)
_CLOSES = (_OTHER.c.state == "waiting") & (_OTHER.c.not_before > _NOW) & (_OTHER.c.attempts > 0)
_CLOSES &= or_(_OTHER.c.last_error == _BEING_SENT, _OTHER.c.payload[RESTS].as_boolean())
_IN_THE_WAY = select(_OTHER.c.channel).where(_CLOSES).distinct()
_CLAIMABLE = select(_DELIVERY).where(
    _DELIVERY.c.id == bindparam("number"),
    _IS_DUE,
    ~select(_OTHER.c.id).where(_CLOSES, _OTHER.c.channel == bindparam("lane")).exists(),
    ~select(_OTHER.c.id).where(_OTHER.c.id == _DELIVERY.c.after, _OTHER.c.state == "waiting").exists(),
)
_TAKE = (
    update(_DELIVERY)
    .where(_DELIVERY.c.id == bindparam("number"))
    .values(attempts=bindparam("attempts"), not_before=bindparam("not_before"), last_error=_BEING_SENT)
)

log = logging.getLogger(__name__)


class Line:
    """What is due, oldest first, as one go over the outbox works it off. Two processes may each have one: a row is
    claimed by one of them, and a channel has one row in flight."""

    def __init__(self, clock: Clock, wall: Clock) -> None:
        self.resting: set[str] = set()
        """Channels that have nothing sent by any more in this go."""
        self._clock = clock
        self._wall = wall
        self._ahead: deque[tuple[int, str]] = deque()
        self._claimed = True
        """Anything since `_ahead` was filled: else whoever looks again finds the same that cannot be claimed."""

    def claim(self, connection: Connection) -> RowMapping | None:
        """Claim the next row that is due in a channel where nothing is in flight, and that was not told to wait.

        None: there is none. The row is as it was before.
        """
        while self._ahead or self._claimed:
            if not self._ahead:
                self._claimed = False
                self._ahead.extend(self._due(connection))
            while self._ahead:
                number, lane = self._ahead.popleft()
                if lane not in self.resting and (row := self._claim(connection, number, lane)) is not None:
                    self._claimed = True
                    return row
        return None

    def _due(self, connection: Connection) -> list[tuple[int, str]]:
        """Number and channel of what is due; each is looked at again when its turn comes."""
        now = self._wall()
        closed = set(connection.scalars(_IN_THE_WAY, {"now": now}))
        found = connection.execute(_DUE, {"now": now})
        return [(row.id, row.channel) for row in found if row.channel not in closed]

    def _claim(self, connection: Connection, number: int, lane: str) -> RowMapping | None:
        if lane.startswith(COMMENT_LANE) and self._is_full(connection, lane):
            self.resting.add(lane)
            return None
        now = self._wall()
        row = connection.execute(_CLAIMABLE, {"now": now, "number": number, "lane": lane}).mappings().first()
        if row is not None:
            claimed = {"number": number, "attempts": row["attempts"] + 1, "not_before": now + _CLAIM}
            connection.execute(_TAKE, claimed)
        return row

    def _is_full(self, connection: Connection, lane: str) -> bool:
        """Whether a source had all the comments it may have within an hour."""
        lately = (_DELIVERY.c.channel == lane) & (_DELIVERY.c.sent_at > self._clock() - timedelta(hours=1))
        sent = connection.scalar(select(func.count()).select_from(_DELIVERY).where(lately))
        return bool(sent is not None and sent >= COMMENTS_AN_HOUR)


class InHand:
    """The row that is being sent. One thread sends, another one watches it meanwhile."""

    def __init__(self, engine: Engine, wall: Clock) -> None:
        self._engine = engine
        self._wall = wall
        self._lock = threading.Lock()
        self._row: RowMapping | None = None
        self._renewed = wall()
        self._is_left = False

    @contextmanager
    def sending(self, row: RowMapping) -> Iterator[None]:
        """`row` is in hand inside. Raises Left at the end where nobody waits for what came of it any more."""
        with self._lock:
            self._row, self._renewed = row, self._wall()
        try:
            yield
        finally:
            with self._lock:
                self._row = None
                if self._is_left:
                    raise Left

    def leave(self) -> RowMapping | None:
        """Wait no longer for the row that is in hand; None: there is none."""
        with self._lock:
            self._is_left = self._row is not None
            return self._row

    def renew(self) -> None:
        """Renew the claim on the row that is in hand, where it is time: no span is longer than every attempt. One
        answer may take minutes, and a comment asks for several."""
        with self._lock:
            row, now = self._row, self._wall()
            if row is None or now - self._renewed < _RENEWED_EVERY:
                return
            self._renewed = now
        _renew(self._engine, row, now)


class Left(Exception):
    """Whoever asked for an attempt has written down that it is in doubt, and left."""


def watched(work: Callable[[InHand], None], engine: Engine, wall: Clock, stop: threading.Event) -> RowMapping | None:
    """Do `work` in a thread of its own, renewing what it has in hand. The row that it could not let go of when `stop`
    was set: no library can be told to stop waiting for an answer, so the thread is left behind, and what it was
    sending may have arrived.
    """
    hand, over = InHand(engine, wall), Future[None]()

    def do() -> None:
        try:
            work(hand)
        except Left:
            return
        except BaseException as error:  # noqa: BLE001  raised again below, in the thread that asked
            over.set_exception(error)
        else:
            over.set_result(None)

    threading.Thread(target=do, name="outbox", daemon=True).start()
    while not wait([over], _LOOK_S).done:
        if stop.is_set() and (left := hand.leave()) is not None:
            return left
        hand.renew()
    over.result()
    return None


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
