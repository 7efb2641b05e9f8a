"""What a rule's expression is once it has been read: every form that may reach the database, and no other.

`parse` makes these from text, `compile` turns them into SQLAlchemy expressions. `<>`, `not in`, `not like` and
`between` have no form of their own: they are read as what they mean.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Kind = Literal["flag", "number", "text", "date", "instant", "labels"]
Order = Literal["=", "<", "<=", ">", ">="]
Parameter = bool | float | str
"""What a rule's param may be: what config can override."""


@dataclass(frozen=True, slots=True)
class Term:
    """A name of a view as the language knows it.

    `closed` are all the values that a text may have; empty: any. An age ("how many days late") moves with the clock,
    so it can be compared with a number and used in no other way. Labels are a list of texts, for has_label alone.
    """

    kind: Kind
    closed: tuple[str, ...] = ()
    is_age: bool = False


# --- values -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the view."""

    name: str
    kind: Kind
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Age:
    """A column that moves with the clock."""

    name: str
    kind: Kind = "number"


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a text or a flag that stands in the rule or comes from its params."""

    value: float | str | bool
    kind: Kind


@dataclass(frozen=True, slots=True)
class Now:
    """The instant of the evaluation."""

    kind: Kind = "instant"


@dataclass(frozen=True, slots=True)
class Day:
    """`days` after today, in the organisation's zone."""

    days: int
    kind: Kind = "date"


@dataclass(frozen=True, slots=True)
class Ago:
    """So long ago by the wall clock."""

    span: timedelta
    kind: Kind = "instant"


@dataclass(frozen=True, slots=True)
class WorkingHoursAgo:
    """So many working hours ago, on the calendar of the row."""

    hours: float
    kind: Kind = "instant"


@dataclass(frozen=True, slots=True)
class WorkingDaysAgo:
    """So many working days ago, on the calendar of the row."""

    days: int
    kind: Kind = "date"


Moment = Now | Day | Ago | WorkingHoursAgo | WorkingDaysAgo


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers; a division by zero is a missing value."""

    operator: Literal["+", "-", "*", "/"]
    left: "Value"
    right: "Value"
    kind: Kind = "number"


@dataclass(frozen=True, slots=True)
class Call:
    """A function of values; missing where one of them is, but for `coalesce`, which is the first that is there.

    `length` counts characters, `lower` turns A to Z alone, `days_between` and `hours_between` go from the first value
    to the second.
    """

    function: Literal["coalesce", "abs", "length", "lower", "days_between", "hours_between"]
    arguments: tuple["Value", ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Choice:
    """The value of the first branch whose condition holds; without `otherwise`, a missing value."""

    branches: tuple[tuple["Condition", "Value"], ...]
    otherwise: "Value | None"
    kind: Kind


Value = Column | Age | Constant | Now | Day | Ago | WorkingHoursAgo | WorkingDaysAgo | Arithmetic | Call | Choice


# --- conditions: an atom with a missing value is false ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Truth:
    """Always, or never."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag that is set."""

    value: Value


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values of one kind. A moment or an age, where there is one, stands on its own side: `right`, `left`."""

    operator: Order
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value that equals one of some constants."""

    value: Value
    constants: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Like:
    """A text that follows a pattern of `%` and `_`; ASCII letters match in either case."""

    value: Value
    pattern: str


@dataclass(frozen=True, slots=True)
class Has:
    """A text with `part` in it, or at its start; ASCII letters match in either case."""

    value: Value
    part: str
    at_start: bool


@dataclass(frozen=True, slots=True)
class HasLabel:
    """A list of labels with one that equals `label`; ASCII letters match in either case."""

    column: Column
    label: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A value that is not there."""

    value: Value


@dataclass(frozen=True, slots=True)
class All:
    """Every one of them holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of them holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds exactly where `part` does not."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The condition of the first branch whose own condition holds, else `otherwise`."""

    branches: tuple[tuple["Condition", "Condition"], ...]
    otherwise: "Condition"


Condition = Truth | Flag | Compare | OneOf | Like | Has | HasLabel | Missing | All | Either | Not | Chosen
