"""How much of a rehearsal would have been noise: told again, over by itself within a day, or nobody acted on it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection, select

from alerts.decide import Reason
from alerts.deliveries import NEWS, Planned
from alerts.flapping import has_lasted
from alerts.life import OURSELVES, QUIET_ENDS
from alerts.messages import TEXTS, Entry, Line, Message
from alerts.outbox import DELIVERY, DELIVERY_ALERT
from alerts.planning import OF_THEMSELVES, Planner
from alerts.routing import Reader, coordinator_only
from alerts.store import ALERT, ALERT_EVENT
from rules.working_time import WorkingTime
from unify.hub_state import recall, remember

_TOLD = "rehearsal"
_SHOWN = 3
"""Rules, and as many readers: those with most of it."""


@dataclass(frozen=True, slots=True)
class Telling:
    """That somebody would have been told of one alert."""

    rule: str
    reader: str
    reason: str
    at: datetime
    ended_at: datetime | None = None
    by_itself: bool = False
    """Nobody did anything about it: it ended so, or has not ended."""


def noise(telling: Telling, now: datetime, calendar: WorkingTime) -> str:
    """Why it would have been: repeated, over, idle; "" where it was worth telling, or it is too early to say."""
    if telling.reason == Reason.REPEAT:
        return "repeated"
    ended = telling.ended_at
    if telling.by_itself and ended is not None and not has_lasted(telling.at, ended, calendar):
        return "over"
    return "idle" if telling.by_itself and has_lasted(telling.at, now, calendar) else ""


def tell_noise(connection: Connection, planner: Planner) -> list[Planned]:
    """What the coordinator reads once the rehearsal is over, once, in their working time."""
    settings, writer = planner.settings, planner.writer
    until = settings.rehearsal_until
    if until is None or settings.is_rehearsal(writer.now) or not settings.routes:
        return []
    told_of, _, told_at = (recall(connection, _TOLD) or "").partition(" ")
    target = coordinator_only(settings, planner.people)
    if told_of == until.isoformat() or not planner.is_working_time(target.reader.calendar):
        return []
    remember(connection, _TOLD, f"{until.isoformat()} {writer.now.astimezone(UTC).isoformat()}")
    tellings = list(_tellings(connection, datetime.fromisoformat(told_at) if told_at else None))
    if not tellings:
        return []
    calendar = writer.calendars["default"]
    message = _message(target.reader, [(one, noise(one, writer.now, calendar)) for one in tellings])
    return [Planned("rehearsed", target.channels[0], target.reader, message, {}, target.channels[1:])]


def _tellings(connection: Connection, after: datetime | None) -> Iterator[Telling]:
    """Those of the rehearsal that began after the last one was told of."""
    joined = DELIVERY.join(DELIVERY_ALERT, DELIVERY_ALERT.c.delivery_id == DELIVERY.c.id)
    joined = joined.join(ALERT, ALERT.c.fingerprint == DELIVERY_ALERT.c.fingerprint)
    reader = DELIVERY.c.payload["reader"]["name"].as_string()
    columns = (ALERT.c.rule, reader, DELIVERY.c.channel, DELIVERY_ALERT.c.reason, DELIVERY.c.created_at)
    chosen = select(*columns, DELIVERY_ALERT.c.fingerprint, DELIVERY_ALERT.c.episode).select_from(joined)
    chosen = chosen.where(DELIVERY.c.state == "rehearsed", DELIVERY.c.kind.in_(NEWS)).order_by(DELIVERY.c.id)
    rows = connection.execute(chosen if after is None else chosen.where(DELIVERY.c.created_at > after)).all()
    fates = _fates(connection, {row.fingerprint for row in rows})
    for rule, name, channel, reason, at, fingerprint, episode in rows:
        ended_at, acted = fates[fingerprint, episode]
        yield Telling(rule, name or channel, reason, at, ended_at, by_itself=not acted)


def _fates(connection: Connection, alerts: set[str]) -> Mapping[tuple[str, int], tuple[datetime | None, bool]]:
    """When each episode of `alerts` ended, and whether somebody did anything about it."""
    found: dict[tuple[str, int], tuple[datetime | None, bool]] = defaultdict(lambda: (None, False))
    for key in sorted(alerts):
        events = select(ALERT_EVENT).where(ALERT_EVENT.c.fingerprint == key).order_by(ALERT_EVENT.c.id)
        for event in connection.execute(events):
            over = event.to_state == "resolved"
            ended_at, acted = found[key, event.episode]
            did = event.reason not in (*OF_THEMSELVES, *QUIET_ENDS) if over else event.actor != OURSELVES
            found[key, event.episode] = (event.at if over else ended_at, acted or did)
    return found


def _message(reader: Reader, judged: Sequence[tuple[Telling, str]]) -> Message:
    say = partial(TEXTS.say, reader.language)
    counts = Counter(why for _, why in judged if why)
    title = say("rehearsal.title", noise=counts.total(), count=len(judged))
    lines = [say("rehearsal.counts", **{why: counts[why] for why in ("over", "idle", "repeated")})]
    for key in ("rule", "reader"):
        told = Counter(getattr(telling, key) for telling, _ in judged)
        idle = Counter(getattr(telling, key) for telling, why in judged if why)
        lines += [
            say("rehearsal.of", what=what, noise=idle[what], count=told[what]) for what, _ in idle.most_common(_SHOWN)
        ]
    entry = Entry("", tuple(map(Line, lines)))
    return Message(reader.language, title, (entry,), (Line(say("rehearsal.next")),)).fitted()
