"""What each form of an expression means for a row, in plain Python, beside its text.

Neither half knows the parser or the compiler: the text is what a coordinator would write, and the meaning is written
down here a second time.
"""

import operator
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rules.moment import Moment
from tests.rules.language_rows import days_late, working_days_late

Row = dict[str, Any]
Meaning = Callable[[Row, Moment], Any]


@dataclass(frozen=True)
class E:
    """An expression: its text, and its value (None: missing) in a row at a moment."""

    text: str
    of: Meaning

    @property
    def is_small(self) -> bool:
        """Within the limits of the language, and under a `not (…)` too."""
        return len(self.text) < 1500 and self.text.count("(") < 18 and len(re.findall("[*/]", self.text)) <= 10


COMPARE = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "<>": operator.ne,
    "!=": operator.ne,
}


def compared(left: E, sign: str, right: E) -> E:
    def of(row: Row, moment: Moment) -> bool:
        a, b = left.of(row, moment), right.of(row, moment)
        if sign in ("<>", "!="):
            return a is None or b is None or a != b
        return a is not None and b is not None and bool(COMPARE[sign](a, b))

    return E(f"{left.text} {sign} {right.text}", of)


def column(name: str) -> E:
    return E(name, lambda row, moment: row[name])


def quoted(text: str) -> E:
    doubled = text.replace("'", "''")
    composed = unicodedata.normalize("NFC", text)
    return E(f"'{doubled}'", lambda row, moment: composed)


def age(name: str) -> E:
    return E(name, {"days_late": days_late, "working_days_late": working_days_late}.get(name, exact_wait))


def exact_wait(row: Row, moment: Moment) -> float | None:
    if row["at"] is None:
        return None
    return moment.calendar(row["calendar"]).between(row["at"], moment.now) / timedelta(hours=1)


def arithmetic(left: E, sign: str, right: E) -> E:
    def of(row: Row, moment: Moment) -> float | None:
        a, b = left.of(row, moment), right.of(row, moment)
        if a is None or b is None or (sign == "/" and b == 0):
            return None
        reckon = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[sign]
        return float(reckon(float(a), float(b)))

    return E(f"({left.text} {sign} {right.text})", of)


def function(name: str, of: Callable[..., Any], *arguments: E) -> E:
    """A function that is missing where one of its arguments is."""

    def value(row: Row, moment: Moment) -> Any:
        values = [argument.of(row, moment) for argument in arguments]
        return None if None in values else of(*values)

    return E(f"{name}({', '.join(argument.text for argument in arguments)})", value)


def first_there(*values: E) -> E:
    return E(
        f"coalesce({', '.join(value.text for value in values)})",
        lambda row, m: next((found for value in values if (found := value.of(row, m)) is not None), None),
    )


def hours_between(a: datetime, b: datetime) -> float:
    return int((b.replace(microsecond=0) - a.replace(microsecond=0)).total_seconds()) / 3600


def conditional(asked: E, then: E, otherwise: E, spelled: str) -> E:
    text = {
        "if": f"if({asked.text}, {then.text}, {otherwise.text})",
        "case": f"case when {asked.text} then {then.text} else {otherwise.text} end",
    }[spelled]
    return E(text, lambda row, m: then.of(row, m) if asked.of(row, m) else otherwise.of(row, m))


def first_that_holds(branches: Sequence[tuple[E, E]]) -> E:
    """`case` with several branches and no `else`: missing where none holds."""
    whens = " ".join(f"when {asked.text} then {then.text}" for asked, then in branches)
    return E(
        f"case {whens} end",
        lambda row, m: next((then.of(row, m) for asked, then in branches if asked.of(row, m)), None),
    )


def follows(text: E, pattern: str, negated: bool) -> E:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    regex = "".join(
        ".*" if part == "%" else "." if part == "_" else re.escape(part[-1] if part[0] == "\\" else part)
        for part in parts
    )

    def of(row: Row, moment: Moment) -> bool:
        value = text.of(row, moment)
        holds = value is not None and re.fullmatch(ascii_lower(regex), ascii_lower(value), re.DOTALL) is not None
        return holds is not negated

    return E(f"{text.text} {'not ' if negated else ''}like {quoted(pattern).text}", of)


def ascii_lower(text: str) -> str:
    return re.sub("[A-Z]", lambda found: found[0].lower(), text)


def holding(text: E, part: str, function: str) -> E:
    def found(whole: str) -> bool:
        return ascii_lower(part) in whole if function == "contains" else whole.startswith(ascii_lower(part))

    def of(row: Row, moment: Moment) -> bool:
        value = text.of(row, moment)
        return value is not None and found(ascii_lower(value))

    return E(f"{function}({text.text}, {quoted(part).text})", of)


def waited(sign: str, hours: float) -> E:
    """`at < working_hours_ago(8)` says "more than 8 working hours", and so on."""
    turned = {"<": operator.gt, "<=": operator.ge, ">": operator.lt, ">=": operator.le}[sign]

    def of(row: Row, moment: Moment) -> bool:
        hours_waited = exact_wait(row, moment)
        return hours_waited is not None and bool(turned(hours_waited, hours))

    return E(f"at {sign} working_hours_ago({hours})", of)


def past(sign: str, n: int) -> E:
    turned = {"<": operator.gt, "<=": operator.ge, ">": operator.lt, ">=": operator.le}[sign]

    def of(row: Row, moment: Moment) -> bool:
        if row["day"] is None:
            return False
        return bool(turned(moment.calendar(row["calendar"]).days_between(row["day"], moment.today), n))

    return E(f"day {sign} working_days_ago({n})", of)


def between(middle: E, low: E, high: E, negated: bool) -> E:
    def of(row: Row, moment: Moment) -> bool:
        a, b, c = (e.of(row, moment) for e in (low, middle, high))
        return (None not in (a, b, c) and a <= b <= c) is not negated

    return E(f"{middle.text} {'not ' if negated else ''}between {low.text} and {high.text}", of)


def listed(value: E, members: Sequence[E], negated: bool) -> E:
    def of(row: Row, moment: Moment) -> bool:
        found = value.of(row, moment)
        return (found is not None and found in [member.of(row, moment) for member in members]) is not negated

    return E(f"{value.text} {'not ' if negated else ''}in ({', '.join(member.text for member in members)})", of)


def labelled(label: str) -> E:
    return E(
        f"has_label(labels, {quoted(label).text})",
        lambda row, m: ascii_lower(label) in [ascii_lower(one) for one in row["labels"] or ()],
    )


def stated(value: E, what: bool, negated: bool) -> E:
    """`flag is not true`: a missing one is neither."""
    text = f"{value.text} is {'not ' if negated else ''}{str(what).lower()}"
    return E(text, lambda row, m: (value.of(row, m) is what) is not negated)


def missing(value: E, negated: bool) -> E:
    return E(
        f"{value.text} is {'not ' if negated else ''}null", lambda row, m: (value.of(row, m) is None) is not negated
    )
