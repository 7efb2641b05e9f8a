"""What can be drawn. Every text is given in the reader's words; days, counts and rates as they are."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

Look = Literal["open", "late", "done"]


@dataclass(frozen=True, slots=True)
class Bar:
    """A milestone: from the day first promised to `until`, its present day or, where it is done, the day of that.

    `note` is written beside it: how late it is.
    """

    name: str
    since: date | None
    until: date
    look: Look
    note: str = ""


class Tick(NamedTuple):
    """A line across the days, with its name."""

    on: date
    label: str


class Legend(NamedTuple):
    """What the marks of a `Gantt` mean."""

    promised: str
    current: str
    done: str
    slip: str
    late: str


@dataclass(frozen=True, slots=True)
class Gantt:
    """Bars between `first` and `last`, both shown; what lies outside is drawn as an arrow at the edge.

    `is_narrow`: for a phone, each name above its bar.
    """

    first: date
    last: date
    today: date
    today_label: str
    ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...]
    legend: Legend
    is_narrow: bool = False


class Point(NamedTuple):
    """A month. `value` None: not measured, a gap. `is_sure`: enough was counted to say something."""

    label: str
    value: float | None
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Months:
    """A value over the months; `highest` is where its scale ends, None: where the values do. `last_label` says
    the last point that has a value, above it all."""

    points: tuple[Point, ...]
    target: float | None = None
    target_label: str = ""
    highest: float | None = None
    last_label: str = ""


class Count(NamedTuple):
    """How many there are of a kind. `is_over`: beyond a limit."""

    label: str
    number: int
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Distribution:
    """Columns side by side, their counts above them; `label` names what they are sorted into."""

    columns: tuple[Count, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts of risks by probability (first index) and impact, each 1 to 5."""

    counts: tuple[tuple[int, ...], ...]
    probability: str
    impact: str


Drawing = Gantt | Months | Distribution | Matrix


def shortened(text: str, most: int) -> str:
    """A text of at most so many Latin letters' width; a Chinese one is two wide."""
    width = 0
    for n, letter in enumerate(text):
        width += 2 if ord(letter) > 0x2E7F else 1
        if width > most:
            return f"{text[: n - 1].rstrip()}…"
    return text
