"""The values of an expression, from sqlglot's tree to our nodes: names, constants, arithmetic, functions, choices.

Times and ages are values that only a comparison takes (`parse`): `now` enters a query as a bound value and in no other
way.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from rules.language import constants, nodes
from rules.language.nodes import Condition, Kind, Parameter, Term, Value
from rules.language.text import nearest
from rules.language.tree import ARITHMETIC, checked, refusal
from rules.language.words import DAYS, FUNCTIONS

PlainValue = nodes.Column | nodes.Constant | nodes.Arithmetic | nodes.Call | nodes.Choice
"""A value of the row or the rule: neither a time nor an age."""

A: Mapping[Kind, str] = {
    "flag": "a flag",
    "number": "a number",
    "text": "a text",
    "date": "a date",
    "instant": "an instant",
    "labels": "a list of labels",
}
"""A kind, as a message names one of it."""


@dataclass(frozen=True)
class ValueReader(ABC):
    """Reads values over `terms`; whoever reads conditions is one, since either may hold the other."""

    terms: Mapping[str, Term]
    params: Mapping[str, Parameter]

    @abstractmethod
    def condition(self, node: exp.Expr) -> Condition:
        """The condition that `node` states."""

    def value(self, node: exp.Expr) -> Value:
        """The value that `node` gives; LanguageError where it is none."""
        match checked(node):
            case exp.Paren(this=inner):
                return self.value(inner)
            case exp.Column():
                return self._name(node)
            case exp.Literal(this=str(text)):
                return constants.text_constant(text) if node.is_string else constants.number_constant(text)
            case exp.Boolean(this=bool(holds)):
                return nodes.Constant(holds, "flag")
            case exp.Neg(this=inner):
                return self._negative(inner)
            case exp.Add() | exp.Sub() | exp.Mul() | exp.Div():
                return self._arithmetic(node)
            case exp.If() | exp.Case():
                return self._choice(node)
            case exp.Coalesce(this=first, expressions=rest):
                if not rest:
                    raise refusal(node, f"write {FUNCTIONS['coalesce']}")
                values = self._alike([first, *rest])
                return nodes.Call("coalesce", tuple(values), values[0].kind)
            case exp.Abs(this=inner):
                return nodes.Call("abs", (self.of_kind("number", inner),), "number")
            case exp.Length(this=inner):
                return nodes.Call("length", (self.of_kind("text", inner),), "number")
            case exp.Lower(this=inner):
                return nodes.Call("lower", (self.of_kind("text", inner),), "text")
            case exp.Anonymous(this=str(name), expressions=arguments):
                return self._function(node, name.casefold(), arguments)
            case exp.Null():
                raise refusal(node, "null stands after `is` only")
            case _:
                raise refusal(node, "this is a condition, where a value is needed")

    def plain(self, node: exp.Expr) -> PlainValue:
        """A value of the row or the rule, for all but a comparison."""
        value = self.value(node)
        if isinstance(value, nodes.Age):
            raise refusal(node, f"{value.name} moves with the clock: it can only be compared with a number")
        if isinstance(value, nodes.Moment):
            raise refusal(node, "a time can only be compared with a column, as in due_on < today")
        return value

    def of_kind(self, kind: Kind, node: exp.Expr) -> PlainValue:
        """A plain value of that kind."""
        value = self.plain(node)
        if value.kind != kind:
            raise refusal(node, f"this is {A[value.kind]}, where {A[kind]} is needed")
        return value

    def branches(self, node: exp.Expr) -> tuple[list[tuple[exp.Expr, exp.Expr]], exp.Expr | None]:
        """`if(c, a, b)` and `case when c then a else b end` alike."""
        if isinstance(node, exp.If):
            return [(node.this, node.args["true"])], node.args.get("false")
        ifs = [checked(branch) for branch in node.args["ifs"]]
        return [(branch.this, branch.args["true"]) for branch in ifs], node.args.get("default")

    def has_label(self, node: exp.Expr) -> nodes.HasLabel:
        """`has_label(labels, 'x')`, which is a condition."""
        of, label = arguments_of(node, "has_label", 2)
        name = str(of.this.this).casefold() if isinstance(of, exp.Column) else ""
        term = self.terms.get(name)
        if term is None or term.kind != "labels":
            known = ", ".join(sorted(name for name, term in self.terms.items() if term.kind == "labels"))
            raise refusal(of, f"has_label takes a list of labels; known are: {known or 'none in this view'}")
        return nodes.HasLabel(nodes.Column(name, "labels"), constants.short_text(self.of_kind("text", label), label))

    # --- names ---

    def _name(self, node: exp.Expr) -> Value:
        identifier = checked(node.this)
        name = str(identifier.this).casefold()
        if node.args.get("table") is not None:
            return self._param(node, name)
        if name in DAYS:
            return nodes.Day(DAYS[name])
        if name == "now":
            return nodes.Now()
        term = self.terms.get(name)
        if term is None:
            raise refusal(node, f"there is no {name!r}; {nearest(name, {*self.terms, *DAYS, 'now'})}")
        if term.kind == "labels":
            raise refusal(node, f"{name} is a list of labels: write has_label({name}, 'label')")
        return nodes.Age(name) if term.is_age else nodes.Column(name, term.kind, term.closed)

    def _param(self, node: exp.Expr, name: str) -> Value:
        table = checked(node.args["table"])
        if str(table.this).casefold() != "params":
            raise refusal(node, "names stand alone, but for params.name")
        if name not in self.params:
            known = nearest(name, self.params) if self.params else "the rule has no params"
            raise refusal(node, f"there is no params.{name}; {known}")
        return constants.param_constant(name, self.params[name], node)

    # --- arithmetic ---

    def _negative(self, inner: exp.Expr) -> Value:
        value = self.of_kind("number", inner)
        if isinstance(value, nodes.Constant):
            return nodes.Constant(-value.value, "number")  # type: ignore[operator]  # its kind is number
        return nodes.Arithmetic("-", nodes.Constant(0, "number"), value)

    def _arithmetic(self, node: exp.Expr) -> Value:
        operator = ARITHMETIC[type(node)]
        left, right = node.this, node.expression
        value = self.value(left)
        if isinstance(value, nodes.Day):
            return self._moved(value, operator, right)
        if isinstance(value, nodes.Moment):
            raise refusal(node, "only today can be moved by days, as in today - 3; for hours write ago('3h')")
        if value.kind in ("date", "instant"):
            between = FUNCTIONS["days_between" if value.kind == "date" else "hours_between"]
            raise refusal(left, f"this is {A[value.kind]}: compare it, as in due_on < today - 3, or write {between}")
        return nodes.Arithmetic(operator, self.of_kind("number", left), self.of_kind("number", right))

    def _moved(self, day: nodes.Day, operator: Literal["+", "-", "*", "/"], by: exp.Expr) -> nodes.Day:
        if operator not in ("+", "-"):
            raise refusal(by, "today can be moved by + and - only")
        if self.value(by).kind == "date":
            raise refusal(by, "how long ago a column is, a comparison says, as in due_on < today - 3")
        days = constants.whole_number(self.of_kind("number", by), constants.MAX_DAYS, by)
        moved = day.days + (days if operator == "+" else -days)
        if abs(moved) > constants.MAX_DAYS:
            raise refusal(by, f"today can be moved by {constants.MAX_DAYS} days at most")
        return nodes.Day(moved)

    # --- functions ---

    def _function(self, node: exp.Expr, name: str, arguments: Sequence[exp.Expr]) -> Value:
        match name:
            case "ago":
                (length,) = arguments_of(node, name, 1)
                return nodes.Ago(constants.span(self.of_kind("text", length), length))
            case "working_days_ago":
                (count,) = arguments_of(node, name, 1)
                days = constants.whole_number(self.of_kind("number", count), constants.MAX_DAYS, count)
                return nodes.WorkingDaysAgo(days)
            case "working_hours_ago":
                (count,) = arguments_of(node, name, 1)
                return nodes.WorkingHoursAgo(constants.working_hours(self.of_kind("number", count), count))
            case "days_between":
                return nodes.Call(name, self._two("date", node, name), "number")
            case "hours_between":
                return nodes.Call(name, self._two("instant", node, name), "number")
            case _:
                raise refusal(node, f"{name} is a condition, where a value is needed")

    def _two(self, kind: Kind, node: exp.Expr, name: str) -> tuple[PlainValue, PlainValue]:
        arguments = arguments_of(node, name, 2)
        for argument in arguments:
            if isinstance(self.value(argument), nodes.Moment):
                raise refusal(
                    argument,
                    f"{name} takes two columns; how long ago one is, a comparison says, as in due_on < today - 3",
                )
        first, second = (self.of_kind(kind, argument) for argument in arguments)
        return first, second

    def _choice(self, node: exp.Expr) -> Value:
        branches, otherwise = self.branches(node)
        values = self._alike([then for _, then in branches] + ([otherwise] if otherwise is not None else []))
        conditions = [self.condition(condition) for condition, _ in branches]
        last = values[-1] if otherwise is not None else None
        return nodes.Choice(tuple(zip(conditions, values, strict=False)), last, values[0].kind)

    def _alike(self, given: Sequence[exp.Expr]) -> list[PlainValue]:
        """Plain values of one kind."""
        values = [self.plain(node) for node in given]
        for value, node in zip(values, given, strict=True):
            if value.kind != values[0].kind:
                raise refusal(node, mismatch(values[0], value))
        return values


def arguments_of(node: exp.Expr, name: str, count: int) -> list[exp.Expr]:
    """The arguments of a function of ours, as many as it takes."""
    found: list[exp.Expr] = checked(node).expressions
    if len(found) != count:
        raise refusal(node, f"write {FUNCTIONS[name]}")
    return found


def mismatch(one: Value, other: Value) -> str:
    """Why `other` cannot stand beside `one`."""
    hint = ""
    if {one.kind, other.kind} == {"date", "instant"}:
        hint = "; a date goes with today, an instant with now"
    elif one.kind in ("date", "instant") and other.kind == "text":
        hint = "; days are written today, today - 3"
    elif one.kind == "flag" and other.kind == "number":
        hint = "; a flag is written by itself, or is true, is false"
    return f"this is {A[other.kind]}, beside {A[one.kind]}{hint}"
