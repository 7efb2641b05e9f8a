"""Indicator 7: responses to risks that were carried out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from rules.indicators.figures import LeftOut, Rate, Window

UNDATED_DAYS = 10
"""Working days after the risk was raised in which a response without a date is due."""

_COUNTED = ("avoid", "mitigate", "transfer")


@dataclass(frozen=True, slots=True)
class Response:
    """A risk and what was to be done about it."""

    key: str
    response: str | None
    raised_on: date
    due_on: date | None = None
    carried_out_on: date | None = None
    gone_on: date | None = None
    """The risk was closed, as it was no more."""
    occurred_on: date | None = None


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """`late` are the keys of those carried out after their date, but by the end of the window: they are met."""

    rate: Rate
    late: tuple[str, ...]


def risk_response_rate(
    risks: Iterable[Response], window: Window, add_working_days: Callable[[date, int], date]
) -> ResponseRate:
    """How many responses that were due in `window`, or older and still open at its start, were carried out by its end.

    Not met: not carried out by then, or the risk occurred first. Left out: accepted ones, and risks that were gone
    before the date. A risk without a response is no response: it is a rule's matter.
    """
    met, missed, late, left_out = 0, [], [], []
    for risk in risks:
        if risk.response is None:
            continue
        due = risk.due_on or add_working_days(risk.raised_on, UNDATED_DAYS)
        open_at_start = risk.carried_out_on is None or risk.carried_out_on >= window.first
        was_gone = risk.gone_on is not None and risk.gone_on < due
        carried_over = due < window.first and open_at_start and not (risk.gone_on and risk.gone_on < window.first)
        if due not in window and not carried_over:
            continue
        if risk.response not in _COUNTED or was_gone:
            left_out.append(LeftOut(risk.key, "gone before its date" if was_gone else "accepted"))
        elif _is_met(risk, window):
            met += 1
            if risk.carried_out_on and risk.carried_out_on > due:
                late.append(risk.key)
        else:
            missed.append(risk.key)
    return ResponseRate(Rate(met, met + len(missed), tuple(missed), tuple(left_out)), tuple(late))


def _is_met(risk: Response, window: Window) -> bool:
    done = risk.carried_out_on
    if done is None or done > window.last:
        return False
    return risk.occurred_on is None or done <= risk.occurred_on
