"""The page of one client: what its BD manager opens before a call."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel

from report.filters import PAGE_ROWS
from tests.alerts.firm import change, hk, put
from tests.report.asking import MARCO, Asking
from tests.report.browser import Seen, rows
from tests.report.firm import alert, feedback, milestone, project


@pytest.fixture
def asking(engine: Engine) -> Asking:
    """The bank, whose app is late."""
    put(engine, "project", project(12, name="POS", client_key="client/kite"))
    of_app: dict[str, Any] = {"project_key": "delivery/project/10"}
    put(
        engine,
        "milestone",
        milestone(1, name="UAT sign-off", moved_at=hk(23), **of_app),
        milestone(2, name="Points", status_category="done", accepted=False, done_at=hk(10, 18), **of_app),
    )
    bank = {"client_key": "client/bank", "bd_person": "person/marco"}
    answered = {"handled": True, "waiting_since": None, "first_response_at": hk(20, 17), "response_basis": "internal"}
    put(engine, "feedback", feedback(1, subject="Push notice", **bank), feedback(2, subject="Fonts", **bank | answered))
    put(engine, "feedback", feedback(3, subject="Receipts print slowly"))
    put(engine, "client_contact", {"client_key": "client/bank", "source": "crm", "first_contact_at": hk(1)} | _TOUCH)
    put(
        engine,
        "contact",
        _crm("contact", 1, name="Olivia Kwan", job_title="Head of IT", emails=["o@bank.example"]),
    )
    put(engine, "contact", _crm("contact", 2, name="Somebody Else", client_key="client/kite"))
    deal = {"stage_native": "Contract sent", "stage_category": "open", "amount_text": "880000", "currency": "HKD"}
    put(engine, "deal", _crm("deal", 1, name="Phase two", close_on=date(2026, 11, 20), **deal))
    risk = {"project_key": "delivery/project/10", "status_category": "todo", "probability": 3, "impact": 4}
    put(engine, "risk", _crm("risk", 1, name="Core freeze", **risk) | {"source": "delivery"})
    put(engine, "alert", alert("milestone-overdue", "delivery/issue/1", name="UAT sign-off", days_overdue=8))
    return Asking(engine)


_TOUCH = {"contact_at": hk(20, 9), "meeting_at": hk(17, 9), "call_at": hk(20, 9)}


def _crm(kind: str, number: int, **values: Any) -> dict[str, Any]:
    known = {"key": f"crm/{kind}/{number}", "source": "crm", "vendor_id": str(number), "client_key": "client/bank"}
    if kind == "risk":
        known.pop("client_key")
    return {**known, **values}


def test_a_client_says_how_it_does_and_whose_it_is(asking: Asking) -> None:
    """Before anything else, with how fresh that is."""
    said = Seen(asking.page("/clients/bank")).text

    assert "Health Red Mobile app revamp: UAT sign-off is 6 wd past the promised 16 Nov" in said
    assert "BD manager Marco Yip" in said
    assert "read until 08:52" in said


@pytest.mark.parametrize("of", ["kite", "nobody", "client/bank", "bank/", "bank%27"])
def test_who_may_not_see_a_client_is_told_what_is_told_of_one_that_is_not_there(asking: Asking, of: str) -> None:
    """Or the answer would tell that there is one."""
    answer = asking.as_(MARCO).get(f"/clients/{of}")

    assert answer.status_code == 404
    assert "Paper Kite" not in answer.text


@pytest.mark.parametrize("language", ["zh-Hant-HK", "zh-Hans-CN"])
def test_a_client_speaks_the_readers_language(asking: Asking, language: str) -> None:
    """It is called as it is called there."""
    assert ("九渡銀行" if language == "zh-Hant-HK" else "Bank of Nine Ferries") in asking.page(
        "/clients/bank", lang=language
    )


def test_what_happened_since_the_last_meeting_is_told(asking: Asking) -> None:
    """What there is to speak of; what was spoken of then is not among it."""
    page = asking.page("/clients/bank")
    found = rows(page, "lately")

    assert "The last meeting on record was on Tue 17 Nov 09:00." in Seen(page).text
    assert found["UAT sign-off"] == "UAT sign-off milestone moved to Mon 16 Nov Mon 23 Nov 09:00 Mobile app revamp"
    assert "they wrote" in found["Push notice"]
    assert "Points" not in found


def test_what_is_delivered_and_not_accepted_says_how_long_it_waits(asking: Asking) -> None:
    """Nobody is paid for it before."""
    assert rows(asking.page("/clients/bank"), "delivered")["Points"].endswith("Tue 10 Nov 18:00 9 working days")


def test_feedback_says_how_soon_it_was_answered_and_what_waits_stands_first(asking: Asking) -> None:
    """Working hours; where nobody can tell whether the client saw the answer, that is said."""
    found = rows(asking.page("/clients/bank"), "feedback")

    assert list(found) == ["Push notice", "Fonts"]
    assert "not answered yet 9.5 working hours over the limit of 8 h" in found["Push notice"]
    assert "0.5 working hours Fri 20 Nov 17:00 the client may not have seen it" in found["Fonts"]


def test_a_long_list_of_feedback_goes_on_on_another_page(engine: Engine, asking: Asking) -> None:
    """Three years of it are no page."""
    put(engine, "feedback", *(feedback(10 + number, client_key="client/bank") for number in range(PAGE_ROWS)))

    assert len(rows(asking.page("/clients/bank"), "feedback")) == PAGE_ROWS
    assert 'href="/clients/bank?page=2"' in asking.page("/clients/bank")
    assert len(rows(asking.page("/clients/bank", page="2"), "feedback")) == 2


@pytest.mark.parametrize(
    ("agreed", "said"),
    [
        ({"cadence": "weekly", "cadence_by": "call"}, "Call every week Fri 20 Nov 09:00 Fri 27 Nov"),
        ({"cadence": "fortnightly", "cadence_by": "meeting"}, "Meeting every two weeks Tue 17 Nov 09:00 Fri 4 Dec"),
        ({"cadence": "monthly", "cadence_by": "any"}, "Any contact every month Fri 20 Nov 09:00 Thu 31 Dec"),
        (
            {"report_day": 4},
            "Progress report by working day 4 of each month none on record Thu 5 Nov one was missed",
        ),
    ],
)
def test_the_cadence_table_says_what_was_agreed_the_last_and_the_next(
    engine: Engine, asking: Asking, agreed: dict[str, Any], said: str
) -> None:
    """The next: the last working day on which the rule on it would still be silent."""
    change(engine, "client", "client/bank", **agreed)
    change_first = {"first_contact_at": hk(1).replace(month=8)}
    with engine.begin() as connection:
        contact = SQLModel.metadata.tables["client_contact"]
        connection.execute(contact.update().values(**change_first))

    assert said in rows(asking.page("/clients/bank"), "cadence").values()


def test_a_client_whom_no_crm_knows_is_not_called_silent(asking: Asking) -> None:
    """Nobody could have logged a call."""
    page = Seen(asking.page("/clients/boat")).text

    assert "No CRM that is read knows this client" in page
    assert "No meeting is on record" in page


def test_the_contract_says_when_it_ends_and_by_when_to_give_notice(engine: Engine, asking: Asking) -> None:
    """Where nobody wrote it down, that is said."""
    assert "Ends not on record: ask the coordinator" in Seen(asking.page("/clients/bank")).text
    change(engine, "client", "client/bank", tier="gold", contract_end_on=date(2026, 12, 31), notice_days=60)
    said = Seen(asking.page("/clients/bank")).text

    assert "Tier gold Ends Thu 31 Dec Notice by Sun 1 Nov has passed" in said


def test_contacts_deals_risks_and_alerts_are_the_clients_alone(asking: Asking) -> None:
    """A deal without its amount: no page tells money."""
    page = asking.as_(MARCO).page("/clients/bank")

    assert rows(page, "people") == {"Olivia Kwan": "Olivia Kwan Head of IT o@bank.example"}
    assert rows(page, "deals") == {"Phase two": "Phase two open Contract sent Fri 20 Nov its day has passed"}
    assert "880000" not in page
    assert "12 likely 3 × bad 4" in rows(page, "risks")["Core freeze"]
    assert list(rows(page, "alerts")) == ["UAT sign-off is 8 days late"]
    assert "Receipts" not in page
    assert "POS" not in page


def test_hostile_names_are_text(engine: Engine, asking: Asking) -> None:
    """Whatever a client calls themselves in the CRM."""
    hostile = "<script>alert(1)</script>\u202e"
    put(engine, "contact", _crm("contact", 3, name=hostile, url="javascript:alert(1)", emails=["<b>@x"]))
    page = asking.page("/clients/bank")

    assert "<script>" not in page
    assert "javascript:" not in page
