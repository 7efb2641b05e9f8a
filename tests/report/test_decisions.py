"""The page of decisions: who decided what, and whose clients it names."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.alerts.firm import TUESDAY, put
from tests.report.asking import MARCO, Asking
from tests.report.firm import alert, feedback, milestone


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


def test_a_bd_manager_is_not_told_what_was_decided_of_internal_dates(engine: Engine, asking: Asking) -> None:
    """Neither a date that was moved nor an alert that was put off: no client was promised them."""
    internal = milestone(2, name="Refactoring", client_facing=False)
    put(engine, "milestone", internal)
    noted = {"recorded_at": TUESDAY - timedelta(hours=1), "recorded_by": "marco"}
    put(
        engine,
        "agreement",
        {"milestone_key": internal["key"], "agreed_on": date(2026, 12, 1), "reference": "I-1", **noted},
    )
    for number, is_promised in enumerate((False, True)):
        fires = alert("milestone-overdue", f"delivery/issue/3{number}", client_facing=is_promised)
        put(engine, "alert", fires)
        put(engine, "alert_event", _snoozed(fires["fingerprint"], f"reason {number}"))
    mine, everybodys = asking.as_(MARCO).page("/decisions"), asking.page("/decisions", client="bank")

    assert "reason 1" in mine
    for internals in ("Refactoring", "I-1", "reason 0"):
        assert internals in everybodys
        assert internals not in mine


def _snoozed(fingerprint: str, note: str) -> dict[str, Any]:
    what = {"reason": "snoozed", "from_state": "firing", "to_state": "snoozed", "actor": "marco", "episode": 1}
    at = TUESDAY - timedelta(hours=2)
    return {"fingerprint": fingerprint, "at": at, "until": TUESDAY + timedelta(days=1), "note": note, **what}


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
