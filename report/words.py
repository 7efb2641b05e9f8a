"""One overview put into one reader's words: the language, and how it says names, days and instants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from config.language import clock, day, instant
from config.settings import Language
from report.overview import Overview
from report.rows import SourceRow
from report.speech import TEXTS


@dataclass(frozen=True, slots=True)
class Line:
    """Something with a short remark: what belongs to nobody, what has no date."""

    name: str
    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """`shown` in `language`; narrowed to `person` (a name under [people]), where there is one."""

    shown: Overview
    language: Language
    person: str | None = None

    def t(self, key: str, **values: object) -> str:
        """The text of `key`."""
        return TEXTS.say(self.language, key, **values)

    def day(self, on: date | None) -> str:
        """A date, with its year where that is not the page's."""
        return day(self.language, on, self.shown.today) if on else self.t("no_date")

    def at(self, moment: datetime) -> str:
        """An instant, with its year where that is not the page's."""
        return instant(self.language, moment, self.shown.zone, self.shown.today)

    def shortly(self, moment: datetime) -> str:
        """The time of day alone, where the day is today: a phone has little room."""
        zone, today = self.shown.zone, self.shown.today
        return clock(moment, zone) if moment.astimezone(zone).date() == today else self.at(moment)

    def as_of(self) -> str:
        """The page's own moment, with its year: on paper and in an old mail, no other date on it is complete."""
        return instant(self.language, self.shown.now, self.shown.zone, date.min)

    def client(self, key: str | None) -> str:
        """What a client is called."""
        return self.shown.client_name(key, self.language) or self.t("no_client")

    def bd(self, person: str | None) -> str:
        """Whose client it is; empty on a page that is theirs alone."""
        if self.person:
            return ""
        return self.shown.people.get((person or "").removeprefix("person/")) or self.t("nobody")

    def joined(self, parts: Sequence[str]) -> str:
        """A list in prose, without its empty parts."""
        return (", " if self.language == "en" else "、").join(part for part in parts if part)

    def mark(self, source: str) -> str:
        """What a row of that source must say of itself; empty where it is up to date."""
        row = next((row for row in self.shown.sources if row.name == source), None)
        if row is None or not row.stale:
            return ""
        return self.t("stale.mark") if row.last_ok_at else self.t("stale.mark_partial")

    def tool(self, source: str) -> str:
        """What people call the tool that a row was read from."""
        return next((row.tool for row in self.shown.sources if row.name == source), "")

    def labels(self, sources: Sequence[SourceRow]) -> str:
        """What people call those sources; their number, where naming them would fill the page."""
        if len(sources) > NAMED:
            return self.t("sources.count", count=len(sources))
        return self.joined([row.label for row in sources])


NAMED = 2
"""More sources than these are counted where they are not a list of their own."""


def about(*parts: str) -> str:
    """What stands in small letters under a title."""
    return " · ".join(part for part in parts if part)
