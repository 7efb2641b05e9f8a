"""From nodes to a SQLAlchemy expression that means the same on every database.

Two-valued: an atom with a missing value is false, and its `not` true. `not` is pushed inward to the atoms, which
then ask `IS NOT TRUE`; positive atoms stay bare, so that an index serves them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Date, Float, Integer, String, and_, case, cast, false, func, literal, or_, true
from sqlalchemy.types import TypeEngine
from sqlmodel.sql.sqltypes import UTCDateTime

from rules.language import nodes
from rules.language.nodes import Condition, Value
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
    """A view at a moment: what its names stand for."""

    columns: Mapping[str, ColumnElement[Any]]
    ages: Mapping[str, AgeTerm]
    moment: Moment

    def on_calendar(self, answer: Callable[[WorkingTime], _T], of_type: TypeEngine[_T]) -> ColumnElement[_T]:
        """What `answer` says on the row's own calendar: one bound value for each calendar there is."""
        asked = {name: literal(answer(calendar), of_type) for name, calendar in self.moment.calendars.items()}
        default = asked.pop("default")
        if not asked:
            return default
        return case(*((self.columns["calendar"] == name, value) for name, value in asked.items()), else_=default)


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
        case nodes.Missing(missing):
            return value(missing, scope).is_(None) if holds else value(missing, scope).is_not(None)
        case _:
            atom = _atom(node, scope)
            return atom if holds else atom.is_not(true())


def _atom(node: nodes.Flag | nodes.Compare | nodes.OneOf | nodes.Like | nodes.Has, scope: Scope) -> ColumnElement[bool]:
    match node:
        case nodes.Flag(flag):
            return value(flag, scope)
        case nodes.Compare(operator, nodes.Age(name), nodes.Constant(number)):
            return scope.ages[name].compare(operator, float(number), scope)
        case nodes.Compare(operator, left, right):
            return compare(operator, value(left, scope), _right(operator, right, scope))
        case nodes.OneOf(one, constants):
            return value(one, scope).in_([constant.value for constant in constants])
        case nodes.Like(text, pattern):
            return func.lower(value(text, scope)).like(_ascii_lower(pattern), escape=_ESCAPE)
        case nodes.Has(text, part, at_start):
            lowered = func.lower(value(text, scope))
            search = lowered.startswith if at_start else lowered.contains
            return search(_ascii_lower(part), autoescape=True)


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
        case nodes.Call("coalesce", arguments):
            return func.coalesce(*(value(argument, scope) for argument in arguments))
        case nodes.Choice(branches, otherwise):
            return case(
                *((condition(asked, scope), value(then, scope)) for asked, then in branches),
                else_=None if otherwise is None else value(otherwise, scope),
            )
        case _:
            raise AssertionError(f"{node} has no value of its own")


def _right(operator: nodes.Order, node: Value, scope: Scope) -> ColumnElement[Any]:
    """The right side of a comparison; times are folded to bound values."""
    moment = scope.moment
    match node:
        case nodes.Now():
            return _instant(moment.now)
        case nodes.Ago(span):
            return _instant(moment.now - span)
        case nodes.Day(days):
            return _date(moment.today + timedelta(days=days))
        case nodes.WorkingHoursAgo(hours):
            return scope.on_calendar(
                lambda on: on.ago(hours, moment.now, at_least=includes_the_end(operator)), UTCDateTime()
            )
        case nodes.WorkingDaysAgo(days):
            return scope.on_calendar(
                lambda on: on.days_ago(days, moment.today, at_least=includes_the_end(operator)), Date()
            )
        case _:
            return value(node, scope)


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


def _instant(at: datetime) -> ColumnElement[datetime]:
    return literal(at, UTCDateTime())


def _date(on: date) -> ColumnElement[date]:
    return literal(on, Date())
