"""The page of sources: whether what the report says can be believed, and what somebody must say or mend."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from report.filters import PAGE_ROWS
from tests.alerts.firm import TUESDAY, hk, put
from tests.report.asking import MARCO, Asking
from tests.report.browser import Seen, rows
from tests.report.firm import project


def problem(number: int, **values: Any) -> dict[str, Any]:
    """A due date of a card that is none."""
    known = {"source": "boards", "stream": "cards", "vendor_id": str(number), "field": "due", "seen_at": TUESDAY}
    return {**known, "reason": "is not an instant", "value": "'+051502-03-14'", **values}


@pytest.fixture
def asking(engine: Engine) -> Asking:
    """A board that might be Paper Kite's, a company that nobody names, a run that failed, three issues that are
    missing."""
    put(engine, "project", project(11, name="Campus Wi-Fi"))
    link = {"from_key": "delivery/project/11", "to_key": "client/kite", "method": "name", "status": "suggested"}
    put(engine, "identity_link", {"kind": "project_client", **link, "evidence": 'described "For Paper Kite"'})
    put(engine, "company", {"key": "crm/company/9", "source": "crm", "vendor_id": "9", "name": "Unknown Ltd"})
    run = {"source": "crm", "started_at": hk(24, 8), "finished_at": hk(24, 8, 1), "requests": 3, "records": 7}
    put(engine, "sync_run", run | {"id": 1, "outcome": "failed", "error": "503 from the CRM"})
    put(engine, "mapping_problem", problem(1))
    tally = {"stream": "issues", "part": "NFA", "there": 60, "here": 57, "is_standing": True, "absent": ["1", "2", "3"]}
    more = {"unlisted": 0, "differs_since": None, "is_read_again": False}
    put(engine, "hub_state", {"name": "counts/delivery", "value": json.dumps([tally | more])})
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE source SET tenant = '42 Lantern Quay', expires_on = '2026-12-01'")
    return Asking(engine)


def test_each_source_says_how_fresh_it_is_and_what_its_credential_reaches(asking: Asking) -> None:
    """And how long it will."""
    page = asking.page("/sources")

    assert "up to date" in rows(page, "sources")["Jira"]
    assert "Lantern Quay 2 Campus Wi-Fi, Mobile app revamp" in rows(page, "credentials")["Jira"]
    assert "Tue 1 Dec renew it soon" in rows(page, "credentials")["Jira"]


def test_what_might_belong_together_stands_with_its_evidence_and_its_line(asking: Asking) -> None:
    """Nothing is linked by name alone: somebody says so."""
    found = rows(asking.page("/sources"), "suggestions")

    assert found["Campus Wi-Fi"] == (
        "Campus Wi-Fi a project of Paper Kite Stores For Paper Kite [clients.kite] projects delivery:P11"
    )
    assert "a company that no client names" in found["Unknown Ltd"]


def test_what_could_not_be_read_names_its_record(engine: Engine, asking: Asking) -> None:
    """The card by its name, with the way to it; what is no item by its id."""
    card = {
        "key": "boards/cards/2",
        "source": "boards",
        "vendor_id": "2",
        "name": "Printer",
        "url": "https://t.example/2",
    }
    put(engine, "work_item", card)
    put(engine, "mapping_problem", problem(2))
    page = asking.page("/sources")

    assert "cards 1 Trello due '+051502-03-14' is not an instant" in rows(page, "problems")["cards 1"]
    assert 'href="https://t.example/2"' in page


def test_runs_and_completeness_are_told(asking: Asking) -> None:
    """With the error as it was kept, which holds no secret."""
    page = asking.page("/sources")

    assert "failed 503 from the CRM 3 7 0" in rows(page, "runs")["Tue 24 Nov 08:00"]
    assert rows(page, "completeness")["Jira"] == "Jira issues differs in NFA 60 57 3"


def test_it_is_narrowed_to_one_source_and_a_long_list_goes_on(engine: Engine, asking: Asking) -> None:
    """A custom field that is wrong is wrong in every card."""
    put(engine, "mapping_problem", *(problem(100 + number) for number in range(PAGE_ROWS)))

    assert len(rows(asking.page("/sources"), "problems")) == PAGE_ROWS
    assert len(rows(asking.page("/sources", page="2"), "problems")) == 1
    assert list(rows(asking.page("/sources", source="crm"), "sources")) == ["HubSpot"]
    assert not rows(asking.page("/sources", source="crm"), "problems")


def test_a_bd_manager_is_told_how_fresh_the_sources_are_and_no_more(asking: Asking) -> None:
    """Runs, records and suggestions are of everybody's clients."""
    page = asking.as_(MARCO).page("/sources")

    assert "up to date" in rows(page, "sources")["Jira"]
    for others in ("Campus", "Paper Kite", "Unknown Ltd", "NFA", "051502", "503", "Lantern Quay"):
        assert others not in page


@pytest.mark.parametrize(("path", "query"), [("/sources", {"format": "json"}), ("/report.json", {})])
def test_programs_of_a_bd_manager_are_told_no_more_than_the_page(
    engine: Engine, asking: Asking, path: str, query: dict[str, str]
) -> None:
    """The tool's own words, the board and the ids that differ are of other people's clients; why it is away is not."""
    doubt = ["issues", "NFA", 40, 90, ["NFA-7"], TUESDAY.isoformat()]
    broken = [3, "denied", TUESDAY.isoformat(), "0000"]
    put(engine, "hub_state", {"name": "doubts/delivery", "value": json.dumps([doubt])})
    put(engine, "hub_state", {"name": "broken/delivery", "value": json.dumps(broken)})
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE source SET last_error = 'no rights to ZEBRA' WHERE name = 'delivery'")
    mine, everybodys = (one.get(path, **query).text for one in (asking.as_(MARCO), asking))

    for others in ("ZEBRA", "NFA"):
        assert others in everybodys
        assert others not in mine
    told = json.loads(mine)
    delivery = told.get("pages", {}).get("sources", told)["sources"][0]
    assert (delivery["why"], delivery["doubts"][0]["missing"]) == ("denied", 40)


@pytest.mark.parametrize("language", ["zh-Hant-HK", "zh-Hans-CN"])
def test_sources_are_told_in_the_readers_language(asking: Asking, language: str) -> None:
    """Their records as they are."""
    said = Seen(asking.page("/sources", lang=language)).text

    assert "Campus Wi-Fi" in said
    assert ("各憑證可見範圍" if language == "zh-Hant-HK" else "各凭证可见范围") in said


def test_hostile_records_and_a_stale_source_do_not_cost_the_page(engine: Engine, asking: Asking) -> None:
    """A source that was never read has no run, no tenant and no tally."""
    put(engine, "mapping_problem", problem(3, field="<script>", value="<img src=x>", reason='"><b>'))
    old = TUESDAY - timedelta(days=2)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM source WHERE name = 'boards'")
        connection.exec_driver_sql("UPDATE source SET last_ok_at = ?, expires_on = ?", (str(old)[:19], str(date.min)))
    page = asking.page("/sources")

    assert "<script>" not in page
    assert "<img src=x" not in page
    assert "has expired: renew it" in page
