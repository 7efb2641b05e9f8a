"""The page of feedback: what waits, what was answered and how soon, client by client."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from config.language import LANGUAGES
from config.settings import Language
from tests.alerts.firm import hk, put
from tests.report.asking import MARCO, Asking
from tests.report.browser import rows
from tests.report.firm import feedback

BANK = {"client_key": "client/bank", "bd_person": "person/marco"}


@pytest.fixture
def asking(engine: Engine) -> Asking:
    """Paper Kite waits for 9.5 hours, the bank for one; two of the bank's were answered, after 2 and after 3 hours."""
    answered = {"handled": True, "waiting_since": None, "received_at": hk(19, 10), "response_basis": "visible", **BANK}
    put(
        engine,
        "feedback",
        feedback(1, subject="Slow receipts"),
        feedback(2, subject="Wrong name", waiting_since=hk(23, 17), received_at=hk(23, 17), **BANK),
        feedback(3, subject="How to export", first_response_at=hk(19, 12), **answered),
        feedback(4, subject="Old months", **answered | {"received_at": hk(6, 10), "first_response_at": hk(6, 14)}),
        feedback(5, subject="Last year", **answered | {"received_at": hk(2, 10) - timedelta(days=200)}),
    )
    return Asking(engine)


def test_what_waits_stands_first_the_longest_on_top(asking: Asking) -> None:
    """Whoever opens the page must answer somebody; the rest is a choice away."""
    page = asking.page("/feedback")

    assert list(rows(page, "list")) == ["Slow receipts", "Wrong name"]
    assert "9.5 working hours over the limit of 8 h" in rows(page, "list")["Slow receipts"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"status": "over"}, ["Slow receipts"]),
        ({"status": "answered"}, ["How to export", "Old months"]),
        ({"status": "all"}, ["Wrong name", "Slow receipts", "How to export", "Old months", "Last year"]),
        ({"status": "all", "client": "kite"}, ["Slow receipts"]),
        ({"status": "answered", "bd": "sandy"}, []),
        ({"month": "2026-11"}, ["Wrong name", "Slow receipts", "How to export", "Old months"]),
        ({"month": "2026-11", "status": "waiting"}, ["Wrong name", "Slow receipts"]),
        ({"month": "2026-09"}, []),
    ],
)
def test_a_filter_leaves_what_it_names(asking: Asking, query: dict[str, str], told: list[str]) -> None:
    """By client, BD manager, state and month."""
    assert list(rows(asking.page("/feedback", **query), "list")) == told


def test_each_client_has_what_waits_and_how_soon_it_is_answered(asking: Asking) -> None:
    """The bank's median of three: 2, 3 and, of what nobody has answered, one hour so far."""
    by_client = rows(asking.page("/feedback"), "clients")

    assert by_client["Paper Kite Stores"] == "Paper Kite Stores 1 1 1 1 > 9.5 working hours of 1 only"
    assert by_client["Bank of Nine Ferries"] == "Bank of Nine Ferries 1 3 1 2 working hours of 3 only"


def test_how_soon_is_drawn_and_said(asking: Asking) -> None:
    """Who does not see the drawing reads its table; 9.5 hours without an answer is none of them."""
    page = asking.page("/feedback")

    assert "2 of 4 pieces of feedback were answered within 8 h of work; the others later, or not yet." in page
    assert list(rows(page, "soon").values())[:4] == ["up to 1 0", "up to 2 1", "up to 4 1", "up to 8 0"]
    assert rows(page, "soon")["No answer yet"] == "No answer yet 2"


def test_the_figures_lead_to_their_rows(asking: Asking) -> None:
    """Each number is the number of rows behind it."""
    page = asking.page("/feedback")

    assert 'href="/feedback?status=over#list"><strong>1</strong>' in page
    assert 'href="/feedback?status=waiting#list"><strong>2</strong>' in page
    assert '<strong>2</strong> <span class="label">working hours until the first answer in half of 4 cases' in page


def test_a_bd_manager_sees_own_clients_feedback_alone(asking: Asking) -> None:
    """Whatever the address asks for; not even in a sum."""
    mine = asking.as_(MARCO)

    for query in ({}, {"client": "kite"}, {"bd": "sandy", "status": "all"}, {"month": "2026-11"}):
        page = mine.page("/feedback", **query)
        assert "Slow receipts" not in page
        assert "Paper Kite" not in page
    assert next(iter(rows(mine.page("/feedback", status="all"), "list"))) == "Wrong name"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_page(asking: Asking, language: Language) -> None:
    """The clients' words stay as they wrote them."""
    page = asking.page("/feedback", lang=language)

    assert "Slow receipts" in page
    if language != "en":
        assert "working hours" not in page


def test_a_title_that_is_markup_is_shown_as_it_is(engine: Engine) -> None:
    """A client's mail may hold anything; and may hold nothing."""
    put(
        engine,
        "feedback",
        feedback(1, subject="<script>alert(1)</script>", url="javascript:x"),
        feedback(2, subject=""),
    )

    page = Asking(engine).page("/feedback")

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "javascript:" not in page


def test_without_feedback_nothing_is_measured(engine: Engine) -> None:
    """Neither 0 nor 100."""
    page = Asking(engine).page("/feedback")

    assert ">not measured</strong>" in page
    assert "No feedback is like that." in page


def test_of_a_stale_source_the_figures_are_grey(asking: Asking, engine: Engine) -> None:
    """While the CRM is away nobody knows who waits."""
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE source SET last_ok_at = '2026-11-23 01:00:00' WHERE name = 'crm'")

    assert '<a class="stale" href="/feedback?status=over#list">' in asking.page("/feedback")
