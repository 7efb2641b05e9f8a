"""What indicators have in common: windows of whole months, rates of so many of so many, and what was left out."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Generic, TypeVar

FEWEST = 5
"""Below so many counted there is a fraction, but no rate, no colour and no rule."""
KEPT_MONTHS = 12
"""Months before the running one whose figures are reckoned; older ones stay as they are."""
ALERT_MONTHS = 3
"""Over so many months the rules ask whether the firm is on target."""
SURVEY_MONTHS = 12
"""So long a mark says how satisfied somebody is."""

_Fact = TypeVar("_Fact")


@dataclass(frozen=True, slots=True)
class Window:
    """The days from `first` to `last`, both in it."""

    first: date
    last: date

    def __contains__(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last


def month_of(day: date) -> Window:
    """The calendar month in which `day` lies."""
    return months_until(day, 1)


def months_until(day: date, count: int) -> Window:
    """The month in which `day` lies, and those before it, `count` in all."""
    months = day.year * 12 + day.month - 1
    first, after = months - count + 1, months + 1
    end = date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
    return Window(date(first // 12, first % 12 + 1, 1), end)


def month_before(day: date) -> Window:
    """The last month that had ended before `day`."""
    return month_of(day.replace(day=1) - timedelta(days=1))


def kept_months(today: date) -> list[Window]:
    """The months whose figures are reckoned, the earliest first; the last one runs."""
    months = [month_of(today)]
    for _ in range(KEPT_MONTHS):
        months.append(month_before(months[-1].first))
    return months[::-1]


class ByMonth(Generic[_Fact]):
    """Facts, each in the month of its day, so that a window need not look at all of them."""

    def __init__(self, facts: Iterable[_Fact], day_of: Callable[[_Fact], date | None]) -> None:
        """What has no day lies in no month."""
        self._months: dict[date, list[_Fact]] = defaultdict(list)
        for fact in facts:
            if (day := day_of(fact)) is not None:
                self._months[day.replace(day=1)].append(fact)

    def within(self, window: Window) -> list[_Fact]:
        """Those of the months of `window`, in the order of the months."""
        return [fact for first in sorted(self._months) if first in window for fact in self._months[first]]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that was not counted, and why: the reason is a word that the report has texts for."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rate:
    """`met` of `counted`. `missed` are the keys of the others; `left_out` was not counted at all."""

    met: int
    counted: int
    missed: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def percent(self) -> float | None:
        """To one decimal, half up; None where nothing was counted: no data is neither 0 nor 100."""
        return tenths(Decimal(100 * self.met) / self.counted) if self.counted else None


def tenths(value: Decimal | float) -> float:
    """To one decimal, half up: 81.25 is 81.3."""
    return float(Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def nearest_rank(ascending: Sequence[float], percent: int) -> float:
    """The percentile by nearest rank: value number ceil(p x n) of the list, which may not be empty."""
    rank = -(-percent * len(ascending) // 100)
    return ascending[max(rank, 1) - 1]
