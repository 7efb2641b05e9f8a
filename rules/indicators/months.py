"""Keeping the indicators of each month: reckoned anew while the month may change, frozen after that.

Nothing is reckoned where no row, no day and no setting has changed.
"""

import json
from datetime import datetime

from sqlalchemy import Connection, Engine

from rules.indicators.closing import Closing, note_since, read_closing
from rules.indicators.keeping import keep, read_frozen
from rules.indicators.reckoning import figures
from rules.indicators.rows import read_firm
from rules.moment import Moment
from rules.stopped import Stopped
from unify.engine import writing
from unify.hub_state import SETTLED_TIMES, forget, recall, remember

_RECKONED = "indicators_of"
_FAILED = "indicators_failed"


def keep_indicators(reader: Engine, engine: Engine, moment: Moment) -> bool:
    """Bring the stored figures up to date; False where nothing can have changed since they were reckoned.

    They are reckoned from `reader` before anything is written, so that a long sum holds up no sync, and written by
    `engine` in one transaction. What changes in between is reckoned in the next round.
    """
    with reader.connect() as connection, connection.begin():
        closing = read_closing(connection, moment)
        state = _state(connection, moment, closing)
        if recall(connection, _RECKONED) == state:
            return False
        firm, frozen = read_firm(connection, moment), read_frozen(connection)
    reckoned = list(figures(firm, moment, frozen))
    with writing(engine) as connection:
        keep(connection, reckoned, closing.closed, moment)
        note_since(connection, closing.since)
        remember(connection, _RECKONED, state)
    return True


def note_failed(engine: Engine, reason: str | None, now: datetime) -> bool:
    """Remember why the indicators cannot be reckoned; None: they can. True where that is news."""
    with engine.connect() as connection:
        before = read_failed(connection)
    if reason == (before and before.reason):
        return False
    since = before.since if before else now
    with writing(engine) as connection:
        if reason is None:
            forget(connection, _FAILED)
        else:
            told = {"reason": reason, "since": since.isoformat()}
            remember(connection, _FAILED, json.dumps(told, ensure_ascii=False))
    return True


def read_failed(connection: Connection) -> Stopped | None:
    """Why the indicators could not be reckoned in the last round, and since when; None: they could."""
    text = recall(connection, _FAILED)
    if text is None:
        return None
    told = json.loads(text)
    return Stopped(told["reason"], datetime.fromisoformat(told["since"]))


def _state(connection: Connection, moment: Moment, closing: Closing) -> str:
    """What the figures hang on: the rows and settings as they were last settled, the day, and what is closed."""
    closed = [[str(last_on), one.unread, one.reconstructed] for last_on, one in closing.closed.items()]
    return json.dumps([recall(connection, SETTLED_TIMES), moment.today.isoformat(), str(closing.since), closed])
