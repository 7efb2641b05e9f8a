"""The page of people: who has how much to do, for whoever shares work out; nothing on it ranks anybody."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from report.filters import PAGE_ROWS
from report.scope import Scope
from tests.alerts.firm import change, put
from tests.report.asking import EVERYBODY, MARCO, Asking
from tests.report.browser import Seen, rows
from tests.report.firm import project


def item(number: int, *who: str, **values: Any) -> dict[str, Any]:
    """An open item of the bank's app."""
    known = {"source": "delivery", "vendor_id": str(number), "project_key": "delivery/project/10"}
    of = {"client_key": "client/bank", "assignee_accounts": [f"delivery/user/{name}" for name in who]}
    key = f"delivery/issue/{number}"
    return {"key": key, "name": f"Item {number}", "status_category": "todo", **known, **of, **values}


@pytest.fixture
def asking(engine: Engine) -> Asking:
    """Zoe has 20 hours for this week, shared in part with Adam, who has a card as well; Kate has nothing."""
    for name in ("zoe", "adam", "kate"):
        put(engine, "person", {"key": f"person/{name}", "name": name.title(), "side": "team"})
        put(engine, "account", {"key": f"delivery/user/{name}", "source": "delivery", "person_key": f"person/{name}"})
    change(engine, "person", "person/kate", configured=True)
    put(engine, "account", {"key": "boards/member/adam", "source": "boards", "person_key": "person/adam"})
    card = {"key": "boards/card/1", "source": "boards", "project_key": None, "client_key": None}
    put(
        engine,
        "work_item",
        item(1, "zoe", due_on=date(2026, 11, 20), remaining_hours=12.0),
        item(2, "zoe", "adam", due_on=date(2026, 11, 27), estimate_hours=20.0, spent_hours=4.0),
        item(3, "zoe"),
        item(4, "zoe", due_on=date(2026, 12, 3)),
        item(5, "zoe", status_category="done", due_on=date(2026, 11, 20)),
        item(6, "adam", **card) | {"assignee_accounts": ["boards/member/adam"], "name": "Printer"},
    )
    return Asking(engine)


def test_open_work_stands_per_person_and_week_in_the_order_of_names(asking: Asking) -> None:
    """Hours of those that the week has; what is overdue counts whole in this week; what is shared in equal parts."""
    found = rows(asking.page("/people"), "people")

    assert list(found) == ["Adam", "Zoe"]
    assert found["Zoe"] == "Zoe 20 of 32 h 2 items due 1 item due not estimated 4 1 Jira 4"
    assert found["Adam"] == "Adam 8 of 32 h 1 item due nothing due 2 1 Jira 1, Trello 1"


def test_an_agreed_capacity_is_told_as_one(engine: Engine, asking: Asking) -> None:
    """Who works half the week has half of it to fill."""
    change(engine, "person", "person/zoe", capacity_hours=16.0)

    assert "hours a week as agreed 20 of 16 h" in rows(asking.page("/people"), "people")["Zoe"]


def test_nobody_stands_out_by_a_colour(asking: Asking) -> None:
    """It is a table to share work out by, and no verdict."""
    table = asking.page("/people").partition('id="people"')[2].partition("</section>")[0]

    assert "badge" not in table
    assert "warn" not in table


def test_who_has_nothing_to_do_is_named_apart(asking: Asking) -> None:
    """Whoever shares work out looks for them."""
    assert "No open work in the tools Kate" in Seen(asking.page("/people")).text


def test_each_leads_to_the_items_behind_the_figures(engine: Engine, asking: Asking) -> None:
    """The nearest day first; a long list goes on on another page."""
    assert 'href="/people/zoe"' in asking.page("/people")
    page = asking.page("/people/zoe")

    assert list(rows(page, "items")) == ["Item 1", "Item 2", "Item 4", "Item 3"]
    assert "shared with 1 other Fri 27 Nov 16" in rows(page, "items")["Item 2"]
    put(engine, "work_item", *(item(100 + number, "zoe") for number in range(PAGE_ROWS)))
    assert 'href="/people/zoe?page=2"' in asking.page("/people/zoe")
    assert len(rows(asking.page("/people/zoe", page="2"), "items")) == 4
    assert asking.get("/people/nobody").status_code == 404


def test_who_may_not_see_what_single_people_do_finds_no_such_page(asking: Asking) -> None:
    """Neither in the menu nor by its address."""
    mine = asking.as_(MARCO)

    assert mine.get("/people").status_code == 404
    assert mine.get("/people/zoe").status_code == 404
    assert 'href="/people"' not in mine.page("/risks")


def test_whoever_sees_people_and_few_clients_sees_no_others_work(engine: Engine, asking: Asking) -> None:
    """The names of items tell of their client."""
    put(engine, "project", project(12, name="POS", client_key="client/kite"))
    kites = {"project_key": "delivery/project/12", "client_key": "client/kite", "name": "Receipts"}
    put(engine, "work_item", item(7, "zoe", **kites))
    lead = replace(EVERYBODY, scope=Scope(frozenset({"client/bank"})))

    assert "Receipts" in asking.page("/people/zoe")
    assert "Receipts" not in asking.as_(lead).page("/people/zoe")


@pytest.mark.parametrize("language", ["zh-Hant-HK", "zh-Hans-CN"])
def test_people_are_told_in_the_readers_language(asking: Asking, language: str) -> None:
    """Names stay as they are."""
    said = Seen(asking.page("/people", lang=language)).text

    assert "Zoe" in said
    assert ("未有日期" if language == "zh-Hant-HK" else "没有日期") in said


def test_odd_assignees_and_hostile_names_do_not_cost_the_page(engine: Engine, asking: Asking) -> None:
    """An account that was never read, or one twice."""
    put(engine, "person", {"key": "person/<b>", "name": "<script>", "side": "team"})
    put(engine, "account", {"key": "delivery/user/odd", "source": "delivery", "person_key": "person/<b>"})
    put(engine, "work_item", item(8, "gone", "odd", "odd", name="<img src=x>", url="javascript:x"))
    page = asking.page("/people") + asking.page("/people/<b>")

    assert "<script>" not in page
    assert "<img src=x" not in page
    assert "javascript:" not in page
