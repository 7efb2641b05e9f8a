"""What every client's module writes with: a chapter to fill, and the words for what was said and moved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple

from sandbox.lantern_quay.office import at, day
from sandbox.plan import (
    ClientPlan,
    CompanyPlan,
    ContactPlan,
    DealPlan,
    Message,
    Move,
    ProjectPlan,
    SurveyPlan,
    TicketPlan,
)


@dataclass
class Chapter:
    """One client's part of the plan."""

    client: ClientPlan
    companies: list[CompanyPlan] = field(default_factory=list)
    contacts: list[ContactPlan] = field(default_factory=list)
    projects: list[ProjectPlan] = field(default_factory=list)
    tickets: list[TicketPlan] = field(default_factory=list)
    surveys: list[SurveyPlan] = field(default_factory=list)
    deals: list[DealPlan] = field(default_factory=list)


class Said(NamedTuple):
    """Somebody wrote, called or met: "2026-11-20 16:30", who, what."""

    at: str
    by: str
    text: str
    kind: Literal["comment", "note", "call", "meeting", "email", "communication"] = "comment"


def messages(numbers: Iterator[int], said: Sequence[Said]) -> tuple[Message, ...]:
    """What was said, numbered."""
    return tuple(Message(one.by, at(one.at), one.text, one.kind, next(numbers)) for one in said)


def when(text: str) -> date | datetime:
    """A day, or an instant where the text has a time."""
    return at(text) if " " in text else day(text)


def moved(on: str, by: str, old: str | None, new: str | None) -> Move:
    """A due date moved, as `when` reads the dates."""
    return Move(at(on), by, when(old) if old else None, when(new) if new else None)
