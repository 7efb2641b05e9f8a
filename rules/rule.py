"""A rule as it is once its YAML has been read and every part of it checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from config.settings import Language
from rules.language.nodes import Condition, Moment, Parameter, Value
from rules.titles import Reading, Title
from rules.views import View
from rules.working_time import WorkingTime

DAY_HOURS = 8
"""A working day, where hours of work are told in days."""


@dataclass(frozen=True, slots=True)
class Sunday:
    """The Sunday that ends the next week of so many: a day off, on any day on which an example is run."""

    weeks: int


Given = Moment | Sunday | date | str | float | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class Repeat:
    """After how long an alert that nobody took is told again: working days of the reader's calendar, or hours."""

    amount: int
    unit: Literal["wd", "h"]


@dataclass(frozen=True, slots=True)
class Lasting:
    """For how long a rule must hold before its alert fires: working days of those who must act, or hours."""

    amount: int
    unit: Literal["wd", "h"]

    def is_over(self, since: datetime, now: datetime, calendar: WorkingTime) -> bool:
        """Whether what holds since then has held for so long: a working day is eight working hours."""
        if self.unit == "h":
            return now - since >= timedelta(hours=self.amount)
        return calendar.between(since, now) >= timedelta(hours=self.amount * DAY_HOURS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands; lines and columns from 1, 0 where none is known."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class RuleMistake:
    """Something in a rule that a person must mend."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class RuleErrors(Exception):
    """All that is wrong with the rules, in the order of the files."""

    def __init__(self, mistakes: Sequence[RuleMistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True)
class Example:
    """Stored columns of one row by their names in the view, and whether the rule fires on it.

    A date or an instant is one, or a moment: "yesterday", "9 working hours ago".
    """

    given: Mapping[str, Given]
    fires: bool
    place: Place
    then: Mapping[str, Given] | None = None
    """What becomes of the row afterwards, so that the rule no longer fires; None: the example tells of no end."""


@dataclass(frozen=True)
class Rule:
    """`params` are those in force, after the config's overrides."""

    id: str
    view: View
    when: Condition
    severity: Value
    params: Mapping[str, Parameter]
    titles: Mapping[Language, Title]
    why: Mapping[Language, Title]
    repeat: Repeat | None
    """None: told once."""
    place: Place
    is_library: bool = False
    """Shipped with the product, not a firm's own."""
    examples: tuple[Example, ...] = ()
    lasting: Lasting | None = None
    """None: its alert fires as soon as it holds."""

    def title(self, facts: Mapping[str, Any], reading: Reading) -> str:
        """What it says of a finding with these `facts`."""
        return _for(self.titles, reading.language).render(facts, reading)

    def reason(self, facts: Mapping[str, Any], reading: Reading) -> str:
        """Why that matters to whoever is told."""
        return _for(self.why, reading.language).render(facts, reading)


def _for(texts: Mapping[Language, Title], language: Language) -> Title:
    """The text in `language`, else in English, else in the one there is: own rules may be written in one."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()))
