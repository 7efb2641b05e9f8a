"""Which days are off and which are made up for, as the notices of Hong Kong and of the mainland say, without a network.

From the `holidays` package (0.109, read 22 Nov 2026). Hong Kong: the category `optional`, which is the list of general
holidays (`public`, the default, is the statutory list, without Good Friday). Mainland: the statutory days, the
exchanged days off and their make-up days (調休) as the State Council's yearly notice of November fixes them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import holidays

Office = Literal["HK", "CN", "none"]

_FIRST_NOTICE = 2008
"""Since this year the mainland has had make-up days every year."""
_SPRING_FESTIVAL = "Chinese New Year (Spring Festival)"


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Days that are off whatever weekday they are, and weekend days that are worked instead."""

    off: frozenset[date] = frozenset()
    made_up: frozenset[date] = frozenset()


def days_off(office: Office, years: Collection[int]) -> DaysOff:
    """Those of `years`, as far as they are known."""
    match office:
        case "HK":
            return DaysOff(frozenset(holidays.country_holidays("HK", years=years, categories=("optional",))))
        case "CN":
            found = holidays.country_holidays("CN", years=years)
            # The package keeps stray make-up days of years that nobody asked for.
            return DaysOff(frozenset(found), frozenset(day for day in found.weekend_workdays if day.year in years))
        case "none":
            return DaysOff()


def unannounced(made_up: Collection[date], years: Collection[int]) -> tuple[int, ...]:
    """Mainland years without a make-up day in `made_up`: their notice is not out, or not known to us."""
    known = {day.year for day in made_up}
    return tuple(year for year in years if year >= _FIRST_NOTICE and year not in known)


def lunar_new_year_eves(years: Collection[int]) -> frozenset[date]:
    """The day before the first day of each lunar new year: worked in Hong Kong, by many until noon."""
    found = holidays.country_holidays("CN", years=years, language="en_US")
    new_years = [day for day in found.get_named(_SPRING_FESTIVAL, lookup="exact") if day.year in years]
    return frozenset(min(day for day in new_years if day.year == year) - timedelta(days=1) for year in years)
