"""What a view is: documented columns over the unified tables, read at one moment.

A view is what rules, the page and the summary read, so that they cannot disagree. Its columns are of three sorts:
stored ones; computed ones, which are SQL that knows the moment (`overdue`); and ages ("so many days late"), which are
never reckoned in SQL: a comparison is folded into one of stored columns, and the figure itself is reckoned in Python
for the rows that were found.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Select,
    Table,
    and_,
    case,
    false,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.sql import visitors
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from rules.language import nodes
from rules.language.compile import AgeTerm, Scope, compare, includes_the_end
from rules.language.nodes import Kind, Term
from rules.moment import Moment
from rules.views.need import Need
from rules.working_time import OutsideCalendar, WorkingTime

History = Literal["tracked", "fixed", "untracked"]
"""Whether earlier values can be told: from `Change`, because it never changes, or not at all."""

Row = dict[str, Any]

_S = TypeVar("_S", bound=Scope)
_MakesScope = Callable[[Mapping[str, ColumnElement[Any]], Mapping[str, AgeTerm], Moment], _S]


@dataclass(frozen=True)
class Stored:
    """A column of a table, or a name found through one. Of kind "names": a name by language, for titles only."""

    name: str
    kind: Kind | Literal["names"]
    meaning: str
    history: History
    sql: ColumnElement[Any]
    closed: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True)
class Computed:
    """A column that hangs on the moment."""

    name: str
    kind: Kind
    meaning: str
    sql: Callable[[Scope], ColumnElement[Any]]
    shown_by: Callable[[Any, Row, Moment], Sequence[tuple[Table, Row]]] | None = None
    """What other tables must hold that an example's row has a value: (table, row) of each; None: none can give it."""
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True)
class Age:
    """A number that moves with the clock, of a row for which it has a meaning; missing for the others."""

    name: str
    meaning: str
    compared: Callable[[nodes.Order, float, Scope], ColumnElement[bool]]
    of: Callable[[Row, Moment], float | None]
    kind: Kind = "number"
    needs: tuple[Need, ...] = ()
    since: str = ""
    """The instant from which it counts working time, for whoever wants to see the clock; empty: it counts none."""

    def compare(self, operator: nodes.Order, number: float, scope: Scope) -> ColumnElement[bool]:
        """Whether the age is `operator` `number` in a row."""
        return self.compared(operator, number, scope)


ViewColumn = Stored | Computed | Age


@dataclass(frozen=True)
class View:
    """`table` is the unified table whose rows are its subjects; `living` says which of them count at all."""

    name: str
    table: Table
    source: FromClause
    living: Sequence[ColumnElement[bool]]
    columns: Sequence[ViewColumn]
    beside: Sequence[Table] = ()
    """Tables that computed columns read for themselves."""
    bound: Callable[[Moment], Mapping[str, Any]] = lambda _: {}
    """Values, by name, of the parameters of `source`, where what it holds hangs on the moment."""
    rows: Need | None = None
    """Without which it has no row; None: it always has."""

    @property
    def tables(self) -> set[Table]:
        """The tables that it reads."""
        joined = {element for element in visitors.iterate(self.source) if isinstance(element, Table)}
        return joined | set(self.beside)

    @property
    def terms(self) -> Mapping[str, Term]:
        """The columns as the rule language knows them."""
        return {
            column.name: Term(column.kind, getattr(column, "closed", ()), isinstance(column, Age))
            for column in self.columns
            if column.kind != "names"
        }

    def scope(self, moment: Moment) -> Scope:
        """What the view's names stand for at `moment`."""
        return self.scope_as(Scope, moment)

    def scope_as(self, make: _MakesScope[_S], moment: Moment) -> _S:
        """The same, in a scope that `make` gives: one that folds times in its own way."""
        columns = _Columns(self)
        scope = make(columns, {column.name: column for column in self.columns if isinstance(column, Age)}, moment)
        columns.scope = scope
        return scope


class _Columns(Mapping[str, ColumnElement[Any]]):
    """A view's stored and computed columns in a scope, each made when it is first asked for: a page asks for few."""

    scope: Scope
    """Given once it is made: it is made with these."""

    def __init__(self, view: View) -> None:
        known: list[Stored | Computed] = [column for column in view.columns if isinstance(column, Stored)]
        known += [column for column in view.columns if isinstance(column, Computed)]
        self._columns = {column.name: column for column in known}
        self._made: dict[str, ColumnElement[Any]] = {}

    def __getitem__(self, name: str) -> ColumnElement[Any]:
        if name not in self._made:
            column = self._columns[name]
            self._made[name] = column.sql if isinstance(column, Stored) else column.sql(self.scope)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


@dataclass(frozen=True)
class Selection:
    """A view at a moment, as a SELECT of its living rows by key. Filter `statement` further by `columns`."""

    view: View
    scope: Scope
    statement: Select[Any]

    @property
    def columns(self) -> Mapping[str, ColumnElement[Any]]:
        """Its columns, to filter and to sort by; ages are not among them."""
        return self.scope.columns

    def read(self, connection: Connection, statement: Select[Any] | None = None) -> list[Row]:
        """The rows of `statement` (this selection's own, or one made from it), each with its ages."""
        ages = self.scope.ages.values()
        rows = []
        asked = self.statement if statement is None else statement
        for found in connection.execute(asked, self.view.bound(self.scope.moment)).mappings():
            row = dict(found)
            for age in ages:
                assert isinstance(age, Age)
                row[age.name] = figure_of(age, row, self.scope.moment)
            rows.append(row)
        return rows


def select_view(view: View, moment: Moment) -> Selection:
    """The view's living rows at `moment`: the one definition that rules, page and summary share."""
    scope = view.scope(moment)
    # A flag that hangs on a missing date is false, not missing.
    flags = {column.name for column in view.columns if isinstance(column, Computed) and column.kind == "flag"}
    shown = (
        (case((sql, true()), else_=false()) if name in flags else sql).label(name)
        for name, sql in scope.columns.items()
    )
    statement = select(*shown).select_from(view.source).where(*view.living).order_by(scope.columns["key"])
    return Selection(view, scope, statement)


def facts(row: Row) -> dict[str, Any]:
    """A row as JSON: dates and instants in ISO 8601, the rest as it is."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def table(model: type[SQLModel]) -> Table:
    """The Core table of a unified model."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def name_of(*names: ColumnElement[str]) -> ColumnElement[str | None]:
    """The first name that is there and not empty."""
    return func.coalesce(*(func.nullif(name, "") for name in names), None)


def figure_of(age: Age, row: Row, moment: Moment) -> float | None:
    """The age in a row that holds the columns it is reckoned from; None: it has no meaning there, or is not known."""
    try:
        return age.of(row, moment)
    except OutsideCalendar:
        return None  # older than the calendar: its figure is not known, the finding holds all the same


# --- ages as comparisons ------------------------------------------------------------------------------------------

_FLIPPED: Mapping[nodes.Order, nodes.Order] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def days_since(column: str, only: str) -> Callable[[nodes.Order, float, Scope], ColumnElement[bool]]:
    """Calendar days from the date `column` to today, in rows where the flag `only` holds."""

    def compared(operator: nodes.Order, number: float, scope: Scope) -> ColumnElement[bool]:
        whole = _whole(operator, number)
        if whole is None:
            return literal(False)
        limit = scope.folded(lambda at: _days_before(at.today, whole), Date())
        return and_(scope.columns[only], compare(_FLIPPED[operator], scope.columns[column], limit))

    return compared


def working_days_since(column: str, only: str) -> Callable[[nodes.Order, float, Scope], ColumnElement[bool]]:
    """Working days from the date `column` to today on the row's calendar, in rows where the flag `only` holds."""

    def end(scope: Scope, whole: int, at_least: bool) -> ColumnElement[date]:
        return scope.on_calendar(lambda on, at: on.days_ago(whole, at.today, at_least=at_least), Date())

    def compared(operator: nodes.Order, number: float, scope: Scope) -> ColumnElement[bool]:
        whole, since = _whole(operator, number), scope.columns[column]
        if whole is None:
            return literal(False)
        return and_(scope.columns[only], _between_ends(operator, since, lambda late: end(scope, whole, late)))

    return compared


def working_days_to(column: str, only: str) -> Callable[[nodes.Order, float, Scope], ColumnElement[bool]]:
    """Working days from today to the date `column` on the row's calendar, in rows where the flag `only` holds."""

    def end(scope: Scope, whole: int, at_least: bool) -> ColumnElement[date]:
        return scope.on_calendar(lambda on, at: on.days_ago(-whole, at.today, at_least=at_least), Date())

    def compared(operator: nodes.Order, number: float, scope: Scope) -> ColumnElement[bool]:
        whole, to = _whole(operator, number), scope.columns[column]
        if whole is None:
            return literal(False)
        if operator == "=":
            return and_(scope.columns[only], to >= end(scope, whole, False), to <= end(scope, whole, True))
        return and_(scope.columns[only], compare(operator, to, end(scope, whole, operator in ("<=", ">"))))

    return compared


def working_days_beyond(column: str, needed: str) -> Callable[[nodes.Order, float, Scope], ColumnElement[bool]]:
    """By how many working days the number `needed` is more than those from today to the date `column`.

    More than `AHEAD_DAYS` needed count as one more than those, which is enough to say "more than so many"; of nothing
    else is it.
    """

    def compared(operator: nodes.Order, number: float, scope: Scope) -> ColumnElement[bool]:
        whole = _whole(operator, number)
        if whole is None:
            return literal(False)
        flipped, to, days_needed = _FLIPPED[operator], scope.columns[column], scope.columns[needed]

        def end(at_least: bool) -> ColumnElement[date]:
            def on_day(days: int) -> ColumnElement[date]:
                return scope.on_calendar(lambda on, at: on.days_ago(whole - days, at.today, at_least=at_least), Date())

            known = {days: on_day(days) for days in range(AHEAD_DAYS + 1)}
            at_least_more = (
                case((days_needed > AHEAD_DAYS, on_day(AHEAD_DAYS + 1))) if operator in (">", ">=") else None
            )
            return case(known, value=days_needed, else_=at_least_more)

        if operator == "=":
            return and_(to >= end(False), to <= end(True))
        return compare(flipped, to, end(flipped in ("<=", ">")))

    return compared


AHEAD_DAYS = 130
"""Working days, half a year."""


def working_hours_since(column: str, only: str = "") -> Callable[[nodes.Order, float, Scope], ColumnElement[bool]]:
    """Working hours from the instant `column` to now, on the row's calendar; in rows where the flag `only` holds."""

    def end(scope: Scope, number: float, at_least: bool) -> ColumnElement[datetime]:
        return scope.on_calendar(lambda on, at: on.ago(number, at.now, at_least=at_least), UTCDateTime())

    def compared(operator: nodes.Order, number: float, scope: Scope) -> ColumnElement[bool]:
        passed = _between_ends(operator, scope.columns[column], lambda late: end(scope, number, late))
        return and_(scope.columns[only], passed) if only else passed

    return compared


def _between_ends(
    operator: nodes.Order, since: ColumnElement[Any], end: Callable[[bool], ColumnElement[Any]]
) -> ColumnElement[bool]:
    """`age operator n`, where `end` gives the first (False) and the last (True) `since` whose age is `n`."""
    if operator == "=":
        return and_(since >= end(False), since <= end(True))
    flipped = _FLIPPED[operator]
    return compare(flipped, since, end(includes_the_end(flipped)))


def _days_before(today: date, days: int) -> date:
    """So many days before, as far as there are dates."""
    return date.fromordinal(min(max(today.toordinal() - days, date.min.toordinal()), date.max.toordinal()))


def _whole(operator: nodes.Order, number: float) -> int | None:
    """The whole number that says the same of whole days; None: none does."""
    below = int(number // 1)
    if below == number:
        return below
    match operator:
        case "=":
            return None
        case ">" | "<=":
            return below
        case _:
            return below + 1


def working_hours(calendar: WorkingTime, since: datetime, now: datetime) -> float:
    """Hours for messages and pages: to a hundredth, so that a minute shows."""
    return round(calendar.between(since, now) / timedelta(hours=1), 2)
