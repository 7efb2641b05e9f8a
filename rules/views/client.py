"""The view `client`: every client of the config, what was agreed with them, and when we were last in touch."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, exists, func, literal, or_
from sqlmodel.sql.sqltypes import UTCDateTime

from rules.language import nodes
from rules.language.compile import Scope
from rules.moment import Moment
from rules.views.base import Age, Computed, Row, Stored, View, name_of, table, working_hours, working_hours_since
from rules.views.milestone import CATEGORIES
from rules.working_time import WorkingTime
from unify import tables

CADENCES = ("weekly", "fortnightly", "monthly")
DAY_HOURS = 8
"""Working hours of a working day."""

_client, _contact = table(tables.Client), table(tables.ClientContact)
_item = table(tables.WorkItem)
_bd = table(tables.Person).alias("bd")
_c, _t = _client.c, _contact.c
_OPEN = tuple(category for category in CATEGORIES if category not in ("done", "cancelled"))


def _works(scope: Scope) -> ColumnElement[bool]:
    mine = and_(_item.c.client_key == _c.key, _item.c.deleted_at.is_(None), _item.c.status_category.in_(_OPEN))
    return exists().where(mine).correlate(_client)


def _work(value: Any, row: Row, moment: Moment) -> Sequence[tuple[Table, Row]]:
    item = tables.WorkItem(
        key="example/item/1", source="example", vendor_id="1", client_key=row["key"], status_category="todo"
    )
    return [(_item, item.model_dump())] if value else []


def _in_touch(column: str) -> Callable[[Any, Row, Moment], Sequence[tuple[Table, Row]]]:
    """An example's row of `client_contact`, with that column at the given moment."""

    def shown_by(value: Any, row: Row, moment: Moment) -> Sequence[tuple[Table, Row]]:
        told = {"contact_at": value, column: value}
        return [(_contact, tables.ClientContact(client_key=row["key"], **told).model_dump())]

    return shown_by


def _cadence_at(scope: Scope) -> ColumnElement[datetime | None]:
    """The last contact of the agreed kind."""
    return case((_c.cadence_by == "call", _t.call_at), (_c.cadence_by == "meeting", _t.meeting_at), else_=_t.contact_at)


def _cadence_missed(scope: Scope) -> ColumnElement[bool]:
    """No contact of the agreed kind since the beginning of the last week (fortnight, month) that has ended."""
    late = (
        and_(_c.cadence == cadence, _cadence_at(scope) < _at(begin, scope.moment))
        for cadence, begin in _last_periods(scope.moment.today).items()
    )
    return or_(*late, and_(_c.cadence.is_not(None), _t.contact_at.is_not(None), _cadence_at(scope).is_(None)))


def _last_periods(today: date) -> dict[str, date]:
    monday, month = today - timedelta(days=today.weekday()), today.replace(day=1)
    return {
        "weekly": monday - timedelta(weeks=1),
        "fortnightly": monday - timedelta(weeks=2),
        "monthly": (month - timedelta(days=1)).replace(day=1),
    }


def _report_due(scope: Scope) -> ColumnElement[bool]:
    """No report was sent in the month in which its working day last came to an end."""
    moment = scope.moment
    month = moment.today.replace(day=1)
    month_before = (month - timedelta(days=1)).replace(day=1)

    def of(calendar: WorkingTime) -> ColumnElement[bool]:
        ended = calendar.days_between(month - timedelta(days=1), moment.today - timedelta(days=1))
        since = case((_c.report_day <= ended, _at(month, moment)), else_=_at(month_before, moment))
        return or_(_t.report_at.is_(None), _t.report_at < since)

    unsent = {name: of(calendar) for name, calendar in moment.calendars.items()}
    default = unsent.pop("default")
    on_its_calendar = case(*((_c.calendar == name, one) for name, one in unsent.items()), else_=default)
    return and_(_c.report_day > 0, _t.contact_at.is_not(None), on_its_calendar if unsent else default)


def _at(day: date, moment: Moment) -> ColumnElement[datetime]:
    """The midnight at which `day` begins."""
    return literal(datetime.combine(day, time(), moment.zone), UTCDateTime())


_hours_since_contact = working_hours_since("contact_at")


def _silent_for(operator: nodes.Order, number: float, scope: Scope) -> ColumnElement[bool]:
    return _hours_since_contact(operator, number * DAY_HOURS, scope)


def _silent_days(row: Row, moment: Moment) -> float | None:
    if row["contact_at"] is None:
        return None
    return round(working_hours(moment.calendar(row["calendar"]), row["contact_at"], moment.now) / DAY_HOURS, 1)


CLIENT = View(
    name="client",
    table=_client,
    source=_client.outerjoin(_contact, _t.client_key == _c.key).outerjoin(_bd, _bd.c.key == _c.bd_person),
    beside=(_item,),
    living=(),
    columns=(
        Stored("key", "text", "What names it here.", "fixed", _c.key),
        Stored("client", "text", "The same.", "fixed", _c.key),
        Stored("client_names", "names", "Its name, by language.", "untracked", _c.names),
        Stored("source", "text", "The CRM that knows it; empty: none.", "untracked", func.coalesce(_t.source, "")),
        Stored("confidential", "flag", "It goes by a code in group channels.", "untracked", _c.confidential),
        Stored("bd", "text", "Key of the BD manager.", "untracked", _c.bd_person),
        Stored("bd_name", "text", "The BD manager's name.", "untracked", name_of(_bd.c.name)),
        Stored("tier", "text", "As the config says.", "untracked", _c.tier),
        Stored("contract_start_on", "date", "First day of the contract.", "untracked", _c.contract_start_on),
        Stored("contract_end_on", "date", "Last day of the contract.", "untracked", _c.contract_end_on),
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
            "The last mail or note that speaks of the progress report.",
            lambda scope: _t.report_at,
            _in_touch("report_at"),
        ),
        Computed("works", "flag", "We have open work for them.", _works, _work),
        Computed("cadence_missed", "flag", "No such contact in the last whole period.", _cadence_missed),
        Computed(
            "report_due", "flag", "Its working day has ended, and no report of that month is on record.", _report_due
        ),
        Age("silent_days", "Working days of 8 hours since `contact_at`.", _silent_for, _silent_days),
    ),
)
