"""Indicators 1 and 2: promises kept on time, and how far the dates slipped."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from rules.indicators.figures import LeftOut, Rate, Window, tenths

WorkingDays = Callable[[str, date, date], int]
"""(calendar, from, to) -> working days in (from, to]; negative where `to` is the earlier."""
PromiseDay = Callable[[str, date], date]
"""(calendar, day) -> the day by which a promise for `day` is measured: a later one where the office was closed for half
of its hours or more (typhoon 8, black rain)."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The client accepted the day `on`, recorded on the day `recorded_on`."""

    on: date
    recorded_on: date
    recorded_at: datetime | None = None
    """None: only the day is known."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A milestone as these indicators see it. Days are the organisation's; `gone_on`: cancelled, archived, deleted."""

    key: str
    baseline_on: date | None
    due_on: date | None = None
    due_at: datetime | None = None
    done_on: date | None = None
    """Of the last time that it was done."""
    done_at: datetime | None = None
    entered_on: date | None = None
    gone_on: date | None = None
    agreed: tuple[Agreed, ...] = ()
    """In the order in which they were recorded."""
    client_facing: bool = True
    status_known: bool = True
    is_dated: bool = True
    """False: it was done, and nobody knows when."""
    calendar: str = "default"
    """Of those who must answer."""

    @property
    def committed_on(self) -> date | None:
        """The promise that is measured: a date agreed after the old one had passed is a recovery, and moves nothing."""
        promised = self.baseline_on
        for agreement in self.agreed:
            if promised is None or not self._had_passed(promised, agreement):
                promised = agreement.on
        return promised

    def _had_passed(self, promised: date, agreement: Agreed) -> bool:
        """Whether that promise had when the agreement was recorded: by the instants, where both are known."""
        if self.due_at is not None and self.due_on == promised and agreement.recorded_at is not None:
            return agreement.recorded_at > self.due_at
        return agreement.recorded_on > promised


def _as_promised(calendar: str, day: date) -> date:
    return day


def on_time_rate(
    promises: Iterable[Promise], window: Window, today: date, promise_day: PromiseDay = _as_promised
) -> Rate:
    """How many of the client-facing promises of `window` were kept.

    Kept: done on the promised day or before (by the instants, where both are known). Broken: done later, or open though
    the day has ended; or cancelled, archived or deleted on that day or after it. Left out: no date, entered only after
    its date, status unknown, done nobody knows when, cancelled before its date.
    """
    met, missed, left_out = 0, [], []
    for promise in _counted(promises, window, today, promise_day):
        if reason := _left_out(promise):
            left_out.append(LeftOut(promise.key, reason))
        elif _is_kept(promise, promise_day):
            met += 1
        else:
            missed.append(promise.key)
    return Rate(met, met + len(missed), tuple(missed), tuple(left_out))


def _counted(promises: Iterable[Promise], window: Window, today: date, promise_day: PromiseDay) -> Iterable[Promise]:
    """Those of the window whose day has ended, or that are done; and, to be listed, those without a date."""
    for promise in promises:
        day = promise.committed_on
        if not promise.client_facing:
            continue
        if day is None or (
            day in window and (promise_day(promise.calendar, day) < today or promise.done_on is not None)
        ):
            yield promise


def _left_out(promise: Promise) -> str:
    """Why it is not counted; "" if it is."""
    day = promise.committed_on
    if day is None:
        return "no date"
    if promise.entered_on is not None and promise.entered_on > day:
        return "entered after its date"
    if not promise.status_known:
        return "status unknown"
    if not promise.is_dated:
        return "done, nobody knows when"
    if promise.gone_on is not None and promise.gone_on < day:
        return "cancelled before its date"
    return ""


def _is_kept(promise: Promise, promise_day: PromiseDay) -> bool:
    day = promise.committed_on
    if promise.gone_on is not None or promise.done_on is None or day is None:
        return False
    measured_by = promise_day(promise.calendar, day)
    if promise.due_at is not None and promise.done_at is not None and promise.due_on == day == measured_by:
        return promise.done_at <= promise.due_at
    return promise.done_on <= measured_by


@dataclass(frozen=True, slots=True)
class Slip:
    """Working days from the first promise to the end. `mean` counts what was early as 0, `median` as it was."""

    mean: float | None
    median: float | None
    worst: int | None
    counted: int
    left_out: tuple[LeftOut, ...] = ()


def average_slip(promises: Iterable[Promise], window: Window, today: date, working_days: WorkingDays) -> Slip:
    """How far the promises of `window` slipped from their baseline, in working days.

    Of the same set as `on_time_rate`, without what has no baseline or was cancelled. What is open ends for now with the
    later of its date and the window, or of its date and today while the window runs.
    """
    slips: list[int] = []
    left_out: list[LeftOut] = []
    until = min(window.last, today)
    for promise in _counted(promises, window, today, _as_promised):
        reason = _left_out(promise) or ("cancelled" if promise.gone_on else "")
        if reason or promise.baseline_on is None:
            left_out.append(LeftOut(promise.key, reason or "no first date"))
            continue
        end = promise.done_on or max(promise.due_on or until, until)
        slips.append(working_days(promise.calendar, promise.baseline_on, end))
    return _slip(slips, tuple(left_out))


def _slip(slips: Sequence[int], left_out: tuple[LeftOut, ...]) -> Slip:
    if not slips:
        return Slip(None, None, None, 0, left_out)
    mean = sum(max(days, 0) for days in slips) / len(slips)
    return Slip(tenths(mean), float(median(slips)), max(slips), len(slips), left_out)
