"""The views of clients and of the hub itself: what their columns say on the days around a limit."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from config.settings import Settings, SourceSettings
from rules.views import select_view
from rules.views.client import CLIENT
from rules.views.source import SOURCE_VIEW
from tests.rules.rows import STORY, database, local, moment, source
from unify import tables
from unify.freshness import read_freshness

KEY = "client/kite"


def client(**values: Any) -> tables.Client:
    return tables.Client(key=KEY, **values)


def contact(**values: Any) -> tables.ClientContact:
    return tables.ClientContact(client_key=KEY, **{"source": "crm", "contact_at": STORY, **values})


def read_client(folder: Path, *rows: SQLModel, at: str = "2026-11-24 09:00") -> dict[str, Any]:
    with database(folder, *rows) as engine, engine.connect() as connection:
        (row,) = select_view(CLIENT, moment(local(at))).read(connection)
    return row


@pytest.mark.parametrize(
    ("today", "sent", "due"),
    [
        ("2026-11-05", "2026-10-06 10:00", False),  # Thu 5 Nov is the fourth working day
        ("2026-11-06", "2026-10-06 10:00", True),
        ("2026-11-24", "2026-11-04 10:00", False),
        ("2026-11-24", "2026-10-31 10:00", True),
        ("2026-11-03", "2026-09-30 10:00", True),  # October's day has ended without one
        ("2026-11-24", None, True),
    ],
)
def test_a_report_is_due_once_its_working_day_has_ended(
    tmp_path: Path, today: str, sent: str | None, due: bool
) -> None:
    """The fourth working day of November 2026, and no report since the month began."""
    rows = (client(report_day=4), contact(report_at=local(sent) if sent else None))

    assert read_client(tmp_path, *rows, at=f"{today} 12:00")["report_due"] is due


@pytest.mark.parametrize(
    ("cadence", "last", "missed"),
    [
        ("weekly", "2026-11-15 23:59", True),
        ("weekly", "2026-11-16 00:00", False),
        ("fortnightly", "2026-11-08 23:59", True),
        ("fortnightly", "2026-11-09 00:00", False),
        ("monthly", "2026-09-30 23:59", True),
        ("monthly", "2026-10-01 00:00", False),
        (None, "2026-01-01 00:00", False),
    ],
)
def test_a_cadence_is_missed_when_a_whole_period_passed(
    tmp_path: Path, cadence: str | None, last: str, missed: bool
) -> None:
    """On Tue 24 Nov the last whole week began on Mon 16 Nov."""
    rows = (client(cadence=cadence, cadence_by="call"), contact(call_at=local(last)))

    assert read_client(tmp_path, *rows)["cadence_missed"] is missed


def test_silence_is_counted_in_working_days(tmp_path: Path) -> None:
    """Mon 26 Oct 16:00 to Tue 24 Nov 09:00: two hours of that day, and twenty days."""
    row = read_client(tmp_path, client(), contact(contact_at=local("2026-10-26 16:00")))

    assert row["silent_days"] == 20.2
    assert row["source"] == "crm"


@pytest.mark.parametrize(("minutes", "error", "stale"), [(31, "refused", True), (31, "", True), (29, "refused", False)])
def test_a_source_is_stale_where_messages_and_report_call_it_so(
    tmp_path: Path, minutes: int, error: str, stale: bool
) -> None:
    """One definition: `stale_after` of the config."""
    settings = Settings(
        coordinator="kitty",
        sources={"delivery": SourceSettings.model_construct(name="delivery", kind="jira", every=timedelta(minutes=10))},
    )
    row = source(last_ok_at=STORY - timedelta(minutes=minutes), last_error=error, expires_on=date(2026, 12, 1))

    with database(tmp_path, row) as engine, engine.connect() as connection:
        (found,) = select_view(SOURCE_VIEW, moment(settings=settings)).read(connection)
        assert found["stale"] is stale is read_freshness(connection, settings, STORY)["delivery"].stale

    assert (found["failing"], found["not_tried"]) == (stale and error != "", stale and error == "")
