"""What people do with alerts: take one, snooze it, hand it back; silence a kind of them for a time.

Each is checked against what the role of whoever asks may decide, and kept as an event of the alert, or as a silence,
with who, when and why. The same said twice changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import Connection, select

from alerts.delegation import (
    allow_silence,
    allow_snooze,
    allow_taking_it,
    allow_unsilence,
    asker,
    asker_of,
    is_of_the_hub,
    longest_snooze,
)
from alerts.facts import Facts, deadline
from alerts.life import HELD, OPEN, Cause, Event
from alerts.refusals import NotAllowed, refused
from alerts.silences import Match, end_silence, read_silence, read_silences, write_silence
from alerts.standing import show_standing
from alerts.store import Stored, read_alert, write_events
from config.settings import Settings
from rules.working_time import WorkingTime, calendar_of
from unify.decisions import LONGEST, Refused
from unify.derived import CLIENT

__all__ = ["Acted", "NotAllowed", "acknowledge", "release", "silence", "snooze", "unsilence"]


@dataclass(frozen=True, slots=True)
class Acted:
    """How an alert stands after somebody wanted something of it."""

    fingerprint: str
    state: str
    """"resolved" or "pending" where it could not be taken: it is over, or has not fired yet."""
    by: str | None
    """Who has it now."""
    until: datetime | None
    """When its snooze ends, at the latest."""
    until_moved: bool
    """The snooze ends when its due date moves."""
    changed: bool
    """False: it was so already, or cannot be done to what is not open."""


def acknowledge(
    connection: Connection, settings: Settings, fingerprint: str, by: str, now: datetime, note: str = ""
) -> Acted:
    """`by` has it from now on: it is not told again, nor escalated, until it becomes worse or nothing happens.

    Raises NotAllowed, and Refused where there is no such alert.
    """
    alert = _read(connection, fingerprint)
    _allow_taking(settings, alert, by)
    life = alert.known.life
    if life.state not in OPEN or (life.state == "acknowledged" and life.held_by == by):
        return _as_it_is(alert, changed=False)
    return _happened(connection, settings, alert, _event(alert, "acknowledged", Cause.ACKNOWLEDGED, by, now, note=note))


def snooze(
    connection: Connection,
    settings: Settings,
    calendars: Mapping[str, WorkingTime],
    fingerprint: str,
    by: str,
    now: datetime,
    until: datetime | None,
    note: str = "",
) -> Acted:
    """Nobody is told of it until then, or (None) until its due date moves, unless it becomes worse.

    Waiting for a date ends too when the role of `by` may snooze no longer. Raises NotAllowed, Refused.
    """
    alert = _read(connection, fingerprint)
    if until is not None and until <= now:
        raise refused("refused.past")
    facts = Facts(alert.facts)
    who, calendar = asker_of(settings, by, facts), calendar_of(calendars, facts.text("calendar"))
    last = longest_snooze(who, calendar, now, of_the_hub=is_of_the_hub(settings, alert.subject))
    waits_for = None
    if until is None:
        waits_for = deadline(facts)
        if not waits_for:
            raise refused("refused.no_date")
        opening = datetime.combine(last, time(), tzinfo=calendar.zone) if last else None
        until = calendar.next_opening(opening) if opening else None
    else:
        allow_snooze(who, until, last, calendar, now)
    life = alert.known.life
    is_so = (life.held_by, life.held_until, life.held_while) == (by, until, waits_for) and life.state == "snoozed"
    if life.state not in OPEN or is_so:
        return _as_it_is(alert, changed=False)
    event = _event(alert, "snoozed", Cause.SNOOZED, by, now, until=until, held_while=waits_for, note=note)
    return _happened(connection, settings, alert, event)


def release(connection: Connection, settings: Settings, fingerprint: str, by: str, now: datetime) -> Acted:
    """Hand it back: nobody has it, and it fires again. Who has it may, and whoever could have taken it.

    Raises NotAllowed, Refused.
    """
    alert = _read(connection, fingerprint)
    if alert.known.life.held_by != by:
        _allow_taking(settings, alert, by)
    if alert.known.life.state not in HELD:
        return _as_it_is(alert, changed=False)
    return _happened(connection, settings, alert, _event(alert, "firing", Cause.RELEASED, by, now))


def silence(
    connection: Connection,
    settings: Settings,
    calendars: Mapping[str, WorkingTime],
    match: Match,
    until: datetime,
    reason: str,
    by: str,
    now: datetime,
) -> int:
    """Tell nobody of what `match` means until then; its number, of the same one if there is one of a kind already.

    Raises NotAllowed, Refused.
    """
    if match == Match():
        raise Refused("say what to silence: a rule, a client, a source or an item")
    if until <= now:
        raise Refused("a silence ends in the future")
    why = reason.strip()[:LONGEST]
    if not why:
        raise Refused("say why: whoever looks for the missing message reads it")
    known = ((match.client, settings.clients, "[clients]"), (match.source, settings.sources, "[sources]"))
    for name, names, where in known:
        if name is not None and name not in names:
            raise Refused(f'"{name}" is none of {where}')
    calendar = calendars["default"]
    if match.client is not None:
        calendar = calendars.get(settings.clients[match.client].calendar, calendar)
    is_theirs = match.client is not None and _bd_of(connection, settings, match.client) == by
    of_the_hub = is_of_the_hub(settings, match.subject)
    allow_silence(asker(settings, by), match, until, calendar, now, is_theirs=is_theirs, of_the_hub=of_the_hub)
    for one in read_silences(connection, now):
        if match.subject is None and (one.match, one.ends_at, one.reason, one.created_by) == (match, until, why, by):
            return one.id  # of one thing it is made anew: what became urgent meanwhile, only a later one hides
    return write_silence(connection, match, until, why, by, now)


def unsilence(connection: Connection, settings: Settings, number: int, by: str, now: datetime) -> bool:
    """End a silence before its time; False: it is over already. Who made it may, a coordinator, and a head.

    Raises NotAllowed, Refused.
    """
    found = read_silence(connection, number)
    if found is None:
        raise Refused(f"there is no silence {number}")
    if found.ended_at is not None or found.ends_at <= now:
        return False
    of_the_hub = is_of_the_hub(settings, found.match.subject)
    allow_unsilence(asker(settings, by), is_theirs=found.created_by == by, of_the_hub=of_the_hub)
    end_silence(connection, number, by, now)
    return True


def _read(connection: Connection, fingerprint: str) -> Stored:
    alert = read_alert(connection, fingerprint)
    if alert is None:
        raise Refused(f'there is no alert "{fingerprint}"')
    return alert


def _allow_taking(settings: Settings, alert: Stored, by: str) -> None:
    allow_taking_it(settings, by, Facts(alert.facts), alert.subject)


def _bd_of(connection: Connection, settings: Settings, client: str) -> str:
    """The key under [people] of that client's BD manager: the config says who, else the CRM."""
    known = connection.scalar(select(CLIENT.c.bd_person).where(CLIENT.c.key == f"client/{client}"))
    return settings.clients[client].bd or (known or "").removeprefix("person/")


def _event(
    alert: Stored,
    to_state: str,
    cause: Cause,
    by: str,
    now: datetime,
    *,
    until: datetime | None = None,
    held_while: str | None = None,
    note: str = "",
) -> Event:
    life, told = alert.known.life, note.strip()[:LONGEST]
    of = (alert.known.fingerprint, life.episode, now, life.state, to_state, life.severity, cause, by)
    return Event(*of, until=until, held_while=held_while, note=told)


def _happened(connection: Connection, settings: Settings, alert: Stored, event: Event) -> Acted:
    """Keep it; messages that can be changed show it."""
    alerts = {alert.known.fingerprint: alert}
    write_events(connection, alerts, [event], {}, {})
    show_standing(connection, settings, event.fingerprint, event.at)
    return _as_it_is(alerts[alert.known.fingerprint], changed=True)


def _as_it_is(alert: Stored, *, changed: bool) -> Acted:
    life = alert.known.life
    return Acted(
        fingerprint=alert.known.fingerprint,
        state=life.state,
        by=life.held_by,
        until=life.held_until,
        until_moved=life.held_while is not None,
        changed=changed,
    )
