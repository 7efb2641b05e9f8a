"""A condition as a person would write it: what has been read, as text again, with the params' values in their places.

What it gives reads as the same condition: a test holds it to that.
"""

from datetime import timedelta

from rules.language import nodes
from rules.language.nodes import Condition, Value

_DAYS = {0: "today", -1: "yesterday", 1: "tomorrow"}
_PLAIN = nodes.Flag | nodes.HasLabel | nodes.Has | nodes.Truth | nodes.Chosen
"""Conditions that stand after `not` without brackets."""


def written(node: Condition) -> str:
    """`node` as text."""
    match node:
        case nodes.All(parts):
            return " and ".join(_inside(part) for part in parts)
        case nodes.Either(parts):
            return " or ".join(_inside(part) for part in parts)
        case nodes.Not(part):
            return _negated(part)
        case nodes.Chosen(branches, otherwise):
            cases = " ".join(f"when {written(asked)} then {written(then)}" for asked, then in branches)
            return f"case {cases} else {written(otherwise)} end"
        case nodes.Truth(holds):
            return "true" if holds else "false"
        case nodes.Flag(value):
            return value_written(value)
        case nodes.Compare(operator, left, right):
            return f"{value_written(left)} {operator} {value_written(right)}"
        case nodes.OneOf():
            return _one_of(node, "in")
        case nodes.Like(value, pattern):
            return f"{value_written(value)} like {_quoted(pattern)}"
        case nodes.Has(value, part, at_start):
            return f"{'starts_with' if at_start else 'contains'}({value_written(value)}, {_quoted(part)})"
        case nodes.HasLabel(column, label):
            return f"has_label({column.name}, {_quoted(label)})"
        case nodes.Missing(value):
            return f"{value_written(value)} is null"


def _inside(part: Condition) -> str:
    """A part of `and` or `or`."""
    return f"({written(part)})" if isinstance(part, nodes.All | nodes.Either) else written(part)


def _negated(part: Condition) -> str:
    match part:
        case nodes.Compare("=", left, right):
            return f"{value_written(left)} <> {value_written(right)}"
        case nodes.OneOf():
            return _one_of(part, "not in")
        case nodes.Like(value, pattern):
            return f"{value_written(value)} not like {_quoted(pattern)}"
        case nodes.Missing(value):
            return f"{value_written(value)} is not null"
        case _:
            return f"not {written(part)}" if isinstance(part, _PLAIN) else f"not ({written(part)})"


def _one_of(node: nodes.OneOf, word: str) -> str:
    return f"{value_written(node.value)} {word} ({', '.join(value_written(constant) for constant in node.constants)})"


def value_written(node: Value) -> str:
    """A value as text."""
    match node:
        case nodes.Column(name) | nodes.Age(name):
            return name
        case nodes.Constant(value):
            return _constant(value)
        case nodes.Now():
            return "now"
        case nodes.Day(days):
            return _DAYS.get(days) or f"today {'+' if days > 0 else '-'} {abs(days)}"
        case nodes.Ago(span):
            return f"ago('{_span(span)}')"
        case nodes.WorkingHoursAgo(hours):
            return f"working_hours_ago({_constant(hours).removesuffix('.0')})"
        case nodes.WorkingDaysAgo(days):
            return f"working_days_ago({days})"
        case nodes.Arithmetic(operator, left, right):
            return f"({value_written(left)} {operator} {value_written(right)})"
        case nodes.Call(function, arguments):
            return f"{function}({', '.join(map(value_written, arguments))})"
        case nodes.Choice(branches, otherwise):
            cases = " ".join(f"when {written(asked)} then {value_written(then)}" for asked, then in branches)
            return f"case {cases}{f' else {value_written(otherwise)}' if otherwise is not None else ''} end"


def _constant(value: float | str | bool) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value)
        case _:
            return f"({value})" if value < 0 else str(value)


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _span(span: timedelta) -> str:
    minutes = span // timedelta(minutes=1)
    if minutes % (24 * 60) == 0:
        return f"{minutes // (24 * 60)}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
