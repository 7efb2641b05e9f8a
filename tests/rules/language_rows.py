"""A view of our own for the language's tests: a column of every kind, and rows of which a third of the values miss."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    select,
    true,
)
from sqlmodel.sql.sqltypes import UTCDateTime

from config.settings import CalendarSettings
from rules.language import compile
from rules.language.nodes import Parameter
from rules.language.parse import read_condition
from rules.moment import Moment
from rules.views.base import Age, Row, Stored, View, days_since, working_days_since, working_hours, working_hours_since
from rules.working_time import WorkingTime

ZONE = ZoneInfo("Asia/Hong_Kong")
_FIRST, _LAST = date(2024, 1, 1), date(2028, 12, 31)
CALENDARS = {
    "default": WorkingTime(CalendarSettings(), ZONE, _FIRST, _LAST),
    "shenzhen": WorkingTime(CalendarSettings(holidays="CN"), ZONE, _FIRST, _LAST),
}
INSTANTS = [
    datetime(2026, 11, 24, 1, 0, tzinfo=UTC),  # Tue 09:00, the opening
    datetime(2026, 11, 24, 5, 0, tzinfo=UTC),  # lunch begins
    datetime(2026, 11, 24, 10, 0, tzinfo=UTC),  # closing time
    datetime(2026, 10, 11, 4, 0, tzinfo=UTC),  # a Sunday, after a Saturday that the mainland worked
    datetime(2026, 10, 19, 16, 0, tzinfo=UTC),  # midnight after a Hong Kong holiday
    datetime(2026, 11, 24, 7, 23, 45, 678901, tzinfo=UTC),
]
CATEGORIES = ("todo", "in_progress", "done")
TEXTS = ["", "逾期", "É", "é", "e\u0301", "ß", "50%", "a_b", "a\\b", "Abc", "abc", "ABC", "it's", "todo", "new\nline"]
LABELS = ["Client", "client", "逾期", 'say "x"', "a\\", "É", "client feedback"]
PARAMS: Mapping[str, Parameter] = {"limit": 3, "word": "abc", "on": True, "pattern": "%b%"}

TABLE = Table(
    "thing",
    MetaData(),
    Column("key", Integer, primary_key=True),
    Column("n", Integer),
    Column("x", Float),
    Column("flag", Boolean),
    Column("other", Boolean),
    Column("text", String),
    Column("category", String),
    Column("state", String, nullable=False),
    Column("day", Date),
    Column("until", Date),
    Column("at", UTCDateTime()),
    Column("ended", UTCDateTime()),
    Column("labels", JSON(none_as_null=True)),
    Column("calendar", String),
)
_c = TABLE.c


def days_late(row: Row, moment: Moment) -> float | None:
    return (moment.today - row["day"]).days if row["flag"] and row["day"] else None


def working_days_late(row: Row, moment: Moment) -> float | None:
    late = row["flag"] and row["day"]
    return moment.calendar(row["calendar"]).days_between(row["day"], moment.today) if late else None


def _waited(row: Row, moment: Moment) -> float | None:
    return working_hours(moment.calendar(row["calendar"]), row["at"], moment.now) if row["at"] else None


VIEW = View(
    name="thing",
    table=TABLE,
    source=TABLE,
    living=(true(),),
    columns=(
        Stored("key", "number", "", "fixed", _c.key),
        Stored("n", "number", "", "fixed", _c.n),
        Stored("x", "number", "", "fixed", _c.x),
        Stored("flag", "flag", "", "fixed", _c.flag),
        Stored("other", "flag", "", "fixed", _c.other),
        Stored("text", "text", "", "fixed", _c.text),
        Stored("category", "text", "", "fixed", _c.category, CATEGORIES),
        Stored("state", "text", "", "fixed", _c.state, CATEGORIES),
        Stored("day", "date", "", "fixed", _c.day),
        Stored("until", "date", "", "fixed", _c.until),
        Stored("at", "instant", "", "fixed", _c.at),
        Stored("ended", "instant", "", "fixed", _c.ended),
        Stored("labels", "labels", "", "fixed", _c.labels),
        Stored("calendar", "text", "", "fixed", _c.calendar),
        Age("days_late", "", days_since("day", "flag"), days_late),
        Age("working_days_late", "", working_days_since("day", "flag"), working_days_late),
        Age("waited", "", working_hours_since("at"), _waited),
    ),
)


def moment_at(now: datetime) -> Moment:
    """The moment `now`."""
    return Moment(now, now.astimezone(ZONE).date(), ZONE, CALENDARS, {"warning": 8})


def _rows() -> list[dict[str, Any]]:
    chance = random.Random(5)
    near = [
        now + sign * timedelta(hours=hours, microseconds=micro)
        for now in INSTANTS
        for hours in (0, 1, 3, 8, 14, 24, 72)
        for sign in (-1, 1)
        for micro in (-1, 0, 1, 999_600)
    ]
    days = [now.astimezone(ZONE).date() + timedelta(days=d) for now in INSTANTS for d in (-9, -4, -3, -2, -1, 0, 1, 3)]

    def one_of(values: list[Any]) -> Any:
        return chance.choice(values) if chance.random() > 0.3 else None

    rows = [
        {
            "key": key,
            "n": one_of([-1, 0, 1, 2, 3, 7]),
            "x": one_of([0.0, 0.5, -2.5, 3.0]),
            "flag": one_of([True, True, False]),
            "other": one_of([True, False]),
            "text": one_of(TEXTS),
            "category": one_of(list(CATEGORIES)),
            "state": chance.choice(CATEGORIES),
            "day": one_of(days),
            "until": one_of(days),
            "at": one_of(near),
            "ended": one_of(near),
            "labels": one_of([[], *([label] for label in LABELS), LABELS]),
            "calendar": one_of(["default", "shenzhen", "left the config"]),
        }
        for key in range(250)
    ]
    for row, now in zip(rows, INSTANTS, strict=False):
        row["at"] = now  # the very instant of an evaluation
    return rows


ROWS = _rows()
KEYS = {row["key"] for row in ROWS}


def fill(connection: Connection) -> None:
    """The table with its rows, in an empty database."""
    TABLE.create(connection)
    connection.execute(insert(TABLE), ROWS)


def chosen(connection: Connection, text: str, moment: Moment) -> set[int]:
    """The rows that the database finds."""
    condition = compile.condition(read_condition(text, VIEW.terms, PARAMS), VIEW.scope(moment))
    return set(connection.scalars(select(_c.key).where(condition)))
