"""Who may decide what about an alert, and for how long: the delegation levels."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from alerts.silences import Match
from config.language import day as in_words
from config.settings import Settings
from connectors.scope import count
from rules.working_time import WorkingTime
from unify.decisions import Refused

Role = Literal["lead", "coordinator", "bd", "head", "director", "admin"]

SNOOZE_DAYS: dict[Role, int | None] = {"coordinator": 2, "bd": 10, "head": None, "director": None}
"""Working days for which each may snooze; None: any time. Who is not named here may not."""
SILENCE_DAYS: dict[Role, int | None] = {"bd": 10, "head": None, "director": None}
"""The same for silences; a BD manager's is of one client's rule."""
_TITLES: dict[Role, str] = {
    "lead": "a lead",
    "coordinator": "a coordinator",
    "bd": "a BD manager",
    "head": "the head of BD",
    "director": "the director",
    "admin": "the admin",
}


class NotAllowed(Refused):
    """More than the role of whoever asks may decide; the message says who may."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants to decide something."""

    name: str
    role: Role

    @property
    def title(self) -> str:
        """As a sentence begins."""
        title = _TITLES[self.role]
        return title[0].upper() + title[1:]


def asker(settings: Settings, by: str, bd: str = "") -> Asker:
    """`by` with the role that the config says, else tells: of its coordinator, of a client's BD manager, else a lead.

    `bd`: the BD manager of what it is about, where the CRM alone says who that is. Who is none of [people] is at the
    machine itself, and decides as a coordinator does.
    """
    person = settings.people.get(by)
    if person is None:
        return Asker(by, "coordinator")
    if person.role:
        return Asker(by, person.role)
    if by == settings.coordinator:
        return Asker(by, "coordinator")
    is_bd = by == bd or any(client.bd == by for client in settings.clients.values())
    return Asker(by, "bd" if is_bd else "lead")


def allow_taking(who: Asker, *, is_theirs: bool, of_the_hub: bool) -> None:
    """Raise NotAllowed unless `who` may acknowledge an alert, or hand it back.

    `is_theirs`: they own what it is about; `of_the_hub`: it is about a source, which is the admin's.
    """
    if is_theirs or who.role in SNOOZE_DAYS or (who.role == "admin" and of_the_hub):
        return
    raise NotAllowed(
        f"{who.title} acknowledges what they own: else its owner does, a coordinator, a BD manager or the head of BD"
        if who.role == "lead"
        else "The admin takes no decisions on clients: a coordinator, a BD manager or the head of BD does"
    )


def longest_snooze(who: Asker, calendar: WorkingTime, now: datetime, *, of_the_hub: bool) -> date | None:
    """The last day until which `who` may snooze an alert; None: any. Raises NotAllowed where they may not at all."""
    if who.role == "admin" and of_the_hub:
        return None
    if who.role not in SNOOZE_DAYS:
        raise NotAllowed(f"{who.title} snoozes nothing of a client's: {_who_may(SNOOZE_DAYS)}")
    return _last_day(SNOOZE_DAYS[who.role], calendar, now)


def allow_snooze(who: Asker, until: datetime, last: date | None, calendar: WorkingTime, now: datetime) -> None:
    """Raise NotAllowed if `until` is later than `last`."""
    if last is not None and until.astimezone(calendar.zone).date() > last:
        till = f"till {_told(last, calendar, now)} here"
        raise NotAllowed(f"{who.title} snoozes for {_days(SNOOZE_DAYS[who.role])}, {till}: {_who_may(SNOOZE_DAYS)}")


def allow_agreeing(who: Asker) -> None:
    """Raise NotAllowed unless `who` may record a date that the client agreed to."""
    if who.role not in SILENCE_DAYS:
        raise NotAllowed(
            f"{who.title} records no date for a client: who agreed it with them does, their BD manager, "
            "the head of BD or the director"
        )


def allow_silence(
    who: Asker,
    match: Match,
    until: datetime,
    calendar: WorkingTime,
    now: datetime,
    *,
    is_theirs: bool,
    of_the_hub: bool,
) -> None:
    """Raise NotAllowed unless `who` may silence what `match` means until then; `of_the_hub` as above.

    `is_theirs`: they are the BD manager of its client.
    """
    if who.role == "admin" and of_the_hub:
        return
    if who.role not in SILENCE_DAYS:
        raise NotAllowed(f"{who.title} silences nothing of a client's: {_who_may(SILENCE_DAYS)}")
    if who.role == "bd" and not (match.rule and match.client):
        raise NotAllowed("A BD manager silences one client's rule: name both; the head of BD or the director any")
    if who.role == "bd" and not is_theirs:
        raise NotAllowed(f"A BD manager silences their own clients: {match.client} is not {who.name}'s")
    last = _last_day(SILENCE_DAYS[who.role], calendar, now)
    if last is not None and until.astimezone(calendar.zone).date() > last:
        till = f"till {_told(last, calendar, now)} here"
        raise NotAllowed(f"{who.title} silences for {_days(SILENCE_DAYS[who.role])}, {till}: {_who_may(SILENCE_DAYS)}")


def allow_unsilence(who: Asker, *, is_theirs: bool, of_the_hub: bool) -> None:
    """Raise NotAllowed unless `who` may end a silence. `is_theirs`: they made it."""
    if is_theirs or who.role in ("coordinator", "head", "director") or (who.role == "admin" and of_the_hub):
        return
    raise NotAllowed(f"{who.title} ends what they silenced: else a coordinator, the head of BD or the director")


def _last_day(days: int | None, calendar: WorkingTime, now: datetime) -> date | None:
    return None if days is None else calendar.add_days(now.astimezone(calendar.zone).date(), days)


def _who_may(limits: dict[Role, int | None]) -> str:
    limited = ", ".join(f"{_TITLES[role]} for {_days(days)}" for role, days in limits.items() if days is not None)
    return f"{limited}, the head of BD or the director longer"


def _days(days: int | None) -> str:
    return count(days or 0, "working day")


def _told(last: date, calendar: WorkingTime, now: datetime) -> str:
    return in_words("en", last, now.astimezone(calendar.zone).date())
