"""A firm small enough to be read in a tenth of a second, told as a plan, and what people do in it while we watch.

What somebody does is done to the stand-in and to the plan alike, so that the plan stays the truth (`truth.planned`).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sandbox.plan import (
    CompanyPlan,
    DealPlan,
    ItemPlan,
    Message,
    MilestonePlan,
    Move,
    Plan,
    ProjectPlan,
    TicketPlan,
    Vendor,
)
from tests.factories import HONG_KONG, SAM, STORY_NOW, staff

KINDS = ("asana", "hubspot", "jira", "trello")
NOW = STORY_NOW

_EVERYWHERE: frozenset[Vendor] = frozenset({"asana", "hubspot", "jira", "trello"})
MAY = replace(staff("may", 1, role="coordinator"), vendors=_EVERYWHERE)
LEE = replace(staff("lee", 2), vendors=_EVERYWHERE)


def firm(kind: str, *, projects: int = 2, items: int = 6, now: datetime = NOW) -> Plan:
    """The firm, as the tool `kind` knows it: so many projects with so many items each; a CRM has a ticket for each."""
    numbers = count(100)
    made = Plan(
        name="Acme",
        story_now=now,
        first_sync=now,
        staff=[MAY, LEE],
        clients=[],
        companies=[CompanyPlan("harbour", "Harbour Ltd", ("harbour.example",), None, "may", 90)],
        contacts=[SAM],
        projects=[],
        tickets=[],
        deals=[],
    )
    if kind == "hubspot":
        made.tickets = [_ticket(place, numbers, now) for place in range(projects * items)]
        made.deals = [_deal(next(numbers), place) for place in range(2)]
    else:
        made.projects = [_project(kind, place, items, numbers, now) for place in range(projects)]
    return made


def _project(kind: Any, place: int, items: int, numbers: "count[int]", now: datetime) -> ProjectPlan:
    return ProjectPlan(
        number=next(numbers),
        vendor=kind,
        key="ABCDEFGH"[place] * 3,
        name=f"Project {place}",
        client=None,
        owner="may",
        created_at=now - timedelta(days=90),
        items=[_item(kind, f"Task {place}.{n}", n, numbers, now) for n in range(items)],
        milestones=[MilestonePlan(next(numbers), "version", "Release 1", date(2026, 12, 4))] if kind == "jira" else [],
        members=("may", "lee"),
    )


def _item(vendor: str, name: str, place: int, numbers: "count[int]", now: datetime) -> ItemPlan:
    """Every third has a date that moved, every fourth was talked about, every fifth is done; one is a milestone."""
    created = now - timedelta(days=60) + timedelta(seconds=200 * place)
    due = date(2026, 11, 16) + timedelta(days=place % 28)
    moved = place % 3 == 0
    done_at = created + timedelta(days=20) if place % 5 == 1 else None
    return ItemPlan(
        number=next(numbers),
        name=name,
        status="done" if done_at else "doing" if place % 2 else "todo",
        created_at=created,
        kind="epic" if vendor == "jira" and place == 0 else "task",
        assignee="lee" if place % 2 else None,
        reporter="may",
        due=due,
        done_at=done_at,
        milestone=place == 0,
        moves=(Move(created + timedelta(days=2), "may", due - timedelta(days=7), due),) if moved else (),
        messages=tuple(_talk(name, created, next(numbers)) for _ in range(2 if place % 4 == 0 else 0)),
    )


def _talk(name: str, created: datetime, number: int) -> Message:
    return Message(
        "may" if number % 2 else "lee",
        created + timedelta(days=3, seconds=20 * number),
        f"{name}: {number}",
        number=number,
    )


def _ticket(place: int, numbers: "count[int]", now: datetime) -> TicketPlan:
    received = now - timedelta(days=40) + timedelta(seconds=200 * place)
    asked = Message("sam", received, f"Question {place}?", "email", next(numbers))
    answered = Message("lee", received + timedelta(hours=5), f"Answer {place}.", "email", next(numbers))
    return TicketPlan(
        number=next(numbers),
        subject=f"Ticket {place}",
        text=asked.text,
        received_at=received,
        contact="sam",
        company="harbour",
        owner="lee",
        messages=(asked, answered) if place % 2 else (asked,),
        closed_at=received + timedelta(days=2) if place % 5 == 1 else None,
    )


def _deal(number: int, place: int) -> DealPlan:
    return DealPlan(number, f"Deal {place}", "harbour", "may", "contractsent", "5", "HKD", date(2026, 12, 31), "sam")


# --- what people do


class People:
    """Those who work in the tool while it is read: `box` is its stand-in."""

    def __init__(self, kind: str, plan: Plan, box: Any) -> None:
        self._kind = kind
        self._plan = plan
        self._box = box
        self._numbers = count(70_000)

    @property
    def work(self) -> Sequence[ItemPlan | TicketPlan]:
        """Every item or ticket, in the order of the plan."""
        return [*(item for project in self._plan.projects for item in project.items), *self._plan.tickets]

    def edit(self, place: int, at: datetime) -> None:
        """Somebody changes one of `work`: moves its date; a client writes on a ticket."""
        one = self.work[place]
        if isinstance(one, TicketPlan):
            said = Message("sam", at, f"And now, {one.subject}?", "email", next(self._numbers))
            self._box.add_message(one.number, said)
            one.messages = (*one.messages, said)
            return
        old = one.due.astimezone(HONG_KONG).date() if isinstance(one.due, datetime) else one.due
        assert old is not None
        new = old + timedelta(days=1)
        self._box.move_due(one.number, new, "may", at)
        one.moves = (*one.moves, Move(at, "may", old, new))
        one.due = new

    def then(self, place: int, at: datetime) -> Callable[[], None]:
        """`edit`, for later."""
        return lambda: self.edit(place, at)
