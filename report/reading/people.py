"""Who of ours has how much open work, over all tools. In the order of names: nothing ranks people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from orjson import loads
from sqlalchemy import ColumnElement, Select, String, case, cast, exists, func, select

from report.asked import Asked, NoSuchThing
from rules.language.portable import elements
from rules.views.base import name_of
from rules.views.item import OPEN
from rules.views.week_load import LEFT, monday_of
from rules.views.workload import WORKLOAD
from unify.derived import ACCOUNT, MILESTONE, PERSON, PROJECT, SOURCE, WORK_ITEM, Row, fetch


@dataclass(frozen=True, slots=True)
class Week:
    """What falls into a week: `hours` of its work, None where nobody estimated any; `items` that are due in it, overdue
    ones in this week, and how many of them nobody estimated. `capacity` in hours."""

    hours: float | None
    capacity: float
    items: int
    unestimated: int


@dataclass(frozen=True, slots=True)
class PersonLoad:
    """Somebody with open work; a week in which nothing falls is None. `open` and `undated` count items but for
    milestones and what has parts; `by_source` their open ones in each tool."""

    key: str
    name: str
    capacity_is_said: bool
    this_week: Week | None
    next_week: Week | None
    open: int
    undated: int
    by_source: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class People:
    """`free`: the names of those of [people] who have no open work. `monday` begins this week."""

    monday: date
    rows: Sequence[PersonLoad]
    free: Sequence[str]


def read_people_load(asked: Asked) -> People:
    """Everybody of ours who has any."""
    weeks = _weeks(asked)
    counts = _counts(asked)
    people = {row["key"]: row for row in fetch(asked.connection, _persons(asked))}
    rows = [
        _load(person, weeks, counts.get(key, {}))
        for key, person in people.items()
        if key in counts or (key, True) in weeks or (key, False) in weeks
    ]
    busy = {row.key for row in rows}
    free = [row["name"] for key, row in people.items() if row["configured"] and key not in busy]
    return People(
        monday_of(asked.moment),
        sorted(rows, key=lambda row: (row.name.casefold(), row.key)),
        sorted(free, key=str.casefold),
    )


def _persons(asked: Asked) -> Select[Any]:
    person = PERSON.c
    columns = (person.key, person.name, person.configured, person.capacity_hours)
    return select(*columns).where(person.side != "client")


def _weeks(asked: Asked) -> Mapping[tuple[str, bool], Row]:
    """By person, and whether it is this week."""
    scope = WORKLOAD.scope(asked.moment)
    names = ("owner", "this_week", "remaining_hours", "capacity_hours", "items", "unestimated_items")
    shown = (scope.columns[name].label(name) for name in names)
    statement = select(*shown).select_from(WORKLOAD.source).where(*WORKLOAD.living)
    found = asked.connection.execute(statement, WORKLOAD.bound(asked.moment)).mappings()
    return {(row["owner"], bool(row["this_week"])): dict(row) for row in found}


def _counts(asked: Asked) -> Mapping[str, Mapping[str, tuple[int, int]]]:
    """By person and source: open items, and how many of them have no date."""
    item = WORK_ITEM.c
    # Few go together again and again: counted by all who have an item, and told apart here.
    together = cast(item.assignee_accounts, String())
    counted = (
        select(
            together.label("accounts"),
            item.source,
            item.project_key.label("project"),
            func.count().label("open"),
            func.sum(case((item.due_on.is_(None), 1), else_=0)).label("undated"),
        )
        .where(*_is_work())
        .group_by(together, item.source, item.project_key)
    )
    living = select(PROJECT.c.key).where(PROJECT.c.deleted_at.is_(None), PROJECT.c.archived.is_not(True))
    projects, sources = (
        set(asked.connection.scalars(living)),
        set(asked.connection.scalars(select(SOURCE.c.name).where(SOURCE.c.active))),
    )
    linked = select(ACCOUNT.c.key, ACCOUNT.c.person_key).where(ACCOUNT.c.person_key.is_not(None))
    persons = {row["key"]: row["person_key"] for row in fetch(asked.connection, linked)}
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for row in fetch(asked.connection, counted):
        if row["source"] not in sources or (row["project"] and row["project"] not in projects):
            continue
        for person in {persons[account] for account in loads(row["accounts"] or "[]") if account in persons}:
            theirs = found.setdefault(person, {})
            open_ones, undated = theirs.get(row["source"], (0, 0))
            theirs[row["source"]] = open_ones + row["open"], undated + row["undated"]
    return found


def _somebody() -> Any:
    return elements(WORK_ITEM.c.assignee_accounts).table_valued("value").alias("somebody")


def _is_work() -> Sequence[ColumnElement[bool]]:
    """What the workload counts, dated or not: neither milestones nor what has parts of its own."""
    item, part = WORK_ITEM.c, WORK_ITEM.alias("part").c
    return (
        item.status_category.in_(OPEN),
        item.deleted_at.is_(None),
        ~exists().where(MILESTONE.c.key == item.key, MILESTONE.c.deleted_at.is_(None)).correlate(WORK_ITEM),
        ~exists().where(part.parent_key == item.key, part.deleted_at.is_(None)).correlate(WORK_ITEM),
    )


def _load(person: Row, weeks: Mapping[tuple[str, bool], Row], counts: Mapping[str, tuple[int, int]]) -> PersonLoad:
    key = person["key"]
    return PersonLoad(
        key=key,
        name=person["name"] or key.removeprefix("person/"),
        capacity_is_said=person["capacity_hours"] > 0,
        this_week=_week(weeks.get((key, True))),
        next_week=_week(weeks.get((key, False))),
        open=sum(open_ones for open_ones, _ in counts.values()),
        undated=sum(undated for _, undated in counts.values()),
        by_source={source: open_ones for source, (open_ones, _) in counts.items()},
    )


def _week(row: Row | None) -> Week | None:
    if row is None:
        return None
    return Week(row["remaining_hours"], row["capacity_hours"], row["items"], row["unestimated_items"])


# --- one of them


@dataclass(frozen=True, slots=True)
class PersonItem:
    """An open item of somebody's; `hours`: what remains of it, None: nobody said."""

    key: str
    name: str
    short: str
    url: str | None
    source: str
    project: str | None
    project_name: str | None
    status: str
    due_on: date | None
    hours: float | None
    others: int
    """How many more have it."""


@dataclass(frozen=True, slots=True)
class PersonWork:
    """A page of the open items of one person; `more`: there are others after it."""

    key: str
    name: str
    items: Sequence[PersonItem]
    more: bool


def read_person(asked: Asked) -> PersonWork:
    """Of whose key is `person/` and `asked.of`, as far as the reader may see their clients; the nearest day first.
    Raises NoSuchThing."""
    key, item = f"person/{asked.of}", WORK_ITEM.c
    found = fetch(asked.connection, _persons(asked).where(PERSON.c.key == key))
    if not found:
        raise NoSuchThing("there is no such person")
    theirs, limit = select(ACCOUNT.c.key).where(ACCOUNT.c.person_key == key), asked.filters.limit
    somebody = _somebody()
    has_it = exists().select_from(somebody).where(somebody.c.value.in_(theirs)).correlate(WORK_ITEM)
    shown = (
        select(
            *(item.key, item.name, item.short, item.url, item.source, item.due_on),
            item.project_key.label("project"),
            name_of(PROJECT.c.name).label("project_name"),
            item.status_native.label("status"),
            LEFT.label("hours"),
            (func.json_array_length(item.assignee_accounts) - 1).label("others"),
        )
        .select_from(
            WORK_ITEM.join(SOURCE, SOURCE.c.name == item.source).outerjoin(PROJECT, PROJECT.c.key == item.project_key)
        )
        .where(SOURCE.c.active, PROJECT.c.deleted_at.is_(None), PROJECT.c.archived.is_not(True))
        .where(*_is_work(), has_it, asked.reader.scope.allows(item.client_key))
        .order_by(item.due_on.is_(None), item.due_on, item.key)
        .limit(None if limit is None else limit + 1)
        .offset(asked.filters.offset)
    )
    items = [PersonItem(**row) for row in fetch(asked.connection, shown)]
    name = found[0]["name"] or asked.of
    return PersonWork(key, name, items[:limit], limit is not None and len(items) > limit)
