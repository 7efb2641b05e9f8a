"""The examples of a rule, run: each one's row goes through derive and is found, or not, by the rule's own SELECT.

The row stands alone in a database in memory. What the example does not set is missing, or has the model's default
where a column cannot be.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlmodel import SQLModel

from config.settings import Settings
from rules import given
from rules.evaluate import find
from rules.moment import Moment
from rules.rule import Example, Given, Rule
from rules.views import FEEDBACK, MILESTONE, View
from rules.views.base import Computed, Stored, table
from rules.working_time import calendars
from unify import tables
from unify.derive_feedback import Policy, derive_feedback
from unify.derive_milestones import Days, derive_milestone
from unify.engine import open_engine

_SOURCE = "example"
_KEY = f"{_SOURCE}/row/1"
_FRESH = timedelta(minutes=30)
"""How old the example's source may be: what `stale_after` allows by default."""
_A_MONTH = date(2026, 10, 1), date(2026, 10, 31)
_BLANK: Mapping[str, SQLModel] = {
    "client": tables.Client(key=f"client/{_SOURCE}"),
    "deal": tables.Deal(key=_KEY, source=_SOURCE, vendor_id="1", client_key=f"client/{_SOURCE}"),
    "indicator": tables.IndicatorMonth(
        key=_KEY,
        indicator="on_time",
        months=1,
        first_on=_A_MONTH[0],
        last_on=_A_MONTH[1],
        counted=0,
        value=0.0,
        computed_at=datetime(2026, 11, 5, tzinfo=UTC),
    ),
    "item": tables.WorkItem(key=_KEY, source=_SOURCE, vendor_id="1"),
    "risk": tables.Risk(key=_KEY, source=_SOURCE, vendor_id="1"),
    "project": tables.Project(key=_KEY, source=_SOURCE, vendor_id="1", name=""),
    "source": tables.Source(name=_SOURCE, kind=_SOURCE),
    "workload": tables.Person(key=f"person/{_SOURCE}"),
}
"""Rows of the views of which nothing is derived: they stand as they were mapped."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that does not hold."""

    example: Example
    fires: bool
    """What the rule does, against the example's word."""
    given: Mapping[str, Given]
    """On this row."""

    def __str__(self) -> str:
        fires = "the rule fires" if self.fires else "the rule stays silent"
        return f"{self.example.place}: {fires} on {dict(self.given)}"


def check(rule: Rule, settings: Settings, now: datetime) -> list[Failure]:
    """The examples of `rule` that do not hold at `now`.

    Those of the library rest on the default settings, so that a firm's own limits do not make them wrong; those of
    own rules rest on `settings`.
    """
    basis = Settings(coordinator=settings.coordinator) if rule.is_library else settings
    moment = replace(Moment.of(basis, calendars(basis, now), now), stale_before={_SOURCE: now - _FRESH})
    engine = open_engine("sqlite://")
    try:
        with engine.connect() as connection:
            for needed in rule.view.tables:
                needed.create(connection)
            sources = table(tables.Source)
            if sources in rule.view.tables and rule.view.table is not sources:
                connection.execute(insert(sources), _BLANK["source"].model_dump())
            return [
                Failure(example, not expected, row)
                for example in rule.examples
                for row, expected in _rows(example)
                if bool(_findings(connection, rule, row, basis, moment)) is not expected
            ]
    finally:
        engine.dispose()


def _rows(example: Example) -> Iterator[tuple[Mapping[str, Given], bool]]:
    """The row of an example and whether the rule is to fire on it; where it tells of an end, then that one."""
    yield example.given, example.fires
    if example.then is not None:
        yield {**example.given, **example.then}, False


def _findings(
    connection: Connection, rule: Rule, shown: Mapping[str, Given], settings: Settings, moment: Moment
) -> list[Any]:
    """What the rule finds where the row that is `shown` is the only one."""
    with connection.begin_nested() as alone:
        row = row_of(rule.view, shown, settings, moment)
        connection.execute(insert(rule.view.table), row)
        for beside, values in _beside(rule.view, shown, row, moment):
            connection.execute(insert(beside), values)
        found = find(connection, rule, moment)
        alone.rollback()
    return list(found)


def _beside(
    view: View, shown: Mapping[str, Given], row: dict[str, Any], moment: Moment
) -> Iterator[tuple[Table, dict[str, Any]]]:
    """The rows of other tables that give the example's row its computed columns."""
    for name, value in shown.items():
        column = given.settable(view, name)
        if isinstance(column, Computed) and column.shown_by:
            yield from column.shown_by(given.at(value, moment), row, moment)


def row_of(view: View, shown: Mapping[str, Given], settings: Settings, moment: Moment) -> dict[str, Any]:
    """The stored row that an example means: what it gives, and what derive concludes from that.

    A derived column that the example names stands as named, but for two that derive is told as it would learn of
    them: `waiting_since` is a message of the client, `agreed_on` a field of the tool.
    """
    columns = {name: given.settable(view, name) for name in shown}
    named = {
        column.sql.name: given.at(shown[name], moment) for name, column in columns.items() if isinstance(column, Stored)
    }
    if view is MILESTONE:
        return _milestone(named, moment)
    if view is FEEDBACK:
        return _feedback(named, settings)
    return {**_BLANK[view.name].model_dump(), **named}


def _milestone(named: dict[str, Any], moment: Moment) -> dict[str, Any]:
    row = {**tables.Milestone(key=_KEY, source=_SOURCE, vendor_id="1", kind="item").model_dump(), **named}
    row["agreed_native_on"] = named.pop("agreed_on", None)
    days = Days(moment.zone, lambda calendar, a, b: moment.calendar(calendar).days_between(a, b), row["calendar"])
    return {**row, **derive_milestone(row, [], [], (0, 0), days), **named}


def _feedback(named: dict[str, Any], settings: Settings) -> dict[str, Any]:
    row = {**tables.Feedback(key=_KEY, source=_SOURCE, vendor_id="1", origin="ticket").model_dump(), **named}
    since = named.pop("waiting_since", None)
    said = [{"key": f"{_KEY}/1", "on_key": _KEY, "on_keys": [], "side": "client", "created_at": since}] if since else []
    policy = Policy(settings.handled_when, settings.answers_count)
    return {**row, **derive_feedback(row, said, [], policy), **named}
