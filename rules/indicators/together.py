"""Figures of several clients as one, where their figures alone tell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.indicators.figures import Rate, tenths


@dataclass(frozen=True, slots=True)
class Part:
    """One client's figure of a month."""

    counted: int
    met: int | None
    value: float | None


def together(indicator: str, parts: Sequence[Part]) -> Part:
    """Rates and counts add up; how satisfied clients are is the mean of them, each once. Of medians and means of rows,
    as the hours to an answer, no sum can be made: `value` is None."""
    if len(parts) == 1:
        return parts[0]
    counted = sum(part.counted for part in parts)
    match indicator:
        case "on_time" | "risk_response":
            rate = Rate(sum(part.met or 0 for part in parts), counted)
            return Part(counted, rate.met, rate.percent)
        case "throughput":
            return Part(counted, None, float(counted) if counted else None)
        case "satisfaction":
            told = [Decimal(str(part.value)) for part in parts if part.value is not None]
            return Part(counted, None, tenths(sum(told, Decimal()) / len(told)) if told else None)
    return Part(counted, None, None)
