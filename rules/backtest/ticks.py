"""The hours at which a rule would have been asked, and those of them at which its answer about a row can change.

A time in a rule is folded at every tick into a column, sorted by nature: time does not run backwards. So what a rule
compares with it changes its answer at most once while a row stays what it is, at a place that bisection finds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Integer, MetaData, Table, column
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression, ColumnClause
from sqlalchemy.types import TypeEngine

from config.settings import Settings
from rules.backtest.budget import Budget
from rules.language.compile import Scope
from rules.moment import Moment
from rules.views import View
from rules.working_time import WorkingTime

_T = TypeVar("_T")
_HOUR = timedelta(hours=1)
_FOLDED = "folded_"


def hourly(
    settings: Settings, calendars: Mapping[str, WorkingTime], since: datetime, now: datetime
) -> Sequence[Moment]:
    """The moments of every full hour from `since` on, and of `now`, which is the last."""
    first = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if first < since:
        first += _HOUR
    hours = max(0, -((first - now) // _HOUR))
    ticks = [first + n * _HOUR for n in range(hours)]
    return [Moment.of(settings, calendars, tick) for tick in (*ticks, now)]


@dataclass(frozen=True)
class TickScope(Scope):
    """A view at many moments: what is folded becomes a column of the table of ticks. `moment` is the last of them."""

    first: Moment
    asked: list[tuple[Callable[[Moment], Any], TypeEngine[Any]]] = field(default_factory=list)

    @classmethod
    def of(cls, view: View, moments: Sequence[Moment]) -> "TickScope":
        """What the view's names stand for at these moments."""
        return view.scope_as(lambda columns, ages, moment: cls(columns, ages, moment, moments[0]), moments[-1])

    @property
    def earliest(self) -> Moment:
        """The first of them."""
        return self.first

    def folded(self, of: Callable[[Moment], _T], as_type: TypeEngine[_T]) -> ColumnElement[_T]:
        """The column that holds what `of` says at each moment."""
        self.asked.append((of, as_type))
        return column(f"{_FOLDED}{len(self.asked) - 1}", as_type)


@dataclass(frozen=True, slots=True)
class Atom:
    """A comparison of something `stored` with folded times, by their names."""

    stored: ColumnElement[Any]
    folded: Sequence[str]


@dataclass(frozen=True)
class Ticks:
    """The table of ticks for some expressions: `values` of each folded column that they name, in the order of ticks."""

    count: int
    table: Table
    values: Mapping[str, Sequence[date]]
    atoms: Sequence[Atom]

    @classmethod
    def of(
        cls, scope: TickScope, moments: Sequence[Moment], expressions: Sequence[ColumnElement[Any]], budget: Budget
    ) -> "Ticks":
        """For these expressions over `scope`. Raises OutsideCalendar, TooSlow."""
        atoms = [atom for expression in expressions for atom in _atoms(expression)]
        names = sorted({name for expression in expressions for name in _folded(expression)})
        assert set(names) == {name for atom in atoms for name in atom.folded}, "a time outside a comparison"
        values, columns = {}, []
        for name in names:
            budget.left()
            of, as_type = scope.asked[int(name.removeprefix(_FOLDED))]
            values[name] = [of(moment) for moment in moments]
            assert all(a <= b for a, b in pairwise(values[name])), "a time that runs backwards"
            columns.append(Column(name, as_type))
        table = Table("tick", MetaData(), Column("number", Integer, primary_key=True), *columns)
        return cls(len(moments), table, values, atoms)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The table's rows, numbered from 0."""
        return [{"number": n, **{name: told[n] for name, told in self.values.items()}} for n in range(self.count)]

    def flips(self, stored: Sequence[Any], first: int, last: int) -> list[int]:
        """Of the ticks from `first` to `last` the first, and those at which an answer may be another than just before.

        `stored`: what the row holds of each atom, in their order.
        """
        found = {first}
        for atom, value in zip(self.atoms, stored, strict=True):
            if value is None:
                continue
            for name in atom.folded:
                values = self.values[name]
                for place in (bisect_left(values, value), bisect_right(values, value)):
                    if first < place <= last:
                        found.add(place)
        return sorted(found)


def _atoms(expression: ColumnElement[Any]) -> Iterator[Atom]:
    """The innermost comparisons of something stored with something folded."""
    for element in visitors.iterate(expression):
        if isinstance(element, BinaryExpression):
            for stored, other in ((element.left, element.right), (element.right, element.left)):
                names = list(_folded(other))
                if names and not any(_folded(stored)) and not _holds_atoms(other):
                    yield Atom(stored, sorted(set(names)))


def _holds_atoms(element: ColumnElement[Any]) -> bool:
    return any(isinstance(inner, BinaryExpression) and any(_folded(inner)) for inner in visitors.iterate(element))


def _folded(element: Any) -> Iterator[str]:
    for inner in visitors.iterate(element):
        if isinstance(inner, ColumnClause) and inner.table is None and inner.name.startswith(_FOLDED):
            yield inner.name
