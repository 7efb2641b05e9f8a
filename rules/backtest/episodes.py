"""From answers to alerts: neighbouring times at which a rule held of a subject are one alert. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from rules.moment import Moment
from rules.rule import Rule

TOLD_BY = ("source", "client", "bd", "owner", "client_facing", "payment", "urgent")
"""The facts by which it is decided whom to tell, and when."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule said of a subject, of which it held from tick number `begins` up to `ends`, which is not in it."""

    subject: str
    begins: int
    ends: int
    severity: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """How severe an alert was from a tick on, and what was known then; it lasts as long as the same are told of it."""

    tick: int
    severity: str
    facts: Mapping[str, Any]

    def is_told_as(self, answer: Answer) -> bool:
        """Whether that answer is told to the same, as severe."""
        told = all(self.facts.get(name) == answer.facts.get(name) for name in TOLD_BY)
        return told and self.severity == answer.severity


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert as it would have been: from the tick of its first stage up to `ends`; None: it fires still."""

    subject: str
    stages: Sequence[Stage]
    ends: int | None

    @property
    def begins(self) -> int:
        """The tick at which it fires."""
        return self.stages[0].tick

    @property
    def severities(self) -> Sequence[Stage]:
        """The stages at which it became more or less severe, and the first."""
        before = ("", *(stage.severity for stage in self.stages))
        return [stage for stage, last in zip(self.stages, before, strict=False) if stage.severity != last]

    @property
    def facts(self) -> Mapping[str, Any]:
        """What was known when it fired."""
        return self.stages[0].facts


def lasting(raised: Iterable[Raised], rule: Rule, ticks: Sequence[datetime], moment: Moment) -> list[Raised]:
    """Those of `raised` that lasted for as long as `rule` asks, each from the tick at which it had."""
    asked = rule.lasting
    if asked is None:
        return list(raised)
    found = []
    for one in raised:
        is_over = partial(asked.is_over, ticks[one.begins], calendar=moment.calendar(one.facts.get("calendar")))
        begins = bisect_left(ticks, True, lo=one.begins, key=is_over)
        if begins < (len(ticks) if one.ends is None else one.ends):
            before = [stage for stage in one.stages if stage.tick <= begins]
            after = [stage for stage in one.stages if stage.tick > begins]
            found.append(replace(one, stages=(replace(before[-1], tick=begins), *after)))
    return sorted(found, key=lambda one: (one.begins, one.subject))


def episodes(answers: Iterable[Answer], ticks: int) -> list[Raised]:
    """The alerts that `answers` amount to, by their beginning; `ticks` is how many there are.

    The answers of a subject stand together, in the order of time. Where none is given the rule did not hold.
    """
    raised: list[Raised] = []
    stages: list[Stage] = []
    open_until, subject = -1, ""

    def close() -> None:
        if stages:
            raised.append(Raised(subject, tuple(stages), None if open_until == ticks else open_until))
            stages.clear()

    for answer in answers:
        if answer.subject != subject or answer.begins != open_until:
            close()
            subject = answer.subject
        if not stages or not stages[-1].is_told_as(answer):
            stages.append(Stage(answer.begins, answer.severity, answer.facts))
        open_until = answer.ends
    close()
    return sorted(raised, key=lambda one: (one.begins, one.subject))
