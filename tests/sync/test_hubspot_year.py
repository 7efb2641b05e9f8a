"""The invented firm's CRM, from its stand-in to what the rules ask: who waits, and since when."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from rules.views import FEEDBACK
from sandbox.http import Fault
from sandbox.lantern_quay.office import at
from sandbox.plan import Message
from sandbox.truth import crm_feedback, unhandled_feedback
from tests.sync.year import Year, read_up_to_now


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    with read_up_to_now("hubspot", tmp_path) as made:
        yield made


def named(year: Year, subject: str) -> dict[str, Any]:
    return next(row for row in year.see(FEEDBACK) if row["subject"] == subject)


def count(year: Year, table: str) -> int:
    """Rows of a table that are not gone."""
    with year.engine.connect() as connection:
        asked = f"SELECT count(*) FROM {table} WHERE deleted_at IS NULL"
        return int(connection.exec_driver_sql(asked).scalar_one())


def test_everything_that_the_crm_holds_is_found(year: Year) -> None:
    """The plan is the truth; the twin company is one like others."""
    plan = year.sandbox.plan

    assert len(year.see(FEEDBACK)) == len(crm_feedback(plan))
    assert [count(year, table) for table in ("company", "contact", "deal")] == [7, 24, 9]
    owners = [person for person in plan.staff if "hubspot" in person.vendors]
    assert count(year, "account") == len(owners)
    assert count(year, "comment") == sum(len(one.messages) for one in crm_feedback(plan))


def test_exactly_the_three_wait_too_long(year: Year) -> None:
    """By working hours of those who must answer: Hong Kong's, and the mainland's for Slow Boat."""
    late = {row["subject"]: row for row in year.see(FEEDBACK) if row["unhandled"]}

    assert sorted(late) == unhandled_feedback(year.sandbox.plan)
    clock = {"slow_boat": "mainland"}
    waited = {
        subject: year.working[clock.get(row["client"].removeprefix("client/"), "default")].between(
            row["waiting_since"], year.clock()
        )
        for subject, row in late.items()
    }
    assert waited == {
        "收據列印太慢，門店排隊": timedelta(hours=9.5),
        "导入运单报错，仓库停了半天": timedelta(hours=6),
        "Club house booking shows the wrong month": timedelta(hours=15),
    }


def test_every_piece_of_feedback_has_the_client_of_its_company(year: Year) -> None:
    """One who moved to another firm leaves her old tickets with the firm for which she wrote."""
    company_of = {company.id: company.client for company in year.sandbox.plan.companies}
    wanted = {one.subject: f"client/{company_of[one.company]}" for one in crm_feedback(year.sandbox.plan)}

    found = {row["subject"]: row["client"] for row in year.see(FEEDBACK)}

    assert {subject: client.removeprefix("client/") for subject, client in found.items()} == {
        subject: client.removeprefix("client/") for subject, client in wanted.items()
    }


def test_an_answer_ends_the_wait_and_another_question_begins_a_new_one(year: Year) -> None:
    """As they are seen by the next run: first Zhou Min's mail, then the client's."""
    subject = "导入运单报错，仓库停了半天"
    number = year.sandbox.plan.ticket(subject).number
    year.sandbox.hubspot.add_message(number, Message("zhoumin", at("2026-11-24 09:12"), "已恢复。", "email", 90_001))
    year.clock.set(at("2026-11-24 09:20"))
    year.sync()

    answered = named(year, subject)
    assert (answered["answered"], answered["handled"], answered["response_basis"]) == (True, True, "visible")
    assert answered["first_response_at"] == at("2026-11-24 09:12")

    year.sandbox.hubspot.add_message(number, Message("sb_zhao", at("2026-11-24 10:30"), "又错了。", "email", 90_006))
    year.clock.set(at("2026-11-24 10:40"))
    year.sync()

    assert named(year, subject)["waiting_since"] == at("2026-11-24 10:30")


def test_our_own_note_answers_nobody(year: Year) -> None:
    """What we write to remind people must not silence the reminder."""
    subject = "收據列印太慢，門店排隊"
    number = year.sandbox.plan.ticket(subject).number
    year.sandbox.hubspot.state.converse(
        year.sandbox.hubspot.state.objects["tickets"][year.sandbox.hubspot.ticket_id(number)],
        Message("sandy", at("2026-11-24 09:05"), "Waiting. (milepost:k)", "note", 90_007),
        by_client=False,
        owner=year.sandbox.hubspot.account_id("sandy"),
    )
    year.clock.set(at("2026-11-24 09:20"))
    year.sync()

    assert named(year, subject)["unhandled"]


def test_a_call_answers(year: Year) -> None:
    """Sandy rings back: the client knows, whoever wrote nothing."""
    subject = "收據列印太慢，門店排隊"
    number = year.sandbox.plan.ticket(subject).number
    year.sandbox.hubspot.add_message(number, Message("sandy", at("2026-11-24 09:10"), "已致電。", "call", 90_008))
    year.clock.set(at("2026-11-24 09:20"))
    year.sync()

    assert (named(year, subject)["handled"], named(year, subject)["response_basis"]) == (True, "visible")


def test_a_survey_and_a_mail_without_a_ticket_are_answered_by_a_mail_to_the_contact(year: Year) -> None:
    """They hang on the contact alone; praise without a word asks for no answer."""
    crm = year.sandbox.hubspot
    crm.answer_survey("wk_choi", at("2026-11-24 09:01"), "CSAT", "2", "太慢")
    crm.answer_survey("wk_sit", at("2026-11-24 09:01"), "NPS", "10")
    crm.log_mail("wk_choi", at("2026-11-24 09:02"), "Any news of the receipts?", incoming=True)
    year.clock.set(at("2026-11-24 09:05"))
    year.sync()
    new = {row["origin"]: row for row in year.see(FEEDBACK) if row["origin"] != "ticket" and not row["handled"]}
    assert sorted(new) == ["email", "survey"]
    assert {row["client"].removeprefix("client/") for row in new.values()} == {"warm_kettle"}

    crm.log_mail("wk_choi", at("2026-11-24 09:30"), "We mend it today.", incoming=False, by="sandy")
    year.clock.set(at("2026-11-24 09:40"))
    year.sync()

    assert all(row["handled"] for row in year.see(FEEDBACK) if row["origin"] != "ticket")


def changes_of(year: Year, table: str, name: str) -> list[tuple[Any, ...]]:
    """(field, old, new, origin) of what changed of the one that is called so."""
    called = "subject" if table == "feedback" else "name"
    asked = (
        f"SELECT c.field, c.old, c.new, c.origin FROM change c JOIN {table} t ON t.key = c.entity_key "
        f"WHERE t.{called} = ? ORDER BY c.changed_at, c.field"
    )
    with year.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(asked, (name,))]


def test_what_moved_before_we_came_is_known_and_what_moves_now_is_counted_once(year: Year) -> None:
    """HubSpot tells it all; our own looking would see the later move a second time."""
    name = "Owners' portal phase 2"
    assert changes_of(year, "deal", name) == [("due", "2026-10-30", "2026-11-30", "native")]

    crm = year.sandbox.hubspot
    deal = next(one for one in crm.state.living("deals") if one["properties"]["dealname"] == name)
    later = {"closedate": "2026-12-31T10:00:00.000Z", "dealstage": "closedwon", "hs_is_closed": "true"}
    crm.state.update("deals", deal, at("2026-11-24 09:10"), later, crm.account_id("marco"))
    year.clock.set(at("2026-11-24 09:20"))
    year.sync()
    year.sync()

    assert changes_of(year, "deal", name)[1:] == [
        ("due", "2026-11-30", "2026-12-31", "native"),
        ("status", "Contract Sent", "Closed Won", "native"),
    ]


def test_a_ticket_tells_who_had_it_and_where_it_stood(year: Year) -> None:
    """Also for the time before the hub was there."""
    closed = next(one for one in year.sandbox.plan.tickets if one.closed_at)

    assert ("status", "New", "Closed", "native") in changes_of(year, "feedback", closed.subject)


def test_what_was_read_before_a_scope_was_taken_away_stays_and_the_rest_is_read_on(year: Year) -> None:
    """Calls and mails are what answered: without them every ticket would seem to wait again."""
    comments, late = count(year, "comment"), unhandled_feedback(year.sandbox.plan)
    subject = "收據列印太慢，門店排隊"
    told = json.dumps({"errors": [{"context": {"requiredScopes": ["sales-email-read"]}}]})
    optional = "calls|meetings|emails|communications|feedback_submissions"
    refused = Fault(f"/crm/objects/[^/]+/({optional})", 403, {"Content-Type": "application/json"}, told, times=999)
    year.sandbox.hubspot.faults.append(refused)
    note = Message("sandy", at("2026-11-24 09:05"), "We look into it.", "note", 90_009)
    year.sandbox.hubspot.add_message(year.sandbox.plan.ticket(subject).number, note)
    year.clock.set(at("2026-11-24 09:20"))

    assert year.sync().outcome == "ok"
    assert count(year, "comment") == comments + 1
    assert sorted(row["subject"] for row in year.see(FEEDBACK) if row["unhandled"]) == sorted({*late} - {subject})
