"""From alerts to rows of the outbox: whom to tell in this round and why, one message for each reader.

What is owed to a reader is asked of the alerts and of the deliveries that there are, in every round anew; it is never
kept as a plan. So nothing is lost when a round is missed, and nothing is sent because of what held last night.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from alerts.ahead import Due
from alerts.decide import Holding, Hours, Policy, Reason, Told, decide, is_repeat_due, line_came
from alerts.deliveries import Identity, Past, Planned
from alerts.facts import Facts
from alerts.flapping import Flapping, has_lasted
from alerts.levels import Levels
from alerts.life import OPEN, QUIET_ENDS, Event, is_believed
from alerts.messages import Item, Message, Says
from alerts.notes import noted
from alerts.routing import People, Reader, Subject, Target, instead_of_group
from alerts.silences import Silence, silence_of
from alerts.store import Stored
from alerts.storms import Storm
from alerts.told import History
from alerts.urgent import LastWord
from alerts.writer import Note, Writer, worst_first
from config.settings import Language, Settings
from rules.rule import Repeat, Rule
from rules.titles import Reading
from rules.working_time import WorkingTime, calendar_of

OF_THEMSELVES = ("cleared", "office closed")
"""Ends of what nobody did anything about."""
TOLD_AS_OUTAGE = frozenset({"source-stale"})
"""Rules whose alerts `alerts.outages` tells of, with what is wrong and who mends it: nobody is told twice."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one alert and one reader."""

    fingerprint: str
    reader: str
    """A person's key; a group's channel."""
    reason: Reason
    silence: Silence | None = None
    """The one that hides it."""

    @property
    def identity(self) -> Identity:
        """Who is told, whatever channel serves."""
        return (self.reader, "") if self.reader.startswith("person/") else ("", self.reader)


@dataclass(frozen=True)
class Planner:
    """Decides and composes. `alerts` are the alerts as this round leaves them."""

    settings: Settings
    people: People
    rules: Mapping[str, Rule]
    writer: Writer
    alerts: Mapping[str, Stored]
    past: Mapping[str, Sequence[Past]]
    looked_before: Mapping[tuple[str, str], datetime]
    """When a rule last looked at a source, before this round; by (rule, source)."""
    silences: Sequence[Silence] = ()
    """Those in force."""
    wrote: Mapping[str, LastWord] = field(default_factory=dict)
    """What the client of what is urgent wrote last, by alert."""
    flapping: Mapping[str, Flapping] = field(default_factory=dict)
    """Those that open and close again and again."""
    storms: Mapping[str, Storm] = field(default_factory=dict)
    """Very many new ones at once, by source."""
    due_this_week: Mapping[str, Sequence[Due]] = field(default_factory=dict)
    """What clients were promised for the rest of the week, by the keys of all BD managers."""
    any_hour: bool = False
    """For a preview: as if everybody were at work and had had no morning line yet."""

    def rising(self) -> list[Event]:
        """Open alerts that nobody took in time and that go up now; nothing does while it is not told."""
        open_ = (alert for alert in self.alerts.values() if self._is_open(alert) and self.silence(alert) is None)
        told = (alert for alert in open_ if alert.urgent or not self.is_stale(alert))
        rising = (self.levels.rising(alert, self._subject(alert)) for alert in told)
        return [event for event in rising if event is not None]

    def news(self) -> tuple[list[Decision], list[Planned]]:
        """What is told of open alerts: one message for each reader. That one went up, `alerts.risen` tells."""
        decisions, owed = [], defaultdict[Identity, list[tuple[Item, Target, Reason]]](list)
        for key, alert in self.alerts.items():
            if not self._is_open(alert):
                continue
            item = self.item(alert)
            for target in self.readers(alert):
                reason = self.decide(alert, target.reader, target.identity)
                silence = self.silence(alert) if reason is Reason.SILENCED else None
                decisions.append(Decision(key, target.reader.key or target.channels[0], reason, silence))
                if reason.tells and reason is not Reason.RISEN:
                    storm = self.writer.freshness[item.source].label if self.in_storm(alert) else ""
                    told = noted(target, alert, reason, self.people, self.flapping, storm)
                    owed[target.identity].append((item, told, reason))
        return decisions, [self._planned_news(told) for told in owed.values()]

    def item(self, alert: Stored) -> Item:
        """The alert as messages need it."""
        rule = self.rules[alert.known.rule]
        zone, today = self.writer.zone, self.writer.today

        def says(language: Language, facts: Facts) -> Says:
            return said_by(rule, facts, Reading(language, zone, today))

        return Item(
            fingerprint=alert.known.fingerprint,
            on=rule.view.name,
            rule=rule.id,
            source=alert.known.source,
            client=alert.client,
            severity=alert.known.life.severity,
            facts=Facts(alert.facts),
            since=alert.known.life.since,
            says=says,
            ending=alert.ending,
            episode=alert.known.life.episode,
            hands=alert.known.life.hands,
        )

    def is_stale(self, alert: Stored) -> bool:
        """Whether what we know of the alert may be over."""
        return not is_believed(alert.known.source, self.writer.freshness)

    def in_storm(self, alert: Stored) -> bool:
        """Whether it came with very many others of its source."""
        storm = self.storms.get(alert.known.source)
        return storm is not None and storm.holds(alert)

    def silence(self, alert: Stored) -> Silence | None:
        """The silence that hides it."""
        known = alert.known
        return silence_of(
            self.silences,
            rule=known.rule,
            client=alert.client,
            source=known.source,
            subject=alert.subject,
            urgent_since=alert.urgent_since,
        )

    def is_working_time(self, calendar: str) -> bool:
        """Whether those of that calendar are at work."""
        known = calendar_of(self.writer.calendars, calendar)
        return self.any_hour or known.is_working(self.writer.now)

    def readers(self, alert: Stored) -> list[Target]:
        """Who is told of it in this round, if there is a reason to."""
        return self.levels.readers(alert, self._subject(alert))

    def _subject(self, alert: Stored) -> Subject:
        rule = self.rules[alert.known.rule]
        severity = alert.known.life.severity
        return Subject(rule.id, rule.view.name, severity, alert.known.source, alert.client, Facts(alert.facts))

    def decide(self, alert: Stored, reader: Reader, identity: Identity) -> Reason:
        """Whether that reader is told of it now, and why, or why not."""
        life, rule = alert.known.life, self.rules[alert.known.rule]
        wrote = self.wrote.get(alert.known.fingerprint)
        holding = Holding(
            state=life.state,
            adopted=life.adopted,
            stale=self.is_stale(alert),
            quiet_end=life.resolve_reason in QUIET_ENDS or self._ends_quietly(alert, identity),
            worse_at=life.worse_at,
            silenced=self.silence(alert) is not None,
            held_at=life.held_at,
            by_reader=reader.key == f"person/{life.held_by}",
            handed_at=life.handed_at,
            again_at=life.again_at,
            risen_at=life.escalated_at,
            risen_to_reader=reader.key in [f"person/{name}" for name in life.raised_to[-1:]],
            wrote_at=wrote.known_at if wrote else None,
            flutters=self._flutters(alert),
        )
        policy = Policy.of(rule.view.name, life.severity, urgent=alert.urgent)
        told = self._told(alert, reader, identity, rule.repeat)
        return decide(holding, told, policy, self._hours(reader, self._owed_from(alert)))

    def _flutters(self, alert: Stored) -> bool:
        """It is told no more until it has lasted."""
        found, calendar = self.flapping.get(alert.known.fingerprint), self.writer.calendars["default"]
        if found is None or found.is_news:
            return False
        return not has_lasted(alert.known.life.since, self.writer.now, calendar)

    def _ends_quietly(self, alert: Stored, identity: Identity) -> bool:
        """Nothing was done about it: what never was more than to be known has passed, or the same reader is told of
        another alert that goes on about the same."""
        life = alert.known.life
        if life.worst == "info":
            return life.resolve_reason in OF_THEMSELVES
        return life.resolve_reason == "cleared" and identity in self._told_of.get(alert.subject, ())

    @cached_property
    def _told_of(self) -> Mapping[str, set[Identity]]:
        """By subject: who was told, or is in this round, of open alerts on it that somebody must see to."""
        told = defaultdict[str, set[Identity]](set)
        for key, alert in self.alerts.items():
            if self._is_open(alert) and alert.known.life.severity != "info":
                told[alert.subject] |= self.history.told_by(key).keys()
                readers = self.readers(alert) if alert.known.life.adopted else ()
                told[alert.subject] |= {target.identity for target in readers}
        return told

    def _is_open(self, alert: Stored) -> bool:
        """Whether readers are told of it as long as it holds."""
        is_told = alert.known.rule in self.rules and alert.known.rule not in TOLD_AS_OUTAGE
        return is_told and alert.known.life.state in OPEN

    def _owed_from(self, alert: Stored) -> datetime | None:
        """When the alert could be known at the earliest: since the look before the one at which it fired, or again."""
        fired_at = alert.known.life.again_at or alert.known.life.since
        if fired_at != self.writer.now:
            return fired_at
        return self.looked_before.get((alert.known.rule, alert.known.source))

    def _hours(self, reader: Reader, owed_from: datetime | None) -> Hours:
        if self.any_hour:
            return Hours(working=True, line_came=True)
        calendar, now = self._calendar(reader), self.writer.now
        return Hours(calendar.is_working(now), line_came(calendar, owed_from, now))

    def _calendar(self, reader: Reader) -> WorkingTime:
        return calendar_of(self.writer.calendars, reader.calendar)

    def _told(self, alert: Stored, reader: Reader, identity: Identity, repeat: Repeat | None) -> Told | None:
        news = self.history.news(alert, identity)
        if not news:
            return None
        heard_at = max(news if alert.urgent else [*news, *self.history.arrivals(alert, identity)])
        return Told(
            at=max(news),
            ended=self.history.is_end_told(alert, identity),
            reached=identity in self.history.told_by(alert.known.fingerprint),
            repeat_due=not self.history.is_on_its_way(alert, identity)
            and is_repeat_due(repeat, heard_at, self.writer.now, self._calendar(reader), urgent=alert.urgent),
        )

    @cached_property
    def history(self) -> History:
        """Who was told what of them."""
        return History(self.alerts, self.past)

    @cached_property
    def levels(self) -> Levels:
        """Who is told of each of them, and to whom it goes next."""
        return Levels(self.settings, self.people, self.past, self.writer.calendars, self.writer.now)

    def reader(self, identity: Identity) -> Reader | None:
        """Who that is; None: nobody whom we know any more."""
        return self.people.reader(identity[0]) if identity[0] else self.people.group()

    def _episode(self, fingerprint: str) -> int:
        return self.alerts[fingerprint].known.life.episode

    def _planned_news(self, owed: Sequence[tuple[Item, Target, Reason]]) -> Planned:
        """One message for one reader, by the channels of the worst alert in it."""
        items = [item for item, _, _ in owed]
        notes = {item.fingerprint: (target.note, target.note_name) for item, target, _ in owed}
        worst = worst_first(items)[0]
        target = next(target for item, target, _ in owed if item is worst)
        told = {item.fingerprint: (self._episode(item.fingerprint), str(reason)) for item, _, reason in owed}
        kind, message = self._news(items, target.reader, notes)
        alone = [item for item, target, _ in owed if target.alone]
        instead = self._instead_of_group(alone, target.channels[0]) if alone else None
        channel, *others = target.channels
        return Planned(kind, channel, target.reader, message, told, tuple(others), target.refused, instead=instead)

    def _instead_of_group(self, items: Sequence[Item], channel: str) -> Planned | None:
        """What the coordinator is told of `items` if the group of `channel`, who alone are to hear, cannot be."""
        target = instead_of_group(self.settings, self.people, channel)
        if target is None:
            return None
        notes = {item.fingerprint: (target.note, target.note_name) for item in items}
        kind, message = self._news(items, target.reader, notes)
        return Planned(kind, target.channels[0], target.reader, message, {}, target.channels[1:])

    def _news(self, items: Sequence[Item], reader: Reader, notes: Mapping[str, Note]) -> tuple[str, Message]:
        """The message about `items`, and its kind."""
        if len(items) == 1:
            alert = self.alerts[items[0].fingerprint]
            rise = self.levels.next(alert, self._subject(alert))
            return "alert", self.writer.one(items[0], reader, notes[items[0].fingerprint], rise)
        return "daily", self.writer.many(items, reader, notes, self.due_this_week.get(reader.key))


def said_by(rule: Rule, facts: Facts, reading: Reading) -> Says:
    """What `rule` says of a finding with these `facts`."""
    known, unnamed = facts.values, facts.but(client_names=None).values
    return Says(rule.title(known, reading), rule.title(unnamed, reading), rule.reason(known, reading))
