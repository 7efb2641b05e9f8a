"""How the report says days, instants, numbers and names in one reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from config.language import Catalog, clock, day, instant, number
from config.settings import Language

TEXTS = Catalog.load(Path(__file__).parent / "texts")
"""What the report says."""


@dataclass(frozen=True, slots=True)
class Speech:
    """The words of a page: `today` is the day of which it speaks, in the organisation's `zone`."""

    language: Language
    zone: ZoneInfo
    today: date

    def t(self, key: str, **values: object) -> str:
        """The text of `key`."""
        return TEXTS.say(self.language, key, **values)

    def day(self, on: date | None) -> str:
        """A date, with its year where that is not the page's; "" for none."""
        return day(self.language, on, self.today) if on else ""

    def at(self, moment: datetime | None) -> str:
        """An instant, with its year where that is not the page's; "" for none."""
        return instant(self.language, moment, self.zone, self.today) if moment else ""

    def shortly(self, moment: datetime) -> str:
        """The time of day alone, where the day is today: a phone has little room."""
        return clock(moment, self.zone) if moment.astimezone(self.zone).date() == self.today else self.at(moment)

    def number(self, amount: float | None) -> str:
        """At most one decimal; "" for none."""
        return "" if amount is None else number(amount)

    def percent(self, rate: float | None) -> str:
        """A rate of a hundred to one decimal: "75.0 %"; "" for none."""
        return "" if rate is None else self.t("percent", rate=f"{rate:.1f}")

    def joined(self, parts: Sequence[str]) -> str:
        """A list in prose, without its empty parts."""
        return (", " if self.language == "en" else "、").join(part for part in parts if part)


def link(url: str | None) -> str | None:
    """Only what a browser opens as a page: a vendor's field must not become a script."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:  # no address at all, such as "http://["
        return None
