"""The constants of an expression: what a number, a text, a pattern or a span may be, wherever one is asked for.

They stand in the rule or come from its params; so each is checked where it is used, with the node `at` for its place.
"""

import re
import unicodedata
from datetime import timedelta

from sqlglot import exp

from rules.language import nodes
from rules.language.nodes import Parameter, Value
from rules.language.text import MAX_CHARACTERS, MAX_NUMBER, UNSEEN
from rules.language.tree import refusal

MAX_DAYS, MAX_WORKING_HOURS = 3_650, 10_000
MAX_PATTERN, MAX_WILDCARDS = 100, 4
_SPAN = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def text_constant(text: str) -> nodes.Constant:
    """`text`, composed: é is one character, as in what is stored."""
    return nodes.Constant(unicodedata.normalize("NFC", text), "text")


def number_constant(text: str) -> nodes.Constant:
    """12 or 0.5, as written."""
    return nodes.Constant(float(text) if "." in text else int(text), "number")


def param_constant(name: str, value: Parameter, at: exp.Expr) -> nodes.Constant:
    """A param's value, within the limits of what stands in a rule."""
    match value:
        case bool():
            return nodes.Constant(value, "flag")
        case str():
            if unseen := UNSEEN.search(value):
                raise refusal(at, f"params.{name} holds a character that nobody can see: U+{ord(unseen[0]):04X}")
            if len(value) > MAX_CHARACTERS:
                raise refusal(at, f"params.{name} is longer than {MAX_CHARACTERS} characters")
            return text_constant(value)
        case _:
            if not abs(value) <= MAX_NUMBER:
                raise refusal(at, f"params.{name} is too large: numbers go to {MAX_NUMBER:.0f}")
            return nodes.Constant(value, "number")


def whole_number(value: Value, most: int, at: exp.Expr) -> int:
    """A count of days."""
    match value:
        case nodes.Constant(int() | float() as number, "number") if 0 <= number <= most and number == int(number):
            return int(number)
        case _:
            raise refusal(at, f"a whole number from 0 to {most} is needed here, or one of params")


def working_hours(value: Value, at: exp.Expr) -> float:
    """A count of working hours."""
    match value:
        case nodes.Constant(int() | float() as number, "number") if 0 <= number <= MAX_WORKING_HOURS:
            return float(number)
        case _:
            raise refusal(at, f"a number from 0 to {MAX_WORKING_HOURS} is needed here, or one of params")


def span(value: Value, at: exp.Expr) -> timedelta:
    """'30m', '12h' or '3d', of ten years at most."""
    text = value.value if isinstance(value, nodes.Constant) else None
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise refusal(at, "write a span as '30m', '12h' or '3d'")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if length > timedelta(days=MAX_DAYS):
        raise refusal(at, f"write a span of at most '{MAX_DAYS}d'")
    return length


def short_text(value: Value, at: exp.Expr) -> str:
    """A text to look for in another."""
    if not (isinstance(value, nodes.Constant) and isinstance(value.value, str)):
        raise refusal(at, "a text in quotes is needed here, or one of params")
    if not 0 < len(value.value) <= MAX_PATTERN:
        raise refusal(at, f"a text of 1 to {MAX_PATTERN} characters is needed here")
    return value.value


def pattern(value: Value, at: exp.Expr) -> str:
    """What follows `like`. Each `%` may cost a walk along the text, and the databases disagree on a last backslash."""
    text = short_text(value, at)
    if text.count("%") > MAX_WILDCARDS:
        raise refusal(at, f"a pattern has at most {MAX_WILDCARDS} %")
    if re.search(r"(?<!\\)(\\\\)*\\$", text):
        raise refusal(at, "a pattern cannot end in a backslash: double it")
    return text
