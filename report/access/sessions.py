"""Sessions: who signed in, since when, and whether that still holds.

A session lives in its cookie. What ends it before its time is in the database: one instant per account (`users
sign-out`, another password), and the ids of those that somebody signed out of.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from report.access.accounts import sessions_since
from unify.hub_state import forget, recall, recall_all, remember

IDLE = timedelta(hours=24)
"""Who comes back later than this signs in again."""
LONGEST = timedelta(days=7)
"""As does whoever never left, after a week."""
RENEW = timedelta(minutes=10)
"""A cookie that was written before that is written anew, so that the day counts from the last look."""

_ENDED = "ended_session"


@dataclass(frozen=True, slots=True)
class Session:
    """`name` is the account's; `id` is made at sign-in, never taken from a browser."""

    id: str
    name: str
    began: datetime
    seen: datetime

    @classmethod
    def begin(cls, name: str, now: datetime) -> "Session":
        """A new one."""
        return cls(secrets.token_urlsafe(18), name, now, now)

    @classmethod
    def read(cls, told: Any, now: datetime) -> "Session | None":
        """From its cookie; None for none, or one that has ended by itself."""
        match told:
            case [str(id_), str(name), int(began), int(seen)]:
                one = cls(id_, name, _instant(began), _instant(seen))
                return one if now - one.seen < IDLE and now < one.ends else None
        return None

    def seen_at(self, now: datetime) -> "Session":
        """The same, its reader having been here just now."""
        return replace(self, seen=now)

    @property
    def ends(self) -> datetime:
        """When it ends whatever happens."""
        return self.began + LONGEST

    @property
    def told(self) -> list[str | int]:
        """What its cookie holds."""
        return [self.id, self.name, _number(self.began), _number(self.seen)]


def holds(connection: Connection, session: Session) -> bool:
    """Whether nothing ended it before its time."""
    since = sessions_since(connection, session.name)
    return since is not None and session.began >= since and recall(connection, f"{_ENDED}/{session.id}") is None


def end(connection: Connection, session: Session, now: datetime) -> None:
    """Its cookie is good no more, whoever has a copy. Those that would have ended by themselves are let go of."""
    for id_, ends in recall_all(connection, _ENDED).items():
        if datetime.fromisoformat(ends) <= now:
            forget(connection, f"{_ENDED}/{id_}")
    remember(connection, f"{_ENDED}/{session.id}", session.ends.isoformat())


def _number(at: datetime) -> int:
    """Microseconds, as fine as an account's instant: who signs in just after a new password stays signed in."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _instant(number: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number)
