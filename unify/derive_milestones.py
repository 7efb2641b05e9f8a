"""What a milestone's history says: the date first promised, its moves, the date agreed, the day that overdue asks.

Pure: rows and the reckoning of days in, derived columns out. Days are the organisation's: an instant counts as the
day it falls on there. Design: "Overdue", "Baseline", "Slip", "Agreed date".
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from unify.derived import Row, Values

WorkingDays = Callable[[str, date, date], int]
"""(calendar, from, to) -> working days in (from, to]. Raises ValueError for days the calendar does not know."""

CORRECTION = 2
"""Working days in which a date just set may still be corrected: typing and planning, not a move."""

_NEVER_A_CORRECTION = 31
"""Calendar days no two working days stretch over; so old histories ask no calendar that was not made for them."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A due date was set (`on` None: taken away) at `at` by `by`.

    `not_before`: where only an interval is known, when it had surely not happened yet. `actual`: set as the version
    was released, so it says when that was, and plans nothing.
    """

    on: date | None
    at: datetime | None
    not_before: datetime | None = None
    by: str | None = None
    actual: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """The reckoning of days: the organisation's zone, and the calendar of those who must answer."""

    zone: ZoneInfo
    working_days: WorkingDays
    calendar: str = "default"

    def day(self, instant: datetime) -> date:
        """The day an instant falls on."""
        return instant.astimezone(self.zone).date()

    def end(self, day: date) -> datetime:
        """The last microsecond of a day."""
        return datetime.combine(day, time.max, self.zone).astimezone(UTC)

    def corrects(self, first: datetime | None, then: datetime | None) -> bool:
        """Whether a change at `then` still corrects what was set at `first`; not where either is unknown."""
        if first is None or then is None:
            return False
        begin, end = self.day(first), self.day(then)
        if not 0 <= (end - begin).days <= _NEVER_A_CORRECTION:
            return False
        try:
            return self.working_days(self.calendar, begin, end) <= CORRECTION
        except ValueError:
            return False


def history(milestone: Row, changes: Iterable[Row], zone: ZoneInfo) -> list[Dated]:
    """Every due date it had, oldest first, from its `due` and `status` changes.

    The vendor's own history wins over our comparing. A first change that begins from a date means that it was made
    with that date.
    """
    known = sorted(changes, key=lambda row: (row["changed_at"] or datetime.min.replace(tzinfo=UTC), row["key"]))
    dues = [row for row in known if row["field"] == "due"]
    dues = [row for row in dues if row["origin"] == "native"] or dues
    if not dues:
        return []
    released = {row["changed_at"] for row in known if row["field"] == "status" and _sets_done(milestone, row)}
    dated = [
        Dated(
            on=day_of(row["new"], zone),
            at=row["changed_at"],
            not_before=row["not_before"] if row["origin"] == "compared" else None,
            by=row["author_account"],
            actual=milestone["kind"] == "version" and row["changed_at"] in released,
        )
        for row in dues
    ]
    made_with = day_of(dues[0]["old"], zone)
    return [Dated(made_with, milestone["created_at"]), *dated] if made_with else dated


def baseline(dated: Sequence[Dated], days: Days) -> int | None:
    """Index of the date first promised: the first one set, or what replaced it within `CORRECTION` working days.

    None where none was ever set. One taken away again in that time was none.
    """
    first, promised = None, None
    for index, setting in enumerate(dated):
        if setting.actual:
            continue
        if first is None:
            if setting.on is not None:
                first, promised = setting, index
        elif not days.corrects(first.at, setting.at):
            break
        elif setting.on is None:
            first, promised = None, None
        else:
            promised = index
    return promised


def moves(dated: Sequence[Dated], promised: int) -> list[Dated]:
    """The settings after the baseline that put another day in its place. Taking a date away moves it nowhere."""
    found, standing = [], dated[promised].on
    for setting in dated[promised + 1 :]:
        if setting.on is None or setting.on == standing:
            continue
        standing = setting.on
        if not setting.actual:
            found.append(setting)
    return found


def last_change(dated: Sequence[Dated]) -> datetime | None:
    """When the tool's date last became another day: the earliest it can have been."""
    changed, standing = None, None
    for setting in dated:
        if setting.on != standing:
            changed, standing = setting.not_before or setting.at, setting.on
    return changed


def derive_milestone(
    milestone: Row, changes: Iterable[Row], agreements: Iterable[Row], items: tuple[int, int], days: Days
) -> Values:
    """The derived columns of one milestone. `items`: how many of its items are open, and how many there are."""
    changes = list(changes)
    dated = history(milestone, changes, days.zone)
    promised = baseline(dated, days)
    moved = [] if promised is None else moves(dated, promised)
    baseline_on = milestone["due_on"] if promised is None else dated[promised].on
    if dated and all(setting.actual for setting in dated):
        baseline_on = None  # it has the day on which it went out, and never had a plan
    agreed_on, recorded_at = _agreed(milestone, agreements)
    due_on, due_at = milestone["due_on"], milestone["due_at"]
    by_agreement = agreed_on is not None and _stands(due_on, recorded_at, last_change(dated))
    deadline_on = agreed_on if by_agreement else due_on
    deadline_at = days.end(deadline_on) if deadline_on and (by_agreement or due_at is None) else due_at
    return {
        "done_by_account": _done_by(milestone, changes),
        "baseline_on": baseline_on,
        "agreed_on": agreed_on,
        "agreed_recorded_at": recorded_at,
        "deadline_on": deadline_on,
        "deadline_at": deadline_at,
        "slip_days": (deadline_on - baseline_on).days if deadline_on and baseline_on else None,
        "moves": len(moved),
        "moved_at": moved[-1].at if moved else None,
        "moved_by_account": moved[-1].by if moved else None,
        "open_items": items[0],
        "total_items": items[1],
    }


def uncounted(projects: Iterable[Row], others: Iterable[Row]) -> set[str]:
    """The milestones made from a project's own date, of those `projects`, on whose day a milestone of theirs falls.

    `others`: living milestones of other kinds with `due_on`, `status_category` and `in_projects`. A cancelled one
    holds no day.
    """
    held = {
        (project, other["due_on"])
        for other in others
        if other["status_category"] != "cancelled"
        for project in other["in_projects"]
    }
    return {row["key"] for row in projects if (row["project_key"], row["due_on"]) in held}


def _agreed(milestone: Row, agreements: Iterable[Row]) -> tuple[date | None, datetime | None]:
    """The date agreed last, and when that was recorded: unknown where it is a field of the tool that says it."""
    latest = max(agreements, key=lambda row: (row["recorded_at"], row["id"]), default=None)
    return (latest["agreed_on"], latest["recorded_at"]) if latest else (milestone["agreed_native_on"], None)


def _stands(due_on: date | None, recorded_at: datetime | None, changed_at: datetime | None) -> bool:
    """Whether the agreed date is the one that overdue asks.

    It is unless the tool's date changed after it was recorded. A date taken away does not undo a promise, and what
    the tool itself says as agreed is as fresh as the rest of it.
    """
    return due_on is None or recorded_at is None or changed_at is None or recorded_at >= changed_at


def _done_by(milestone: Row, changes: Iterable[Row]) -> str | None:
    """Who set it done last."""
    if milestone["status_category"] != "done":
        return None
    setting = [row for row in changes if row["field"] == "status" and row["changed_at"] and _sets_done(milestone, row)]
    return max(setting, key=lambda row: (row["changed_at"], row["key"]), default={"author_account": None})[
        "author_account"
    ]


def _sets_done(milestone: Row, change: Row) -> bool:
    """Whether a change of status is the one that made it done: it went to today's word, or at that very instant."""
    if milestone["status_category"] != "done":
        return False
    return bool(change["new"] == milestone["status_native"] or change["changed_at"] == milestone["done_at"])


def day_of(text: Any, zone: ZoneInfo) -> date | None:
    """The day of a change's value: a date, or an instant in ISO 8601."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(zone).date() if len(text) > 10 else date.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
