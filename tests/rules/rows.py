"""A database with few rows, for tests of views and rules."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert
from sqlmodel import SQLModel

from config.settings import CalendarSettings, Settings
from rules.moment import Moment
from rules.views.base import table
from rules.working_time import WorkingTime
from unify import tables
from unify.engine import open_engine

ZONE = ZoneInfo("Asia/Hong_Kong")
SETTINGS = Settings(coordinator="kitty")
_FIRST, _LAST = date(2024, 1, 1), date(2028, 12, 31)
CALENDARS: Mapping[str, WorkingTime] = {
    "default": WorkingTime(CalendarSettings(), ZONE, _FIRST, _LAST),
    "shenzhen": WorkingTime(CalendarSettings(holidays="CN", hours=("09:00-12:00", "13:00-18:00")), ZONE, _FIRST, _LAST),
}


def local(text: str) -> datetime:
    """A Hong Kong wall-clock time as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


STORY = local("2026-11-24 09:00")


def moment(now: datetime = STORY, settings: Settings = SETTINGS) -> Moment:
    """The moment of a test; the story's Tuesday morning, if it does not matter."""
    return Moment.of(settings, CALENDARS, now)


def source(name: str = "delivery", **values: Any) -> tables.Source:
    return tables.Source(name=name, **{"kind": "jira", **values})


def milestone(number: int = 1, **values: Any) -> tables.Milestone:
    """An open milestone without a date."""
    row = {"source": "delivery", "kind": "version", "name": f"M{number}", "status_category": "in_progress"} | values
    return tables.Milestone(key=f"{row['source']}/versions/{number}", vendor_id=str(number), **row)


def due(day: date, **values: Any) -> dict[str, Any]:
    """The columns of a milestone due on that day, as derive leaves them."""
    end = datetime.combine(day, datetime.max.time(), tzinfo=ZONE).astimezone(UTC)
    return {"due_on": day, "deadline_on": day, "deadline_at": end, **values}


def feedback(number: int = 1, **values: Any) -> tables.Feedback:
    """A ticket that nobody waits on."""
    row = {"source": "delivery", "origin": "ticket", "subject": f"F{number}", "status_category": "todo"} | values
    return tables.Feedback(key=f"{row['source']}/tickets/{number}", vendor_id=str(number), **row)


def fill(engine: Engine, *rows: SQLModel) -> None:
    """Every table, with `rows`, in an empty database."""
    SQLModel.metadata.create_all(engine)
    with engine.begin() as connection:
        for row in rows:
            connection.execute(insert(table(type(row))), row.model_dump())


@contextmanager
def database(folder: Path, *rows: SQLModel) -> Iterator[Engine]:
    """A read-only engine on a file that holds `rows`."""
    url = f"sqlite:///{folder / 'milepost.db'}"
    writable = open_engine(url)
    fill(writable, *rows)
    writable.dispose()
    engine = open_engine(url, read_only=True)
    yield engine
    engine.dispose()
