"""From the text of an expression to its nodes, checked and typed: what it may state of a row.

Everything without a branch here or in `values` is refused; `tree` has looked at the arguments of every class that has
one.
"""

from collections.abc import Mapping

from sqlglot import exp

from rules.language import constants, nodes
from rules.language.nodes import Condition, Parameter, Term, Value
from rules.language.text import nearest
from rules.language.tree import ORDERS, checked, parse, refusal
from rules.language.values import A, ValueReader, mismatch

_SWAPPED: Mapping[nodes.Order, nodes.Order] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def read_condition(text: str, terms: Mapping[str, Term], params: Mapping[str, Parameter]) -> Condition:
    """The condition that `text` states over the view's `terms`. Raises LanguageError."""
    return _Reader(terms, params).condition(parse(text, terms))


def read_value(text: str, terms: Mapping[str, Term], params: Mapping[str, Parameter]) -> Value:
    """The value that `text` gives for a row of the view: a severity. Raises LanguageError."""
    return _Reader(terms, params).plain(parse(text, terms))


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


class _Reader(ValueReader):
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
                found = constants.pattern(self.of_kind("text", pattern), pattern)
                like = nodes.Like(self.of_kind("text", inner), found)
                return nodes.Not(like) if node.args.get("negate") else like
            case exp.Contains(this=inner, expression=part) | exp.StartsWith(this=inner, expression=part):
                text = constants.short_text(self.of_kind("text", part), part)
                return nodes.Has(self.of_kind("text", inner), text, isinstance(node, exp.StartsWith))
            case exp.Anonymous(this=str(name)) if name.casefold() == "has_label":
                return self.has_label(node)
            case exp.If() | exp.Case():
                return self._chosen(node)
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
                raise refusal(node, f"this is {A[value.kind]}, where a condition is needed")

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
        if a.kind != b.kind:
            raise refusal(right, mismatch(a, b))
        if operator == "=" and isinstance(b, nodes.WorkingHoursAgo | nodes.WorkingDaysAgo | nodes.Ago | nodes.Now):
            raise refusal(left, "a moment is never met exactly: write <, <=, > or >=")
        if operator != "=" and a.kind in ("text", "flag"):
            raise refusal(left, f"{A[a.kind]} has no order: = and <> are all there is")
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
        value = self.plain(node.this)
        if not node.expressions:
            raise refusal(node, "the list is empty")
        found = []
        for element in node.expressions:
            if isinstance(element, exp.Null):  # it carries no place of its own
                raise refusal(node, "a list holds numbers or texts only; for null write `is null`")
            constant = self.value(element)
            if not isinstance(constant, nodes.Constant):
                raise refusal(element, "a list holds numbers or texts only")
            if constant.kind != value.kind:
                raise refusal(element, mismatch(value, constant))
            self._check_closed(value, constant, element)
            found.append(constant)
        return nodes.OneOf(value, tuple(found))

    def _is(self, inner: exp.Expr, what: exp.Expr) -> Condition:
        value = self.plain(inner)
        match checked(what):
            case exp.Null():
                return nodes.Missing(value)
            case exp.Boolean(this=bool(holds)):
                if value.kind != "flag":
                    raise refusal(inner, f"this is {A[value.kind]}, which is neither true nor false")
                return nodes.Compare("=", value, nodes.Constant(holds, "flag"))
            case _:
                raise refusal(what, "after `is` comes null, true or false")

    def _chosen(self, node: exp.Expr) -> Condition:
        branches, otherwise = self.branches(node)
        return nodes.Chosen(
            tuple((self.condition(asked), self.condition(then)) for asked, then in branches),
            self.condition(otherwise) if otherwise is not None else nodes.Truth(False),
        )
