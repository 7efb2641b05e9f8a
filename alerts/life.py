"""What a round of findings changes in the life of alerts, as events; an alert's state is what its events add up to.

Pure: no database, no clock. `after` is the only place that says what an event does, so the stored state and the one
rebuilt from the stored events cannot differ.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from config.settings import SEVERITIES
from rules.evaluate import Finding, Outcome
from unify.freshness import Freshness


class Cause(StrEnum):
    """Why an alert's state changed. A resolution's cause is `Ending.reason`."""

    FIRED = "fired"
    REOPENED = "reopened"
    FIRST_LOOK = "first look"
    """Bad before we came to look: only the coordinator is told, until it is adopted."""
    WORSE = "worse"
    BETTER = "better"
    ADOPTED = "adopted"


QUIET_ENDS = frozenset({"source removed", "rule removed"})
"""What the config took away ends without a word: nothing has happened at the client's."""


OURSELVES = "milepost"
"""The actor of what nobody did or decided: time passed, or a rule found something."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change of an alert's state: from, to, when, why, who."""

    fingerprint: str
    episode: int
    at: datetime
    from_state: str | None
    to_state: str
    severity: str
    reason: str
    actor: str = OURSELVES


@dataclass(frozen=True, slots=True)
class Life:
    """The state of an alert, as its events give it."""

    episode: int
    state: str
    severity: str
    adopted: bool
    since: datetime
    worse_at: datetime | None = None
    """When it last became more severe in this episode."""
    worst: str = ""
    """How severe it was at most in this episode."""
    resolved_at: datetime | None = None
    resolve_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """An alert as stored: what it is about, and its life so far."""

    fingerprint: str
    rule: str
    source: str
    life: Life


def fingerprint(rule: str, subject: str) -> str:
    """What makes two findings the same alert."""
    return f"{rule}:{subject}"


def after(life: Life | None, event: Event) -> Life:
    """The state of an alert once `event` has happened to it."""
    if event.to_state == "firing" and (life is None or life.state == "resolved"):
        adopted = event.reason != Cause.FIRST_LOOK
        return Life(event.episode, "firing", event.severity, adopted, since=event.at, worst=event.severity)
    if event.to_state == "firing" and life is not None:
        worse_at = event.at if event.reason == Cause.WORSE else life.worse_at
        adopted = life.adopted or event.reason == Cause.ADOPTED
        worst = max(life.worst, event.severity, key=SEVERITIES.index)
        return replace(life, severity=event.severity, worse_at=worse_at, adopted=adopted, worst=worst)
    if event.to_state == "resolved" and life is not None:
        return replace(life, state="resolved", resolved_at=event.at, resolve_reason=event.reason)
    raise ValueError(f"{event.fingerprint}: no alert goes from {event.from_state} to {event.to_state}")


def is_believed(source: str, freshness: Mapping[str, Freshness]) -> bool:
    """Whether what is known of that source holds now; of the hub itself ("", no single source) it always does."""
    return not source or (source in freshness and not freshness[source].stale)


def believed(outcomes: Sequence[Outcome], freshness: Mapping[str, Freshness]) -> dict[str, Finding]:
    """Findings by fingerprint that may change anything: those about sources that are configured and fresh.

    What a stale source tells may be long over; nobody is alarmed by it, and nobody is told that it ended.
    """
    return {
        fingerprint(finding.rule, finding.subject): finding
        for outcome in outcomes
        if outcome.error is None
        for finding in outcome.findings
        if is_believed(finding.source, freshness)
    }


def openings(
    known: Mapping[str, Known],
    findings: Mapping[str, Finding],
    first_looks: Mapping[tuple[str, str], datetime],
    began: Callable[[Finding], datetime | None],
    now: datetime,
) -> list[Event]:
    """Events of alerts that fire, open again, or change their severity.

    `first_looks`, by (rule, source): what began before that instant (None: nobody can say when) was there before we
    came to look.
    """
    events = []
    for key, finding in findings.items():
        life = known[key].life if key in known else None
        looked_from = first_looks.get((finding.rule, finding.source))
        if life is None or life.state == "resolved":
            usual = Cause.FIRED if life is None else Cause.REOPENED
            since = began(finding)
            was_there = looked_from is not None and (since is None or since < looked_from)
            cause, episode = (Cause.FIRST_LOOK if was_there else usual), (life.episode + 1 if life else 1)
        elif life.severity == finding.severity:
            continue
        else:
            worse = SEVERITIES.index(finding.severity) > SEVERITIES.index(life.severity)
            cause, episode = (Cause.WORSE if worse else Cause.BETTER), life.episode
        events.append(Event(key, episode, now, life.state if life else None, "firing", finding.severity, cause))
    return events


def missing(
    known: Mapping[str, Known],
    findings: Mapping[str, Finding],
    outcomes: Sequence[Outcome],
    freshness: Mapping[str, Freshness],
) -> dict[str, str | None]:
    """Open alerts that nothing holds open any more: fingerprint -> the quiet reason, or None: ask what became of it.

    An absent finding says something only if its rule ran without error and its source is fresh.
    """
    ran = {outcome.rule.id: outcome.error is None for outcome in outcomes}
    ended: dict[str, str | None] = {}
    for key, alert in known.items():
        if alert.life.state == "resolved" or key in findings:
            continue
        if alert.source and alert.source not in freshness:
            ended[key] = "source removed"
        elif alert.rule not in ran:
            ended[key] = "rule removed"
        elif ran[alert.rule] and is_believed(alert.source, freshness):
            ended[key] = None
    return ended


def ending(alert: Known, reason: str, now: datetime, actor: str = "") -> Event:
    """The event that resolves `alert`; one that is over already is over for another reason from then on.

    `actor`: whose deed or decision it was; "" where nobody is known.
    """
    life, actor = alert.life, actor or OURSELVES
    return Event(alert.fingerprint, life.episode, now, life.state, "resolved", life.severity, reason, actor)


def adoption(alert: Known, now: datetime, actor: str) -> Event:
    """The event by which what was bad at the first look becomes an alert like any other."""
    life = alert.life
    return Event(alert.fingerprint, life.episode, now, life.state, "firing", life.severity, Cause.ADOPTED, actor)
