"""A database with very many items in the real schema, few of them open: what years of work leave behind.

Of every ten items one is also a milestone and one also feedback (or as many as a `Firm` says), open and closed ones
alike. Every item belongs to a milestone of its project. Of what is open one in twenty is late; what is closed was
closed over three years.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert
from sqlmodel import SQLModel

from unify import tables
from unify.derived import table_of
from unify.engine import open_engine, writing
from unify.migrate import migrate

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""Tue 24 Nov 2026 09:00 in Hong Kong."""
_TODAY = date(2026, 11, 24)
_SLICE = 10_000
_PEOPLE = 100
PROJECTS = 200
"""Where a `Firm` does not say."""
_LATE = 20
_SEVERITIES = ("info", "warning", "warning", "high", "critical")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Firm:
    """So many items, so many of them open. Of each `group` of items one is also a milestone, and `feedback` of them are
    feedback too. A client has two projects."""

    items: int
    open: int
    group: int = 10
    feedback: int = 1
    projects: int = PROJECTS

    @property
    def step(self) -> int:
        """One in so many is open."""
        return self.items // self.open

    def is_open(self, number: int) -> bool:
        """Open ones lie evenly among the others."""
        return number % self.step == 0

    def kind(self, number: int) -> int:
        """0 is a milestone too, from 1 on it is feedback too; the rest are items only. Alike among open and closed."""
        return number // self.step % self.group

    def is_late(self, number: int) -> bool:
        """One in twenty of each kind."""
        return number // self.step // self.group % _LATE == 0


def build(path: Path, firm: Firm) -> Engine:
    """Make the database, and return an engine that writes to it."""
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    with writing(engine) as connection:
        add_firm(connection, firm.projects)
    makers: tuple[tuple[type[SQLModel], Callable[[Firm, int, random.Random], Row], range], ...] = (
        (tables.WorkItem, _item, range(firm.group)),
        (tables.Milestone, _milestone, range(1)),
        (tables.Feedback, _feedback, range(1, 1 + firm.feedback)),
    )
    for model, make, kinds in makers:
        chance = random.Random(20261124)
        numbers = (number for number in range(firm.items) if firm.kind(number) in kinds)
        with writing(engine) as connection:
            add(connection, model, (make(firm, number, chance) for number in numbers))
    with writing(engine) as connection:
        add(connection, tables.Reference, (_belongs(firm, number) for number in range(firm.items)))
    return engine


def add_firm(connection: Connection, projects: int = PROJECTS) -> None:
    """A source, and the projects, clients and people that items belong to."""
    add(connection, tables.Source, iter([{"name": "bench", "kind": "jira", "active": True, "last_ok_at": NOW}]))
    add(connection, tables.Project, (_project(number, projects) for number in range(projects)))
    clients = ({"key": f"client/{n}", "names": {"": f"Client {n}"}} for n in range(projects // 2))
    add(connection, tables.Client, clients)
    add(connection, tables.Person, ({"key": f"person/{n}", "name": f"Person {n}"} for n in range(_PEOPLE)))
    add(connection, tables.Account, map(_account, range(_PEOPLE)))


def add(connection: Connection, model: type[SQLModel], rows: Iterator[Row]) -> None:
    """Rows filled up with the model's defaults, in slices."""
    required = {name: field for name, field in model.model_fields.items() if not field.is_required()}
    usual = {name: field.get_default(call_default_factory=True) for name, field in required.items()}
    statement = insert(table_of(model))
    while some := [{**usual, **row} for row in islice(rows, _SLICE)]:
        connection.execute(statement, some)


def vendor(stream: str, number: int) -> Row:
    """What every row of a source has."""
    return {"key": f"bench/{stream}/{number}", "source": "bench", "vendor_id": str(number)}


def _project(number: int, projects: int) -> Row:
    return {**vendor("project", number), "name": f"Project {number}", "short": f"P{number}", **_whose(number, projects)}


def _account(number: int) -> Row:
    person = {"person_key": f"person/{number}", "side": "team", "member": True}
    return {**vendor("account", number), "name": f"Person {number}", **person}


def _whose(project: int, projects: int) -> Row:
    return {"client_key": f"client/{project % (projects // 2)}"}


def of_project(number: int, projects: int = PROJECTS) -> Row:
    """Its project, and whose that is."""
    project = number % projects
    return {"project_key": f"bench/project/{project}", **_whose(project, projects)}


def _item(firm: Firm, number: int, chance: random.Random) -> Row:
    is_open = firm.is_open(number)
    closed_at = NOW - timedelta(minutes=chance.randrange(10_000, 1_500_000))
    touched_at = NOW - timedelta(minutes=chance.randrange(1, 10_000)) if is_open else closed_at
    due_on = _TODAY + timedelta(days=chance.randrange(1, 200)) if is_open else closed_at.date()
    return {
        **vendor("issues", number),
        **of_project(number, firm.projects),
        "short": f"P{number % firm.projects}-{number}",
        "kind": "Task",
        "name": f"Item {number}",
        "status_native": "In Progress" if is_open else "Done",
        "status_category": "in_progress" if is_open else "done",
        "assignee_accounts": [f"bench/account/{number % _PEOPLE}"],
        "created_at": touched_at - timedelta(days=30),
        "updated_at": touched_at,
        "due_on": due_on,
        "done_at": None if is_open else closed_at,
    }


def owned(number: int, projects: int = PROJECTS) -> Row:
    """Who has it, as derive says."""
    return {
        **of_project(number, projects),
        "bd_person": f"person/{number % 10}",
        "owner_person": f"person/{number % _PEOPLE}",
        "owner_account": f"bench/account/{number % _PEOPLE}",
        "calendar": "mainland" if number % 3 == 0 else "default",
    }


def _milestone(firm: Firm, number: int, chance: random.Random) -> Row:
    is_open, is_late = firm.is_open(number), firm.is_late(number)
    days = -chance.randrange(1, 20) if is_late or not is_open else chance.randrange(1, 200)
    if not is_open:
        days *= 50
    due_on = _TODAY + timedelta(days=days)
    ends = datetime(due_on.year, due_on.month, due_on.day, 16, tzinfo=UTC) - timedelta(microseconds=1)
    return {
        **vendor("issues", number),
        **owned(number, firm.projects),
        "kind": "item",
        "name": f"Milestone {number}",
        "status_native": "In Progress" if is_open else "Done",
        "status_category": "in_progress" if is_open else "done",
        "due_on": due_on,
        "deadline_on": due_on,
        "deadline_at": ends,
        "baseline_on": due_on,
        "slip_days": 0,
        "done_at": None if is_open else ends,
        "updated_at": NOW if is_open else ends,
        "open_items": 5 if is_open else 0,
        "total_items": 10,
    }


def _feedback(firm: Firm, number: int, chance: random.Random) -> Row:
    is_open, is_late = firm.is_open(number), firm.is_late(number)
    minutes = chance.randrange(3_000, 20_000) if is_late else chance.randrange(1, 60)
    received_at = NOW - timedelta(minutes=minutes if is_open else chance.randrange(20_000, 1_500_000))
    answered_at = received_at + timedelta(hours=1)
    return {
        **vendor("issues", number),
        **owned(number, firm.projects),
        "origin": "item",
        "subject": f"Feedback {number}",
        "text": "The receipts print slowly, and the shop queues up to the door.",
        "item_key": f"bench/issues/{number}",
        "severity": _SEVERITIES[number % len(_SEVERITIES)],
        "status_category": "todo" if is_open else "done",
        "received_at": received_at,
        "waiting_since": received_at if is_open else None,
        "first_response_at": None if is_open else answered_at,
        "response_basis": None if is_open else "visible",
        "closed_at": None if is_open else answered_at,
        "answered": not is_open,
        "handled": not is_open,
        "updated_at": received_at if is_open else answered_at,
    }


def _belongs(firm: Firm, number: int) -> Row:
    """To the milestone of its group."""
    whole = firm.group * firm.step
    of = number // whole * whole + number % firm.step
    return {"from_key": f"bench/issues/{number}", "to_key": f"bench/issues/{of}"}
