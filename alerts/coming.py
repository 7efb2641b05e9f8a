"""What is owed to somebody and not told yet: to whom, and when it goes out. A silence has a reason that can be read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from alerts.decide import Reason, next_morning
from alerts.deliveries import read_past
from alerts.first_look import looked_before
from alerts.flapping import read_flapping
from alerts.planning import Planner
from alerts.routing import read_people
from alerts.silences import Silence, read_silences
from alerts.store import read_alerts
from alerts.urgent import last_words
from alerts.writer import Writer
from config.settings import Settings
from rules.rule import Rule
from rules.working_time import WorkingTime
from unify.freshness import Freshness

_SETTLED = (Reason.TOLD, Reason.NEVER_TOLD, Reason.END_TOLD, Reason.TAKEN, Reason.SNOOZED)


@dataclass(frozen=True, slots=True)
class Coming:
    """What one reader is to be told of one alert."""

    fingerprint: str
    to: str
    """Their name; a group's channel."""
    reason: Reason
    """Why it is not told now; one that `tells` where the next round does."""
    at: datetime | None
    """When it goes out, if nothing changes until then; None: not as things stand."""
    silence: Silence | None = None
    """The one that hides it."""


def coming(
    connection: Connection,
    settings: Settings,
    rules: Sequence[Rule],
    freshness: Mapping[str, Freshness],
    calendars: Mapping[str, WorkingTime],
    now: datetime,
) -> list[Coming]:
    """What open alerts owe to their readers, by the very decisions that the rounds to come will make."""
    alerts, known = read_alerts(connection, (), now), {rule.id: rule for rule in rules}
    planner = Planner(
        settings=settings,
        people=read_people(connection, settings, now),
        rules=known,
        writer=Writer(settings, freshness, calendars, now),
        alerts=alerts,
        past=read_past(connection, now, rehearsal=settings.is_rehearsal(now)),
        looked_before={pair: look.last_at for pair, look in looked_before(connection).items()},
        silences=read_silences(connection, now),
        wrote=last_words(connection, alerts, now),
        flapping=read_flapping(connection, alerts, known, calendars["default"]),
    )
    found: dict[tuple[str, str], Coming] = {}
    for moment in (now, *_openings(calendars, now)):
        decisions, _ = replace(planner, writer=replace(planner.writer, now=moment)).news()
        for decision in decisions:
            this = (decision.fingerprint, decision.reader)
            if moment == now and decision.reason not in _SETTLED:
                to = _name(settings, decision.reader)
                found[this] = Coming(decision.fingerprint, to, decision.reason, None, decision.silence)
            if this in found and found[this].at is None and decision.reason.tells:
                found[this] = replace(found[this], at=moment)
    return list(found.values())


def _openings(calendars: Mapping[str, WorkingTime], now: datetime) -> Iterator[datetime]:
    """When anybody's work begins next, after a pause or in the morning: decisions change with nothing else."""
    openings = {opening for one in calendars.values() for opening in (one.next_opening(now), next_morning(one, now))}
    yield from sorted(openings - {now})


def _name(settings: Settings, reader: str) -> str:
    person = settings.people.get(reader.removeprefix("person/"))
    return person.name if person else reader
