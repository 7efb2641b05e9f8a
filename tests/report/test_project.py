"""The page of one project: all that a BD manager is asked of it, in one place."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from report.filters import PAGE_ROWS
from tests.alerts.firm import hk, put
from tests.report.asking import MARCO, Asking
from tests.report.browser import Seen, rows
from tests.report.firm import alert, feedback, milestone, project

APP = "/projects/delivery/project/10"


@pytest.fixture
def asking(engine: Engine) -> Asking:
    """The bank's app, 17 working days late."""
    put(engine, "project", project(12, name="POS", client_key="client/kite"), project(13, name="Nobody's"))
    put(
        engine,
        "milestone",
        milestone(1, name="UAT sign-off", baseline_on=date(2026, 10, 30), slip_days=17, moves=2, **_WORK),
        milestone(2, name="Go-live", due_on=date(2026, 12, 18), agreed_on=date(2026, 12, 18), **_WORK),
        milestone(3, name="R1", due_on=date(2026, 3, 27), status_category="done", **_WORK),
        milestone(4, name="Refactoring", client_facing=False, project_key="delivery/project/10"),
    )
    put(engine, "account", {"key": "delivery/user/r", "source": "delivery", "name": "Raymond Ho"})
    moved = {"entity_key": "delivery/issue/1", "field": "due", "old": "2026-11-06", "new": "2026-11-16"}
    put(engine, "change", _change(1, hk(5, 18), **moved), _change(2, hk(5, 19), **moved, origin="compared"))
    put(engine, "change", _change(3, hk(1), entity_key="delivery/issue/4", field="due", old="2026-10-01", new=None))
    agreed = {"milestone_key": "delivery/issue/2", "agreed_on": date(2026, 12, 18), "reference": "CR-012"}
    put(engine, "agreement", {**agreed, "recorded_at": hk(20), "recorded_by": "marco"})
    items = ("todo", "done", "done", "cancelled")
    put(engine, "work_item", *(_item(number, category) for number, category in enumerate(items)))
    put(engine, "change", _change(4, hk(3), entity_key="delivery/issue/900", field="milestone", old="R1", new="R2"))
    put(engine, "alert", alert("requirement-changed", "delivery/issue/900", **_REQUEST))
    put(engine, "alert", alert("milestone-overdue", "delivery/issue/1", "critical", **_LATE))
    over = {"state": "resolved", "resolved_at": hk(23), "resolve_reason": "date agreed"}
    put(engine, "alert", alert("milestone-slipped", "delivery/issue/2", **_LATE | {"name": "Go-live"}) | over)
    return Asking(engine)


_WORK: dict[str, Any] = {"project_key": "delivery/project/10", "open_items": 4, "total_items": 31}
_BANKS: dict[str, Any] = {
    "project_key": "delivery/project/10",
    "client_key": "client/bank",
    "bd_person": "person/marco",
}
_REQUEST: dict[str, Any] = {
    "name": "Consent screen",
    "project": "delivery/project/10",
    "created_at": "2026-11-10T07:20:00+00:00",
}
_LATE: dict[str, Any] = {
    "name": "UAT sign-off",
    "project": "delivery/project/10",
    "days_overdue": 8,
    "client_facing": True,
}


def _change(number: int, at: datetime, **values: Any) -> dict[str, Any]:
    known = {"key": f"delivery/history/{number}", "source": "delivery", "author_account": "delivery/user/r"}
    return {**known, "vendor_id": str(number), "changed_at": at, "origin": "native", **values}


def _item(number: int, category: str) -> dict[str, Any]:
    key = {"key": f"delivery/issue/{900 + number}", "source": "delivery", "vendor_id": str(900 + number)}
    of = {"project_key": "delivery/project/10", "client_key": "client/bank"}
    return {**key, **of, "name": f"Item {number}", "status_category": category}


def test_a_project_says_how_it_does_and_whose_it_is(asking: Asking) -> None:
    """Before anything else, with how fresh that is."""
    page = asking.page(APP)
    said = Seen(page).text

    assert "Health Red UAT sign-off is 17 wd past the promised 30 Oct and moved twice" in said
    assert "Client Bank of Nine Ferries BD manager Marco Yip" in said
    assert "Jira read until 08:52" in said
    assert 'href="/clients/bank"' in page


def test_a_project_of_nobodys_says_so(asking: Asking) -> None:
    """Whoever sees all finds it."""
    assert "Client No client BD manager nobody" in Seen(asking.page("/projects/delivery/project/13")).text


@pytest.mark.parametrize("of", ["delivery/project/12", "delivery/project/13", "delivery/project/99", "%00"])
def test_who_may_not_see_a_project_is_told_what_is_told_of_one_that_is_not_there(asking: Asking, of: str) -> None:
    """Or the answer would tell that there is one."""
    answer = asking.as_(MARCO).get(f"/projects/{of}")

    assert answer.status_code == 404
    assert "POS" not in answer.text


@pytest.mark.parametrize("language", ["zh-Hant-HK", "zh-Hans-CN"])
def test_a_project_speaks_the_readers_language(asking: Asking, language: str) -> None:
    """Names stay as they are."""
    page = asking.page(APP, lang=language)

    assert "Mobile app revamp" in page
    assert ("變更記錄" if language == "zh-Hant-HK" else "变更记录") in page


def test_milestones_stand_with_all_their_dates_and_what_is_over_last(asking: Asking) -> None:
    """First promised, agreed, now; how far it moved, and how much of it is done."""
    found = rows(asking.page(APP), "milestones")

    assert list(found)[1] == "UAT sign-off"
    assert "Fri 30 Oct" in found["UAT sign-off"]
    assert "Mon 16 Nov overdue 17 days moved 2 times 87.1 % 27 of 31 items" in found["UAT sign-off"]
    assert found["Go-live"].count("Fri 18 Dec") == 3
    assert list(found)[-1] == "R1"


def test_a_bd_manager_is_told_of_no_date_that_no_client_was_promised(asking: Asking) -> None:
    """An internal date paraded as a promise is what delivery leads distrust."""
    assert "Refactoring" in rows(asking.page(APP), "milestones")
    mine = asking.as_(MARCO).page(APP)
    assert "Refactoring" not in mine
    assert "UAT sign-off" in rows(mine, "milestones")


def test_the_record_of_changes_says_what_when_who_from_and_to(asking: Asking) -> None:
    """Dates that moved, work that changed its milestone or was added, and what the client agreed to."""
    record = rows(asking.page(APP), "changes")

    assert record["UAT sign-off"] == "UAT sign-off date moved Thu 5 Nov 18:00 Raymond Ho Fri 6 Nov Mon 16 Nov"
    assert record["Go-live"] == "Go-live date agreed with the client Fri 20 Nov 09:00 Marco Yip Fri 18 Dec CR-012"
    assert record["Item 0"] == "Item 0 moved to another milestone Tue 3 Nov 09:00 Raymond Ho R1 R2"
    assert record["Consent screen"] == "Consent screen added as a change Tue 10 Nov 15:20"
    assert record["Refactoring"].endswith("Thu 1 Oct no date")


def test_a_long_record_goes_on_on_a_page_of_its_own(engine: Engine, asking: Asking) -> None:
    """The page of the project shows the latest."""
    moves = [{"entity_key": "delivery/issue/2", "field": "due", "old": "2026-12-01", "new": "2026-12-18"}] * PAGE_ROWS
    put(engine, "change", *(_change(100 + number, hk(2, 9, number % 60), **move) for number, move in enumerate(moves)))

    assert 'href="/changes/delivery/project/10"' in asking.page(APP)
    record = asking.page("/changes/delivery/project/10")
    assert 'href="/changes/delivery/project/10?page=2"' in record
    assert "CR-012" in record
    assert "Refactoring" in asking.page("/changes/delivery/project/10", page="2")
    assert asking.as_(MARCO).get("/changes/delivery/project/12").status_code == 404


def test_work_is_counted_by_status_and_each_count_leads_to_its_items(asking: Asking) -> None:
    """What was cancelled is counted too: it is said that it was."""
    page = asking.page(APP)

    assert rows(page, "work")["Done"] == "Done 2 50.0 %"
    assert 'href="/items/delivery/project/10?status=done"' in page
    assert list(rows(asking.page("/items/delivery/project/10", status="done"), "items")) == ["Item 1", "Item 2"]
    assert len(rows(asking.page("/items/delivery/project/10"), "items")) == 4
    assert asking.as_(MARCO).get("/items/delivery/project/12").status_code == 404


def test_what_the_client_wrote_is_there_and_what_we_wrote_is_not(engine: Engine, asking: Asking) -> None:
    """On an item, and on feedback of the project that stands on a contact too."""
    put(engine, "feedback", feedback(7, project_key="delivery/project/10", subject="Slow receipts"))
    comment = {"source": "delivery", "on_key": "delivery/issue/900", "side": "client", "created_at": hk(20)}
    put(
        engine,
        "comment",
        comment | {"key": "c/1", "text": "<b>Still</b> the same"},
        comment | {"key": "c/2", "text": "We look into it", "side": "team"},
        comment | {"key": "c/3", "text": "By mail " + "x" * 400, "on_key": "crm/contact/1", "author_account": "nobody"},
    )
    put(engine, "reference", {"from_key": "c/3", "to_key": "crm/ticket/7"})
    page = asking.page(APP)
    said = " ".join(rows(page, "comments").values())

    assert "<b>Still" not in page
    assert "<b>Still</b> the same" in said
    assert "By mail x" in said
    assert "x" * 300 not in said
    assert "We look into it" not in said


def test_a_mail_on_two_tickets_says_nothing_of_the_other_client_s(engine: Engine, asking: Asking) -> None:
    """It is found by the ticket that is the bank's; its first one, and its own address there, are Paper Kite's."""
    kites = feedback(8, subject="Paper Kite's receipts", url="https://crm.example/kite")
    put(engine, "feedback", kites, feedback(7, **_BANKS, subject="Slow receipts"))
    mail = {"source": "crm", "key": "c/5", "on_key": kites["key"], "side": "client", "created_at": hk(20)}
    put(engine, "comment", mail | {"text": "Both are slow", "url": "https://crm.example/kite/mail"})
    put(
        engine,
        "comment",
        mail | {"key": "c/6", "text": "Ours alone", "on_key": "crm/ticket/7", "url": "https://o.example"},
    )
    put(engine, "reference", {"from_key": "c/5", "to_key": "crm/ticket/7"})
    mine, everybodys = asking.as_(MARCO).page(APP), asking.page(APP)

    assert "Both are slow" in mine
    assert 'href="https://o.example"' in mine
    for others in ("Paper Kite", "crm.example/kite"):
        assert others in everybodys
        assert others not in mine


def test_alerts_stay_on_record_with_what_became_of_them(asking: Asking) -> None:
    """Whoever asks in December why nobody said anything finds when it was told."""
    found = rows(asking.page(APP), "alerts")

    assert "critical Tue 24 Nov 09:00 open" in found["UAT sign-off is 8 days late"]
    assert any("over Mon 23 Nov 09:00 date agreed with the client" in one for one in found.values())


def test_an_odd_date_in_a_tools_history_is_shown_as_it_is(engine: Engine, asking: Asking) -> None:
    """A vendor's field must not cost the page."""
    odd = {"entity_key": "delivery/issue/3", "field": "due", "old": "2026-99-99", "new": "soon, we hope, one day"}
    put(engine, "change", _change(9, hk(23), **odd))

    assert "2026-99-99 soon, we hope, one day" in rows(asking.page(APP), "changes")["R1"]


def test_an_item_that_is_another_clients_is_kept_from_whoever_may_not_see_them(engine: Engine, asking: Asking) -> None:
    """A label may say that a single item of a project is for somebody else."""
    others = _item(50, "todo") | {"client_key": "client/kite", "name": "Receipts for Paper Kite"}
    put(engine, "work_item", others)
    put(engine, "change", _change(50, hk(4), entity_key=others["key"], field="milestone", old="R1", new="R2"))
    comment = {"source": "delivery", "on_key": others["key"], "side": "client", "created_at": hk(20)}
    put(engine, "comment", comment | {"key": "c/9", "text": "Paper Kite's own words"})
    mine = asking.as_(MARCO)

    for path in (APP, "/items/delivery/project/10", "/changes/delivery/project/10"):
        assert "Paper Kite" in asking.page(path)
        assert "Paper Kite" not in mine.page(path)
    assert rows(mine.page(APP), "work")["To do"].startswith("To do 1 ")
