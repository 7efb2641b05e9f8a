"""Rows for the tests of linking and deriving: whole ones, of which a test says only what it is about."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, create_engine, delete, insert, select, update
from sqlmodel import SQLModel

from config.settings import ClientSettings, PersonSettings, Settings
from unify.derived import table_of
from unify.settle import settle
from unify.tables import Account, Comment, Company, Contact, Deal, Feedback, Milestone, Project, Source, WorkItem

HONG_KONG = ZoneInfo("Asia/Hong_Kong")

SETTLED_AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

Fields = dict[str, Any]


def at(text: str) -> datetime:
    """An instant by the clock on a wall in Hong Kong: "2026-11-20 16:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=HONG_KONG).astimezone(UTC)


def weekdays(calendar: str, start: date, end: date) -> int:
    """Working days in (start, end] where only weekends are off."""
    return sum((start + timedelta(days=n)).weekday() < 5 for n in range(1, (end - start).days + 1))


def settings(
    people: Mapping[str, PersonSettings] | None = None, clients: Mapping[str, ClientSettings] | None = None, **more: Any
) -> Settings:
    """A small firm's settings: May coordinates, Marco and Sandy are BD managers."""
    staff = {
        name: PersonSettings(name=name.title(), email=f"{name}@lanternquay.example")
        for name in ("may", "marco", "sandy")
    }
    return Settings(
        coordinator="may",
        team_domains=more.pop("team_domains", ("lanternquay.example",)),
        people=staff if people is None else dict(people),
        clients=dict(clients or {}),
        **more,
    )


@contextmanager
def database() -> Iterator[Connection]:
    """An empty database in memory, in one transaction."""
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def add(connection: Connection, *rows: SQLModel) -> None:
    """Insert rows as the store would: derived columns at their defaults."""
    for row in rows:
        connection.execute(insert(table_of(type(row))).values(row.model_dump(exclude_none=True)))


def remove(connection: Connection, *rows: SQLModel) -> None:
    """Take rows out again."""
    for row in rows:
        table = table_of(type(row))
        connection.execute(delete(table).where(table.c.key == row.model_dump()["key"]))


def rewrite(connection: Connection, model: type[SQLModel], key: str, **fields: Any) -> None:
    """Change a stored row as a later page would."""
    table = table_of(model)
    connection.execute(update(table).where(table.c.key == key).values(**fields))


def row(connection: Connection, model: type[SQLModel], key: str) -> Fields:
    """One row as it stands."""
    table = table_of(model)
    return connection.execute(select(table).where(table.c.key == key)).one()._asdict()


def dump(connection: Connection) -> dict[str, list[Fields]]:
    """Every row of every table, in the order of their keys."""
    return {
        table.name: [found._asdict() for found in connection.execute(select(table).order_by(*table.primary_key))]
        for table in SQLModel.metadata.sorted_tables
        if table.name != "touched"
    }


def settled(connection: Connection, known: Settings, touched: Mapping[str, Collection[str]] | None = None) -> None:
    """Settle, counting weekdays only."""
    settle(connection, known, touched, weekdays, SETTLED_AT)


def source(name: str, kind: str = "jira", **fields: Any) -> Source:
    """A configured source."""
    return Source(name=name, kind=kind, **fields)


def account(key: str, **fields: Any) -> Account:
    """An account: `delivery/users/raymond` is Raymond's at the source delivery."""
    return Account(key=key, **{"source": _source(key), "vendor_id": _id(key), "name": _id(key).title(), **fields})


def company(key: str, **fields: Any) -> Company:
    """A company of a CRM."""
    return Company(key=key, **{"source": _source(key), "vendor_id": _id(key), "name": "Company " + _id(key), **fields})


def contact(key: str, **fields: Any) -> Contact:
    """A contact of a CRM."""
    return Contact(key=key, **{"source": _source(key), "vendor_id": _id(key), "name": "Contact " + _id(key), **fields})


def deal(key: str, **fields: Any) -> Deal:
    """A deal of a CRM."""
    return Deal(key=key, **{"source": _source(key), "vendor_id": _id(key), "name": "Deal " + _id(key), **fields})


def project(key: str, **fields: Any) -> Project:
    """A project of a tool, called by its id unless told."""
    return Project(
        key=key, **{"source": _source(key), "vendor_id": _id(key), "short": _id(key), "name": _id(key), **fields}
    )


def item(key: str, in_project: str | None = None, **fields: Any) -> WorkItem:
    """A work item, to do unless told."""
    defaults = {"source": _source(key), "vendor_id": _id(key), "name": "Item " + _id(key), "status_category": "todo"}
    projects = {"project_key": in_project, "project_keys": [in_project] if in_project else []}
    return WorkItem(key=key, **{**defaults, **projects, **fields})


def milestone(key: str, **fields: Any) -> Milestone:
    """A milestone, an item in progress unless told."""
    defaults = {"source": _source(key), "vendor_id": _id(key), "kind": "item", "status_category": "in_progress"}
    return Milestone(key=key, **{**defaults, "name": "Milestone " + _id(key), **fields})


def feedback(key: str, **fields: Any) -> Feedback:
    """A ticket, to do unless told."""
    defaults = {"source": _source(key), "vendor_id": _id(key), "origin": "ticket", "status_category": "todo"}
    return Feedback(key=key, **{**defaults, "subject": "Feedback " + _id(key), **fields})


def comment(key: str, *on: str, **fields: Any) -> Comment:
    """A message on those rows."""
    return Comment(
        key=key, **{"source": _source(key), "vendor_id": _id(key), "on_key": on[0], "on_keys": list(on), **fields}
    )


def _source(key: str) -> str:
    return key.split("/")[0]


def _id(key: str) -> str:
    return key.split("/", 2)[2]
