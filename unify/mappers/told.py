"""What fields and labels say in words of their own, as values: days, and whether something is so.

Tools write the same day as a date, as an instant, or as Asana does; people answer yes or no in three languages.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from config.words import normal
from connectors.answers import FIRST_YEAR, LAST_YEAR
from unify.parsing import Reader

_TICKS: Mapping[str, bool] = {
    word: is_so
    for is_so, words in {
        True: "yes|true|done|implemented|occurred|accepted|是|有|完成|已完成|已實施|已实施|已發生|已发生|已驗收|已验收",
        False: "no|false|none|not yet|n/a|-|否|無|无|沒有|没有|未|尚未|未實施|未实施|未發生|未发生|未驗收|未验收",
    }.items()
    for word in words.split("|")
}

_DAY = re.compile(r"\d{4}-\d\d-\d\d")

_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T00:00:00(?:\.0+)?Z")
"""How Asana writes a day of a custom field: it has no hour, and so no zone."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of one thing, and the field or label that says it; both "" where nobody does."""

    where: str
    text: str

    @property
    def is_so(self) -> bool | None:
        """Yes or no; None where it is neither."""
        return _TICKS.get(normal(self.text))

    def day(self, zone: ZoneInfo) -> date | None:
        """A day as it is; of an instant, the one in `zone`; None where it is neither."""
        midnight = _MIDNIGHT.fullmatch(self.text)
        text = midnight[1] if midnight else self.text
        try:
            if _DAY.fullmatch(text):
                day = date.fromisoformat(text)
            else:
                instant = datetime.fromisoformat(text)
                day = instant.astimezone(zone).date() if instant.tzinfo else instant.date()
        except (ValueError, OverflowError):
            return None
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else None

    def happened(
        self, zone: ZoneInfo, reader: Reader, answers: Mapping[str, bool] = MappingProxyType({})
    ) -> tuple[bool, date | None]:
        """Whether, and if that is told, on which day: of a tick, a choice or a date. What is none is noted.

        `answers`: what else means yes or no of this very question, in the form in which words are compared.
        """
        if (day := self.day(zone)) is not None:
            return True, day
        is_so = answers.get(normal(self.text), self.is_so)
        if self.text and is_so is None:
            self.refuse(reader, "is neither yes or no nor a day")
        return bool(is_so), None

    def refuse(self, reader: Reader, reason: str) -> None:
        """Note that it cannot be read."""
        reader.problem((self.where,), reason, self.text)
