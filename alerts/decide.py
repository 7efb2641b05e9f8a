"""Do we tell this reader of this alert now, and for what reason: one pure function.

It is asked anew in every round, of what holds then. Nothing is told because of a message composed last night: what
was over by the morning is not told, and what became worse is told as it is.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from rules.rule import Repeat
from rules.working_time import WorkingTime

_URGENT_REPEAT = timedelta(minutes=15)
"""Until somebody takes it."""


class Reason(StrEnum):
    """Why we tell, or why we do not."""

    FIRST = "first"
    WORSE = "worse"
    RISEN = "went up"
    """To the next level: those who had it hear so."""
    REPEAT = "repeat"
    WROTE_AGAIN = "the client wrote again"
    """On what is urgent: that never waits, whoever has it."""
    AGAIN = "fires again"
    """Somebody had it: nothing was done, the snooze is over, or they handed it back."""
    ENDED = "ended"

    TOLD = "told already"
    NEVER_TOLD = "over, and was not told"
    END_TOLD = "told that it is over"
    FIRST_LOOK = "first look: told to the coordinator alone"
    STALE = "the source is stale"
    SILENCED = "silenced"
    TAKEN = "somebody has it"
    SNOOZED = "snoozed"
    FLUTTERS = "opens and closes again and again: told once it has lasted a working day"
    OUTSIDE_HOURS = "waits for the reader's working time"
    WAITS_FOR_LINE = "waits for the reader's morning line"

    @property
    def tells(self) -> bool:
        """Whether it is a reason to tell."""
        return self in _TELLING


_TELLING = frozenset(
    (
        *(Reason.FIRST, Reason.WORSE, Reason.RISEN, Reason.REPEAT),
        *(Reason.WROTE_AGAIN, Reason.AGAIN, Reason.ENDED),
    )
)


@dataclass(frozen=True, slots=True)
class Holding:
    """What holds of the alert now."""

    state: str
    adopted: bool = True
    stale: bool = False
    """Its source is: what we know may be over."""
    quiet_end: bool = False
    """It ended because the config took it away."""
    worse_at: datetime | None = None
    risen_at: datetime | None = None
    """When it last went up, because nobody took it."""
    risen_to_reader: bool = False
    """To this reader: who was told long ago, as somebody else, hears all of it anew."""
    wrote_at: datetime | None = None
    """Since when we know of what the client wrote last, of what is urgent."""
    flutters: bool = False
    """It opens and closes again and again, and has not lasted yet this time."""
    silenced: bool = False
    held_at: datetime | None = None
    """When somebody took or snoozed it."""
    by_reader: bool = False
    """It was this reader."""
    handed_at: datetime | None = None
    """When it came to the BD manager of now from another one."""
    again_at: datetime | None = None
    """When it last fired again, after somebody had it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What this reader was last told of this alert, in this episode."""

    at: datetime
    ended: bool = False
    reached: bool = True
    """A message about it arrived, or will: what happens next can be told below it. Else all of them are parked."""
    repeat_due: bool = False
    """The rule's `repeat` has passed since."""


@dataclass(frozen=True, slots=True)
class Policy:
    """When it may be told."""

    urgent: bool = False
    """Outside the reader's working time too."""
    in_line: bool = False
    """It goes with the morning line, not within minutes."""

    @classmethod
    def of(cls, on: str, severity: str, *, urgent: bool) -> "Policy":
        """For what a rule on the view `on` found: a client who waits is told of sooner than a date that passed."""
        at_once = ("warning", "high", "critical") if on == "feedback" else ("high", "critical")
        return cls(urgent=urgent, in_line=severity not in at_once)


@dataclass(frozen=True, slots=True)
class Hours:
    """What the reader's calendar says of now."""

    working: bool
    line_came: bool
    """A working day of theirs has begun since the alert did."""


def decide(holding: Holding, told: Told | None, policy: Policy, hours: Hours) -> Reason:
    """Whether to tell one reader of one alert now, and why, or why not."""
    if holding.state == "resolved":
        return _decide_end(holding, told, hours)
    if not holding.adopted:
        return Reason.FIRST_LOOK
    if holding.silenced:
        return Reason.SILENCED
    if holding.stale and not policy.urgent:
        return Reason.STALE  # what is urgent rings until somebody takes it: it may be over, and may be not
    reason = _cause(holding, told)
    if not reason.tells or policy.urgent:
        return reason
    if not hours.working:
        return Reason.OUTSIDE_HOURS
    if reason in (Reason.FIRST, Reason.AGAIN) and policy.in_line and not hours.line_came:
        return Reason.WAITS_FOR_LINE
    return reason


def _decide_end(holding: Holding, told: Told | None, hours: Hours) -> Reason:
    if told is None or holding.quiet_end:
        return Reason.NEVER_TOLD
    if told.ended:
        return Reason.END_TOLD
    return Reason.ENDED if hours.working else Reason.OUTSIDE_HOURS


def _cause(holding: Holding, told: Told | None) -> Reason:
    """What was never told is news, unless its reader has it, or it was theirs already when it was snoozed.

    What is taken is taken as it was then.
    """
    snoozed = holding.state == "snoozed"
    hidden = snoozed and not _is_later(holding.handed_at, holding.held_at)
    if told is None and not hidden and not holding.by_reader:
        return Reason.FLUTTERS if holding.flutters else Reason.FIRST
    if told is not None and holding.wrote_at is not None and holding.wrote_at > told.at:
        return Reason.WROTE_AGAIN
    known_at = max(at for at in (told.at if told else None, holding.held_at) if at is not None)
    if holding.worse_at is not None and holding.worse_at > known_at:
        return Reason.WORSE
    if holding.held_at is not None:
        return Reason.SNOOZED if snoozed else Reason.TAKEN
    if holding.again_at is not None and holding.again_at > known_at:
        return Reason.AGAIN
    if holding.risen_at is not None and holding.risen_at > known_at:
        if holding.risen_to_reader:
            return Reason.FIRST
        if told is not None and told.reached:
            return Reason.RISEN
    return Reason.REPEAT if told is not None and told.repeat_due else Reason.TOLD


def _is_later(at: datetime | None, than: datetime | None) -> bool:
    return at is not None and (than is None or at > than)


def line_came(calendar: WorkingTime, owed_from: datetime | None, now: datetime) -> bool:
    """Whether a working day has begun after `owed_from` and by `now`; always, if it is owed since before we looked.

    `owed_from` is the round before the one in which the alert fired: the first round after nine o'clock is the
    morning line, however late it comes, and what that very round finds goes with it.
    """
    return owed_from is None or next_morning(calendar, owed_from) <= now


def next_morning(calendar: WorkingTime, after: datetime) -> datetime:
    """The first opening of a working day after `after`."""
    day = after.astimezone(calendar.zone).date()
    if calendar.is_working_day(day) and (opening := _opening(calendar, day)) > after:
        return opening
    return _opening(calendar, calendar.add_days(day, 1))


def _opening(calendar: WorkingTime, day: date) -> datetime:
    return calendar.next_opening(datetime.combine(day, time(), tzinfo=calendar.zone))


def working_days_since(calendar: WorkingTime, at: datetime, now: datetime) -> int:
    """Working days that have begun since the day of `at`."""
    return calendar.days_between(at.astimezone(calendar.zone).date(), now.astimezone(calendar.zone).date())


def is_repeat_due(
    repeat: Repeat | None, told_at: datetime, now: datetime, calendar: WorkingTime, *, urgent: bool = False
) -> bool:
    """Whether what was told at `told_at` is to be told again, on the reader's calendar; what is urgent by the clock."""
    if urgent:
        return now - told_at >= _URGENT_REPEAT
    if repeat is None:
        return False
    if repeat.unit == "h":
        return now - told_at >= timedelta(hours=repeat.amount)
    return working_days_since(calendar, told_at, now) >= repeat.amount
