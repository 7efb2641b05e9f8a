"""The tree that sqlglot makes of an expression, and what it may hold.

By class *and* by argument: a class whose arguments were not looked at would turn `not like` into `like`.
"""

from collections.abc import Collection, Mapping
from typing import Literal, TypeVar

import sqlglot
from sqlglot import Token, exp
from sqlglot.errors import ParseError

from rules.language import nodes
from rules.language.text import LanguageError, tokens_of
from rules.language.words import FUNCTIONS, check_words, function_around

MAX_DEPTH = 40

ORDERS: Mapping[type[exp.Expr], nodes.Order] = {
    exp.EQ: "=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
ARITHMETIC: Mapping[type[exp.Expr], Literal["+", "-", "*", "/"]] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
}
# The arguments of each class that `parse` reads. Any other that is set changes the meaning, and is refused.
_ARGUMENTS: Mapping[type[exp.Expr], frozenset[str]] = {
    **dict.fromkeys((exp.And, exp.Or, exp.NEQ, exp.Is, *ORDERS, *ARITHMETIC), frozenset({"this", "expression"})),
    **dict.fromkeys((exp.Not, exp.Paren, exp.Neg, exp.Abs, exp.Length, exp.Lower, exp.Boolean), frozenset({"this"})),
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
# What to write instead of another class, or of another form of these.
_INSTEAD: Mapping[type[exp.Expr], str] = {
    exp.Between: "write between low and high",
    exp.Case: "write case when condition then value else value end",
    exp.Column: "names stand alone, but for params.name",
    exp.Contains: f"write {FUNCTIONS['contains']}",
    exp.Dot: "names stand alone, but for params.name",
    exp.If: f"write {FUNCTIONS['if']}",
    exp.In: "after in comes a list in brackets: in ('a', 'b')",
    exp.Star: "* stands between two numbers",
    exp.StartsWith: f"write {FUNCTIONS['starts_with']}",
    exp.Tuple: "brackets hold one value here; a list stands after in",
}


def parse(text: str, names: Collection[str]) -> exp.Expr:
    """sqlglot's tree of `text` over the view's `names`, no deeper than we can walk. Raises LanguageError."""
    tokens = tokens_of(text)
    check_words(tokens, names)
    try:
        tree: exp.Expr = sqlglot.parse_one(text, into=exp.Condition)
    except ParseError as error:
        raise _plain(text, tokens, error) from error
    _check_depth(tree)
    return tree


def _plain(text: str, tokens: list[Token], error: ParseError) -> LanguageError:
    """sqlglot's description names Python classes; its column is that of the word's end."""
    found = error.errors[0] if error.errors else {}
    word = found.get("highlight") or ""
    lines = text.split("\n")
    line = min(found.get("line") or 1, len(lines))
    end = sum(len(earlier) + 1 for earlier in lines[: line - 1]) + (found.get("col") or 0)
    description = found.get("description") or ""
    function = function_around(token for token in tokens if token.end < end - 1)
    if function and ("Required keyword" in description or "provided arguments" in description):
        message = f"write {function}"
    elif "CASE" in description:
        message = "case … needs its end"
    elif "Required keyword" in description:
        message = "something is missing after this"
    else:
        message = f"{word!r} does not belong here" if word else "this cannot be read"
    return LanguageError(message, max(0, end - len(word)), end)


def _check_depth(tree: exp.Expr) -> None:
    """A long sum is a deep tree without a bracket; chains of one `and` or `or` are flat to us."""
    waiting: list[tuple[exp.Expr, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise refusal(node, f"nested more than {MAX_DEPTH} deep")
        for child in node.iter_expressions():
            chained = isinstance(node, exp.And | exp.Or) and type(child) is type(node)
            waiting.append((child, depth + (0 if chained else 1)))


def place_of(node: exp.Expr) -> tuple[int, int]:
    """Where `node` stands: operators carry no place, so it is that of its leaves."""
    marks = [leaf.meta for leaf in node.walk() if "start" in leaf.meta]
    if not marks:
        return 0, 1
    return min(mark["start"] for mark in marks), max(mark["end"] for mark in marks) + 1


def refusal(node: exp.Expr, message: str) -> LanguageError:
    return LanguageError(message, *place_of(node))


_Node = TypeVar("_Node", bound=exp.Expr)


def checked(node: _Node) -> _Node:
    """`node`, once its class and every argument that is set are known to be read."""
    allowed = _ARGUMENTS.get(type(node), frozenset())
    strange = [key for key, value in node.args.items() if key not in allowed and value not in (None, False, [])]
    if strange or type(node) not in _ARGUMENTS:
        raise refusal(node, f"this cannot be written so: {_INSTEAD.get(type(node), 'it means nothing in a rule')}")
    return node
