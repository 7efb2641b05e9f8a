"""From nodes to a SQLAlchemy expression that means the same on every database.

Two-valued: an atom with a missing value is false, and its `not` true. `not` is pushed inward to the atoms, which
then ask `IS NOT TRUE`; positive atoms stay bare, so that an index serves them.

Times are folded: each is reckoned in Python, by `Scope.folded`, and enters the query as a bound value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Float,
    Integer,
    String,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    true,
)
from sqlalchemy.types import TypeEngine
from sqlmodel.sql.sqltypes import UTCDateTime

from rules.language import nodes
from rules.language.nodes import Condition, Value
from rules.language.portable import days_between, has_label, lowered, seconds_between
from rules.moment import Moment
from rules.working_time import WorkingTime

_T = TypeVar("_T")
_ESCAPE = "\\"


class AgeTerm(Protocol):
    """A number that moves with the clock, as a comparison of what is stored."""

    def compare(self, operator: nodes.Order, number: float, scope: "Scope") -> ColumnElement[bool]:
        """Whether the age is `operator` `number` in a row."""
        ...


@dataclass(frozen=True)
class Scope:
    """A view at a moment: what its names stand for, and what becomes of the times in it.

    Whoever asks of many moments at once overrides `folded`, the one place where a moment becomes a value.
    """

    columns: Mapping[str, ColumnElement[Any]]
    ages: Mapping[str, AgeTerm]
    moment: Moment

    def folded(self, of: Callable[[Moment], _T], as_type: TypeEngine[_T]) -> ColumnElement[_T]:
        """What `of` says at the moment, as a bound value."""
        return literal(of(self.moment), as_type)

    @property
    def earliest(self) -> Moment:
        """The first moment that is asked of; `moment` is the last."""
        return self.moment

    @property
    def now(self) -> ColumnElement[datetime]:
        """The instant of the moment."""
        return self.folded(lambda moment: moment.now, UTCDateTime())

    @property
    def today(self) -> ColumnElement[date]:
        """Its day, in the organisation's zone."""
        return self.folded(lambda moment: moment.today, Date())

    def on_calendar(self, of: Callable[[WorkingTime, Moment], _T], as_type: TypeEngine[_T]) -> ColumnElement[_T]:
        """What `of` says on the row's own calendar: one folded value for each calendar there is."""
        asked = {name: self.folded(_on(name, of), as_type) for name in self.moment.calendars}
        default = asked.pop("default")
        if not asked:
            return default
        return case(*((self.columns["calendar"] == name, value) for name, value in asked.items()), else_=default)


def _on(name: str, of: Callable[[WorkingTime, Moment], _T]) -> Callable[[Moment], _T]:
    return lambda moment: of(moment.calendars[name], moment)


def condition(node: Condition, scope: Scope, *, holds: bool = True) -> ColumnElement[bool]:
    """True in exactly the rows where `node` holds (with `holds` false: where it does not); never true elsewhere."""
    match node:
        case nodes.All(parts) | nodes.Either(parts):
            join = and_ if isinstance(node, nodes.All) is holds else or_
            return join(*(condition(part, scope, holds=holds) for part in parts))
        case nodes.Not(part):
            return condition(part, scope, holds=not holds)
        case nodes.Chosen(branches, otherwise):
            return case(
                *((condition(asked, scope), condition(then, scope, holds=holds)) for asked, then in branches),
                else_=condition(otherwise, scope, holds=holds),
            )
        case nodes.Truth(always):
            return true() if always is holds else false()
        case nodes.OneOf(nodes.Column() as column, constants) if not holds and _is_always_known(column, scope):
            given = {constant.value for constant in constants}
            rest = tuple(nodes.Constant(word, "text") for word in column.closed if word not in given)
            return _atom(nodes.OneOf(column, rest), scope) if rest else false()
        case nodes.Missing(missing):
            return value(missing, scope).is_(None) if holds else value(missing, scope).is_not(None)
        case _:
            atom = _atom(node, scope)
            return atom if holds else atom.is_not(true())


def _is_always_known(column: nodes.Column, scope: Scope) -> bool:
    """Whether it has one of its closed set in every row: "none of these" is then "one of the others", which an index
    serves. A column of a joined table may be missing whatever that table says."""
    sql = scope.columns[column.name]
    of_the_subject = isinstance(sql, Column) and sql.table is scope.columns["key"].table
    return bool(column.closed) and of_the_subject and sql.nullable is False


_Atom = nodes.Flag | nodes.Compare | nodes.OneOf | nodes.Like | nodes.Has | nodes.HasLabel


def _atom(node: _Atom, scope: Scope) -> ColumnElement[bool]:
    match node:
        case nodes.Flag(flag):
            return value(flag, scope)
        case nodes.Compare(operator, nodes.Age(name), nodes.Constant(number)):
            return scope.ages[name].compare(operator, float(number), scope)
        case nodes.Compare(operator, left, right):
            return compare(operator, _side(left, right, scope), _right(operator, right, left, scope))
        case nodes.OneOf(one, constants):
            return value(one, scope).in_([_side(constant, one, scope) for constant in constants])
        case nodes.Like(text, pattern):
            return lowered(value(text, scope)).like(_ascii_lower(pattern), escape=_ESCAPE)
        case nodes.Has(text, part, at_start):
            searched = lowered(value(text, scope))
            search = searched.startswith if at_start else searched.contains
            return search(_ascii_lower(part), autoescape=True)
        case nodes.HasLabel(column, label):
            return has_label(scope.columns[column.name], literal(_ascii_lower(label), String()))


def compare(operator: nodes.Order, left: ColumnElement[Any], right: ColumnElement[Any]) -> ColumnElement[bool]:
    """`left operator right`, a plain comparison."""
    match operator:
        case "=":
            return left == right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right


def value(node: Value, scope: Scope) -> ColumnElement[Any]:
    """The SQL of a value. Times come through `condition` only: which end of a night they mean hangs on the operator."""
    match node:
        case nodes.Column(name):
            return scope.columns[name]
        case nodes.Constant(constant, kind):
            return literal(constant, String()) if kind == "text" else literal(constant)
        case nodes.Arithmetic(operator, left, right):
            return _arithmetic(operator, value(left, scope), value(right, scope))
        case nodes.Call("abs", (number,)):
            return func.abs(value(number, scope), type_=Float())
        case nodes.Call("length", (text,)):
            return func.length(value(text, scope), type_=Integer())
        case nodes.Call("lower", (text,)):
            return lowered(value(text, scope))
        case nodes.Call("days_between", (first, second)):
            return days_between(value(first, scope), value(second, scope))
        case nodes.Call("hours_between", (first, second)):
            seconds = seconds_between(value(first, scope), value(second, scope))
            return cast(seconds, Float) / literal(3600.0)
        case nodes.Call("coalesce", arguments):
            return func.coalesce(*(value(argument, scope) for argument in arguments))
        case nodes.Choice(branches, otherwise):
            return case(
                *((condition(asked, scope), value(then, scope)) for asked, then in branches),
                else_=None if otherwise is None else value(otherwise, scope),
            )
        case _:
            raise AssertionError(f"{node} has no value of its own")


def _side(node: Value, beside: Value, scope: Scope) -> ColumnElement[Any]:
    """One side of an equality. A word of a closed set stands in the query itself: an index on some of the rows serves
    only where its own words are read."""
    match node, beside:
        case nodes.Constant(str(word)), nodes.Column(closed=closed) if word in closed:
            return literal(word, String(), literal_execute=True)
        case _:
            return value(node, scope)


def _right(operator: nodes.Order, node: Value, left: Value, scope: Scope) -> ColumnElement[Any]:
    """The right side of a comparison; times are folded."""
    at_least = includes_the_end(operator)
    match node:
        case nodes.Now():
            return scope.now
        case nodes.Ago(span):
            return scope.folded(lambda moment: moment.now - span, UTCDateTime())
        case nodes.Day(days):
            return scope.folded(lambda moment: moment.today + timedelta(days=days), Date())
        case nodes.WorkingHoursAgo(hours):
            return scope.on_calendar(
                lambda calendar, moment: calendar.ago(hours, moment.now, at_least=at_least), UTCDateTime()
            )
        case nodes.WorkingDaysAgo(days):
            return scope.on_calendar(
                lambda calendar, moment: calendar.days_ago(days, moment.today, at_least=at_least), Date()
            )
        case _:
            return _side(node, left, scope)


def includes_the_end(operator: nodes.Order) -> bool:
    """Which end of "n working hours ago" `column operator` it means: `<=` is "at least n", `<` is "more than n"."""
    return operator in ("<=", ">")


def _arithmetic(operator: str, left: ColumnElement[Any], right: ColumnElement[Any]) -> ColumnElement[Any]:
    """In floating point on every database: no integer division, no overflow, and no error at zero."""
    a, b = cast(left, Float), cast(right, Float)
    match operator:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case _:
            return a / func.nullif(b, 0.0, type_=Float())


def _ascii_lower(text: str) -> str:
    """As SQLite folds: only A to Z. A database that folds É would find what another does not."""
    return "".join(character.lower() if character.isascii() else character for character in text)
