"""The colour of a project and of a client, and why: pure functions of what was read. The worst reason decides.

That somebody has taken an alert, or silenced it, is not among the facts: it changes no colour.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from rules.health.values import (
    KEPT_REASONS,
    Acceptance,
    Client,
    Colour,
    Health,
    Hours,
    Kind,
    Project,
    Promise,
    Reason,
    Unanswered,
    Unread,
    Waiting,
)
from rules.indicators.satisfaction import NEGATIVE
from rules.views.base import AHEAD_DAYS
from rules.views.milestone import needed_days

LATE_DAYS = 3
"""Working days that a promise may be past before it is red."""
PLANNED_LATE_DAYS = range(3, 11)
"""Working days that the next milestone may be planned after its promise: amber in them, red beyond."""
MANY_MOVES = 2
ENOUGH_CLOSED, LAST_DAYS = 3, 5
"""Fewer items closed make no pace; then what is due within so many working days is at risk."""
RED_SCORE, AMBER_SCORE = 20, 10
"""Of risks to which nobody has a response."""
RED_SPENT, AMBER_SPENT, SMALL_REST = 110, 90, 10
"""Percent: of the hours, and of the work that is open."""
SILENT_DAYS = 15
CONTRACT_DAYS = 60
RENEWAL_DAYS = 180
"""Calendar days before the end of a contract: a deal won within them is taken for its renewal."""
SATISFACTION_DAYS = 90


# --- a project


def project_health(project: Project, on: date) -> Health:
    """What is known to be wrong counts whether its source is fresh or not: silence of a tool mends nothing. Where
    nothing is, a source that was not read or a project without dates is grey and not green."""
    reasons = [
        *(_of_promise(one, is_next=_is_next(one, project.next_on)) for one in project.promises),
        *(_of_acceptance(one) for one in project.acceptances),
        *_of_feedback(one for one in project.feedback if one.is_late),
        *(_of_risk(one) for one in project.risks),
        _of_hours(project.hours),
        _of_unread(project.unread),
        None if project.is_dated else Reason("undated", "grey"),
    ]
    colour, kept = _worst(reasons)
    return Health(project.key, on, colour, kept, project.client, project.name, project.native)


def _worst(reasons: Iterable[Reason | None]) -> tuple[Colour, tuple[Reason, ...]]:
    """The worst first; that a source was not read is never among those left out."""
    found = sorted((reason for reason in reasons if reason), key=lambda reason: reason.order)
    unread = [reason for reason in found[KEPT_REASONS:] if reason.kind in ("stale", "never_read")][:1]
    kept = (*found[: KEPT_REASONS - len(unread)], *unread)
    return (found[0].colour if found else "green"), kept


def _is_next(promise: Promise, next_on: date | None) -> bool:
    return promise.awaited and promise.deadline_on is not None and promise.deadline_on == next_on


def _of_promise(promise: Promise, *, is_next: bool) -> Reason | None:
    """One reason at most of each milestone, the worst; that it was moved is told with it."""
    moved = {"moves": promise.moves} if promise.moves >= MANY_MOVES else {}

    def because(kind: Kind, colour: Colour, size: int, /, **facts: Any) -> Reason:
        told = {**facts, **moved}
        if promise.committed_on is not None:
            told["committed_on"] = promise.committed_on.isoformat()
        return Reason(kind, colour, promise.key, promise.name, size, told)

    past, planned = promise.days_past, promise.days_planned_late if is_next else 0
    reasons = []
    if past > 0:
        reasons.append(because("past_promise", "red" if past > LATE_DAYS else "amber", past, days=past))
    if planned >= PLANNED_LATE_DAYS.start:
        colour: Colour = "amber" if planned in PLANNED_LATE_DAYS else "red"
        planned_on = promise.deadline_on and promise.deadline_on.isoformat()
        reasons.append(because("planned_late", colour, planned, days=planned, planned_on=planned_on))
    if _is_at_risk(promise):
        behind = _days_behind(promise.needed_days, promise.days_left)
        reasons.append(because("at_risk", "amber", behind, **_pace(promise, behind)))
    if moved:
        reasons.append(because("moved", "amber", promise.moves))
    return min(reasons, key=lambda reason: reason.order, default=None)


def pace_matters(promise: Promise) -> bool:
    """Whether the pace can put it at risk: the slowest there is, or none at all."""
    if not promise.awaited or promise.open_items <= 0:
        return False
    slowest = needed_days(promise.open_items, ENOUGH_CLOSED)
    return promise.days_left <= LAST_DAYS or _days_behind(slowest, promise.days_left) > 0


def _is_at_risk(promise: Promise) -> bool:
    """As the rule milestone-at-risk asks it, with its limits as shipped; whether it was moved as well or not."""
    if not promise.awaited or promise.open_items <= 0:
        return False
    if promise.closed_lately < ENOUGH_CLOSED:
        return promise.days_left <= LAST_DAYS
    return _days_behind(promise.needed_days, promise.days_left) > 0


def _days_behind(needed: int | None, left: int) -> int:
    """As the view says it: of more than half a year that is needed nobody knows how much more."""
    return max(min(needed or 0, AHEAD_DAYS + 1) - left, 0)


def _pace(promise: Promise, behind: int) -> Mapping[str, int]:
    """By how much it will be late, where there is a pace; else how much is open."""
    if promise.closed_lately >= ENOUGH_CLOSED:
        return {"days": behind}
    return {"open_items": promise.open_items}


def _of_acceptance(one: Acceptance) -> Reason:
    kind: Kind = "acceptance_awaited" if one.awaited else "accepted_late"
    facts = {"days": one.days, "committed_on": one.committed_on.isoformat()}
    return Reason(kind, "amber", one.key, one.name, one.days, facts)


def _of_feedback(late: Iterable[Waiting]) -> Iterable[Reason]:
    """What waits too long: one reason for what is critical, and one for the rest."""
    each: dict[bool, list[Waiting]] = {True: [], False: []}
    for one in late:
        each[one.is_critical].append(one)
    if each[True]:
        yield _longest("critical_feedback", "red", each[True])
    if each[False]:
        yield _longest("feedback", "amber", each[False])


def _longest(kind: Kind, colour: Colour, waiting: Sequence[Waiting]) -> Reason:
    """The one that has waited longest, and how many there are."""
    longest = min(waiting, key=lambda one: (-one.hours, one.key))
    facts = {"count": len(waiting), "hours": longest.hours, "limit": longest.limit}
    return Reason(kind, colour, longest.key, size=longest.hours, facts=facts)


def _of_risk(risk: Unanswered) -> Reason | None:
    if risk.score < AMBER_SCORE:
        return None
    colour: Colour = "red" if risk.score >= RED_SCORE else "amber"
    return Reason("risk", colour, risk.key, risk.name, risk.score, {"score": risk.score})


def _of_hours(hours: Hours | None) -> Reason | None:
    if hours is None:
        return None
    facts = {"spent": hours.spent, "budget": hours.budget, "open_percent": round(hours.open_percent)}
    if hours.spent_percent > RED_SPENT:
        return Reason("hours", "red", size=hours.spent_percent, facts=facts)
    if hours.spent_percent > AMBER_SPENT and hours.open_percent > SMALL_REST:
        return Reason("hours", "amber", size=hours.spent_percent, facts=facts)
    return None


def _of_unread(unread: Unread | None) -> Reason | None:
    if unread is None:
        return None
    if unread.read_on is None:
        return Reason("never_read", "grey", unread.source, facts={"source": unread.label})
    facts = {"source": unread.label, "read_on": unread.read_on.isoformat()}
    return Reason("stale", "grey", unread.source, facts=facts)


# --- a client


def client_health(client: Client, projects: Sequence[Health], on: date) -> Health:
    """The client's own reasons, and those of its `projects` with their names.

    Projects that nobody can judge make it grey only where none can be: one of them says nothing of the others.
    """
    own = [
        *_of_critical(client.feedback),
        *_of_feedback(one for one in client.feedback if one.is_late and not one.is_critical),
        _of_score(client),
        _of_silence(client.silent_days),
        Reason("report_due", "amber") if client.report_due else None,
        _of_contract(client.contract_ends_on),
        _of_unread(client.unread),
        Reason("unjudged", "grey") if all(one.colour == "grey" for one in projects) else None,
    ]
    theirs = (
        replace(reason, project=project.key, project_name=project.name)
        for project in projects
        for reason in project.reasons
        if reason.colour != "grey"
    )
    colour, kept = _worst([*own, *theirs])
    return Health(client.key, on, colour, kept, client.key)


def _of_critical(feedback: Sequence[Waiting]) -> Iterable[Reason]:
    if critical := [one for one in feedback if one.is_critical]:
        yield _longest("critical_waits", "red", critical)


def _of_score(client: Client) -> Reason | None:
    if client.score is None or client.scored_on is None or client.score > NEGATIVE:
        return None
    facts = {"score": client.score, "scored_on": client.scored_on.isoformat()}
    return Reason("satisfaction", "red", client.scored_by, size=-client.score, facts=facts)


def _of_silence(days: float | None) -> Reason | None:
    return None if days is None else Reason("silent", "amber", size=days, facts={"days": int(days)})


def _of_contract(ends_on: date | None) -> Reason | None:
    return None if ends_on is None else Reason("contract_ending", "amber", facts={"ends_on": ends_on.isoformat()})


def renews(stage: str, close_on: date | None, contract_ends_on: date) -> bool:
    """Whether a deal of that stage may renew the contract: no CRM says which one does, so any that is open, or was
    won shortly before its end."""
    if stage == "open":
        return True
    return stage == "won" and close_on is not None and (contract_ends_on - close_on).days <= RENEWAL_DAYS
