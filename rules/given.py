"""The values of an example: what a stored column may be given, and how a moment is said in words."""

import math
import re
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Column

from rules.language import nodes
from rules.language.text import nearest
from rules.moment import Moment
from rules.rule import Given, Sunday
from rules.views.base import Computed, Stored, View

_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_AGO = re.compile(r"(\d{1,5}(?:\.\d+)?) (working hour|working day|minute|hour|day)s? ago")
_AHEAD = re.compile(r"in (\d{1,5}) (working day|minute|hour|day)s?")
_SUNDAY = re.compile(r"Sunday in (\d{1,2}) weeks?")


Settable = Stored | Computed
"""What an example can give: a column of the view's own table, or one for which it can fill other tables."""


def settable(view: View, name: str) -> Settable:
    """The column of that name, where an example can give it. Raises ValueError with the words to show."""
    columns = {column.name: column for column in view.columns}
    own: dict[str, Settable] = {
        column.name: column
        for column in view.columns
        if (isinstance(column, Stored) and isinstance(column.sql, Column) and column.sql.table is view.table)
        or (isinstance(column, Computed) and column.shown_by)
    }
    if name in own:
        return own[name]
    if name in columns and not isinstance(columns[name], Stored):
        raise ValueError(f"{name} is computed: give the stored columns that it is made of")
    if name in columns:
        raise ValueError(f"{name} is found through another table: an example fills columns of {view.name} only")
    raise ValueError(f"there is no {name!r}; {nearest(name, own)}")


def read(column: Settable, value: Any) -> Given:
    """`value`, as YAML read it, for `column`. Raises ValueError with the words to show."""
    if value is None:
        return None
    match column.kind, value:
        case "flag", bool():
            return value
        case "number", int() | float() if not isinstance(value, bool):
            return value
        case "text", str() if not (isinstance(column, Stored) and column.closed) or value in column.closed:
            return value
        case "text", str():
            raise ValueError(f"{value!r} is never its value; known are: {', '.join(getattr(column, 'closed', ()))}")
        case "date", date() if not isinstance(value, datetime):
            return value
        case "instant", datetime() if value.tzinfo is not None:
            return value
        case (("date" | "instant"), str()):
            return _moment(column.kind, value)
        case "labels", list() if all(isinstance(label, str) for label in value):
            return value
        case _:
            raise ValueError(f"{column.name} is {_KINDS[column.kind]}")


_KINDS = {
    "flag": "true or false",
    "number": "a number",
    "text": "a text",
    "labels": "a list of texts: [client feedback, urgent]",
    "names": "names by language",
    "date": "a date: 2026-11-16, yesterday, 3 days ago, in 3 working days, Sunday in 2 weeks",
    "instant": "an instant: 9 working hours ago, 30 minutes ago, in 2 hours, 2026-11-24T09:00:00+08:00",
}


def _moment(kind: str, text: str) -> Given:
    if kind == "date" and (sunday := _SUNDAY.fullmatch(text)):
        return Sunday(int(sunday[1]))
    ago, ahead = _AGO.fullmatch(text), _AHEAD.fullmatch(text)
    amount = float(ago[1]) if ago else float(ahead[1]) if ahead else math.nan
    whole = amount == amount // 1
    match kind, ago[2] if ago else ahead[2] if ahead else text, ahead is not None:
        case "date", ("today" | "yesterday" | "tomorrow") as day, _:
            return nodes.Day(_DAYS[day])
        case "date", "day", forward if whole:
            return nodes.Day(int(amount) if forward else -int(amount))
        case "date", "working day", forward if whole:
            return nodes.WorkingDaysAgo(-int(amount) if forward else int(amount))
        case "instant", "now", _:
            return nodes.Now()
        case "instant", "working hour", _:
            return nodes.WorkingHoursAgo(amount)
        case "instant", ("minute" | "hour" | "day") as unit, forward:
            span = timedelta(**{f"{unit}s": amount})
            return nodes.Ago(-span if forward else span)
        case _:
            raise ValueError(f"{text!r} is not {_KINDS[kind]}")


def at(value: Given, moment: Moment) -> date | str | float | bool | list[str] | None:
    """`value` at `moment`. Of the many instants that are n working hours ago it is the earliest, on the default
    calendar; so one just past a limit says "more than n"."""
    match value:
        case nodes.Now():
            return moment.now
        case nodes.Ago(span):
            return moment.now - span
        case nodes.Day(days):
            return moment.today + timedelta(days=days)
        case nodes.WorkingHoursAgo(hours):
            return moment.calendar(None).ago(hours, moment.now, at_least=False)
        case nodes.WorkingDaysAgo(days):
            return moment.calendar(None).days_ago(days, moment.today, at_least=False)
        case Sunday(weeks):
            return moment.today + timedelta(days=7 * weeks - moment.today.isoweekday() % 7)
        case _:
            return value
