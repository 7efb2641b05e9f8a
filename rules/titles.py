"""Titles of rules, and why they matter: a small, checked part of Jinja.

A title is written by a coordinator and filled with hostile text from vendors. So it may name columns, pass them
through the filters listed here, and ask `if`; it cannot call, loop, index or reckon, and every template that passes
the check renders for every row, whatever is missing.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Template, TemplateSyntaxError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from config.language import clock, day, days, hours, instant, number, working_days, working_hours
from config.settings import Language
from rules.language.text import nearest
from rules.views import View

MAX_TITLE, MAX_TEMPLATE = 300, 1_000


class TitleError(Exception):
    """A title that is refused. `line` is the line in its text, from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads: the language, the zone that instants are told in, and the day that is today there."""

    language: Language
    zone: ZoneInfo
    today: date


# Each filter: the kinds of column it takes, and what it says. A missing value says nothing.
_FILTERS: Mapping[str, tuple[frozenset[str], Callable[[Reading, Any], str]]] = {
    "local": (frozenset({"instant"}), lambda to, at: instant(to.language, at, to.zone, to.today)),
    "clock": (frozenset({"instant"}), lambda to, at: clock(at, to.zone)),
    "day": (
        frozenset({"date", "instant"}),
        lambda to, on: day(to.language, on.astimezone(to.zone).date() if isinstance(on, datetime) else on, to.today),
    ),
    "days": (frozenset({"number"}), lambda to, count: days(to.language, int(count))),
    "working_days": (frozenset({"number"}), lambda to, count: working_days(to.language, int(count))),
    "hours": (frozenset({"number"}), lambda to, amount: hours(to.language, float(amount))),
    "working_hours": (frozenset({"number"}), lambda to, amount: working_hours(to.language, float(amount))),
    "number": (frozenset({"number"}), lambda to, amount: number(float(amount))),
}
_READABLE = {"client": "client_names", "project": "project_name", "bd": "bd_name", "owner": "owner_name"}
"""In a title a key reads as the name of what it stands for."""


@dataclass(frozen=True)
class Title:
    """A checked template over the columns of `view`."""

    text: str
    view: View = field(repr=False)

    def render(self, facts: Mapping[str, Any], reading: Reading) -> str:
        """The title of a finding with these `facts`, in one line of at most 300 characters."""
        values = {name: _shown(name, facts, self.view, reading.language) for name in _kinds(self.view)}
        return _one_line(_template(self.text).render({**values, _READING: reading}))


_DEEPEST = 40
"""Parts within parts: far from what Python compiles, so that a title that was checked is compiled when it is first
said. To compile the library's takes a fifth of a second, which most commands do not need."""
_TOO_DEEP = "nested too deep"


def check(text: str, view: View) -> Title:
    """`text` as a title over `view`. Raises TitleError."""
    if len(text) > MAX_TEMPLATE:
        raise TitleError(f"longer than {MAX_TEMPLATE} characters")
    try:
        for statement in _environment().parse(text).body:
            _check(statement, _kinds(view))
    except TemplateSyntaxError as error:
        raise TitleError(str(error.message or "this cannot be read"), error.lineno) from error
    except RecursionError as error:  # of Jinja's parser
        raise TitleError(_TOO_DEEP) from error
    return Title(text, view)


def _check(node: nodes.Node, kinds: Mapping[str, str], depth: int = 0) -> None:
    if depth > _DEEPEST:
        raise TitleError(_TOO_DEEP)
    match node:
        case nodes.Output(nodes=children):
            for child in children:
                _check(child, kinds, depth + 1)
        case nodes.TemplateData() | nodes.Const():
            return
        case nodes.If(test=test, body=body, elif_=others, else_=last):
            parts: list[nodes.Node] = [test, *body, *others, *last]
            for part in parts:
                _check(part, kinds, depth + 1)
        case nodes.And(left=left, right=right) | nodes.Or(left=left, right=right):
            _check(left, kinds, depth + 1)
            _check(right, kinds, depth + 1)
        case nodes.Not(node=inner):
            _check(inner, kinds, depth + 1)
        case nodes.Compare(expr=left, ops=operations):
            _check(left, kinds, depth + 1)
            for operation in operations:
                if operation.op not in ("eq", "ne"):
                    raise TitleError("a title compares with == and != only", node.lineno)
                _check(operation.expr, kinds, depth + 1)
        case nodes.Name(name=name):
            if name not in kinds:
                raise TitleError(f"there is no {name!r}; {nearest(name, kinds)}", node.lineno)
        case nodes.Filter():
            _check_filter(node, kinds, depth + 1)
        case _:
            raise TitleError(f"{type(node).__name__} cannot be written in a title", node.lineno)


def _check_filter(node: nodes.Filter, kinds: Mapping[str, str], depth: int) -> None:
    if node.name not in _FILTERS:
        raise TitleError(f"there is no filter {node.name!r}; {nearest(node.name, _FILTERS)}", node.lineno)
    takes, _ = _FILTERS[node.name]
    if node.args or node.kwargs or node.dyn_args or node.dyn_kwargs or not isinstance(node.node, nodes.Name):
        raise TitleError(f"{node.name} stands after a name, without anything in brackets", node.lineno)
    _check(node.node, kinds, depth)
    if kinds[node.node.name] not in takes:
        raise TitleError(f"{node.name} is for {' and '.join(sorted(takes))} columns", node.lineno)


def _kinds(view: View) -> dict[str, str]:
    return {column.name: column.kind for column in view.columns if column.kind != "names"}


def _shown(name: str, facts: Mapping[str, Any], view: View, language: Language) -> Any:
    """A column as a title sees it: typed again after JSON, a key as its name, labels in a row."""
    value = facts.get(_READABLE.get(name, name))
    if name == "client":
        return in_language(value, language)
    if isinstance(value, list):
        return ", ".join(value)
    if not isinstance(value, str):
        return value
    match _kinds(view)[name]:
        case "date":
            return date.fromisoformat(value)
        case "instant":
            return datetime.fromisoformat(value)
        case _:
            return value


def in_language(names: Mapping[str, str] | None, language: Language) -> str:
    """A client's name for readers of `language`; "" where there is none."""
    if not names:
        return ""
    return names.get(language) or names.get("") or names.get("en") or next(iter(names.values()))


def _one_line(text: str) -> str:
    """Without line breaks, control characters, and marks that turn the direction of writing."""
    kept = "".join(" " if character.isspace() else character for character in text)
    kept = "".join(character for character in kept if unicodedata.category(character) not in ("Cc", "Cf", "Cs"))
    line = " ".join(kept.split())
    return line if len(line) <= MAX_TITLE else line[: MAX_TITLE - 1] + "…"


_READING = "reading of the title"  # no identifier: a template cannot name it


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(finalize=lambda value: "" if value is None else value)
    environment.globals.clear()
    environment.filters.clear()
    environment.tests.clear()
    environment.filters.update({name: _filter(says) for name, (_, says) in _FILTERS.items()})
    return environment


def _filter(says: Callable[[Reading, Any], str]) -> Callable[[Any, Any], str]:
    @pass_context
    def apply(context: Context, value: Any) -> str:
        try:
            return "" if value is None else says(context[_READING], value)
        except OverflowError:
            return ""  # the last hours of the year 9999, which tools use for "never", are no day in Hong Kong

    return apply


@cache
def _template(text: str) -> Template:
    return _environment().from_string(text)
