"""A database whose items have a past: each is a milestone too, with 2.4 changes of date or status on average.

The changes lie in the last hundred days, so that most fall into a back-test of ninety.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import Engine

from bench.many_items import NOW, Row, add, add_firm, of_project, owned, vendor
from unify import tables
from unify.engine import open_engine, writing
from unify.migrate import migrate

CHANGES = 2.4
_DAYS = 100
_STEPS = ("To Do", "In Progress", "Done")
_CATEGORIES = {"To Do": "todo", "In Progress": "in_progress", "Done": "done"}


def build(path: Path, items: int) -> Engine:
    """Make the database, and return an engine that writes to it."""
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    chance = random.Random(20261124)
    made = [_item(number, chance) for number in range(items)]
    with writing(engine) as connection:
        add_firm(connection)
        add(connection, tables.WorkItem, (item for item, _, _ in made))
        add(connection, tables.Milestone, (milestone for _, milestone, _ in made))
        add(connection, tables.Change, (change for _, _, changes in made for change in changes))
    return engine


def _item(number: int, chance: random.Random) -> tuple[Row, Row, list[Row]]:
    """An item, the milestone that it is, and what was changed of it."""
    due_on = NOW.date() + timedelta(days=chance.randrange(-60, 60))
    steps = dues = 0
    for _ in range(_how_many(chance)):
        steps, dues = (steps + 1, dues) if steps < 2 and chance.random() < 0.5 else (steps, dues + 1)
    words = _STEPS[: steps + 1]
    times = sorted(NOW - timedelta(minutes=chance.randrange(_DAYS * 1440)) for _ in range(steps + dues))
    chance.shuffle(order := ["status"] * steps + ["due"] * dues)
    dates = [str(due_on - timedelta(days=7 * n)) for n in range(dues, -1, -1)]
    values = {"status": pairwise(words), "due": pairwise(dates)}
    changes = list(
        _changes(number, [(at, field, *next(values[field])) for at, field in zip(times, order, strict=True)])
    )
    done_at = max((row["changed_at"] for row in changes if row["new"] == "Done"), default=None)
    shared = {
        **vendor("issues", number),
        "name": f"Item {number}",
        "status_native": words[-1],
        "status_category": _CATEGORIES[words[-1]],
        "created_at": NOW - timedelta(days=_DAYS + 30),
        "updated_at": times[-1] if times else NOW - timedelta(days=_DAYS),
        "due_on": due_on,
        "done_at": done_at,
    }
    ends = datetime.combine(due_on + timedelta(days=1), time(), UTC) - timedelta(hours=8, microseconds=1)
    item = {**shared, **of_project(number), "kind": "Task", "short": f"P-{number}", "assignee_accounts": []}
    milestone = {**shared, **owned(number), "kind": "item", "deadline_on": due_on, "deadline_at": ends, "moves": dues}
    return item, milestone, changes


def _how_many(chance: random.Random) -> int:
    return sum(chance.random() < CHANGES / 6 for _ in range(6))


def _changes(number: int, told: list[tuple[datetime, str, str, str]]) -> Iterator[Row]:
    for nth, (at, field, old, new) in enumerate(told):
        row = {**vendor("history", number), "key": f"bench/history/{number}.{nth}"}
        yield row | {"entity_key": f"bench/issues/{number}", "field": field, "old": old, "new": new, "changed_at": at}
