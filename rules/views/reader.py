"""Reading views narrowly: at which moment, for whose eyes, and which of their many columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, true

from rules.language.compile import Scope
from rules.moment import Moment
from rules.views.base import Age, View, figure_of
from rules.working_time import OutsideCalendar
from unify.derived import Row, fetch

Allows = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""The condition on a column of clients' keys under which somebody may see its row."""
Where = Callable[[Scope], ColumnElement[bool]]
More = Callable[[Scope], Mapping[str, ColumnElement[Any]]]


def everybody(_: ColumnElement[Any]) -> ColumnElement[bool]:
    """Nothing is kept from them."""
    return true()


def nothing(_: Scope) -> Mapping[str, ColumnElement[Any]]:
    """No column beside those of the view."""
    return {}


def _has_project(scope: Scope) -> ColumnElement[bool]:
    return scope.columns["project"].is_not(None)


@dataclass(frozen=True, slots=True)
class ViewReader:
    """A connection, at a moment, for whoever may see what `allows` says."""

    connection: Connection
    moment: Moment
    allows: Allows
    _scopes: dict[str, Scope] = field(default_factory=dict)
    """Of the views that were asked already: to make one takes a millisecond or two."""

    def within(self, allows: Allows) -> "ViewReader":
        """The same for other eyes."""
        return ViewReader(self.connection, self.moment, allows, self._scopes)

    def _scope(self, view: View) -> Scope:
        if view.name not in self._scopes:
            self._scopes[view.name] = view.scope(self.moment)
        return self._scopes[view.name]

    def rows(self, view: View, names: Sequence[str], where: Where, more: More = nothing, age: str = "") -> list[Row]:
        """Those columns, and `more`, of living rows that the reader may see and for which `where` holds, in the order
        of keys.

        `names` hold the key; with an `age`, what that is reckoned from too.
        """
        scope = self._scope(view)
        shown = {**{name: scope.columns[name] for name in names}, **more(scope)}
        # In the order of keys SQLite would rather go through all that ever was than look for the few, and sort them.
        found = sorted(self._fetch(view, scope, shown, where(scope)), key=itemgetter("key"))
        if not age:
            return found
        term = scope.ages[age]
        assert isinstance(term, Age)
        return [{**row, age: figure_of(term, dict(row), self.moment)} for row in found]

    def by_project(self, view: View, where: Where, more: More) -> list[Row]:
        """What `more` counts of those rows, for each `project`."""
        return self.counted(view, ("project",), lambda scope: and_(_has_project(scope), where(scope)), more)

    def counted(self, view: View, by: Sequence[str], where: Where, more: More) -> list[Row]:
        """What `more` counts of those rows, for each that differ in the columns `by`."""
        scope = self._scope(view)
        apart = {name: scope.columns[name] for name in by}
        return self._fetch(view, scope, {**apart, **more(scope)}, where(scope), group_by=tuple(apart.values()))

    def _fetch(
        self,
        view: View,
        scope: Scope,
        shown: Mapping[str, ColumnElement[Any]],
        where: ColumnElement[bool],
        *,
        group_by: Sequence[ColumnElement[Any]] = (),
    ) -> list[Row]:
        asked = select(*(sql.label(name) for name, sql in shown.items())).select_from(view.source)
        allowed = asked.where(*view.living, where, self.allows(scope.columns["client"]))
        return fetch(self.connection, allowed.group_by(*group_by))

    def days(self, calendar: str, since: date, until: date) -> int:
        """Working days in (`since`, `until`]; of what lies outside the calendar's decades, from their end."""
        known = self.moment.calendar(calendar)
        try:
            return known.days_between(since, until)
        except OutsideCalendar:
            since, until = (min(max(day, known.first), known.last) for day in (since, until))
            return known.days_between(since, until)

    def days_past(self, calendar: str, promised: date) -> int:
        """Working days since a promise: from the next one on, where the office was closed on its day."""
        return self.days(calendar, self.moment.calendar(calendar).promise_day(promised), self.moment.today)

    def ago(self, days: int) -> date:
        """So many calendar days before today."""
        return self.moment.today - timedelta(days=days)

    def day(self, at: datetime) -> date:
        """The organisation's day of an instant."""
        return at.astimezone(self.moment.zone).date()
