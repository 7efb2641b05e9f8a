"""The page of decisions: who decided what, and whose clients it names."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from tests.alerts.firm import TUESDAY, put
from tests.report.asking import MARCO, Asking
from tests.report.firm import feedback, milestone


@pytest.fixture
def asking(engine: Engine) -> Asking:
    """A date agreed with the bank, and an answer that Paper Kite had by telephone."""
    put(engine, "milestone", milestone(1, name="UAT sign-off"))
    put(engine, "feedback", feedback(1, subject="Slow receipts"))
    yesterday = TUESDAY - timedelta(days=1)
    agreement = {"milestone_key": milestone(1)["key"], "agreed_on": date(2026, 11, 30), "reference": "CR-012"}
    put(engine, "agreement", agreement | {"recorded_at": yesterday, "recorded_by": "marco"})
    answer = {"feedback_key": feedback(1)["key"], "answered_at": yesterday, "how": "WhatsApp"}
    put(engine, "answer", answer | {"recorded_at": yesterday, "recorded_by": "sandy"})
    return Asking(engine)


def test_each_decision_says_who_what_and_by_what(asking: Asking) -> None:
    """The reference is what a client is reminded of."""
    page = asking.page("/decisions")

    for said in ("Marco Yip", "agreed with the client: Mon 30 Nov", "CR-012", "莫詠珊", "WhatsApp", "Slow receipts"):
        assert said in page


def test_a_bd_manager_sees_their_own_clients_decisions_alone(asking: Asking) -> None:
    """Of what was decided for others not even the number."""
    page = asking.as_(MARCO).page("/decisions")

    assert "CR-012" in page
    assert "WhatsApp" not in page
    assert "莫詠珊" not in page


def test_a_shared_address_that_names_another_client_says_so(asking: Asking) -> None:
    """Scenario 12: whoever opens it sees what is theirs, and is told that the filter named others."""
    page = asking.as_(MARCO).page("/decisions", client="kite")

    assert "asks for clients that are not yours" in page
    assert "CR-012" in page
    assert "WhatsApp" not in page


def test_an_address_that_means_nothing_is_refused_in_words(asking: Asking) -> None:
    """Not shown as if nothing had been asked."""
    answer = asking.get("/decisions", client="x" * 300)

    assert answer.status_code == 400
    assert "client" in answer.text
