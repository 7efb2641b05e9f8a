"""What is urgent: when it becomes so, who is on duty for it, what its client wrote last. It never waits, at no hour."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from alerts.life import OPEN, OURSELVES, Cause, Event, adoption, in_place
from alerts.routing import People, Subject, Target, targets_of
from alerts.store import Stored, is_urgent
from config.settings import Settings
from rules.evaluate import Finding
from unify.derived import COMMENT, FEEDBACK, REFERENCE
from unify.hub_state import forget, recall_all, remember

_WROTE = "wrote"
"""By alert: the stamp of the client's last message, and since when we know of it."""
_CLOCKS_DIFFER = timedelta(hours=1)
"""At most, by a tool's clock that is set: a stamp further ahead of ours says nothing."""


def became_urgent(alerts: Mapping[str, Stored], findings: Mapping[str, Finding], now: datetime) -> Iterator[Event]:
    """What was open before and is urgent from now on has become worse, whatever its severity says; and what was bad
    before we came is told from then on."""
    for key, finding in findings.items():
        alert, life = alerts[key], alerts[key].known.life
        if life.state not in OPEN or life.since == now or alert.urgent or not is_urgent(finding):
            continue
        if not life.adopted:
            yield adoption(alert.known, now, OURSELVES)
        if life.worse_at != now:
            yield in_place(alert.known, Cause.WORSE, "", now)


def on_duty(settings: Settings, people: People, subject: Subject, channels: tuple[str, ...]) -> Iterator[Target]:
    """Whom `on_duty` names; else the client's BD manager, the coordinator and the owner, or who stands in for them."""
    for who in settings.on_duty or ("bd", "coordinator", "owner"):
        for target in targets_of(settings, people, subject, channels[0], who):
            yield people.covered(replace(target, channels=channels))


@dataclass(frozen=True, slots=True)
class LastWord:
    """The last message of a client."""

    stamp: datetime
    """When they wrote it, as the tool says."""
    known_at: datetime
    """Since when we know of it; of the first one that we saw, since it was written."""


def last_words(connection: Connection, alerts: Mapping[str, Stored], now: datetime) -> dict[str, LastWord]:
    """What the client wrote last, by alert: of what is urgent and open. There is little of it.

    What is new is told by what we knew before, not by the stamp alone: a message may be read long after it was written
    and another one was told, and a tool's clock may go before ours.
    """
    kept = recall_all(connection, _WROTE)
    found: dict[str, LastWord] = {}
    for key, alert in alerts.items():
        if alert.urgent and alert.known.life.state in OPEN:
            stamp = _last_word(connection, alert.subject, now + _CLOCKS_DIFFER)
            found |= {key: _word(kept.get(key), stamp, now)} if stamp else {}
    return found


def note_words(connection: Connection, words: Mapping[str, LastWord]) -> None:
    """Keep `words` for the rounds to come, in place of all that were kept."""
    told = {key: f"{word.stamp.isoformat()} {word.known_at.isoformat()}" for key, word in words.items()}
    kept = recall_all(connection, _WROTE)
    for key in kept.keys() - told.keys():
        forget(connection, f"{_WROTE}/{key}")
    for key, value in told.items():
        if kept.get(key) != value:
            remember(connection, f"{_WROTE}/{key}", value)


def _word(kept: str | None, stamp: datetime, now: datetime) -> LastWord:
    if kept is None:
        return LastWord(stamp, min(stamp, now))
    before, known_at = map(datetime.fromisoformat, kept.split())
    return LastWord(stamp, now if stamp > before else known_at)


def _last_word(connection: Connection, feedback: str, latest: datetime) -> datetime | None:
    """When the client wrote, `latest` at the latest: as the tool notes it, or by their comments on the feedback and on
    the item that it also is."""
    chosen = select(FEEDBACK.c.last_received_at, FEEDBACK.c.item_key).where(FEEDBACK.c.key == feedback)
    noted, item = connection.execute(chosen).first() or (None, None)
    places = [key for key in (feedback, item) if key]
    among = select(REFERENCE.c.from_key).where(REFERENCE.c.to_key.in_(places))
    theirs = (COMMENT.c.side == "client") & COMMENT.c.deleted_at.is_(None) & (COMMENT.c.created_at <= latest)
    newest = select(func.max(COMMENT.c.created_at)).where(
        theirs, or_(COMMENT.c.on_key.in_(places), COMMENT.c.key.in_(among))
    )
    written = [at for at in (noted, connection.scalar(newest)) if at is not None and at <= latest]
    return max(written, default=None)
