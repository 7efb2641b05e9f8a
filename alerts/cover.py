"""Who is there in somebody's place: `away` and `cover` of `[people]`."""

from collections.abc import Mapping
from datetime import date

from config.settings import PersonSettings


def is_away(person: PersonSettings, on: date) -> bool:
    """Whether one of their `away` ranges holds that day; both its ends are days away."""
    return any(spell.first <= on <= spell.last for spell in person.away)


def stand_in(people: Mapping[str, PersonSettings], name: str, on: date) -> str | None:
    """Who answers for `name` on that day: they themselves, else their cover, else that one's cover.

    None: everybody in that row is away, or the last of them has no cover. A circle of covers, which the config is
    refused for, ends where it closes.
    """
    asked: list[str] = []
    while name in people and name not in asked:
        if not is_away(people[name], on):
            return name
        asked.append(name)
        name = people[name].cover
    return None


def back_on(person: PersonSettings, on: date) -> date:
    """The last day of the `away` range that holds `on`, over ranges that overlap."""
    last = on
    for spell in sorted(person.away):
        if spell.first <= last <= spell.last:
            last = spell.last
    return last
