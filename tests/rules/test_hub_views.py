"""The views of clients and of the hub itself: what their columns say on the days around a limit."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from config.settings import Settings, SourceSettings
from rules.views import select_view
from rules.views.client import CLIENT
from rules.views.deal import DEAL
from rules.views.source import SOURCE_VIEW
from tests.rules.rows import STORY, database, due, local, milestone, moment, source
from unify import tables
from unify.freshness import read_freshness

KEY = "client/kite"


def client(**values: Any) -> tables.Client:
    return tables.Client(key=KEY, **values)


def contact(**values: Any) -> tables.ClientContact:
    """An old client's, who wrote just now."""
    known = {"source": "crm", "first_contact_at": local("2025-11-24 09:00"), "contact_at": STORY}
    return tables.ClientContact(client_key=KEY, **{**known, **values})


def item(**values: Any) -> tables.WorkItem:
    row = {"source": "delivery", "client_key": KEY, "status_category": "todo"} | values
    return tables.WorkItem(key=f"{row['source']}/issues/1", vendor_id="1", **row)


def read_client(folder: Path, *rows: SQLModel, at: str = "2026-11-24 09:00") -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
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


@pytest.mark.parametrize(
    ("agreed", "first", "owed"),
    [
        ({}, "2026-09-30 23:59", True),
        ({}, "2026-11-24 08:59", False),
        ({"contract_start_on": date(2026, 10, 1)}, "2026-01-01 10:00", True),
        ({"contract_start_on": date(2026, 11, 1)}, "2026-01-01 10:00", False),
        ({"contract_end_on": date(2026, 11, 24)}, "2026-01-01 10:00", True),
        ({"contract_end_on": date(2025, 12, 31)}, "2025-01-01 10:00", False),
    ],
)
def test_nothing_is_asked_of_a_time_when_the_client_was_not_ours(
    tmp_path: Path, agreed: dict[str, Any], first: str, owed: bool
) -> None:
    """Neither October's report nor October's call: whose first mail came a minute ago was promised neither."""
    promised = client(report_day=4, cadence="monthly", cadence_by="call", **agreed)

    row = read_client(tmp_path, promised, contact(first_contact_at=local(first)))

    assert (row["report_due"], row["cadence_missed"]) == (owed, owed)


def test_a_report_is_asked_of_no_month_before_the_contract(tmp_path: Path) -> None:
    """On 24 Nov the report about October is asked for; a contract from 31 Oct has one, one from 1 Nov has none."""
    begun = [client(report_day=4, contract_start_on=day) for day in (date(2026, 10, 31), date(2026, 11, 1))]

    due = [read_client(tmp_path / str(n), one, contact())["report_due"] for n, one in enumerate(begun)]

    assert due == [True, False]


@pytest.mark.parametrize(
    ("calendar", "last", "missed"),
    [
        ("shenzhen", "2026-02-09 10:00", False),
        ("shenzhen", "2026-02-08 10:00", True),
        ("default", "2026-02-09 10:00", True),
    ],
)
def test_a_week_without_a_working_day_is_no_week_to_speak_in(
    tmp_path: Path, calendar: str, last: str, missed: bool
) -> None:
    """The mainland's new year, 15 to 23 Feb 2026: on Tue 24 Feb its last week of work is the one of 9 Feb."""
    rows = (client(cadence="weekly", cadence_by="call", calendar=calendar), contact(call_at=local(last)))

    assert read_client(tmp_path, *rows, at="2026-02-24 09:00")["cadence_missed"] is missed


def test_without_a_crm_nobody_is_silent_and_nothing_is_missed(tmp_path: Path) -> None:
    """Where no call can be logged, that none is on record says nothing."""
    agreed = client(report_day=4, cadence="weekly", cadence_by="any")

    row = read_client(tmp_path, agreed, contact(source="", contact_at=local("2026-09-01 09:00")))

    assert (row["silent_days"], row["report_due"], row["cadence_missed"]) == (None, False, False)


@pytest.mark.parametrize(
    ("gone", "works"),
    [
        ({}, True),
        ({"source": {"active": False}}, False),
        ({"project": {"archived": True}}, False),
        ({"project": {"deleted_at": STORY}}, False),
        ({"milestone": {"deleted_at": STORY}, "item": {"deleted_at": STORY}}, False),
    ],
)
def test_what_is_gone_is_neither_open_work_nor_a_late_promise(
    tmp_path: Path, gone: dict[str, dict[str, Any]], works: bool
) -> None:
    """What a source held that left the config, or what stands in an archived project, is shown nowhere: nor counted."""
    board = "delivery/projects/1"
    deal = tables.Deal(key="crm/deals/1", source="crm", vendor_id="1", client_key=KEY, close_on=date(2026, 11, 23))
    late = {"project_key": board, "client_key": KEY, **due(date(2026, 11, 16)), **gone.get("milestone", {})}
    project = {"key": board, "source": "delivery", "vendor_id": "1", "name": "App", **gone.get("project", {})}
    rows = (
        source("crm"),
        source(**gone.get("source", {})),
        tables.Project(**project),
        client(),
        item(project_key=board, **gone.get("item", {})),
        milestone(**late),
        deal,
    )

    with database(tmp_path, *rows) as engine, engine.connect() as connection:
        (of_client,) = select_view(CLIENT, moment()).read(connection)
        (of_deal,) = select_view(DEAL, moment()).read(connection)

    assert (of_client["works"], of_deal["late"]) == (works, int(works))
    assert of_deal["close_passed"] is True


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


@pytest.mark.parametrize(("minutes", "not_tried"), [(1, False), (-1, True)])
def test_a_source_that_is_being_read_is_not_missed(tmp_path: Path, minutes: int, not_tried: bool) -> None:
    """A first reading takes hours; whose lease ran out is not read by anybody, whatever its run says."""
    settings = Settings(
        coordinator="kitty",
        sources={"delivery": SourceSettings.model_construct(name="delivery", kind="jira", every=timedelta(minutes=10))},
    )
    lease = tables.Lease(name="delivery", holder="somebody", expires_at=STORY + timedelta(minutes=minutes))
    row = source(last_tried_at=STORY - timedelta(hours=3), expires_on=date(2026, 11, 23))

    with database(tmp_path, row, lease) as engine, engine.connect() as connection:
        (found,) = select_view(SOURCE_VIEW, moment(settings=settings)).read(connection)

    assert (found["reading"], found["not_tried"]) == (not not_tried, not_tried)
    assert found["expired"] is True
