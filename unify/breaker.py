"""The circuit breaker: a source that fails again and again is asked less and less often, until it answers.

What is known of that stands in the database, so that a restart does not forget it. By real time, whatever clock the
facts go by. Who changed the source's settings, its credential among them, wants to see whether it works now.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from config.settings import Secret, SourceSettings
from connectors.base import AccessDenied, NotFound, RateLimited, VendorChanged, VendorUnavailable
from unify.hub_state import recall, remember

LONGEST = timedelta(hours=4)
"""Between two tries, unless the source's own interval is longer: an outage is over on the morning after."""
_AT_MOST = timedelta(days=1)
"""Whatever a vendor asks; and what lies further ahead was noted by a clock that has been set back since."""
_DOUBLINGS = 10

_WHY = {
    AccessDenied: "denied",
    RateLimited: "limited",
    VendorUnavailable: "away",
    VendorChanged: "changed",
    NotFound: "absent",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A source whose last runs could not read it."""

    failures: int
    """In a row, with the present settings; 0: they were changed since."""
    why: str
    """denied, limited, away, changed, absent (no such address), or ours: who must act, in a word."""
    until: datetime
    """Before that it is asked only if a person wants it; an instant of real time."""

    def rests(self, now: datetime) -> bool:
        """Whether a try now would be too early."""
        return self.failures > 0 and now < self.until <= now + _AT_MOST


def read_broken(connection: Connection, source: SourceSettings) -> Broken | None:
    """What is known of `source`; None: it answered when it was last asked, or never was."""
    told = recall(connection, _name(source.name))
    if not told:
        return None
    failures, why, until, tried_with = json.loads(told)
    return Broken(failures if tried_with == _mark(source) else 0, why, datetime.fromisoformat(until))


def note_failure(connection: Connection, source: SourceSettings, error: Exception, now: datetime) -> None:
    """`source` could not be read: after the second time the pauses double.

    They end half an interval early, because a schedule comes by at whole intervals only, give or take its jitter.
    """
    known, every = read_broken(connection, source), source.every
    failures = known.failures + 1 if known else 1
    doubled: timedelta = every * 2 ** min(failures - 1, _DOUBLINGS)
    pause = min(doubled, max(LONGEST, every)) - every / 2
    if isinstance(error, RateLimited) and error.retry_after:
        pause = max(pause, error.retry_after)
    why = next((word for kind, word in _WHY.items() if isinstance(error, kind)), "ours")
    until = (now + min(pause, _AT_MOST)).astimezone(UTC)
    remember(connection, _name(source.name), json.dumps([failures, why, until.isoformat(), _mark(source)]))


def note_answer(connection: Connection, source: str) -> None:
    """`source` could be read."""
    if recall(connection, _name(source)):
        remember(connection, _name(source), "")


def _mark(source: SourceSettings) -> str:
    """Tells one state of the settings, secrets included, from another; too short to try out guesses of a secret."""
    secrets = {name: value.reveal() for name, value in source if isinstance(value, Secret)}
    told = source.model_dump_json(exclude=set(secrets)) + json.dumps(secrets)
    return hashlib.sha256(told.encode()).hexdigest()[:4]


def _name(source: str) -> str:
    return f"broken/{source}"
