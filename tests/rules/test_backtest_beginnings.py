"""Since when a row is there that does not say so, as Jira's versions do not."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from rules.backtest import Doubt
from tests.rules.past_rows import told, tried
from tests.rules.rows import due, local, milestone, source
from tests.rules.test_evaluate import rule
from unify import tables

NOVEMBER = local("2026-11-01 00:00")
FIRST, LATER, LAST = local("2026-10-05 09:00"), local("2026-11-12 15:30"), local("2026-11-16 10:00")


def run(started: datetime, outcome: str = "ok") -> tables.SyncRun:
    finished = started + timedelta(minutes=2)
    return tables.SyncRun(source="delivery", started_at=started, finished_at=finished, outcome=outcome)


def seen(number: int, *times: datetime, part: str = "APP") -> Sequence[SQLModel]:
    """A version of which so many payloads were read."""
    of: dict[str, Any] = {"source": "delivery", "stream": "versions", "vendor_id": str(number), "body": b"", "hash": 0}
    kept = [tables.RawHistory(**of, seen_at=at) for at in times]
    return [tables.RawRecord(**of, part=part, seen_at=times[0]), *kept]


def version(number: int) -> tables.Milestone:
    """Due on the 5th, and open."""
    return milestone(number, **due(date(2026, 11, 5), status_native="unreleased"))


def test_what_came_after_all_had_been_read_is_there_since_it_was_first_seen(tmp_path: Path) -> None:
    """Nobody could have been told on the 6th of a version that was made on the 12th with a date of the past."""
    rows = [version(1), version(2), *seen(1, FIRST), *seen(2, LATER, LAST), run(FIRST), run(LATER)]

    found = tried(tmp_path, rule("overdue"), NOVEMBER, source(), *rows)

    assert told(found) == [("1", "06 Nov 00:00", ["warning"], ""), ("2", "12 Nov 16:00", ["warning"], "")]
    assert found.doubts == {Doubt.NO_BEGINNING: 1}


def test_what_a_first_reading_finds_may_have_been_there_for_long(tmp_path: Path) -> None:
    """A reading that broke off found not all, and a project that the config names later is read whole only then."""
    broken = [version(1), version(2), *seen(1, FIRST), *seen(2, LATER), run(FIRST, "failed"), run(LATER)]
    added = [version(3), *seen(3, LAST, part="NEW"), run(LAST)]

    found = tried(tmp_path, rule("overdue"), NOVEMBER, source(), *broken, *added)

    assert {begins for _, begins, _, _ in told(found)} == {"06 Nov 00:00"}
    assert found.doubts == {Doubt.NO_BEGINNING: 3}
