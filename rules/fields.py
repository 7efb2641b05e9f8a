"""The fields of a rule, one function each: from a part of the file to what it means, or RuleErrors with its place."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from config.language import number
from config.settings import SEVERITIES, RuleSettings
from rules import given, titles
from rules.language.nodes import Constant, Parameter, Value
from rules.language.parse import read_value, texts_of
from rules.language.text import MAX_NUMBER, LanguageError, nearest
from rules.rule import Example, Given, Lasting, Repeat, RuleErrors, RuleMistake
from rules.titles import Title, TitleError
from rules.views import View
from rules.yaml_file import Part

OWN_SETTINGS = frozenset(RuleSettings.model_fields)
"""What config says of every rule; no param can have such a name."""

_NO_PARAM = "something else"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_REPEAT = re.compile(r"([1-9]\d{0,2})(wd|h)")


def read_severity(text: str, view: View, params: Mapping[str, Parameter]) -> Value:
    """A severity: one of the words, or a value that is always one of them. Raises LanguageError."""
    word = text.strip()
    if word in SEVERITIES:
        return Constant(word, "text")
    if _NAME.fullmatch(word) and word not in view.terms:
        raise LanguageError(f"there is no severity {word!r}; {nearest(word, SEVERITIES)}", 0, len(text))
    value = read_value(text, view.terms, params)
    possible = texts_of(value)
    if possible is None:
        raise LanguageError(f"this is not always one of {', '.join(SEVERITIES)}", 0, len(text))
    strange = sorted(possible - set(SEVERITIES))
    if strange:
        at = max(0, text.find(f"'{strange[0]}'"))  # not there: it comes from a param, or from a column
        raise LanguageError(f"{strange[0]!r} is no severity; {nearest(strange[0], SEVERITIES)}", at, at + 1)
    return value


def read_repeat(text: str) -> Repeat | None:
    """How often: "3wd", "12h" or "never". Raises ValueError with the words to show."""
    if text == "never":
        return None
    found = _REPEAT.fullmatch(text)
    if found is None:
        raise ValueError(f'{text!r}: write working days as "3wd", hours as "12h", or "never"')
    return Repeat(int(found[1]), "wd" if found[2] == "wd" else "h")


def written_repeat(part: Part) -> Repeat | None:
    """How often, as the rule says. Raises RuleErrors, as the readers below do."""
    try:
        return read_repeat(part.text or "")
    except ValueError as error:
        raise wrong(part, str(error)) from error


def written_lasting(part: Part) -> Lasting:
    """For how long it must hold, as the rule says: "2wd", "4h"."""
    found = _REPEAT.fullmatch(part.text or "")
    if found is None:
        raise wrong(part, f'{part.text!r}: write working days as "2wd", or hours as "4h"')
    return Lasting(int(found[1]), "wd" if found[2] == "wd" else "h")


_PARAM = re.compile(r"\{\{\s*params\.(\w+)\s*\}\}")


def title(part: Part, view: View, params: Mapping[str, Parameter]) -> Title:
    """A checked title, or why. A param stands in it as it is set: {{ params.target }}."""
    if part.text is None:
        raise wrong(part, "a text is needed here")

    def said(found: re.Match[str]) -> str:
        if found[1] not in params:
            raise wrong(part, f"there is no params.{found[1]}; {nearest(found[1], params)}")
        value = params[found[1]]
        return value if isinstance(value, str) else number(value)

    try:
        return titles.check(_PARAM.sub(said, part.text), view)
    except TitleError as error:
        raise wrong(part, error.message) from error


EXAMPLE = "{given: {column: value, …}, expect: fires} or expect: silent, or {given: {…}, then: {…}, expect: resolves}"


def example(part: Part, view: View) -> Example:
    """An example whose every value fits its column."""
    fields = part.named
    rows = {name: row for name, row in fields.items() if name != "expect"}
    if "given" not in rows or set(rows) - {"given", "then"} or any(row.fields is None for row in rows.values()):
        raise wrong(part, f"an example is {EXAMPLE}")
    expected = fields["expect"].text if "expect" in fields else None
    if expected not in (("resolves",) if "then" in rows else ("fires", "silent")):
        raise wrong(fields.get("expect", part), f"an example is {EXAMPLE}")
    then = _row(rows["then"], view) if "then" in rows else None
    return Example(_row(rows["given"], view), expected != "silent", part.place, then)


def _row(part: Part, view: View) -> Mapping[str, Given]:
    """The columns that an example gives of a row."""
    values = {}
    mistakes: list[RuleMistake] = []
    for key, value in part.fields or ():
        try:
            column = given.settable(view, key.text or "")
        except ValueError as error:
            mistakes.append(RuleMistake(key.place, str(error)))
            continue
        try:
            values[column.name] = given.read(column, value.value)
        except ValueError as error:
            mistakes.append(RuleMistake(value.place, str(error)))
    if mistakes:
        raise RuleErrors(mistakes)
    return values


def expression(part: Part) -> str:
    """The text of an expression, whole."""
    if part.text is None:
        raise wrong(part, "an expression is needed here")
    if part.is_cut_by_comment:
        raise wrong(part, "a # ends an unquoted text: put the expression in quotes, or below `>`")
    return part.text


@contextmanager
def placed(part: Part) -> Iterator[None]:
    """A mistake in an expression, told with its place in the file."""
    try:
        yield
    except LanguageError as error:
        raise RuleErrors([RuleMistake(part.place_in_text(error.start), error.message)]) from error


def param_name(part: Part) -> str:
    """The name of a param."""
    name = part.text or ""
    if not _NAME.fullmatch(name) or name in OWN_SETTINGS:
        raise wrong(part, f"{name!r} cannot name a param: small letters, digits and _, and none of the config's own")
    return name


def param_value(part: Part) -> Parameter:
    """The default of a param."""
    value = part.value if part.text is not None else None
    if not isinstance(value, bool | int | float | str) or type_of(value) == _NO_PARAM:
        raise wrong(part, "a param is a number, a text, true or false")
    return value


def type_of(value: Any) -> str:
    """What kind of value it is, in words."""
    match value:
        case bool():
            return "true or false"
        case int() | float() if abs(value) <= MAX_NUMBER:
            return "a number"
        case str():
            return "a text"
        case _:
            return _NO_PARAM


def wrong(part: Part, message: str) -> RuleErrors:
    """A mistake at the beginning of `part`."""
    return RuleErrors([RuleMistake(part.place, message)])
