"""What was agreed with one client, and how it is kept: the contract, how often we speak, when they get their report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement

from rules.language.compile import Scope
from rules.moment import Moment
from rules.views.client import CLIENT
from rules.views.reader import ViewReader
from rules.working_time import OutsideCalendar, WorkingTime
from unify.derived import CLIENT_CONTACT, Row

_A_DAY, _A_WEEK = timedelta(days=1), timedelta(days=7)
_CONTACT = CLIENT_CONTACT.c

Contact = Literal["any", "call", "meeting", "report"]


@dataclass(frozen=True, slots=True)
class Cadence:
    """A kind of contact. `every`: weekly, fortnightly or monthly, or of a report "report"; None: nothing was agreed.
    `working_day`: of the month, by which a report is sent.

    `next_on`: the last working day on which the next one is in time; `missed`: one was due and is not on record.
    """

    kind: Contact
    every: str | None
    working_day: int | None
    last_at: datetime | None
    next_on: date | None
    missed: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """The contract, as the config says; None where it does not. `notice_by`: the last day to give notice.

    `source`: the CRM that knows of contacts; "" for none: that none is on record then says nothing. `silent_days`:
    working days since the last one.
    """

    tier: str | None
    contract_start_on: date | None
    contract_end_on: date | None
    notice_days: int | None
    notice_by: date | None
    warranty_end_on: date | None
    source: str
    contact_at: datetime | None
    meeting_at: datetime | None
    silent_days: float | None
    cadences: Sequence[Cadence]


_STORED = (*("tier", "contract_start_on", "contract_end_on", "notice_days", "warranty_end_on", "source", "contact_at"),)
_READ = (
    *("key", "calendar", "cadence", "cadence_by", "cadence_at", "cadence_missed"),
    *("report_day", "report_at", "report_due"),
)


def read_terms(views: ViewReader, client: str) -> Terms:
    """Of a client that there is."""

    def more(_: Scope) -> Mapping[str, ColumnElement[Any]]:
        return {"call_at": _CONTACT.call_at, "meeting_at": _CONTACT.meeting_at}

    (row,) = views.rows(CLIENT, _STORED + _READ, lambda scope: scope.columns["key"] == client, more, "silent_days")
    ends, notice = row["contract_end_on"], row["notice_days"]
    return Terms(
        **{name: row[name] for name in _STORED},
        notice_by=ends - timedelta(days=notice) if ends and notice else None,
        meeting_at=row["meeting_at"],
        silent_days=row["silent_days"],
        cadences=list(_cadences(row, views.moment)),
    )


def _cadences(row: Row, moment: Moment) -> Iterator[Cadence]:
    """What was agreed first; of the other kinds when the last was."""
    calendar = moment.calendar(row["calendar"])
    agreed: Contact | None = (row["cadence_by"] or "any") if row["cadence"] else None
    if agreed:
        next_on = _in_calendar(lambda: _next_contact(row["cadence"], row["cadence_at"], calendar, moment))
        yield Cadence(agreed, row["cadence"], None, row["cadence_at"], next_on, bool(row["cadence_missed"]))
    if day := row["report_day"]:
        next_on = _in_calendar(lambda: _next_report(day, row["report_at"], calendar, moment))
        yield Cadence("report", "report", day, row["report_at"], next_on, bool(row["report_due"]))
    last: Mapping[Contact, datetime | None] = {
        "meeting": row["meeting_at"],
        "call": row["call_at"],
        "any": row["contact_at"],
    }
    for kind, at in last.items():
        if kind != agreed and at is not None:
            yield Cadence(kind, None, None, at, None, missed=False)


def _in_calendar(day: Any) -> date | None:
    try:
        found: date = day()
    except OutsideCalendar:
        return None
    return found


def _next_contact(every: str, last_at: datetime | None, calendar: WorkingTime, moment: Moment) -> date:
    """Each whole week (fortnight, month) is to have one: the last working day before one is over that has none."""
    last = moment.today if last_at is None else last_at.astimezone(moment.zone).date()
    if every == "monthly":
        first = _month_after(_month_after(last)) if last_at else _month_after(last)
    else:
        weeks = 2 if every == "fortnightly" else 1
        monday = last - last.weekday() * _A_DAY
        first = monday + (weeks + 1 if last_at else weeks) * _A_WEEK
    return calendar.add_days(first, -1)


def _next_report(day: int, last_at: datetime | None, calendar: WorkingTime, moment: Moment) -> date:
    """The working day of this month, or of the next where this month's was sent."""
    month = moment.today.replace(day=1)
    if last_at is not None and last_at.astimezone(moment.zone).date() >= month:
        month = _month_after(month)
    return calendar.add_days(month - _A_DAY, day)


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
