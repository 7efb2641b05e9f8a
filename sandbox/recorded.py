"""Records that vendors' APIs once sent, kept as files: `VENDOR/NAME.csv.gz`, one record a row.

Of the columns, `data` is the record in JSON as it was sent, `params` tells which board it was asked of, and `input`
what it hangs on where it does not say so itself. What was not recorded has no file.
"""

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.lantern_quay.people import staff
from sandbox.plan import Plan

Json = dict[str, Any]

VENDORS = ("jira", "trello")
"""Those whose records can be served."""

_OFFICE = ZoneInfo("Asia/Hong_Kong")
_MORNING = time(9)
_LONGEST_RECORD = 2**31 - 1
"""A record is one cell, and the csv module stops at 128 KB unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One record with what is known of where it came from."""

    data: Json
    params: Json
    input: Json


def recorded(folder: Path, name: str) -> Iterator[Recorded]:
    """The records of `folder/name.csv.gz` as they stand there; none where there is no such file."""
    path = folder / f"{name}.csv.gz"
    if not path.exists():
        return
    csv.field_size_limit(_LONGEST_RECORD)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            told = {column: json.loads(row.get(column) or "null") or {} for column in ("params", "input")}
            yield Recorded(json.loads(row["data"]), told["params"], told["input"])


def vendors_in(folder: Path) -> list[str]:
    """The vendors of which records are there."""
    return [vendor for vendor in VENDORS if any((folder / vendor).glob("*.csv.gz"))]


def rows_in(folder: Path) -> dict[str, dict[str, int]]:
    """How many records each file holds, by vendor."""
    return {
        vendor: {
            name: sum(1 for _ in recorded(folder / vendor, name))
            for name in sorted(path.name.removesuffix(".csv.gz") for path in (folder / vendor).glob("*.csv.gz"))
        }
        for vendor in vendors_in(folder)
    }


def recorded_plan(folder: Path) -> Plan:
    """A firm that has one coordinator, to read what nobody else owns, and no client.

    Its story is read on the first weekday morning after the last thing that happened in them: later, all would be
    long past; earlier, some would lie ahead.
    """
    coordinator = next(person for person in staff() if person.role == "coordinator")
    now = _morning_after(max(_moments(folder)))
    return Plan(
        name="Recorded",
        story_now=now,
        first_sync=now - timedelta(minutes=10),
        staff=[replace(coordinator, vendors=frozenset(), email_hidden_in=frozenset())],
        clients=[],
        companies=[],
        contacts=[],
        projects=[],
        tickets=[],
        deals=[],
    )


def _moments(folder: Path) -> Iterator[datetime]:
    """When issues and cards last changed; raises ValueError by way of `max` where there is none."""
    for name in ("issues", "issues_for_due_date"):
        for one in recorded(folder / "jira", name):
            yield datetime.fromisoformat(one.data["fields"]["updated"])
    for one in recorded(folder / "jira", "issue_changelogs"):
        yield datetime.fromisoformat(one.data["created"])
    for one in recorded(folder / "trello", "cards"):
        if at := one.data["dateLastActivity"]:
            yield datetime.fromisoformat(at)


def _morning_after(last: datetime) -> datetime:
    day = last.astimezone(_OFFICE).date() + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime.combine(day, _MORNING, _OFFICE)
