"""From the text of an expression to its nodes, checked and typed.

Everything without a branch below is refused; `tree` has looked at the arguments of every class that has one.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlglot import exp

from rules.language import nodes
from rules.language.nodes import Condition, Kind, Term, Value
from rules.language.text import nearest
from rules.language.tree import ARITHMETIC, ORDERS, checked, parse, refusal

Parameter = bool | float | str

MAX_DAYS, MAX_WORKING_HOURS = 3_650, 10_000
MAX_PATTERN, MAX_WILDCARDS = 100, 4
_SPAN = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}

_SWAPPED: Mapping[nodes.Order, nodes.Order] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_A = {"flag": "a flag", "number": "a number", "text": "a text", "date": "a date", "instant": "an instant"}


def read_condition(text: str, terms: Mapping[str, Term], params: Mapping[str, Parameter]) -> Condition:
    """The condition that `text` states over the view's `terms`. Raises LanguageError."""
    return _Reader(terms, params).condition(parse(text))


def read_value(text: str, terms: Mapping[str, Term], params: Mapping[str, Parameter]) -> Value:
    """The value that `text` gives for a row of the view: a severity. Raises LanguageError."""
    return _Reader(terms, params).value(parse(text))


def texts_of(value: Value) -> set[str] | None:
    """Every text that `value` can be, where that is known; None: any."""
    match value:
        case nodes.Constant(value=str(text)):
            return {text}
        case nodes.Column(closed=closed) if closed:
            return set(closed)
        case nodes.Choice(branches, otherwise):
            chosen = [texts_of(branch) for _, branch in branches] + [texts_of(otherwise) if otherwise else set()]
        case nodes.Call(function="coalesce", arguments=arguments):
            chosen = [texts_of(argument) for argument in arguments]
        case _:
            return None
    return None if None in chosen else {text for texts in chosen for text in texts or ()}


@dataclass(frozen=True)
class _Reader:
    terms: Mapping[str, Term]
    params: Mapping[str, Parameter]

    # --- conditions ---

    def condition(self, node: exp.Expr) -> Condition:
        match checked(node):
            case exp.Paren(this=inner):
                return self.condition(inner)
            case exp.And():
                return nodes.All(tuple(self.condition(part) for part in node.flatten(unnest=False)))
            case exp.Or():
                return nodes.Either(tuple(self.condition(part) for part in node.flatten(unnest=False)))
            case exp.Not(this=inner):
                return nodes.Not(self.condition(inner))
            case exp.NEQ(this=left, expression=right):
                return nodes.Not(self._compare("=", left, right))
            case exp.EQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
                return self._compare(ORDERS[type(node)], node.this, node.expression)
            case exp.In():
                return self._one_of(node)
            case exp.Between(this=middle):
                low, high = node.args["low"], node.args["high"]
                return nodes.All((self._compare(">=", middle, low), self._compare("<=", middle, high)))
            case exp.Is(this=inner, expression=what):
                return self._is(inner, what)
            case exp.Like(this=inner, expression=pattern):
                like = nodes.Like(self._text(inner), self._pattern(pattern))
                return nodes.Not(like) if node.args.get("negate") else like
            case exp.Contains(this=inner, expression=part) | exp.StartsWith(this=inner, expression=part):
                return nodes.Has(self._text(inner), self._short_text(part), isinstance(node, exp.StartsWith))
            case exp.If() | exp.Case():
                return self._chosen_condition(node)
            case _:
                return self._flag(node)

    def _flag(self, node: exp.Expr) -> Condition:
        value = self.value(node)
        match value:
            case nodes.Constant(value=bool(holds)):
                return nodes.Truth(holds)
            case nodes.Age():
                raise refusal(node, "this is a number: compare it with one, as in days_overdue > 3")
            case _ if value.kind == "flag":
                return nodes.Flag(value)
            case _:
                raise refusal(node, f"this is {_A[value.kind]}, where a condition is needed")

    def _compare(self, operator: nodes.Order, left: exp.Expr, right: exp.Expr) -> Condition:
        for side in (left, right):
            if isinstance(side, exp.Null):
                raise refusal(left, "nothing equals null: write `is null` or `is not null`")
        a, b = self.value(left), self.value(right)
        if isinstance(a, nodes.Moment) or isinstance(b, nodes.Age):
            a, b, operator, left, right = b, a, _SWAPPED[operator], right, left
        if isinstance(a, nodes.Age):
            if not (isinstance(b, nodes.Constant) and b.kind == "number"):
                raise refusal(right, f"{a.name} can only be compared with a number")
            return nodes.Compare(operator, a, b)
        if isinstance(a, nodes.Moment):
            raise refusal(left, "a time is compared with a column, not with another time")
        assert not isinstance(b, nodes.Age)
        if a.kind != b.kind:
            raise refusal(right, _mismatch(a, b))
        if operator == "=" and isinstance(b, nodes.WorkingHoursAgo | nodes.WorkingDaysAgo | nodes.Ago | nodes.Now):
            raise refusal(left, "a moment is never met exactly: write <, <=, > or >=")
        if operator != "=" and a.kind in ("text", "flag"):
            raise refusal(left, f"{_A[a.kind]} has no order: = and <> are all there is")
        self._check_closed(a, b, right)
        self._check_closed(b, a, left)
        return nodes.Compare(operator, a, b)

    def _check_closed(self, one: Value, other: Value, node: exp.Expr) -> None:
        known = texts_of(one)
        if known and not isinstance(one, nodes.Constant) and isinstance(other, nodes.Constant):
            text = str(other.value)
            if text not in known:
                raise refusal(node, f"{text!r} is never its value; {nearest(text, known)}")

    def _one_of(self, node: exp.Expr) -> Condition:
        value = self._plain_value(node.this)
        if not node.expressions:
            raise refusal(node, "the list is empty")
        constants = []
        for element in node.expressions:
            if isinstance(element, exp.Null):  # it carries no place of its own
                raise refusal(node, "a list holds numbers or texts only; for null write `is null`")
            constant = self.value(element)
            if not isinstance(constant, nodes.Constant):
                raise refusal(element, "a list holds numbers or texts only")
            if constant.kind != value.kind:
                raise refusal(element, _mismatch(value, constant))
            self._check_closed(value, constant, element)
            constants.append(constant)
        return nodes.OneOf(value, tuple(constants))

    def _is(self, inner: exp.Expr, what: exp.Expr) -> Condition:
        value = self._plain_value(inner)
        match checked(what):
            case exp.Null():
                return nodes.Missing(value)
            case exp.Boolean(this=bool(holds)):
                if value.kind != "flag":
                    raise refusal(inner, f"this is {_A[value.kind]}, which is neither true nor false")
                return nodes.Compare("=", value, nodes.Constant(holds, "flag"))
            case _:
                raise refusal(what, "after `is` comes null, true or false")

    def _chosen_condition(self, node: exp.Expr) -> Condition:
        branches, otherwise = self._branches(node)
        return nodes.Chosen(
            tuple((self.condition(asked), self.condition(then)) for asked, then in branches),
            self.condition(otherwise) if otherwise is not None else nodes.Truth(False),
        )

    # --- values ---

    def value(self, node: exp.Expr) -> Value:
        match checked(node):
            case exp.Paren(this=inner):
                return self.value(inner)
            case exp.Column():
                return self._name(node)
            case exp.Literal(this=str(text)):
                return _text_constant(text) if node.is_string else _number(text)
            case exp.Boolean(this=bool(holds)):
                return nodes.Constant(holds, "flag")
            case exp.Neg(this=inner):
                return self._negative(inner)
            case exp.Add() | exp.Sub() | exp.Mul() | exp.Div():
                return self._arithmetic(node)
            case exp.If() | exp.Case():
                return self._choice(node)
            case exp.Coalesce(this=first, expressions=rest):
                arguments = tuple(self._plain_value(argument) for argument in (first, *rest))
                self._check_same(arguments, (first, *rest))
                return nodes.Call("coalesce", arguments, arguments[0].kind)
            case exp.Abs(this=inner):
                return nodes.Call("abs", (self._of_kind("number", inner),), "number")
            case exp.Length(this=inner):
                return nodes.Call("length", (self._text(inner),), "number")
            case exp.Anonymous(this=str(function), expressions=arguments):
                return self._time_function(node, function.casefold(), arguments)
            case exp.Null():
                raise refusal(node, "null stands after `is` only")
            case _:
                raise refusal(node, "this is a condition, where a value is needed")

    def _name(self, node: exp.Expr) -> Value:
        identifier = checked(node.this)
        name = str(identifier.this).casefold()
        if node.args.get("table") is not None:
            return self._param(node, name)
        if name in _DAYS:
            return nodes.Day(_DAYS[name])
        if name == "now":
            return nodes.Now()
        term = self.terms.get(name)
        if term is None:
            raise refusal(node, f"there is no {name!r}; {nearest(name, {*self.terms, *_DAYS, 'now'})}")
        return nodes.Age(name) if term.is_age else nodes.Column(name, term.kind, term.closed)

    def _param(self, node: exp.Expr, name: str) -> Value:
        table = checked(node.args["table"])
        if str(table.this).casefold() != "params":
            raise refusal(node, "names stand alone, but for params.name")
        if name not in self.params:
            known = nearest(name, self.params) if self.params else "the rule has no params"
            raise refusal(node, f"there is no params.{name}; {known}")
        return constant(self.params[name])

    def _negative(self, inner: exp.Expr) -> Value:
        value = self._of_kind("number", inner)
        if isinstance(value, nodes.Constant):
            return nodes.Constant(-value.value, "number")  # type: ignore[operator]  # its kind is number
        return nodes.Arithmetic("-", nodes.Constant(0, "number"), value)

    def _arithmetic(self, node: exp.Expr) -> Value:
        operator = ARITHMETIC[type(node)]
        left = self.value(node.this)
        if isinstance(left, nodes.Day):
            return self._shifted(left, operator, node.expression)
        if isinstance(left, nodes.Moment):
            raise refusal(node, "only today can be moved by days, as in today - 3; for hours write ago('3h')")
        return nodes.Arithmetic(operator, self._of_kind("number", node.this), self._of_kind("number", node.expression))

    def _shifted(self, day: nodes.Day, operator: str, by: exp.Expr) -> nodes.Day:
        if operator not in "+-":
            raise refusal(by, "today can be moved by + and - only")
        days = self._whole(by, MAX_DAYS)
        return nodes.Day(day.days + (days if operator == "+" else -days))

    def _time_function(self, node: exp.Expr, function: str, arguments: list[exp.Expr]) -> Value:
        if len(arguments) != 1:
            raise refusal(node, f"{function} takes one value")
        match function:
            case "ago":
                return nodes.Ago(self._span(arguments[0]))
            case "working_days_ago":
                return nodes.WorkingDaysAgo(self._whole(arguments[0], MAX_DAYS))
            case "working_hours_ago":
                hours = self._of_kind("number", arguments[0])
                if not isinstance(hours, nodes.Constant) or not 0 <= float(hours.value) <= MAX_WORKING_HOURS:
                    raise refusal(arguments[0], f"a number from 0 to {MAX_WORKING_HOURS}, or one of params")
                return nodes.WorkingHoursAgo(float(hours.value))
            case _:
                raise refusal(node, f"{function} takes other values")

    def _span(self, node: exp.Expr) -> timedelta:
        value = self.value(node)
        found = (
            _SPAN.fullmatch(value.value) if isinstance(value, nodes.Constant) and isinstance(value.value, str) else None
        )
        if found is None or (span := timedelta(**{_UNITS[found[2]]: int(found[1])})) > timedelta(days=MAX_DAYS):
            raise refusal(node, "write a span as '30m', '12h' or '3d'")
        return span

    def _choice(self, node: exp.Expr) -> Value:
        branches, otherwise = self._branches(node)
        values = [self._plain_value(then) for _, then in branches]
        last = self._plain_value(otherwise) if otherwise is not None else None
        self._check_same(
            [*values, *([last] if last else [])], [*(then for _, then in branches), *([otherwise] if otherwise else [])]
        )
        conditions = [self.condition(condition) for condition, _ in branches]
        return nodes.Choice(tuple(zip(conditions, values, strict=True)), last, values[0].kind)

    def _branches(self, node: exp.Expr) -> tuple[list[tuple[exp.Expr, exp.Expr]], exp.Expr | None]:
        """`if(c, a, b)` and `case when c then a else b end` alike."""
        if isinstance(node, exp.If):
            return [(node.this, node.args["true"])], node.args.get("false")
        ifs = [checked(branch) for branch in node.args["ifs"]]
        return [(branch.this, branch.args["true"]) for branch in ifs], node.args.get("default")

    # --- of what kind ---

    def _plain_value(self, node: exp.Expr) -> "_Plain":
        """A value that is neither an age nor a time: those enter through a comparison only."""
        value = self.value(node)
        if isinstance(value, nodes.Age):
            raise refusal(node, f"{value.name} moves with the clock: it can only be compared with a number")
        if isinstance(value, nodes.Moment):
            raise refusal(node, "a time can only be compared with a column, as in due_on < today")
        return value

    def _of_kind(self, kind: Kind, node: exp.Expr) -> "_Plain":
        value = self._plain_value(node)
        if value.kind != kind:
            raise refusal(node, f"this is {_A[value.kind]}, where {_A[kind]} is needed")
        return value

    def _text(self, node: exp.Expr) -> "_Plain":
        return self._of_kind("text", node)

    def _whole(self, node: exp.Expr, most: int) -> int:
        value = self._of_kind("number", node)
        number = value.value if isinstance(value, nodes.Constant) else math.nan
        if not (isinstance(number, int | float) and 0 <= number <= most and number == int(number)):
            raise refusal(node, f"a whole number from 0 to {most}, or one of params")
        return int(number)

    def _short_text(self, node: exp.Expr) -> str:
        value = self._text(node)
        if not isinstance(value, nodes.Constant):
            raise refusal(node, "a text in quotes, or one of params")
        text = str(value.value)
        if not 0 < len(text) <= MAX_PATTERN:
            raise refusal(node, f"a text of 1 to {MAX_PATTERN} characters")
        return text

    def _pattern(self, node: exp.Expr) -> str:
        pattern = self._short_text(node)
        if pattern.count("%") > MAX_WILDCARDS:
            raise refusal(node, f"a pattern has at most {MAX_WILDCARDS} %")
        if re.search(r"(?<!\\)(\\\\)*\\$", pattern):
            raise refusal(node, "a pattern cannot end in a backslash")
        return pattern

    def _check_same(
        self, values: "list[_Plain] | tuple[_Plain, ...]", places: "list[exp.Expr] | tuple[exp.Expr, ...]"
    ) -> None:
        for value, place in zip(values, places, strict=True):
            if value.kind != values[0].kind:
                raise refusal(place, _mismatch(values[0], value))


_Plain = nodes.Column | nodes.Constant | nodes.Arithmetic | nodes.Call | nodes.Choice


def _text_constant(text: str) -> nodes.Constant:
    return nodes.Constant(unicodedata.normalize("NFC", text), "text")


def _number(text: str) -> nodes.Constant:
    return nodes.Constant(float(text) if "." in text else int(text), "number")


def constant(value: Parameter) -> nodes.Constant:
    """A param's value as it enters a rule."""
    match value:
        case bool():
            return nodes.Constant(value, "flag")
        case str():
            return _text_constant(value)
        case _:
            return nodes.Constant(value, "number")


def _mismatch(one: Value, other: Value) -> str:
    hint = "; days are written today, today - 3" if one.kind in ("date", "instant") and other.kind == "text" else ""
    if {one.kind, other.kind} == {"date", "instant"}:
        hint = "; a date goes with today, an instant with now"
    return f"this is {_A[other.kind]}, beside {_A[one.kind]}{hint}"
