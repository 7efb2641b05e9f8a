"""What a colour is made of, and what it is told as: values, without a rule in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

Colour = Literal["red", "amber", "grey", "green"]
WORST_FIRST: tuple[Colour, ...] = get_args(Colour)

Kind = Literal[
    "past_promise",
    "planned_late",
    "critical_feedback",
    "critical_waits",
    "risk",
    "hours",
    "satisfaction",
    "feedback",
    "at_risk",
    "moved",
    "acceptance_awaited",
    "accepted_late",
    "silent",
    "report_due",
    "contract_ending",
    "stale",
    "never_read",
    "undated",
    "unjudged",
]
"""Why; of two reasons of one colour the earlier of these is the worse."""
_KINDS: tuple[Kind, ...] = get_args(Kind)

KEPT_REASONS = 5
"""Of each project and client, the worst."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is wrong, or not known. `key` and `name` are those of the row behind it, "" for none."""

    kind: Kind
    colour: Colour
    key: str = ""
    name: str = ""
    size: float = 0
    """How bad it is among those of its kind."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Numbers, and days in ISO 8601: what the sentence needs."""
    project: str = ""
    """Key of the project, where it is a client's reason; "" for the client's own."""
    project_name: str = ""

    @property
    def order(self) -> tuple[int, int, float, str]:
        """The worst first."""
        return WORST_FIRST.index(self.colour), _KINDS.index(self.kind), -self.size, self.key


@dataclass(frozen=True, slots=True)
class Health:
    """Of the project or client `key`, on a day. `reasons`: the worst first, at most `KEPT_REASONS`; none: green.

    `native` is what the tool itself says of the project, in its own word; it stands beside the colour and is no part
    of it. `client` is whose it is, None for nobody's.
    """

    key: str
    on: date
    colour: Colour
    reasons: tuple[Reason, ...]
    client: str | None = None
    name: str = ""
    """Of a project; "" of a client, which has one in each language."""
    native: str | None = None


# --- a project


@dataclass(frozen=True, slots=True)
class Promise:
    """An open milestone that was promised to the client. Days are working days of those who must answer."""

    key: str
    name: str
    committed_on: date | None
    deadline_on: date | None
    """The day that is planned now."""
    days_past: int
    """From the promise to today; none where it is still to come."""
    awaited: bool
    """Its deadline is still to come."""
    days_planned_late: int = 0
    """From the promise to the deadline."""
    moves: int = 0
    """Since the promise."""
    open_items: int = 0
    closed_lately: int = 0
    needed_days: int | None = None
    """What the open items take at the present pace; None: there is none."""
    days_left: int = 0


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A milestone that is done and was not accepted by the promised day. `days`: from that to the acceptance, or to
    today while it is awaited."""

    key: str
    name: str
    committed_on: date
    days: int
    awaited: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Feedback that nobody has handled. `hours` of work so far; `is_late`: more than `limit`."""

    key: str
    is_critical: bool
    is_late: bool
    hours: float
    limit: float


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An open risk to which nobody has a response."""

    key: str
    name: str
    score: int


@dataclass(frozen=True, slots=True)
class Hours:
    """What was spent of a budget."""

    spent: float
    budget: float
    spent_percent: float
    open_percent: float
    """Of the work."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A source that was not read for more than 24 working hours; `read_on` None: never."""

    source: str
    label: str
    read_on: date | None


@dataclass(frozen=True, slots=True)
class Project:
    """A project, as its colour sees it."""

    key: str
    name: str
    client: str | None
    native: str | None
    is_dated: bool
    """Any milestone promised to the client has a date, done ones included."""
    next_on: date | None = None
    """The day of the next of them that is to come; None: none is."""
    promises: Sequence[Promise] = ()
    """Those of which a limit may ask."""
    acceptances: Sequence[Acceptance] = ()
    feedback: Sequence[Waiting] = ()
    risks: Sequence[Unanswered] = ()
    hours: Hours | None = None
    unread: Unread | None = None


# --- a client


@dataclass(frozen=True, slots=True)
class Client:
    """A client, as its colour sees it, beside its projects."""

    key: str
    feedback: Sequence[Waiting] = ()
    """What belongs to no project; what is critical, of projects too unless that is late: it is the project's reason."""
    score: float | None = None
    """The latest answer to a survey in the last 90 days, 0 to 100."""
    scored_on: date | None = None
    scored_by: str = ""
    """The key of that answer."""
    silent_days: float | None = None
    """Working days without contact though work runs, where they are more than 15."""
    report_due: bool = False
    contract_ends_on: date | None = None
    """Within 60 days, and no deal is there that could renew it."""
    unread: Unread | None = None
    """The CRM that knows it."""
