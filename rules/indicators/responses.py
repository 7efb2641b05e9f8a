"""Indicator 7: responses to risks that were carried out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from rules.indicators.figures import LeftOut, Rate, Window

UNDATED_DAYS = 10
"""Working days after the risk was raised in which a response without a date is due."""

AddWorkingDays = Callable[[str, date, int], date]
"""(calendar, day, n) -> the `n`th working day after `day`."""

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
    is_dated: bool = True
    """False: it was carried out, and nobody says when."""
    calendar: str = "default"
    """Of those who must answer."""


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """`late` are the keys of those carried out after their date, but by the end of the window: they are met."""

    rate: Rate
    late: tuple[str, ...]


def risk_response_rate(
    risks: Iterable[Response], window: Window, today: date, add_working_days: AddWorkingDays
) -> ResponseRate:
    """How many responses that were due in `window`, or older and still open at its start, were carried out by its end.

    Not met: not carried out by then, or the risk occurred first. Left out: accepted ones, risks that were gone before
    the date, and what was carried out nobody knows when. What is open in a window that runs is not counted, for it may
    be carried out yet; a risk for which nobody named a response is a rule's matter.
    """
    met, missed, late, left_out = 0, [], [], []
    until = min(window.last, today)
    for risk in risks:
        if risk.response is None:
            continue
        counts = risk.response in _COUNTED and risk.is_dated
        due = risk.due_on or add_working_days(risk.calendar, risk.raised_on, UNDATED_DAYS)
        open_at_start = risk.carried_out_on is None or risk.carried_out_on >= window.first
        was_gone = risk.gone_on is not None and risk.gone_on < due
        was_gone_at_start = risk.gone_on is not None and risk.gone_on < window.first
        carried_over = due < window.first and counts and open_at_start and not was_gone_at_start
        is_due_yet = due >= today and risk.carried_out_on is None
        if is_due_yet or (due not in window and not carried_over):
            continue
        if reason := _left_out(risk, was_gone=was_gone):
            left_out.append(LeftOut(risk.key, reason))
        elif _is_met(risk, until):
            met += 1
            if risk.carried_out_on and risk.carried_out_on > due:
                late.append(risk.key)
        elif today > window.last or risk.occurred_on is not None:
            missed.append(risk.key)
    return ResponseRate(Rate(met, met + len(missed), tuple(missed), tuple(left_out)), tuple(late))


def _left_out(risk: Response, *, was_gone: bool) -> str:
    """Why it is not counted; "" if it is."""
    if was_gone:
        return "gone before its date"
    if risk.response not in _COUNTED:
        return "accepted"
    return "" if risk.is_dated else "carried out, nobody knows when"


def _is_met(risk: Response, until: date) -> bool:
    done = risk.carried_out_on
    if done is None or done > until:
        return False
    return risk.occurred_on is None or done <= risk.occurred_on
