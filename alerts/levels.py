"""Who is told of an alert in a round: those its route names, those on duty for what is urgent, and those it went up to
because nobody took it.

What nobody takes goes to the next level (`alerts.escalation`). Only of what BD managers are told: what is for owner and
coordinator alone, or about the hub itself, stays with them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.deliveries import NEWS, Past
from alerts.escalation import Rise, Untaken, next_rise
from alerts.life import Cause, Event, in_place
from alerts.routing import People, Subject, Target, instead_of_group, route
from alerts.store import Stored
from alerts.urgent import on_duty
from config.settings import Settings
from rules.working_time import WorkingTime, calendar_of


@dataclass(frozen=True, slots=True)
class Levels:
    """Of a round at `now`. `past` is what was told of each alert in its episode, by fingerprint."""

    settings: Settings
    people: People
    past: Mapping[str, Sequence[Past]]
    calendars: Mapping[str, WorkingTime]
    now: datetime

    def readers(self, alert: Stored, subject: Subject) -> list[Target]:
        """Each once; those it went up to last, with a word of who did not take it."""
        found = route(self.settings, self.people, subject)
        channels = next((target.channels for target in found if target.reader.key), None) or self._channels()
        if alert.urgent and channels:
            known = {target.identity for target in found}
            duty = {target.identity: target for target in on_duty(self.settings, self.people, subject, channels)}
            found += [target for identity, target in duty.items() if identity not in known]
        for name in alert.known.life.raised_to:
            reader, below = self.people.reader(name), _name(found[-1]) if found else ""
            if reader is not None and channels:
                target = self.people.covered(Target(reader, channels, "escalated", below))
                found += [target] if target.identity not in {known.identity for known in found} else []
        return found

    def next(self, alert: Stored, subject: Subject) -> Rise | None:
        """Where it goes if nobody takes it, and when; as if told now, where it was not yet."""
        life, told = alert.known.life, self.past.get(alert.known.fingerprint, ())
        if life.state != "firing" or not life.adopted or not subject.bd_is_told:
            return None
        targets = self.readers(alert, subject)
        if not targets:
            return None
        first_told = min((past.first_at for past in told if past.kind in NEWS), default=self.now)
        since = max(at for at in (first_told, life.worse_at, life.again_at, life.escalated_at, life.handed_at) if at)
        holder = targets[-1] if life.level else targets[0]
        calendar = calendar_of(self.calendars, holder.reader.calendar)
        knew = {past.identity[0] for past in told}.difference(life.left)  # that it was theirs is no level
        known = knew | {target.reader.key for target in targets}
        names = {key.removeprefix("person/") for key in known}
        untaken = Untaken(life.severity, alert.urgent, life.level, since, calendar, names)
        return next_rise(untaken, self.settings.people, self.calendars, self.now)

    def rising(self, alert: Stored, subject: Subject) -> Event | None:
        """The event by which it goes up now; None: it does not. Nothing goes up that nobody was told of."""
        if not any(past.kind in NEWS for past in self.past.get(alert.known.fingerprint, ())):
            return None
        rise = self.next(alert, subject)
        if rise is None or rise.at > self.now:
            return None
        return in_place(alert.known, Cause.ESCALATED, rise.to, self.now)

    def _channels(self) -> tuple[str, ...]:
        """Those that reach persons, where a route names a group alone."""
        target = instead_of_group(self.settings, self.people, "")
        return target.channels if target else ()


def _name(target: Target) -> str:
    return target.reader.name or target.channels[0]
