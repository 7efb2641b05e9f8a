"""The health of projects and clients from the unified rows, read for all of them at once."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert
from sqlmodel import SQLModel

from rules.health.reading import read_health
from rules.health.values import Health
from rules.health.words import sentence
from rules.views import MILESTONE, select_view
from rules.views.base import table
from rules.views.milestone import needed_days
from tests.rules.rows import SETTINGS, STORY, database, due, feedback, local, milestone, moment, source
from unify import tables

TODAY = date(2026, 11, 24)
BANK, KITE = "client/bank", "client/kite"
APP, KYC, POS = "delivery/projects/APP", "delivery/projects/KYC", "delivery/projects/POS"
UAT = due(date(2026, 11, 16), baseline_on=date(2026, 10, 30), moves=2, name="UAT sign-off", project_key=APP)
GO_LIVE = due(date(2026, 12, 18), baseline_on=date(2026, 12, 18), name="Go-live", project_key=APP)


def project(key: str = APP, name: str = "Mobile app revamp", **values: Any) -> tables.Project:
    row = {"source": "delivery", "client_key": BANK, **values}
    return tables.Project(key=key, vendor_id=key, name=name, **row)


def client(key: str = BANK, **values: Any) -> tables.Client:
    return tables.Client(key=key, **values)


def risk(number: int = 1, **values: Any) -> tables.Risk:
    row: dict[str, Any] = {
        "source": "delivery",
        "project_key": APP,
        "status_category": "todo",
        "probability": 3,
        "impact": 4,
    }
    return tables.Risk(
        key=f"delivery/issues/R{number}", vendor_id=f"R{number}", **({"name": f"R{number}"} | row | values)
    )


def contact(**values: Any) -> tables.ClientContact:
    """The CRM has known the client for a year."""
    return tables.ClientContact(client_key=BANK, source="crm", first_contact_at=STORY - timedelta(days=365), **values)


def item(number: int, **values: Any) -> tables.WorkItem:
    row: dict[str, Any] = {"source": "delivery", "project_key": APP, "client_key": BANK, "status_category": "todo"}
    return tables.WorkItem(key=f"delivery/issues/{number}", vendor_id=str(number), **(row | values))


FRESH = (
    source(last_ok_at=STORY - timedelta(minutes=10)),
    source("crm", kind="hubspot", last_ok_at=STORY - timedelta(minutes=10)),
)


def read(
    folder: Path, *rows: SQLModel, now: datetime = STORY, sources: tuple[SQLModel, ...] = FRESH
) -> Mapping[str, Health]:
    with database(folder, *sources, *rows) as engine, engine.connect() as connection:
        return read_health(connection, SETTINGS, moment(now))


def kinds(health: Health) -> list[str]:
    return [reason.kind for reason in health.reasons]


def test_the_bank_is_red_for_the_reasons_of_the_worked_example(tmp_path: Path) -> None:
    """17 working days from 30 Oct to 24 Nov, and the plan that nobody has for the core freeze."""
    found = read(tmp_path, project(), client(), milestone(1, **UAT), milestone(2, **GO_LIVE), risk(name="core freeze"))

    assert sentence("en", found[APP], TODAY) == (
        "Red: UAT sign-off is 17 wd past the promised 30 Oct and moved twice; risk 'core freeze' (12) has no response."
    )
    assert found[BANK].colour == "red"
    assert sentence("en", found[BANK], TODAY).startswith("Red: Mobile app revamp: UAT sign-off is 17 wd past")


def test_moving_the_date_does_not_mend_a_broken_promise(tmp_path: Path) -> None:
    """Raymond moves it to 30 Nov in the tool: the project stays red."""
    moved = UAT | due(date(2026, 11, 30)) | {"moves": 3}

    found = read(tmp_path, project(), milestone(1, **moved), milestone(2, **GO_LIVE))

    assert found[APP].colour == "red"


def test_a_date_that_the_client_accepted_is_the_promise_from_then_on(tmp_path: Path) -> None:
    """A recovery date: what was late is not late any more, nor moved."""
    agreed = {"agreed_on": date(2026, 11, 30), "agreed_recorded_at": local("2026-11-23 15:00")}
    moved = UAT | due(date(2026, 11, 30)) | agreed

    assert read(tmp_path, project(), milestone(1, **moved))[APP].colour == "green"


def test_the_next_milestone_is_asked_whether_it_is_planned_later_than_promised(tmp_path: Path) -> None:
    """11 working days from 26 Nov to 11 Dec: red before a day has passed; of one after that nobody asks yet."""
    planned = due(date(2026, 12, 11), baseline_on=date(2026, 11, 26), moves=1, project_key=APP, name="SIT")
    other = due(date(2026, 12, 30), baseline_on=date(2026, 11, 26), moves=1, project_key=KYC)
    before = due(date(2026, 12, 1), baseline_on=date(2026, 12, 1), project_key=KYC)

    found = read(
        tmp_path, project(), project(KYC), milestone(1, **planned), milestone(2, **other), milestone(3, **before)
    )

    assert sentence("en", found[APP], TODAY) == ("Red: SIT is planned for 11 Dec, 11 wd after the promised 26 Nov.")
    assert found[KYC].colour == "green"


def test_open_work_against_the_pace_makes_it_amber(tmp_path: Path) -> None:
    """12 open, 10 done in the last 20 working days: 24 are needed, and 15 left."""
    sit = due(date(2026, 12, 15), baseline_on=date(2026, 12, 15), project_key=APP, name="SIT", open_items=12)
    done = [item(n, status_category="done", done_at=STORY - timedelta(days=3)) for n in range(10)]
    belong = [tables.Reference(from_key=one.key, to_key=milestone(1).key) for one in done]

    found = read(tmp_path, project(), milestone(1, **sit), *done, *belong)

    assert sentence("en", found[APP], TODAY) == "Amber: SIT is at risk, about 9 wd late at this pace."


@pytest.mark.parametrize(("open_items", "closed"), [(12, 10), (1, 3), (18, 9), (7, 20), (0, 4), (5, 0)])
def test_python_and_sql_agree_on_the_days_that_are_needed(tmp_path: Path, open_items: int, closed: int) -> None:
    """The one is told in an alert, the other makes the colour."""
    done = [item(n, status_category="done", done_at=STORY - timedelta(days=3)) for n in range(closed)]
    belong = [tables.Reference(from_key=one.key, to_key=milestone(1).key) for one in done]
    with (
        database(tmp_path, *FRESH, milestone(1, open_items=open_items), *done, *belong) as engine,
        engine.connect() as connection,
    ):
        [row] = select_view(MILESTONE, moment()).read(connection)

    assert row["closed_lately"] == closed
    assert row["needed_days"] == needed_days(open_items, closed)


def test_what_was_not_promised_to_the_client_colours_nothing(tmp_path: Path) -> None:
    """An internal epic is no promise; a project that has nothing else is grey, and so is one without dates."""
    internal = UAT | {"client_facing": False}
    undated = {"project_key": KYC, "name": "Block C"}
    done = due(date(2026, 6, 1), baseline_on=date(2026, 6, 1), project_key=POS, status_category="done")

    found = read(
        tmp_path,
        project(),
        project(KYC),
        project(POS),
        milestone(1, **internal),
        milestone(2, **undated),
        milestone(3, **done),
    )

    assert [found[key].colour for key in (APP, KYC, POS)] == ["grey", "grey", "green"]
    assert kinds(found[KYC]) == ["undated"]


@pytest.mark.parametrize(
    ("read_at", "colour"),
    [
        ("2026-11-19 09:00", "green"),  # 24 working hours before
        ("2026-11-19 08:59", "green"),
        ("2026-11-18 17:59", "grey"),
        (None, "grey"),
    ],
)
def test_a_source_that_was_not_read_for_24_working_hours_greys_what_was_green(
    tmp_path: Path, read_at: str | None, colour: str
) -> None:
    """A weekend is no reason; what was red stays so."""
    stale = (source(last_ok_at=read_at and local(read_at)), FRESH[1])

    found = read(
        tmp_path,
        project(),
        project(KYC),
        milestone(1, **UAT | {"project_key": KYC}),
        milestone(2, **GO_LIVE),
        sources=stale,
    )

    assert found[APP].colour == colour
    assert found[KYC].colour == "red"


def test_feedback_risks_and_hours_of_a_project(tmp_path: Path) -> None:
    """Critical feedback past its two hours; what has a response is no reason."""
    hours = project(KYC, budget_hours=280)
    spent = [item(n, project_key=KYC, status_category="done", spent_hours=30) for n in range(10)]
    left = [item(n, project_key=KYC) for n in range(10, 14)]
    risks = [risk(1, probability=5, impact=4, project_key=KYC), risk(2, probability=5, impact=5, response="mitigate")]
    waits = feedback(1, severity="critical", project_key=APP, client_key=BANK, waiting_since=local("2026-11-23 15:30"))
    dated = [milestone(1, **GO_LIVE), milestone(2, **GO_LIVE | {"project_key": KYC})]

    found = read(tmp_path, project(), hours, *spent, *left, *risks, waits, *dated)

    assert sentence("en", found[APP], TODAY) == "Red: critical feedback has waited 2.5 working hours, limit 2."
    assert sentence("en", found[KYC], TODAY) == (
        "Red: risk 'R1' (20) has no response; 300 of 280 hours are spent with 29 % of the work open."
    )


def test_an_acceptance_after_the_promise_is_amber_for_a_month(tmp_path: Path) -> None:
    """Awaited for more than five working days, or given late in the last 20; on the Friday's weekend is in time."""
    promised = due(date(2026, 10, 30), baseline_on=date(2026, 10, 30), status_category="done", accepted=False)
    awaited = promised | {"done_at": local("2026-10-30 12:00"), "project_key": APP, "name": "UAT"}
    given = promised | {"accepted": True, "project_key": KYC, "name": "SIT"}

    found = read(
        tmp_path,
        project(),
        project(KYC),
        project(POS),
        milestone(1, **awaited),
        milestone(2, **given | {"accepted_on": date(2026, 11, 3)}),
        milestone(3, **given | {"accepted_on": date(2026, 10, 31), "project_key": POS}),
    )

    assert kinds(found[APP]) == ["acceptance_awaited"]
    assert sentence("en", found[KYC], TODAY) == "Amber: SIT was accepted 2 wd after the promised 30 Oct."
    assert found[POS].colour == "green"


def test_what_the_tool_says_itself_stands_beside_the_colour(tmp_path: Path) -> None:
    """Asana's "on track" makes nothing green."""
    found = read(tmp_path, project(health_native="on_track"), milestone(1, **UAT))

    assert (found[APP].colour, found[APP].native) == ("red", "on_track")


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (
            [feedback(1, origin="survey", score=40, client_key=BANK, received_at=local("2026-11-12 10:00"))],
            "satisfaction",
        ),
        (
            [feedback(1, severity="critical", client_key=BANK, waiting_since=local("2026-11-23 17:30"))],
            "critical_waits",
        ),
        ([feedback(1, client_key=BANK, waiting_since=local("2026-11-20 10:00"))], "feedback"),
        ([contact(contact_at=local("2026-10-26 10:00")), item(1)], "silent"),
    ],
)
def test_what_makes_a_client_worse_than_its_projects(tmp_path: Path, rows: list[SQLModel], kind: str) -> None:
    """A ticket of no project is nobody's, unless it is the client's."""
    found = read(tmp_path, project(), client(), milestone(1, **GO_LIVE), *rows)

    assert found[APP].colour == "green"
    assert kinds(found[BANK]) == [kind]


def test_a_mark_that_a_later_one_mends_is_no_reason(tmp_path: Path) -> None:
    """The latest of the last 90 days counts."""
    marks = [(40, "2026-11-12 10:00"), (80, "2026-11-20 10:00")]
    rows = [
        feedback(n, origin="survey", score=score, client_key=BANK, received_at=local(at))
        for n, (score, at) in enumerate(marks)
    ]

    assert read(tmp_path, project(), client(), milestone(1, **GO_LIVE), *rows)[BANK].colour == "green"


@pytest.mark.parametrize(
    ("deal", "colour"),
    [
        (None, "amber"),
        ({"stage_category": "open"}, "green"),
        ({"stage_category": "won", "close_on": date(2026, 10, 1)}, "green"),
        ({"stage_category": "won", "close_on": date(2025, 12, 1)}, "amber"),
        ({"stage_category": "lost", "close_on": date(2026, 10, 1)}, "amber"),
    ],
)
def test_a_contract_that_ends_within_60_days_wants_a_deal(
    tmp_path: Path, deal: dict[str, Any] | None, colour: str
) -> None:
    """The deal that made the contract renews it not."""
    deals = [tables.Deal(key="crm/deals/1", source="crm", vendor_id="1", client_key=BANK, **deal)] if deal else []

    found = read(tmp_path, project(), client(contract_end_on=date(2026, 12, 31)), milestone(1, **GO_LIVE), *deals)

    assert found[BANK].colour == colour


def test_a_reader_gets_what_they_may_see(tmp_path: Path) -> None:
    """Sandy sees nothing of the bank, and nothing of a project that is nobody's."""
    rows = (project(), project(KYC, client_key=KITE), project(POS, client_key=None), client(), client(KITE))

    with database(tmp_path, *FRESH, *rows) as engine, engine.connect() as connection:
        found = read_health(connection, SETTINGS, moment(), lambda column: column.in_([KITE]))

    assert set(found) == {KYC, KITE}


def test_gone_projects_have_no_health(tmp_path: Path) -> None:
    """Neither archived ones nor those of a source that left the config."""
    gone = (project(archived=True), project(KYC, deleted_at=STORY))

    assert set(read(tmp_path, *gone, project(POS))) == {POS}


def test_more_projects_cost_no_more_queries(tmp_path: Path) -> None:
    """A portfolio of fifty is read as one of one."""
    rows = [project(f"delivery/projects/{n}", client_key=f"client/{n}") for n in range(9)]
    clients = [client(f"client/{n}", contract_end_on=date(2026, 12, 31)) for n in range(9)]
    asked: list[str] = []
    with database(tmp_path, *FRESH, *rows, *clients) as engine, engine.connect() as connection:
        event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        found = read_health(connection, SETTINGS, moment())

    assert len(found) == 18
    assert len(asked) <= 11


def test_an_odd_date_stops_no_colour(tmp_path: Path) -> None:
    """A typing error of the year 51502 is kept as none; one of 1026 is read."""
    odd = due(date(1026, 11, 16), baseline_on=date(1026, 11, 16), project_key=APP, name="UAT")

    assert read(tmp_path, project(), milestone(1, **odd))[APP].colour == "red"


EVERYTHING: tuple[SQLModel, ...] = (
    *FRESH,
    *(project(), project(KYC, budget_hours=10), client(contract_end_on=date(2026, 12, 31), report_day=4)),
    contact(contact_at=local("2026-10-26 10:00")),
    milestone(1, **UAT),
    milestone(2, **GO_LIVE | {"open_items": 12}),
    milestone(3, **UAT | {"project_key": KYC, "status_category": "done", "accepted": False, "done_at": STORY}),
    *(risk(), item(1), item(2, project_key=KYC, spent_hours=12.0)),
    feedback(1, severity="critical", project_key=APP, client_key=BANK, waiting_since=local("2026-11-23 15:30")),
    feedback(2, origin="survey", score=40, client_key=BANK, received_at=local("2026-11-12 10:00")),
    tables.Deal(key="crm/deals/1", source="crm", vendor_id="1", client_key=BANK, stage_category="lost"),
)


def test_postgres_gives_the_same_colours_and_reasons(postgres: Engine, tmp_path: Path) -> None:
    """Who outgrows one machine keeps the same portfolio."""
    with postgres.connect() as connection:  # a transaction that is not kept
        SQLModel.metadata.create_all(connection)
        for row in EVERYTHING:
            connection.execute(insert(table(type(row))), row.model_dump())
        there = read_health(connection, SETTINGS, moment())

    here = read(tmp_path, *EVERYTHING, sources=())

    assert there == here
    assert sorted(kinds(here[BANK])) == ["critical_feedback", "hours", "past_promise", "risk", "satisfaction"]
