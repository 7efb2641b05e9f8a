"""Rows with a history, for tests of the back-test."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from config.settings import Settings
from rules.backtest import Backtest, Budget, Raised, backtest
from rules.moment import Moment
from rules.rule import Rule
from tests.rules.rows import CALENDARS, SETTINGS, STORY, database
from unify import tables

HOUR = timedelta(hours=1)
BUDGET = Budget(60.0, clock=lambda: 0.0)
"""Its clock stands still: how fast the machine is stops no test."""


def change(of: SQLModel, field: str, old: str | None, new: str | None, at: datetime, **values: Any) -> tables.Change:
    """One entry of the tool's history of a row."""
    key = f"{at:%d%H%M%S}-{field}"
    entity = str(getattr(of, "key"))  # noqa: B009  any of three models
    row: dict[str, Any] = {"source": "delivery", "vendor_id": key, "entity_key": entity, "field": field} | values
    return tables.Change(**{"key": f"{entity}/history/{key}", "old": old, "new": new, "changed_at": at} | row)


def message(of: tables.Feedback, side: str, at: datetime) -> tables.Comment:
    """Something said on a ticket, which the client can read."""
    row: dict[str, Any] = {"source": of.source, "vendor_id": f"{at:%d%H%M}", "on_key": of.key, "side": side}
    return tables.Comment(key=f"{of.key}/{at:%d%H%M}", created_at=at, visible=True, **row)


def hours(since: datetime, now: datetime = STORY, every: timedelta = HOUR) -> list[Moment]:
    """The moments from `since` to `now`."""
    count = (now - since) // every
    return [Moment.of(SETTINGS, CALENDARS, now - n * every) for n in range(count, -1, -1)]


def tried(
    folder: Path, rule: Rule, since: datetime, *rows: SQLModel, settings: Settings = SETTINGS, budget: Budget = BUDGET
) -> Backtest:
    """What the rule would have done with these rows from `since` to the story's morning, asked every hour."""
    with database(folder, *rows) as engine, engine.connect() as connection:
        return backtest(connection, rule, settings, hours(since), budget)


def told(of: Backtest) -> list[tuple[str, str, list[str], str]]:
    """(subject's number, from, severities in their order, to; "" while it fires): times in Hong Kong."""
    return [(one.subject.rpartition("/")[2], *_times(of, one)) for one in of.raised]


def _times(of: Backtest, one: Raised) -> tuple[str, list[str], str]:
    def at(tick: int | None) -> str:
        return "" if tick is None else f"{of.ticks[tick].now.astimezone(SETTINGS.zone):%d %b %H:%M}"

    return at(one.begins), [stage.severity for stage in one.stages], at(one.ends)
