"""What is urgent: who is on duty for it, and when its client wrote last. It waits for nothing, at no hour."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from alerts.life import OPEN
from alerts.routing import People, Subject, Target, targets_of
from alerts.store import Stored
from config.settings import Settings
from unify.derived import COMMENT, FEEDBACK, REFERENCE


def on_duty(settings: Settings, people: People, subject: Subject, channels: tuple[str, ...]) -> Iterator[Target]:
    """Whom `on_duty` names; else the client's BD manager, the coordinator and the owner, or who stands in for them."""
    for who in settings.on_duty or ("bd", "coordinator", "owner"):
        for target in targets_of(settings, people, subject, channels[0], who):
            yield people.covered(replace(target, channels=channels))


def last_words(connection: Connection, alerts: Mapping[str, Stored]) -> dict[str, datetime]:
    """When the client wrote last, by alert: of what is urgent and open. There is little of it."""
    found: dict[str, datetime] = {}
    for key, alert in alerts.items():
        if alert.urgent and alert.known.life.state in OPEN:
            written = _last_word(connection, alert.subject)
            found |= {key: written} if written else {}
    return found


def _last_word(connection: Connection, feedback: str) -> datetime | None:
    """As the tool notes it, or by the client's comments on the feedback and on the item that it also is."""
    chosen = select(FEEDBACK.c.last_received_at, FEEDBACK.c.item_key).where(FEEDBACK.c.key == feedback)
    noted, item = connection.execute(chosen).first() or (None, None)
    places = [key for key in (feedback, item) if key]
    among = select(REFERENCE.c.from_key).where(REFERENCE.c.to_key.in_(places))
    theirs = (COMMENT.c.side == "client") & COMMENT.c.deleted_at.is_(None)
    newest = select(func.max(COMMENT.c.created_at)).where(
        theirs, or_(COMMENT.c.on_key.in_(places), COMMENT.c.key.in_(among))
    )
    written = [at for at in (noted, connection.scalar(newest)) if at is not None]
    return max(written, default=None)
