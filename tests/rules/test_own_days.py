"""The days that somebody works: their workload goes by their own calendar, and not by days on which they are away."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel

from config.settings import PersonSettings, Settings
from config.values import DateRange
from rules.evaluate import find
from rules.load import load_rules
from rules.views import select_view
from rules.views.workload import WORKLOAD
from tests.rules.rows import SETTINGS, database, fill, local, moment, source
from unify import tables

AWAY_FROM_WEDNESDAY = {"away": (DateRange(date(2026, 11, 25), date(2026, 11, 27)),)}


def firm(**leung: Any) -> Settings:
    """Leung works as said, Chan as everybody does."""
    told: dict[str, dict[str, Any]] = {"leung": leung, "chan": {}}
    people = {name: PersonSettings(name=name, email=f"{name}@acme.example", **own) for name, own in told.items()}
    return Settings(coordinator="chan", people=people)


def work(due_on: date, hours: float, of: str = "leung", capacity: float = 0) -> list[Any]:
    """A person with one item."""
    account = tables.Account(key=f"delivery/users/{of}", source="delivery", vendor_id=of, person_key=f"person/{of}")
    item = tables.WorkItem(
        key=f"delivery/issues/{of}",
        source="delivery",
        vendor_id=of,
        status_category="todo",
        assignee_accounts=[account.key],
        due_on=due_on,
        remaining_hours=hours,
    )
    return [tables.Person(key=f"person/{of}", name=of, side="team", capacity_hours=capacity), account, item]


def load(folder: Path, settings: Settings, at: str, *rows: Any) -> list[tuple[str, str, float, float]]:
    """(who, week, hours, capacity)."""
    with database(folder, source(), *rows) as engine:
        return load_in(engine, settings, at)


def load_in(engine: Engine, settings: Settings, at: str) -> list[tuple[str, str, float, float]]:
    with engine.connect() as connection:
        found = select_view(WORKLOAD, moment(local(at), settings)).read(connection)
    return [(row["name"], f"{row['week_on']:%d %b}", row["remaining_hours"], row["capacity_hours"]) for row in found]


def test_work_is_spread_over_the_days_of_ones_own_calendar(tmp_path: Path) -> None:
    """Tue 6 Oct 2026: the mainland is off until the 7th and works on Sat 10 (調休), Hong Kong works from Monday on."""
    day = date(2026, 10, 12)
    rows = [*work(day, 8), *work(day, 8, "chan")]

    found = load(tmp_path, firm(calendar="shenzhen"), "2026-10-06 09:00", *rows)

    assert found == [
        ("chan", "05 Oct", 6.4, 32.0),  # four of the five days until Monday
        ("chan", "12 Oct", 1.6, 32.0),
        ("leung", "05 Oct", 6.0, 19.2),  # Thursday, Friday and Saturday
        ("leung", "12 Oct", 2.0, 32.0),
    ]


@pytest.mark.parametrize("capacity", [0, 32])
def test_leave_takes_from_the_week_and_moves_its_work(tmp_path: Path, capacity: float) -> None:
    """Two of five days are left of the week, one of them is to come; Monday and Tuesday lie in the next."""
    rows = work(date(2026, 12, 1), 12, capacity=capacity)

    found = load(tmp_path, firm(**AWAY_FROM_WEDNESDAY), "2026-11-24 09:00", *rows)

    assert found == [("leung", "23 Nov", 4.0, 12.8), ("leung", "30 Nov", 8.0, 32.0)]


def test_work_that_is_due_while_somebody_is_away_is_too_much(tmp_path: Path) -> None:
    """There is nobody to do it, however little it is."""
    (over,) = (rule for rule in load_rules(SETTINGS) if rule.id == "workload-over")
    all_week = firm(away=(DateRange(date(2026, 11, 23), date(2026, 11, 29)),))
    rows = work(date(2026, 11, 26), 1)

    with database(tmp_path, source(), *rows) as engine, engine.begin() as connection:
        (found,) = find(connection, over, moment(settings=all_week))

    assert (found.facts["capacity_hours"], found.facts["remaining_hours"], found.facts["load_percent"]) == (0, 1, None)


def test_postgres_reckons_the_same(postgres: Engine) -> None:
    """There the figures are cut from texts by the same count of letters."""
    fill(postgres, source(), *work(date(2026, 12, 1), 12), *work(date(2026, 12, 1), 12, "chan"))
    try:
        found = load_in(postgres, firm(**AWAY_FROM_WEDNESDAY), "2026-11-24 09:00")
    finally:
        SQLModel.metadata.drop_all(postgres)

    assert found == [
        ("chan", "23 Nov", 8.0, 32.0),
        ("chan", "30 Nov", 4.0, 32.0),
        ("leung", "23 Nov", 4.0, 12.8),
        ("leung", "30 Nov", 8.0, 32.0),
    ]
