"""When the hub looks, and what holds then: who is at work, which calendars are known, whether the CRM can be read."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise

from tests.alerts.year.minutes import Minutes, Offices
from tests.alerts.year.staff import OFFICES, is_away

_HOURS = (0, 3, 8, 9, 10, 11, 12, 14, 15, 17, 18, 21)
FAR = 1 << 40
"""The number of a round that never comes."""


@dataclass(frozen=True)
class Looks:
    """Every round of the year, by its number from 0 on."""

    at: Sequence[datetime]
    offices: Offices
    down: tuple[datetime, datetime]
    """When the CRM cannot be read."""

    def __len__(self) -> int:
        return len(self.at)

    def first_from(self, instant: datetime | None) -> int:
        """The first round at or after `instant`; None never comes."""
        return FAR if instant is None else bisect_left(self.at, instant)

    def first_readable(self, instant: datetime | None) -> int:
        """The same for the CRM, which has to answer in it."""
        number = self.first_from(instant)
        return self.first_from(self.down[1]) if number < len(self) and self.is_down(number) else number

    def is_down(self, number: int) -> bool:
        """Whether the CRM cannot be read in that round."""
        return self.down[0] <= self.at[number] < self.down[1]

    def calendar(self, office: str, number: int) -> Minutes:
        """Of that office, as known in that round."""
        return self._known[number][office]

    def is_working(self, reader: str, number: int) -> bool:
        """Whether they are at work, or away in working time."""
        return self._working[OFFICES[reader]][number]

    def is_there(self, reader: str, number: int) -> bool:
        """Whether they are at work and not away."""
        return self.is_working(reader, number) and not is_away(reader, self.today(number))

    def today(self, number: int) -> date:
        """The day of that round."""
        return self.at[number].date()

    @cached_property
    def stages(self) -> Sequence[range]:
        """The rounds of each state of what was known of the calendars."""
        begins = [0, *(self.first_from(instant) for instant in self.offices.since[1:]), len(self)]
        return [range(a, b) for a, b in pairwise(begins)]

    @cached_property
    def _known(self) -> Sequence[Mapping[str, Minutes]]:
        return [self.offices.at(now) for now in self.at]

    @cached_property
    def _working(self) -> Mapping[str, Sequence[bool]]:
        return {
            office: [known[office].is_working(now) for known, now in zip(self._known, self.at, strict=True)]
            for office in set(OFFICES.values())
        }


def looks_of(
    first: datetime, days: int, instants: Iterable[datetime], offices: Offices, down: tuple[datetime, datetime]
) -> Looks:
    """Nearly every hour by day, three times at night, and at `instants`."""
    last = first + timedelta(days=days)
    hours = (first + timedelta(hours=hour) for hour in range(days * 24))
    grid = {at for at in hours if at.hour in _HOURS}
    return Looks(sorted(grid.union(at for at in instants if first <= at < last)), offices, down)
