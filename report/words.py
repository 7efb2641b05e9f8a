"""One overview put into one reader's words: the language, and how it says names, days and instants."""

from dataclasses import dataclass
from datetime import date

from config.language import instant
from config.settings import Language
from report.overview import Overview
from report.speech import Speech


@dataclass(frozen=True, slots=True)
class Line:
    """Something with a short remark: what belongs to nobody, what has no date."""

    name: str
    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Words(Speech):
    """The speech of `shown`; narrowed to `person` (a name under [people]), where there is one."""

    shown: Overview
    person: str | None = None

    @classmethod
    def of(cls, shown: Overview, language: Language, person: str | None = None) -> "Words":
        """The words for an overview, in a language."""
        return cls(language, shown.zone, shown.today, shown, person)

    def day(self, on: date | None) -> str:
        """A date, with its year where that is not the page's; that there is none, for none."""
        return Speech.day(self, on) or self.t("no_date")

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

    def mark(self, source: str) -> str:
        """What a row of that source must say of itself; empty where it is up to date."""
        row = next((row for row in self.shown.sources if row.name == source), None)
        if row is None or not row.stale:
            return ""
        return self.t("stale.mark") if row.last_ok_at else self.t("stale.mark_partial")

    def tool(self, source: str) -> str:
        """What people call the tool that a row was read from."""
        return next((row.tool for row in self.shown.sources if row.name == source), "")


def about(*parts: str) -> str:
    """What stands in small letters under a title."""
    return " · ".join(part for part in parts if part)
