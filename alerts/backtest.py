"""Who would have been told how often, had a rule been on all along: the back-test's alerts, by routes and calendars.

One message for each reader and round, as ever; the rounds are the back-test's ticks. What fired at the first of them is
taken to have been told before. Other rules are left out: what they tell in the same round would be in the same message.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from alerts.channels.kinds import edits
from alerts.decide import Holding, Hours, Policy, Reason, Told, decide, is_repeat_due, line_came, next_morning
from alerts.facts import Facts
from alerts.routing import People, Subject, Target, route
from config.settings import SEVERITIES, Settings
from rules.backtest import TOLD_BY, Backtest, Budget, Raised, Stage
from rules.rule import Repeat, Rule
from rules.working_time import WorkingTime

Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """What one reader would have had: a person, or the group of a channel (`key` "")."""

    key: str
    name: str
    messages: int
    ends: int
    """Messages that something is over, beside these. What was only to be known ends without one, as a rule."""
    on_days_off: int
    """Of all these, those on a day off of theirs."""


def heard(tried: Backtest, settings: Settings, people: People, budget: Budget) -> list[Heard]:
    """What every reader would have had, whoever has most first. Raises TooSlow."""
    instants = [moment.now for moment in tried.ticks]
    calendars = tried.ticks[-1].calendars
    rounds = {name: _Rounds(instants, calendar, tried.rule.repeat) for name, calendar in calendars.items()}
    news, ends = defaultdict[Identity, set[int]](set), defaultdict[Identity, set[int]](set)
    readers: dict[Identity, Target] = {}
    targets = _Targets(tried.rule, settings, people)
    for raised, again in _with_next(tried.raised):
        budget.left()
        spans = _spans(raised, len(instants), targets.of)
        for identity, target in {key: one for span in spans for key, one in span.targets.items()}.items():
            readers.setdefault(identity, target)
            own = rounds.get(target.reader.calendar, rounds["default"])
            before = raised.begins if raised.begins == 0 and identity in spans[0].targets else None
            told = list(_news(tried.rule, spans, identity, own, before))
            news[identity].update(told)
            was_told = bool(told) or before is not None
            if was_told and not edits(settings.channels.get(target.channels[0])):
                ends[identity].update(_end(raised, again, own))
    found = [
        _heard(target, rounds.get(target.reader.calendar, rounds["default"]), news[identity], ends[identity])
        for identity, target in readers.items()
    ]
    return sorted((one for one in found if one.messages or one.ends), key=lambda one: (-one.messages, one.name))


def _with_next(raised: Sequence[Raised]) -> Iterator[tuple[Raised, int | None]]:
    """Each alert, and the tick at which its subject's next one fires; None: there is none."""
    following: dict[str, int] = {}
    for one in reversed(raised):
        yield one, following.get(one.subject)
        following[one.subject] = one.begins


def _heard(target: Target, rounds: "_Rounds", news: set[int], ends: set[int]) -> Heard:
    off = sum(rounds.is_day_off(tick) for ticks in (news, ends) for tick in ticks)
    reader = target.reader
    return Heard(reader.key, reader.name or target.channels[0], len(news), len(ends), off)


@dataclass(frozen=True)
class _Rounds:
    """The ticks, as whoever goes by that calendar lives through them."""

    now: Sequence[datetime]
    calendar: WorkingTime
    repeat: Repeat | None
    _again: dict[Policy, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    @cached_property
    def working(self) -> Sequence[bool]:
        """Whether they are at work, by tick."""
        return [self.calendar.is_working(now) for now in self.now]

    def next_working(self, tick: int) -> int:
        """The first tick from that one on at which they are at work; beyond the last where there is none."""
        return next((at for at in range(tick, len(self.now)) if self.working[at]), len(self.now))

    def line_after(self, owed_from: datetime) -> int:
        """The first tick once a working day has begun after that instant."""
        return bisect_left(self.now, next_morning(self.calendar, owed_from))

    def again(self, told: int, policy: Policy) -> int:
        """The tick at which what was told then is told again, as long as it grows no worse: the same for all alerts."""
        known = self._again[policy]
        if told not in known:
            known[told] = self.first(told + 1, policy, told)
        return known[told]

    def first(
        self, tick: int, policy: Policy, told: int | None, worse_at: datetime | None = None, begins: int = 0
    ) -> int:
        """The first tick from that one on at which a reader is told of an alert that fires since `begins`, and of
        which they were `told` last then; beyond the last where there is none. Only those are asked at which the answer
        can be another."""
        while tick < len(self.now):
            # As in a round: what this very round found is owed since the one before.
            owed_from = self.now[tick - 1 if tick == begins and tick else begins]
            reason = self._decide(tick, policy, told, worse_at, owed_from)
            if reason.tells:
                return tick
            if told is not None and reason is Reason.TOLD:
                tick = max(tick + 1, self._repeat_after(told))
            elif reason is Reason.WAITS_FOR_LINE:
                tick = max(tick + 1, self.line_after(owed_from))
            else:
                tick = self.next_working(tick + 1)
        return tick

    def _repeat_after(self, told: int) -> int:
        """The first tick at which a repeat of what was told then is due."""
        at = self.now[told]
        return bisect_left(self.now, True, lo=told, key=lambda now: is_repeat_due(self.repeat, at, now, self.calendar))

    def _decide(
        self, tick: int, policy: Policy, told: int | None, worse_at: datetime | None, owed_from: datetime
    ) -> Reason:
        now, past = self.now[tick], None
        if told is not None:
            at = self.now[told]
            past = Told(at, repeat_due=is_repeat_due(self.repeat, at, now, self.calendar))
        hours = Hours(self.working[tick], line_came(self.calendar, owed_from, now))
        return decide(Holding("firing", worse_at=worse_at), past, policy, hours)

    def is_day_off(self, tick: int) -> bool:
        """Whether it falls on a day on which they do not work."""
        return not self.calendar.is_working_day(self.now[tick].astimezone(self.calendar.zone).date())


@dataclass(frozen=True, slots=True)
class _Span:
    """A stage of an alert up to the tick `ends`, and whom the routes name for it."""

    stage: Stage
    ends: int
    targets: Mapping[Identity, Target]
    worse: bool
    """It is more severe than the stage before."""


def _spans(raised: Raised, ticks: int, targets: Callable[[Stage], Mapping[Identity, Target]]) -> Sequence[_Span]:
    stages = raised.stages
    ends = [*(stage.tick for stage in stages[1:]), ticks if raised.ends is None else raised.ends]
    before = [stages[0], *stages]
    return [
        _Span(stage, end, targets(stage), SEVERITIES.index(stage.severity) > SEVERITIES.index(last.severity))
        for stage, end, last in zip(stages, ends, before, strict=False)
    ]


class _Targets:
    """Whom the routes name; for all stages with the same facts asked once."""

    def __init__(self, rule: Rule, settings: Settings, people: People) -> None:
        self._rule, self._settings, self._people = rule, settings, people
        self._known: dict[tuple[Any, ...], Mapping[Identity, Target]] = {}

    def of(self, stage: Stage) -> Mapping[Identity, Target]:
        """Those who may be told of that stage."""
        asked = (stage.severity, *(stage.facts.get(name) for name in TOLD_BY))
        if asked not in self._known:
            facts, rule = Facts(stage.facts), self._rule
            client = facts.text("client").removeprefix("client/")
            subject = Subject(rule.id, rule.view.name, stage.severity, facts.text("source"), client, facts)
            found = route(self._settings, self._people, subject)
            self._known[asked] = {target.identity: target for target in found if not target.refused}
        return self._known[asked]


def _news(rule: Rule, spans: Sequence[_Span], identity: Identity, rounds: _Rounds, told: int | None) -> Iterator[int]:
    """The ticks at which the reader is told of an alert; `told`: when they were before."""
    begins = spans[0].stage.tick
    worse_at = None
    for span in spans:
        stage = span.stage
        worse_at = rounds.now[stage.tick] if span.worse else worse_at
        if identity not in span.targets:
            continue
        policy = Policy.of(rule.view.name, stage.severity, urgent=Facts(stage.facts).is_true("urgent"))
        tick = rounds.first(stage.tick, policy, told, worse_at, begins)
        while tick < span.ends:
            yield tick
            told, tick = tick, rounds.again(tick, policy)


def _end(raised: Raised, again: int | None, rounds: _Rounds) -> set[int]:
    """When those who were told of an alert are told that it is over; empty: they are not, or not yet. No round tells
    it that finds the alert firing `again`."""
    worst = max((stage.severity for stage in raised.stages), key=SEVERITIES.index)
    if raised.ends is None or worst == "info":
        return set()
    tick = rounds.next_working(raised.ends)
    return {tick} if tick < (len(rounds.now) if again is None else again) else set()
