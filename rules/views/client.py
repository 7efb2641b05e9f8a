"""The view `client`: every client of the config, what was agreed with them, and when we were last in touch."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Table, and_, case, exists, func, or_
from sqlmodel.sql.sqltypes import UTCDateTime

from rules.language import nodes
from rules.language.compile import Scope
from rules.moment import Moment
from rules.views.base import Age, Computed, Row, Stored, View, name_of, table, working_hours, working_hours_since
from rules.views.milestone import CATEGORIES
from rules.views.need import CRM, Need
from rules.views.owners import PROJECT, SOURCE
from rules.working_time import WorkingTime
from unify import tables

CADENCES = ("weekly", "fortnightly", "monthly")
DAY_HOURS = 8
"""Working hours of a working day."""
_A_DAY, _A_YEAR = timedelta(days=1), timedelta(days=365)

_client, _contact = table(tables.Client), table(tables.ClientContact)
_item = table(tables.WorkItem)
_bd = table(tables.Person).alias("bd")
_c, _t = _client.c, _contact.c
_OPEN = tuple(category for category in CATEGORIES if category not in ("done", "cancelled"))


def _works(scope: Scope) -> ColumnElement[bool]:
    """Open work of those items that the view `item` shows."""
    items = _item.join(SOURCE, SOURCE.c.name == _item.c.source).outerjoin(PROJECT, PROJECT.c.key == _item.c.project_key)
    living = (
        _item.c.deleted_at.is_(None),
        SOURCE.c.active,
        PROJECT.c.deleted_at.is_(None),
        PROJECT.c.archived.is_not(True),
    )
    mine = (_item.c.client_key == _c.key, _item.c.status_category.in_(_OPEN))
    return exists().select_from(items).where(*mine, *living).correlate(_client)


def _work(value: Any, row: Row, moment: Moment) -> Sequence[tuple[Table, Row]]:
    item = tables.WorkItem(
        key="example/item/1", source="example", vendor_id="1", client_key=row["key"], status_category="todo"
    )
    return [(_item, item.model_dump())] if value else []


def _in_touch(column: str) -> Callable[[Any, Row, Moment], Sequence[tuple[Table, Row]]]:
    """An example's row of `client_contact`, with that column at the given moment.

    A `contact_at` is the only contact there was; by any other column the client is an old one.
    """

    def shown_by(value: Any, row: Row, moment: Moment) -> Sequence[tuple[Table, Row]]:
        first = value if column == "contact_at" else value - _A_YEAR
        told = {"source": "example", "first_contact_at": first, "contact_at": value, column: value}
        return [(_contact, tables.ClientContact(client_key=row["key"], **told).model_dump())]

    return shown_by


def _cadence_at(scope: Scope) -> ColumnElement[datetime | None]:
    """The last contact of the agreed kind."""
    return case((_c.cadence_by == "call", _t.call_at), (_c.cadence_by == "meeting", _t.meeting_at), else_=_t.contact_at)


def _cadence_missed(scope: Scope) -> ColumnElement[bool]:
    """No contact of the agreed kind since the last whole week (fortnight, month) in which anybody works began."""
    missed = {cadence: _owed(scope, last, last, _cadence_at(scope)) for cadence, last in _LAST_PERIODS.items()}
    return or_(*(and_(_c.cadence == cadence, one) for cadence, one in missed.items()))


_Begin = Callable[[WorkingTime, date], date]
"""Where a period begins, on a calendar and a day."""


def _last_weeks(weeks: int) -> _Begin:
    """The last whole period of so many weeks that has a working day."""

    def begin(calendar: WorkingTime, today: date) -> date:
        end = today - timedelta(days=today.weekday())
        while not _has_working_day(calendar, first := end - timedelta(weeks=weeks), end):
            end = first
        return first

    return begin


def _last_month(calendar: WorkingTime, today: date) -> date:
    """The last whole month that has a working day."""
    end = _this_month(calendar, today)
    while not _has_working_day(calendar, first := _month_before(calendar, end), end):
        end = first
    return first


def _has_working_day(calendar: WorkingTime, begin: date, end: date) -> bool:
    return calendar.days_between(begin - _A_DAY, end - _A_DAY) > 0


def _this_month(_: WorkingTime, today: date) -> date:
    return today.replace(day=1)


def _month_before(_: WorkingTime, today: date) -> date:
    return (today.replace(day=1) - _A_DAY).replace(day=1)


_LAST_PERIODS: Mapping[str, _Begin] = {
    "weekly": _last_weeks(1),
    "fortnightly": _last_weeks(2),
    "monthly": _last_month,
}


def _report_due(scope: Scope) -> ColumnElement[bool]:
    """No report was sent in the month in which its working day last came to an end: one of the month before that."""

    def ended(calendar: WorkingTime, moment: Moment) -> int:
        return calendar.days_between(moment.today.replace(day=1) - _A_DAY, moment.today - _A_DAY)

    def unsent(month: _Begin) -> ColumnElement[bool]:
        return _owed(scope, month, lambda calendar, today: month(calendar, today) - _A_DAY, _t.report_at)

    has_ended = _c.report_day <= scope.on_calendar(ended, Integer())
    return and_(_c.report_day > 0, case((has_ended, unsent(_this_month)), else_=unsent(_month_before)))


def _owed(
    scope: Scope, period: _Begin, started_by: _Begin, last_at: ColumnElement[datetime | None]
) -> ColumnElement[bool]:
    """What was agreed was last done before `period` began, or never, though the client is ours.

    They are where a CRM of ours knows them, we were in touch before the period, and the contract, where one is written
    down, began on the day `started_by` at the latest and has not ended.
    """

    def midnight(calendar: WorkingTime, moment: Moment) -> datetime:
        return datetime.combine(period(calendar, moment.today), time(), moment.zone)

    begin = scope.on_calendar(midnight, UTCDateTime())
    latest = scope.on_calendar(lambda calendar, moment: started_by(calendar, moment.today), Date())
    return and_(
        _has_crm,
        _t.first_contact_at < begin,
        or_(_c.contract_start_on.is_(None), _c.contract_start_on <= latest),
        or_(_c.contract_end_on.is_(None), _c.contract_end_on >= scope.today),
        or_(last_at.is_(None), last_at < begin),
    )


_has_crm = _t.source != ""
"""Without one nobody could have logged a call or a mail: that none is on record says nothing."""

_hours_since_contact = working_hours_since("contact_at")


def _silent_for(operator: nodes.Order, number: float, scope: Scope) -> ColumnElement[bool]:
    return and_(_has_crm, _hours_since_contact(operator, number * DAY_HOURS, scope))


def _silent_days(row: Row, moment: Moment) -> float | None:
    if not row["source"] or row["contact_at"] is None:
        return None
    return round(working_hours(moment.calendar(row["calendar"]), row["contact_at"], moment.now) / DAY_HOURS, 1)


_CONTRACT_END = Need(
    "end of a contract", "write contract_end under [clients.NAME]", there=_c.contract_end_on.is_not(None)
)
_CADENCE = Need("agreed cadence", "write cadence under [clients.NAME]", there=_c.cadence.is_not(None))
_REPORT_DAY = Need("day agreed for reports", "write report_day under [clients.NAME]", there=_c.report_day > 0)
_CONTACTS = Need(
    "contact with a client on record", "name their company in the CRM under [clients.NAME] crm", CRM, _has_crm
)

CLIENT = View(
    name="client",
    table=_client,
    source=_client.outerjoin(_contact, _t.client_key == _c.key).outerjoin(_bd, _bd.c.key == _c.bd_person),
    beside=(_item, SOURCE, PROJECT),
    living=(),
    rows=Need("clients", "write [clients.NAME]"),
    columns=(
        Stored("key", "text", "What names it here.", "fixed", _c.key),
        Stored("client", "text", "The same.", "fixed", _c.key),
        Stored("client_names", "names", "Its name, by language.", "untracked", _c.names),
        Stored(
            "source",
            "text",
            "The CRM that knows it; empty: none that is read.",
            "untracked",
            func.coalesce(_t.source, ""),
        ),
        Stored("confidential", "flag", "It goes by a code in group channels.", "untracked", _c.confidential),
        Stored("bd", "text", "Key of the BD manager.", "untracked", _c.bd_person),
        Stored("bd_name", "text", "The BD manager's name.", "untracked", name_of(_bd.c.name)),
        Stored("tier", "text", "As the config says.", "untracked", _c.tier),
        Stored("contract_start_on", "date", "First day of the contract.", "untracked", _c.contract_start_on),
        Stored(
            "contract_end_on",
            "date",
            "Last day of the contract.",
            "untracked",
            _c.contract_end_on,
            needs=(_CONTRACT_END,),
        ),
        Stored("notice_days", "number", "Days of notice to end it.", "untracked", _c.notice_days),
        Stored("warranty_end_on", "date", "Last day of the warranty.", "untracked", _c.warranty_end_on),
        Stored("cadence", "text", "How often we speak, as agreed.", "untracked", _c.cadence, CADENCES),
        Stored("cadence_by", "text", "And how.", "untracked", _c.cadence_by, ("any", "call", "meeting")),
        Stored("report_day", "number", "Working day by which the report is sent.", "untracked", _c.report_day),
        Stored("calendar", "text", "The calendar of those who must answer.", "untracked", _c.calendar),
        Computed(
            "contact_at",
            "instant",
            "The last meeting, call, mail or note on record, or what the client wrote.",
            lambda scope: _t.contact_at,
            _in_touch("contact_at"),
        ),
        Computed("cadence_at", "instant", "The last contact of the agreed kind.", _cadence_at, _in_touch("call_at")),
        Computed(
            "report_at",
            "instant",
            "The last mail to them that speaks of the progress report, or note that says that it was sent.",
            lambda scope: _t.report_at,
            _in_touch("report_at"),
        ),
        Computed("works", "flag", "We have open work for them.", _works, _work),
        Computed(
            "cadence_missed",
            "flag",
            "No such contact in the last whole period that has a working day. The client was ours and still is.",
            _cadence_missed,
            needs=(_CADENCE, _CONTACTS),
        ),
        Computed(
            "report_due",
            "flag",
            "Its working day has ended, and no report is on record since that month began. The client was ours "
            "before it and still is.",
            _report_due,
            needs=(_REPORT_DAY, _CONTACTS),
        ),
        Age(
            "silent_days",
            "Working days of 8 hours since `contact_at`; missing where no CRM knows it.",
            _silent_for,
            _silent_days,
            needs=(_CONTACTS,),
            since="contact_at",
        ),
    ),
)
