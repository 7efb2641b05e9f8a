"""Who may decide what about an alert, and for how long: the delegation levels."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Literal

from alerts.facts import Facts
from alerts.messages import TEXTS
from alerts.refusals import NotAllowed
from alerts.silences import Match
from config.language import day, working_days
from config.settings import Language, Settings
from rules.working_time import WorkingTime

InWords = Callable[[Language], str]

Role = Literal["lead", "coordinator", "bd", "head", "director", "admin"]

SNOOZE_DAYS: dict[Role, int | None] = {"coordinator": 2, "bd": 10, "head": None, "director": None}
"""Working days for which each may snooze; None: any time. Who is not named here may not."""
SILENCE_DAYS: dict[Role, int | None] = {"bd": 10, "head": None, "director": None}
"""The same for silences; a BD manager's is of one client's rule."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants to decide something."""

    name: str
    role: Role

    def title(self, language: Language) -> str:
        """As a sentence begins."""
        title = TEXTS.say(language, f"role.{self.role}")
        return title[0].upper() + title[1:]

    def refused(self, key: str, **said: InWords) -> NotAllowed:
        """That they may not, by the text of `key` and what is `said` in it."""

        def told(language: Language) -> str:
            values = {name: say(language) for name, say in said.items()}
            return TEXTS.say(language, key, who=self.title(language), **values)

        return NotAllowed(told)


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
    raise who.refused("refused.take" if who.role == "lead" else "refused.take_admin")


def allow_taking_it(settings: Settings, by: str, facts: Facts, subject: str) -> None:
    """Raise NotAllowed unless `by` may take the alert on that subject, of which the rule found `facts`."""
    is_theirs = f"person/{by}" in (facts.text("owner"), facts.text("bd"))
    allow_taking(asker_of(settings, by, facts), is_theirs=is_theirs, of_the_hub=is_of_the_hub(settings, subject))


def asker_of(settings: Settings, by: str, facts: Facts) -> Asker:
    """`by`, with their role for what `facts` tell of."""
    return asker(settings, by, facts.text("bd").removeprefix("person/"))


def is_of_the_hub(settings: Settings, subject: str | None) -> bool:
    """It is about a source: its token, its freshness, its mapping."""
    return subject in settings.sources


def allow_snoozing(who: Asker, *, of_the_hub: bool) -> None:
    """Raise NotAllowed unless `who` may snooze it for some time."""
    if who.role not in SNOOZE_DAYS and not (who.role == "admin" and of_the_hub):
        raise who.refused("refused.snooze", may=_who_may(SNOOZE_DAYS))


def longest_snooze(who: Asker, calendar: WorkingTime, now: datetime, *, of_the_hub: bool) -> date | None:
    """The last day until which `who` may snooze an alert; None: any. Raises NotAllowed where they may not at all."""
    allow_snoozing(who, of_the_hub=of_the_hub)
    return _last_day(SNOOZE_DAYS.get(who.role), calendar, now)


def allow_snooze(who: Asker, until: datetime, last: date | None, calendar: WorkingTime, now: datetime) -> None:
    """Raise NotAllowed if `until` is later than `last`."""
    if last is not None and until.astimezone(calendar.zone).date() > last:
        of = {"days": _days(SNOOZE_DAYS[who.role]), "last": _told(last, calendar, now), "may": _who_may(SNOOZE_DAYS)}
        raise who.refused("refused.snooze_long", **of)


def allow_agreeing(who: Asker) -> None:
    """Raise NotAllowed unless `who` may record a date that the client agreed to."""
    if who.role not in SILENCE_DAYS:
        raise who.refused("refused.agree")


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
        raise who.refused("refused.silence", may=_who_may(SILENCE_DAYS))
    if who.role == "bd" and not (match.rule and match.client):
        raise who.refused("refused.silence_both")
    if who.role == "bd" and not is_theirs:
        raise who.refused("refused.silence_theirs", client=lambda _: str(match.client), name=lambda _: who.name)
    last = _last_day(SILENCE_DAYS[who.role], calendar, now)
    if last is not None and until.astimezone(calendar.zone).date() > last:
        of = {"days": _days(SILENCE_DAYS[who.role]), "last": _told(last, calendar, now), "may": _who_may(SILENCE_DAYS)}
        raise who.refused("refused.silence_long", **of)


def allow_unsilence(who: Asker, *, is_theirs: bool, of_the_hub: bool) -> None:
    """Raise NotAllowed unless `who` may end a silence. `is_theirs`: they made it."""
    if is_theirs or who.role in ("coordinator", "head", "director") or (who.role == "admin" and of_the_hub):
        return
    raise who.refused("refused.unsilence")


def _last_day(days: int | None, calendar: WorkingTime, now: datetime) -> date | None:
    return None if days is None else calendar.add_days(now.astimezone(calendar.zone).date(), days)


def _who_may(limits: dict[Role, int | None]) -> InWords:
    def told(language: Language) -> str:
        say = partial(TEXTS.say, language)
        limited = [
            say("may.limited", role=say(f"role.{role}"), days=working_days(language, days))
            for role, days in limits.items()
            if days is not None
        ]
        return say("may", limited=say("comma").join(limited))

    return told


def _days(days: int | None) -> InWords:
    return lambda language: working_days(language, days or 0)


def _told(last: date, calendar: WorkingTime, now: datetime) -> InWords:
    return lambda language: day(language, last, now.astimezone(calendar.zone).date())
