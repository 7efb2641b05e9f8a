"""A small firm for tests, and the pieces of its plan: of each a test says only what it is about."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.plan import ContactPlan, ItemPlan, Message, Plan, ProjectPlan, Staff, Status, Vendor

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
STORY_NOW = datetime(2026, 11, 24, 9, 0, tzinfo=HONG_KONG)

TOOLS: frozenset[Vendor] = frozenset({"jira", "trello", "asana"})

_numbers = count(1000)


def at(text: str) -> datetime:
    """An instant by the clock on a wall in Hong Kong: "2026-11-20 16:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=HONG_KONG)


def staff(id: str, number: int, **more: Any) -> Staff:
    """One of ours, with an account in every project tool."""
    name = id.title()
    return Staff(id, name, f"{id}@acme.example", more.pop("role", "engineer"), vendors=TOOLS, number=number, **more)


def contact(id: str, number: int, **more: Any) -> ContactPlan:
    """Somebody at a client, with a guest's account in every project tool."""
    mail = f"{id}@harbour.example"
    return ContactPlan(id, id.title(), mail, more.pop("company", "harbour"), vendors=TOOLS, number=number, **more)


MAY = staff("may", 1, role="coordinator")
LEE = staff("lee", 2)
SAM = contact("sam", 51)


def item(name: str, status: Status = "todo", **more: Any) -> ItemPlan:
    """A piece of work, made on 2 November, with a number of its own."""
    number = more.pop("number", None) or next(_numbers)
    created_at = more.pop("created_at", at("2026-11-02 10:00"))
    return ItemPlan(number, name, status, created_at, **more)


def message(author: str, when: str, text: str) -> Message:
    """A comment."""
    return Message(author, at(when), text, number=next(_numbers))


def project(vendor: Any, items: Sequence[ItemPlan] = (), **more: Any) -> ProjectPlan:
    """A project that May owns, made in October."""
    number = more.pop("number", None) or next(_numbers)
    values = {"key": "APP", "name": "App", "client": None, "owner": "may", "created_at": at("2026-10-01 09:00")}
    return ProjectPlan(number, vendor, items=list(items), **(values | more))


def plan(
    *projects: ProjectPlan, people: Sequence[Staff] = (MAY, LEE), contacts: Sequence[ContactPlan] = (SAM,)
) -> Plan:
    """A firm with these projects and nothing else."""
    return Plan(
        name="Acme",
        story_now=STORY_NOW,
        first_sync=STORY_NOW - timedelta(minutes=10),
        staff=list(people),
        clients=[],
        companies=[],
        contacts=list(contacts),
        projects=list(projects),
        tickets=[],
        deals=[],
    )
