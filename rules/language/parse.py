"""From the text of an expression to its nodes, checked and typed.

sqlglot parses; what its tree may hold is decided here, by class *and* by argument: a class whose arguments were not
looked at would turn `not like` into `like`. Everything without a branch below is refused.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeVar

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from rules.language import nodes
from rules.language.nodes import Condition, Kind, Term, Value
from rules.language.text import LanguageError, nearest, tokens_of

Parameter = bool | float | str

MAX_DAYS, MAX_WORKING_HOURS, MAX_DEPTH = 3_650, 10_000, 40
MAX_PATTERN, MAX_WILDCARDS = 100, 4
_NUMBER = re.compile(r"\d+(\.\d+)?")
_SPAN = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}

_ORDERS: Mapping[type[exp.Expr], nodes.Order] = {
    exp.EQ: "=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_SWAPPED: Mapping[nodes.Order, nodes.Order] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ARITHMETIC: Mapping[type[exp.Expr], Literal["+", "-", "*", "/"]] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
}
# The arguments of each class that are read below. Any other that is set changes the meaning, and is refused.
_ARGUMENTS: Mapping[type[exp.Expr], frozenset[str]] = {
    **dict.fromkeys((exp.And, exp.Or, exp.NEQ, exp.Is, *_ORDERS, *_ARITHMETIC), frozenset({"this", "expression"})),
    **dict.fromkeys((exp.Not, exp.Paren, exp.Neg, exp.Abs, exp.Length, exp.Boolean), frozenset({"this"})),
    **dict.fromkeys((exp.Contains, exp.StartsWith), frozenset({"this", "expression"})),
    **dict.fromkeys((exp.In, exp.Coalesce, exp.Anonymous), frozenset({"this", "expressions"})),
    exp.Null: frozenset(),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Like: frozenset({"this", "expression", "negate"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Column: frozenset({"this", "table"}),
    exp.Identifier: frozenset({"this"}),
    exp.If: frozenset({"this", "true", "false"}),
    exp.Case: frozenset({"ifs", "default"}),
}
_A = {"flag": "a flag", "number": "a number", "text": "a text", "date": "a date", "instant": "an instant"}


def read_condition(text: str, terms: Mapping[str, Term], params: Mapping[str, Parameter]) -> Condition:
    """The condition that `text` states over the view's `terms`. Raises LanguageError."""
    return _Reader(terms, params).condition(_parse(text))


def read_value(text: str, terms: Mapping[str, Term], params: Mapping[str, Parameter]) -> Value:
    """The value that `text` gives for a row of the view: a severity. Raises LanguageError."""
    return _Reader(terms, params).value(_parse(text))


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


def _parse(text: str) -> exp.Expr:
    tokens_of(text)
    try:
        tree: exp.Expr = sqlglot.parse_one(text, into=exp.Condition)
    except ParseError as error:
        raise _plain(text, error) from error
    _check_depth(tree)
    return tree


def _plain(text: str, error: ParseError) -> LanguageError:
    """sqlglot's description names Python classes; its column is that of the word's end."""
    found = error.errors[0] if error.errors else {}
    word = found.get("highlight") or ""
    lines = text.split("\n")
    line = min(found.get("line") or 1, len(lines))
    end = sum(len(earlier) + 1 for earlier in lines[: line - 1]) + (found.get("col") or 0)
    description = found.get("description") or ""
    if "Expecting )" in description:
        message = "a bracket is not closed here"
    elif "CASE" in description:
        message = "case … needs its end"
    elif "Required keyword" in description:
        message = "something is missing after this"
    elif "number of provided arguments" in description:
        message = "too many values for this function"
    else:
        message = f"{word!r} does not belong here" if word else "this cannot be read"
    return LanguageError(message, max(0, end - len(word)), end)


def _check_depth(tree: exp.Expr) -> None:
    """A long sum is a deep tree without a bracket; chains of one `and` or `or` are flat to us."""
    waiting: list[tuple[exp.Expr, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise _refusal(node, f"nested more than {MAX_DEPTH} deep")
        for child in node.iter_expressions():
            chained = isinstance(node, exp.And | exp.Or) and type(child) is type(node)
            waiting.append((child, depth + (0 if chained else 1)))


def _place(node: exp.Expr) -> tuple[int, int]:
    """Where `node` stands: operators carry no place, so it is that of its leaves."""
    marks = [leaf.meta for leaf in node.walk() if "start" in leaf.meta]
    if not marks:
        return 0, 1
    return min(mark["start"] for mark in marks), max(mark["end"] for mark in marks) + 1


def _refusal(node: exp.Expr, message: str) -> LanguageError:
    return LanguageError(message, *_place(node))


_Node = TypeVar("_Node", bound=exp.Expr)


def _checked(node: _Node) -> _Node:
    """`node`, once its class and every argument that is set are known to be read."""
    allowed = _ARGUMENTS.get(type(node))
    if allowed is None:
        raise _refusal(node, f"this cannot be written here ({type(node).__name__})")
    strange = [key for key, value in node.args.items() if key not in allowed and value not in (None, False, [])]
    if strange:
        raise _refusal(node, f"this form of {type(node).__name__} cannot be written here")
    return node


@dataclass(frozen=True)
class _Reader:
    terms: Mapping[str, Term]
    params: Mapping[str, Parameter]

    # --- conditions ---

    def condition(self, node: exp.Expr) -> Condition:
        match _checked(node):
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
                return self._compare(_ORDERS[type(node)], node.this, node.expression)
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
                raise _refusal(node, "this is a number: compare it with one, as in days_overdue > 3")
            case _ if value.kind == "flag":
                return nodes.Flag(value)
            case _:
                raise _refusal(node, f"this is {_A[value.kind]}, where a condition is needed")

    def _compare(self, operator: nodes.Order, left: exp.Expr, right: exp.Expr) -> Condition:
        for side in (left, right):
            if isinstance(side, exp.Null):
                raise _refusal(left, "nothing equals null: write `is null` or `is not null`")
        a, b = self.value(left), self.value(right)
        if isinstance(a, nodes.Moment) or isinstance(b, nodes.Age):
            a, b, operator, left, right = b, a, _SWAPPED[operator], right, left
        if isinstance(a, nodes.Age):
            if not (isinstance(b, nodes.Constant) and b.kind == "number"):
                raise _refusal(right, f"{a.name} can only be compared with a number")
            return nodes.Compare(operator, a, b)
        if isinstance(a, nodes.Moment):
            raise _refusal(left, "a time is compared with a column, not with another time")
        assert not isinstance(b, nodes.Age)
        if a.kind != b.kind:
            raise _refusal(right, _mismatch(a, b))
        if operator == "=" and isinstance(b, nodes.WorkingHoursAgo | nodes.WorkingDaysAgo | nodes.Ago | nodes.Now):
            raise _refusal(left, "a moment is never met exactly: write <, <=, > or >=")
        if operator != "=" and a.kind in ("text", "flag"):
            raise _refusal(left, f"{_A[a.kind]} has no order: = and <> are all there is")
        self._check_closed(a, b, right)
        self._check_closed(b, a, left)
        return nodes.Compare(operator, a, b)

    def _check_closed(self, one: Value, other: Value, node: exp.Expr) -> None:
        known = texts_of(one)
        if known and not isinstance(one, nodes.Constant) and isinstance(other, nodes.Constant):
            text = str(other.value)
            if text not in known:
                raise _refusal(node, f"{text!r} is never its value; {nearest(text, known)}")

    def _one_of(self, node: exp.Expr) -> Condition:
        value = self._plain_value(node.this)
        if not node.expressions:
            raise _refusal(node, "the list is empty")
        constants = []
        for element in node.expressions:
            if isinstance(element, exp.Null):  # it carries no place of its own
                raise _refusal(node, "a list holds numbers or texts only; for null write `is null`")
            constant = self.value(element)
            if not isinstance(constant, nodes.Constant):
                raise _refusal(element, "a list holds numbers or texts only")
            if constant.kind != value.kind:
                raise _refusal(element, _mismatch(value, constant))
            self._check_closed(value, constant, element)
            constants.append(constant)
        return nodes.OneOf(value, tuple(constants))

    def _is(self, inner: exp.Expr, what: exp.Expr) -> Condition:
        value = self._plain_value(inner)
        match _checked(what):
            case exp.Null():
                return nodes.Missing(value)
            case exp.Boolean(this=bool(holds)):
                if value.kind != "flag":
                    raise _refusal(inner, f"this is {_A[value.kind]}, which is neither true nor false")
                return nodes.Compare("=", value, nodes.Constant(holds, "flag"))
            case _:
                raise _refusal(what, "after `is` comes null, true or false")

    def _chosen_condition(self, node: exp.Expr) -> Condition:
        branches, otherwise = self._branches(node)
        return nodes.Chosen(
            tuple((self.condition(asked), self.condition(then)) for asked, then in branches),
            self.condition(otherwise) if otherwise is not None else nodes.Truth(False),
        )

    # --- values ---

    def value(self, node: exp.Expr) -> Value:
        match _checked(node):
            case exp.Paren(this=inner):
                return self.value(inner)
            case exp.Column():
                return self._name(node)
            case exp.Literal(this=str(text)):
                return self._text_constant(node, text) if node.is_string else self._number(node, text)
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
                raise _refusal(node, "null stands after `is` only")
            case _:
                raise _refusal(node, "this is a condition, where a value is needed")

    def _name(self, node: exp.Expr) -> Value:
        identifier = _checked(node.this)
        name = str(identifier.this).casefold()
        if node.args.get("table") is not None:
            return self._param(node, name)
        if name in _DAYS:
            return nodes.Day(_DAYS[name])
        if name == "now":
            return nodes.Now()
        term = self.terms.get(name)
        if term is None:
            raise _refusal(node, f"there is no {name!r}; {nearest(name, {*self.terms, *_DAYS, 'now'})}")
        return nodes.Age(name) if term.is_age else nodes.Column(name, term.kind, term.closed)

    def _param(self, node: exp.Expr, name: str) -> Value:
        table = _checked(node.args["table"])
        if str(table.this).casefold() != "params":
            raise _refusal(node, "names stand alone, but for params.name")
        if name not in self.params:
            known = nearest(name, self.params) if self.params else "the rule has no params"
            raise _refusal(node, f"there is no params.{name}; {known}")
        return constant(self.params[name])

    def _text_constant(self, node: exp.Expr, text: str) -> nodes.Constant:
        return nodes.Constant(unicodedata.normalize("NFC", text), "text")

    def _number(self, node: exp.Expr, text: str) -> nodes.Constant:
        if not _NUMBER.fullmatch(text):
            raise _refusal(node, "write a number as 12 or 0.5")
        return nodes.Constant(float(text) if "." in text else int(text), "number")

    def _negative(self, inner: exp.Expr) -> Value:
        value = self._of_kind("number", inner)
        if isinstance(value, nodes.Constant):
            return nodes.Constant(-value.value, "number")  # type: ignore[operator]  # its kind is number
        return nodes.Arithmetic("-", nodes.Constant(0, "number"), value)

    def _arithmetic(self, node: exp.Expr) -> Value:
        operator = _ARITHMETIC[type(node)]
        left = self.value(node.this)
        if isinstance(left, nodes.Day):
            return self._shifted(left, operator, node.expression)
        if isinstance(left, nodes.Moment):
            raise _refusal(node, "only today can be moved by days, as in today - 3; for hours write ago('3h')")
        return nodes.Arithmetic(operator, self._of_kind("number", node.this), self._of_kind("number", node.expression))

    def _shifted(self, day: nodes.Day, operator: str, by: exp.Expr) -> nodes.Day:
        if operator not in "+-":
            raise _refusal(by, "today can be moved by + and - only")
        days = self._whole(by, MAX_DAYS)
        return nodes.Day(day.days + (days if operator == "+" else -days))

    def _time_function(self, node: exp.Expr, function: str, arguments: list[exp.Expr]) -> Value:
        if len(arguments) != 1:
            raise _refusal(node, f"{function} takes one value")
        match function:
            case "ago":
                return nodes.Ago(self._span(arguments[0]))
            case "working_days_ago":
                return nodes.WorkingDaysAgo(self._whole(arguments[0], MAX_DAYS))
            case "working_hours_ago":
                hours = self._of_kind("number", arguments[0])
                if not isinstance(hours, nodes.Constant) or not 0 <= float(hours.value) <= MAX_WORKING_HOURS:
                    raise _refusal(arguments[0], f"a number from 0 to {MAX_WORKING_HOURS}, or one of params")
                return nodes.WorkingHoursAgo(float(hours.value))
            case _:
                raise _refusal(node, f"{function} takes other values")

    def _span(self, node: exp.Expr) -> timedelta:
        value = self.value(node)
        found = (
            _SPAN.fullmatch(value.value) if isinstance(value, nodes.Constant) and isinstance(value.value, str) else None
        )
        if found is None or (span := timedelta(**{_UNITS[found[2]]: int(found[1])})) > timedelta(days=MAX_DAYS):
            raise _refusal(node, "write a span as '30m', '12h' or '3d'")
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
        ifs = [_checked(branch) for branch in node.args["ifs"]]
        return [(branch.this, branch.args["true"]) for branch in ifs], node.args.get("default")

    # --- of what kind ---

    def _plain_value(self, node: exp.Expr) -> "_Plain":
        """A value that is neither an age nor a time: those enter through a comparison only."""
        value = self.value(node)
        if isinstance(value, nodes.Age):
            raise _refusal(node, f"{value.name} moves with the clock: it can only be compared with a number")
        if isinstance(value, nodes.Moment):
            raise _refusal(node, "a time can only be compared with a column, as in due_on < today")
        return value

    def _of_kind(self, kind: Kind, node: exp.Expr) -> "_Plain":
        value = self._plain_value(node)
        if value.kind != kind:
            raise _refusal(node, f"this is {_A[value.kind]}, where {_A[kind]} is needed")
        return value

    def _text(self, node: exp.Expr) -> "_Plain":
        return self._of_kind("text", node)

    def _whole(self, node: exp.Expr, most: int) -> int:
        value = self._of_kind("number", node)
        number = value.value if isinstance(value, nodes.Constant) else math.nan
        if not (isinstance(number, int | float) and 0 <= number <= most and number == int(number)):
            raise _refusal(node, f"a whole number from 0 to {most}, or one of params")
        return int(number)

    def _short_text(self, node: exp.Expr) -> str:
        value = self._text(node)
        if not isinstance(value, nodes.Constant):
            raise _refusal(node, "a text in quotes, or one of params")
        text = str(value.value)
        if not 0 < len(text) <= MAX_PATTERN:
            raise _refusal(node, f"a text of 1 to {MAX_PATTERN} characters")
        return text

    def _pattern(self, node: exp.Expr) -> str:
        pattern = self._short_text(node)
        if pattern.count("%") > MAX_WILDCARDS:
            raise _refusal(node, f"a pattern has at most {MAX_WILDCARDS} %")
        if re.search(r"(?<!\\)(\\\\)*\\$", pattern):
            raise _refusal(node, "a pattern cannot end in a backslash")
        return pattern

    def _check_same(
        self, values: "list[_Plain] | tuple[_Plain, ...]", places: "list[exp.Expr] | tuple[exp.Expr, ...]"
    ) -> None:
        for value, place in zip(values, places, strict=True):
            if value.kind != values[0].kind:
                raise _refusal(place, _mismatch(values[0], value))


_Plain = nodes.Column | nodes.Constant | nodes.Arithmetic | nodes.Call | nodes.Choice


def constant(value: Parameter) -> nodes.Constant:
    """A param's value as it enters a rule."""
    match value:
        case bool():
            return nodes.Constant(value, "flag")
        case str():
            return nodes.Constant(unicodedata.normalize("NFC", value), "text")
        case _:
            return nodes.Constant(value, "number")


def _mismatch(one: Value, other: Value) -> str:
    hint = "; days are written today, today - 3" if one.kind in ("date", "instant") and other.kind == "text" else ""
    if {one.kind, other.kind} == {"date", "instant"}:
        hint = "; a date goes with today, an instant with now"
    return f"this is {_A[other.kind]}, beside {_A[one.kind]}{hint}"
