"""Indicator 8: how the team finds the coordinators' communication."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rules.indicators.figures import tenths

FEWEST_RATERS = 3
"""Fewer would know whose mark is whose."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a member of the team gave, 1 to 5."""

    rater: str
    at: datetime
    mark: float


@dataclass(frozen=True, slots=True)
class Communication:
    """`score`: the mean of each rater's latest mark; None: too few to show."""

    score: float | None
    raters: int


def communication_score(marks: Iterable[Mark]) -> Communication:
    """From surveys; never inferred from how much people write."""
    latest = {mark.rater: mark.mark for mark in sorted(marks, key=lambda mark: mark.at)}
    if len(latest) < FEWEST_RATERS:
        return Communication(None, len(latest))
    return Communication(tenths(sum(latest.values()) / len(latest)), len(latest))
