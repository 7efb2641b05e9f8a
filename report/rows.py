"""The rows of the report, as values: nothing here is in a language, and nothing knows where it was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from config.settings import Language, Severity
from unify.doubts import Doubt
from unify.tallies import Tally

Feed = Literal["feedback", "milestones", "projects"]
"""What a source can bring of what the page shows."""


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone; `client`, `bd` and `key` are keys.

    `slip_working_days` counts from the first promise to `deadline_on`, less than 0 where the date was brought forward;
    None without either date, and for one that no calendar reaches. `days_past_promise` counts from `committed_on` to
    today; 0 where that day has not passed.
    """

    key: str
    name: str
    url: str | None
    source: str
    project: str | None
    project_name: str
    client: str | None
    bd: str | None
    owner_name: str | None
    baseline_on: date | None
    agreed_on: date | None
    agreed_reference: str | None
    committed_on: date | None
    due_on: date | None
    due_at: datetime | None
    deadline_on: date | None
    deadline_at: datetime | None
    overdue: bool
    days_overdue: int
    working_days_overdue: int | None
    days_past_promise: int
    working_days_past_promise: int | None
    slip_days: int | None
    slip_working_days: int | None
    moves: int
    moved_at: datetime | None
    moved_by: str | None
    open_items: int
    total_items: int
    stale: bool


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """A piece of feedback that waits; hours are working hours of those who must answer.

    `waited_hours` is None for one that waits since before every calendar.
    """

    key: str
    subject: str
    url: str | None
    source: str
    project: str | None
    project_name: str | None
    client: str | None
    bd: str | None
    owner_name: str | None
    author: str
    severity: str
    received_at: datetime | None
    waiting_since: datetime
    waited_hours: float | None
    limit_hours: float
    """What its severity allows."""
    first_response_at: datetime | None
    stale: bool


@dataclass(frozen=True, slots=True)
class AlertRow:
    """What a rule found and is not over; `key` and `name` are its subject's; `since`: when it was found.

    `held_by`: the name of who has it, and `held_until` the end of their snooze, where it has one.
    `is_of_the_house`: it is of the firm as a whole or the hub itself. `client_facing` is False of a date that no client
    was promised. `facts`: what its rule knows of it, and says.
    """

    fingerprint: str
    rule: str
    key: str
    name: str
    url: str | None
    source: str
    project: str | None
    project_name: str
    client: str | None
    bd: str | None
    owner_name: str
    severity: Severity
    state: str
    held_by: str | None
    held_until: datetime | None
    since: datetime
    is_of_the_house: bool
    client_facing: bool
    stale: bool
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """What the firm (`client` None), or its work for a client, was measured by over some months: docs/indicators.md."""

    indicator: str
    months: int
    first_on: date
    last_on: date
    client: str | None
    counted: int
    met: int | None
    value: float | None
    details: Mapping[str, Any]
    left_out: Sequence[Mapping[str, str]]
    computed_at: datetime
    reconstructed: bool
    """Its month had closed before the hub was there."""
    frozen_at: datetime | None
    """None: it follows the data of the day."""
    restated: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One of the config's clients: its names by language ("" for all others), and its BD manager's key."""

    names: Mapping[str, str]
    bd: str | None

    def name(self, language: Language) -> str | None:
        """What it is called in that language; None: it has no name at all."""
        return self.names.get(language) or self.names.get("") or next(iter(self.names.values()), None)


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project that belongs to no client; `suggested` is the client that some evidence speaks for."""

    key: str
    name: str
    url: str | None
    tool: str
    suggested: str | None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """How far a source can be believed; `feeds` says which figures rest on it."""

    name: str
    tool: str
    label: str
    """What people call it: its tool, with its name where there are several of the kind."""
    last_ok_at: datetime | None
    age: timedelta | None
    stale: bool
    error: str
    why: str
    """What the error comes to, in a word of `unify.breaker`; "" where it answers."""
    asked_again_at: datetime | None
    """Where that is later than usual."""
    problems: int
    feeds: frozenset[Feed]
    doubts: tuple[Doubt, ...]
    """What is missing there, and kept here until a person says that it was deleted."""
    incomplete: tuple[Tally, ...]
    """Where it counts or lists other than what is here."""
