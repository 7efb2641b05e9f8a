"""What a round of findings changes in the life of alerts, as events; an alert's state is what its events add up to.

Pure: no database, no clock. `after` is the only place that says what an event does, so the stored state and the one
rebuilt from the stored events cannot differ.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
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

    PENDING = "pending"
    """Found, and not yet for as long as its rule's `for` asks."""
    LAPSED = "did not last"
    """No longer found before that time was over."""

    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    ESCALATED = "escalated"
    HANDED_OVER = "handed over"
    """The client has another BD manager from now on."""

    RELEASED = "released"
    NOTHING_DONE = "nothing done since"
    """Acknowledged, and nothing has changed in the tool or the CRM for so long that it fires again."""
    SNOOZE_OVER = "snooze ended"
    DATE_MOVED = "due date moved"
    """The one that a snooze waited for."""


HELD = frozenset({"acknowledged", "snoozed"})
"""States of what a named person has."""
OPEN = HELD | {"firing"}
"""States of what readers may know of: it has fired, and is not over."""
_IN_PLACE = frozenset({Cause.WORSE, Cause.BETTER, Cause.ADOPTED, Cause.ESCALATED, Cause.HANDED_OVER})
"""What happens to an open alert without a change of its state."""

QUIET_ENDS = frozenset({"source removed", "rule removed", Cause.LAPSED})
"""Ends without a word: the config took it away, or it never was told; nothing has happened at the client's."""


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
    until: datetime | None = None
    """End of a snooze."""
    held_while: str | None = None
    """The deadline, ISO, whose move ends a snooze."""
    note: str = ""
    """What the actor said; to whom it was escalated."""


@dataclass(frozen=True, slots=True)
class Hands:
    """In whose hands an alert is, or was till it fired again."""

    why: str
    """The `Cause` that put it there, or by which it fired again."""
    by: str
    at: datetime
    """Since when they have, or had it."""
    until: datetime | None = None
    """Till when it is snoozed; None: till its date moves, or it is not."""


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
    pending_since: datetime | None = None
    held_by: str | None = None
    """Who acknowledged or snoozed it."""
    held_at: datetime | None = None
    held_until: datetime | None = None
    """End of the snooze; None: it has none, or is no snooze."""
    held_while: str | None = None
    """The deadline, ISO, whose move ends the snooze."""
    lost_by: str | None = None
    """Who had it till the holder of now took it from them, and when that was."""
    lost_at: datetime | None = None
    again_at: datetime | None = None
    """When it last fired again, in this episode, after somebody had it."""
    again: str = ""
    """Why it did: a `Cause`."""
    had_by: str | None = None
    """Who had it till then, and since when."""
    had_at: datetime | None = None
    level: int = 0
    """Escalations so far in this episode."""
    escalated_at: datetime | None = None
    raised_to: tuple[str, ...] = ()
    """Those it was escalated to, by their names in `[people]`, the last one last."""
    left: tuple[str, ...] = ()
    """Keys of BD managers whose client it was, the last one last."""
    handed_at: datetime | None = None
    """When it went to the one of now."""
    resolved_at: datetime | None = None
    resolve_reason: str | None = None

    @property
    def hands(self) -> Hands | None:
        """None: it is in nobody's, and was in nobody's since it fired."""
        if self.state in HELD and self.held_by and self.held_at:
            return Hands(self.state, self.held_by, self.held_at, None if self.held_while else self.held_until)
        if self.state == "firing" and self.had_by and self.had_at:
            return Hands(self.again, self.had_by, self.had_at)
        return None


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
    begins = life is None or life.state in ("pending", "resolved")
    match event.to_state:
        case "firing" if begins:
            adopted = event.reason != Cause.FIRST_LOOK
            return Life(event.episode, "firing", event.severity, adopted, since=event.at, worst=event.severity)
        case "pending" if life is None:
            return Life(event.episode, "pending", event.severity, True, since=event.at, pending_since=event.at)
        case "pending" if life is not None and life.state == "resolved":
            return replace(life, state="pending", pending_since=event.at)
        case "resolved" if life is not None:
            return _resolved(life, event)
        case state if life is not None and life.state == state and event.reason in _IN_PLACE:
            return _changed(life, event)
        case "firing" if life is not None and life.state in HELD:
            again = replace(life, again_at=event.at, again=event.reason, had_by=life.held_by, had_at=life.held_at)
            return replace(_let_go(again), state="firing")
        case "acknowledged" | "snoozed" if life is not None and life.state in OPEN:
            return _held(life, event)
    raise ValueError(f"{event.fingerprint}: no alert goes from {event.from_state} to {event.to_state}")


def fold(events: Iterable[Event]) -> Life | None:
    """The state that `events` of one alert add up to, the oldest first; None without any.

    Those of its present episode are enough: nothing of an earlier one is in its state.
    """
    life = None
    for event in events:
        life = after(life, event)
    return life


def _resolved(life: Life, event: Event) -> Life:
    """Over; where it was but pending, it is over as it was before."""
    over = replace(_let_go(life), state="resolved", pending_since=None)
    if life.state == "pending" and life.resolved_at is not None:
        return over
    return replace(over, resolved_at=event.at, resolve_reason=event.reason)


def _held(life: Life, event: Event) -> Life:
    if life.held_by not in (None, event.actor):
        life = replace(life, lost_by=life.held_by, lost_at=event.at)
    return replace(
        life,
        state=event.to_state,
        held_by=event.actor,
        held_at=event.at,
        held_until=event.until,
        held_while=event.held_while,
    )


def _let_go(life: Life) -> Life:
    return replace(life, held_by=None, held_at=None, held_until=None, held_while=None, lost_by=None, lost_at=None)


def _changed(life: Life, event: Event) -> Life:
    """What happened without a change of state."""
    match event.reason:
        case Cause.ADOPTED:
            return replace(life, adopted=True)
        case Cause.ESCALATED:
            raised_to = (*life.raised_to, event.note)
            return replace(life, level=life.level + 1, escalated_at=event.at, raised_to=raised_to)
        case Cause.HANDED_OVER:
            return replace(life, left=(*life.left, event.note), handed_at=event.at)
    worst = max(life.worst, event.severity, key=SEVERITIES.index)
    worse_at = event.at if event.reason == Cause.WORSE else life.worse_at
    return replace(life, severity=event.severity, worse_at=worse_at, worst=worst)


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
    was_there: Callable[[Finding], bool],
    lasted: Callable[[Finding, datetime], bool],
    now: datetime,
) -> list[Event]:
    """Events of alerts that fire, open again, or change their severity; or that may soon.

    `was_there`: whether it was before we came to look. `lasted`: whether what is found since then has been for as long
    as its rule asks.
    """
    events = []
    for key, finding in findings.items():
        life = known[key].life if key in known else None
        if life is None or life.state not in OPEN:
            usual = Cause.REOPENED if life is not None and life.episode else Cause.FIRED
            is_old = was_there(finding)
            cause, episode = (Cause.FIRST_LOOK if is_old else usual), (life.episode + 1 if life else 1)
            found_at = life.pending_since if life is not None else None
            if not is_old and not lasted(finding, found_at or now):
                events += _pending(key, life, finding, now)
                continue
        elif life.severity == finding.severity:
            continue
        else:
            worse = SEVERITIES.index(finding.severity) > SEVERITIES.index(life.severity)
            cause, episode = (Cause.WORSE if worse else Cause.BETTER), life.episode
        state = life.state if life is not None and life.state in OPEN else "firing"
        events.append(Event(key, episode, now, life.state if life else None, state, finding.severity, cause))
    return events


def _pending(key: str, life: Life | None, finding: Finding, now: datetime) -> list[Event]:
    """The event by which it waits to have lasted; none where it waits already. It is no episode yet."""
    if life is not None and life.state == "pending":
        return []
    state, episode = (life.state, life.episode) if life else (None, 0)
    return [Event(key, episode, now, state, "pending", finding.severity, Cause.PENDING)]


def missing(
    known: Mapping[str, Known],
    findings: Mapping[str, Finding],
    outcomes: Sequence[Outcome],
    freshness: Mapping[str, Freshness],
) -> dict[str, str | None]:
    """Alerts that nothing holds open any more: fingerprint -> the quiet reason, or None: ask what became of it.

    An absent finding says something only if its rule ran without error and its source is fresh.
    """
    ran = {outcome.rule.id: outcome.error is None for outcome in outcomes}
    ended: dict[str, str | None] = {}
    for key, alert in known.items():
        if alert.life.state == "resolved" or key in findings:
            continue
        pending = alert.life.state == "pending"
        if alert.source and alert.source not in freshness:
            ended[key] = Cause.LAPSED if pending else "source removed"
        elif alert.rule not in ran:
            ended[key] = Cause.LAPSED if pending else "rule removed"
        elif ran[alert.rule] and is_believed(alert.source, freshness):
            ended[key] = Cause.LAPSED if pending else None
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
    return Event(alert.fingerprint, life.episode, now, life.state, life.state, life.severity, Cause.ADOPTED, actor)


def in_place(alert: Known, cause: Cause, note: str, now: datetime) -> Event:
    """The event of what happens to an open alert and leaves its state as it is: it goes up, or to somebody else."""
    life = alert.life
    return Event(alert.fingerprint, life.episode, now, life.state, life.state, life.severity, cause, note=note)
