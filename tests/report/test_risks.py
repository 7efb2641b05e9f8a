"""The page of risks: what may go wrong, how likely and how bad, and whether anything is done about it."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from report.filters import PAGE_ROWS
from tests.alerts.firm import put
from tests.report.asking import MARCO, Asking
from tests.report.browser import Seen, rows
from tests.report.firm import project


def risk(number: int, name: str, probability: int | None = 3, impact: int | None = 4, **values: Any) -> dict[str, Any]:
    """A risk of the bank's app that nobody has answered."""
    key = f"delivery/issue/{number}"
    known = {"key": key, "source": "delivery", "vendor_id": str(number), "project_key": "delivery/project/10"}
    return {**known, "name": name, "status_category": "todo", "probability": probability, "impact": impact, **values}


@pytest.fixture
def asking(engine: Engine) -> Asking:
    """The bank's core freeze has no response, its certificate a late one; the customs of Slow Boat are the gravest."""
    put(engine, "project", project(12, name="EDI", client_key="client/boat"))
    put(
        engine,
        "risk",
        risk(1, "Core freeze"),
        risk(2, "Certificate", 2, 5, response="mitigate", response_plan="Renew it", due_on=date(2026, 11, 20)),
        risk(3, "Customs rules", 4, 5, response="transfer", project_key="delivery/project/12", implemented=True),
        risk(4, "Exchange rate", None, None, response="accept", due_on=date(2026, 11, 1)),
        risk(5, "Moving office", 1, 1, status_category="done", response="avoid"),
        risk(6, "Data centre", 3, 4, response="mitigate", occurred=True, occurred_on=date(2026, 11, 23)),
    )
    return Asking(engine)


def test_the_gravest_open_risk_stands_first_with_what_is_done_about_it(asking: Asking) -> None:
    """What nobody rated stands last; what is closed is not among them."""
    found = rows(asking.page("/risks"), "risks")

    assert list(found) == ["Customs rules", "Core freeze", "Data centre", "Certificate", "Exchange rate"]
    assert "20 likely 4 × bad 5 transfer" in found["Customs rules"]
    assert found["Customs rules"].endswith("yes nobody")
    assert "no response" in found["Core freeze"]
    assert "mitigate Renew it Fri 20 Nov not carried out in time not yet" in found["Certificate"]
    assert "has happened Mon 23 Nov" in found["Data centre"]
    assert "not rated accept Sun 1 Nov not yet" in found["Exchange rate"]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"status": "unanswered"}, ["Core freeze"]),
        ({"status": "late"}, ["Certificate"]),
        ({"status": "occurred"}, ["Data centre"]),
        ({"status": "closed"}, ["Moving office"]),
        ({"rating": "3x4"}, ["Core freeze", "Data centre"]),
        ({"client": "boat"}, ["Customs rules"]),
        ({"bd": "marco", "rating": "4x5"}, []),
    ],
)
def test_a_filter_leaves_what_it_names(asking: Asking, query: dict[str, str], left: list[str]) -> None:
    """Each figure, and each count of the matrix, leads to the rows that it counts."""
    assert list(rows(asking.page("/risks", **query), "risks")) == left


def test_a_filter_of_no_sort_of_risk_is_no_page(asking: Asking) -> None:
    """Rather than a list of what nobody asked for."""
    assert asking.get("/risks", status="nonsense").status_code == 404


def test_figures_and_matrix_count_the_open_ones_and_lead_to_them(asking: Asking) -> None:
    """The matrix has a text for whoever does not see it, and its table."""
    page = asking.page("/risks")

    assert 'href="/risks"><strong>5</strong>' in page
    assert 'href="/risks?status=unanswered"><strong>1</strong>' in page
    assert "4 open risks by probability and impact: 4 score 10 or more; the highest score is 20." in page
    assert "1 more is not rated." in page
    assert 'href="/risks?rating=3x4">2</a>' in page


def test_a_bd_manager_sees_own_clients_risks_alone(asking: Asking) -> None:
    """In the list, the figures and the matrix."""
    mine = asking.as_(MARCO)

    for query in ({}, {"client": "boat"}, {"status": "closed"}, {"rating": "4x5"}):
        page = mine.page("/risks", **query)
        assert "Customs" not in page
        assert "Slow Boat" not in page
    assert "<strong>4</strong>" in mine.page("/risks")
    assert "rating=4x5" not in mine.page("/risks")


def test_a_long_register_goes_on_on_another_page(engine: Engine, asking: Asking) -> None:
    """Hundreds of risks are no page."""
    put(engine, "risk", *(risk(100 + number, f"Risk {number}", 1, 1) for number in range(PAGE_ROWS)))

    assert len(rows(asking.page("/risks"), "risks")) == PAGE_ROWS
    assert len(rows(asking.page("/risks", page="2"), "risks")) == 5


@pytest.mark.parametrize("language", ["zh-Hant-HK", "zh-Hans-CN"])
def test_risks_are_told_in_the_readers_language(asking: Asking, language: str) -> None:
    """Their names stay as they are."""
    said = Seen(asking.page("/risks", lang=language)).text

    assert "Core freeze" in said
    assert ("未有應對方案" if language == "zh-Hant-HK" else "无应对方案") in said


def test_odd_and_hostile_risks_are_text(engine: Engine, asking: Asking) -> None:
    """A rating beyond the scale stands in the list and in no cell of the matrix."""
    put(engine, "risk", risk(9, "<img src=x onerror=alert(1)>", 9, -1, response_plan="<script>", url="javascript:x"))
    page = asking.page("/risks")

    assert "<img src=x" not in page
    assert "<script>" not in page
    assert "javascript:" not in page
