"""The invented firm's CRM, from its stand-in to what the rules ask: who waits, and since when."""

import threading
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from cli.demo_settings import write_settings
from cli.opening import read_config
from config.settings import Settings
from connectors.governor import Governor
from connectors.hubspot import Hubspot, HubspotSettings
from rules.moment import Moment
from rules.views import FEEDBACK, select_view
from rules.working_time import WorkingTime, calendars
from sandbox.lantern_quay import lantern_quay
from sandbox.lantern_quay.office import at
from sandbox.plan import Message
from sandbox.server import Sandbox
from sandbox.story import StoryClock
from sandbox.truth import unhandled_feedback
from sync.engine import RunResult, sync_source
from tests.unify.tiny import new_database
from unify.mappers import hubspot
from unify.settle import settle


def _days(working: Mapping[str, WorkingTime], calendar: str, first: date, last: date) -> int:
    return working[calendar].days_between(first, last)


class Year:
    """The stand-in, the demo's own settings, and a database that follows."""

    def __init__(self, sandbox: Sandbox, settings: Settings, engine: Engine, clock: StoryClock) -> None:
        self.sandbox = sandbox
        self.settings = settings
        self.engine = engine
        self.clock = clock

    def sync(self) -> RunResult:
        """One run, with link and derive."""
        source = self.settings.sources["hubspot"]
        assert isinstance(source, HubspotSettings)
        stop = threading.Event()
        governor = Governor("hubspot", limits=["10000/second"], stop=stop, redact=lambda text: text)
        working = calendars(self.settings, self.clock())

        def after(connection: Connection, touched: Any) -> None:
            days = partial(_days, working)
            settle(connection, self.settings, touched, days, self.clock())

        run = partial(sync_source, zone=self.settings.zone, clock=self.clock, stop=stop, after=after)
        try:
            return run(source, Hubspot(source, governor), hubspot, self.engine)
        finally:
            governor.close()

    def feedback(self) -> list[dict[str, Any]]:
        """What the rules see."""
        working = calendars(self.settings, self.clock())
        with self.engine.connect() as connection:
            rows = select_view(FEEDBACK, Moment.of(self.settings, working, self.clock())).read(connection)
        return [dict(row) for row in rows]

    def named(self, subject: str) -> dict[str, Any]:
        """One of them."""
        return next(row for row in self.feedback() if row["subject"] == subject)

    def count(self, table: str) -> int:
        """Rows of a table that are not gone."""
        with self.engine.connect() as connection:
            asked = f"SELECT count(*) FROM {table} WHERE deleted_at IS NULL"
            return int(connection.exec_driver_sql(asked).scalar_one())


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    """The year up to 24 November, 08:50, read once; the clock then shows 09:00."""
    plan = lantern_quay()
    clock = StoryClock(plan.first_sync)
    with Sandbox(plan, clock, vendors=("hubspot",)) as sandbox:
        settings = read_config(write_settings(tmp_path, sandbox), {}).settings
        made = Year(sandbox, settings, new_database(tmp_path, "year.db"), clock)
        assert made.sync().outcome == "ok"
        clock.set(plan.story_now)
        yield made
        made.engine.dispose()


def test_everything_that_the_crm_holds_is_found(year: Year) -> None:
    """The plan is the truth; the twin company is one like others."""
    plan = year.sandbox.plan

    assert len(year.feedback()) == len(plan.tickets)
    assert [year.count(table) for table in ("company", "contact", "deal")] == [7, 24, 9]
    owners = [person for person in plan.staff if "hubspot" in person.vendors]
    assert year.count("account") == len(owners)
    assert year.count("comment") == sum(len(ticket.messages) for ticket in plan.tickets)


def test_exactly_the_three_wait_too_long(year: Year) -> None:
    """By working hours of those who must answer: Hong Kong's, and the mainland's for Slow Boat."""
    working = calendars(year.settings, year.clock())
    late = {row["subject"]: row for row in year.feedback() if row["unhandled"]}

    assert sorted(late) == unhandled_feedback(year.sandbox.plan)
    clock = {"slow_boat": "mainland"}
    waited = {
        subject: working[clock.get(row["client"].removeprefix("client/"), "default")].between(
            row["waiting_since"], year.clock()
        )
        for subject, row in late.items()
    }
    assert waited == {
        "收據列印太慢，門店排隊": timedelta(hours=9.5),
        "导入运单报错，仓库停了半天": timedelta(hours=6),
        "Club house booking shows the wrong month": timedelta(hours=15),
    }


def test_every_ticket_has_the_client_of_its_company(year: Year) -> None:
    """One who moved to another firm leaves her old tickets with the firm for which she wrote."""
    company_of = {company.id: company.client for company in year.sandbox.plan.companies}
    wanted = {ticket.subject: f"client/{company_of[ticket.company]}" for ticket in year.sandbox.plan.tickets}

    found = {row["subject"]: row["client"] for row in year.feedback()}

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

    answered = year.named(subject)
    assert (answered["answered"], answered["handled"], answered["response_basis"]) == (True, True, "visible")
    assert answered["first_response_at"] == at("2026-11-24 09:12")

    year.sandbox.hubspot.add_message(number, Message("sb_zhao", at("2026-11-24 10:30"), "又错了。", "email", 90_006))
    year.clock.set(at("2026-11-24 10:40"))
    year.sync()

    assert year.named(subject)["waiting_since"] == at("2026-11-24 10:30")


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

    assert year.named(subject)["unhandled"]


def test_a_call_answers(year: Year) -> None:
    """Sandy rings back: the client knows, whoever wrote nothing."""
    subject = "收據列印太慢，門店排隊"
    number = year.sandbox.plan.ticket(subject).number
    year.sandbox.hubspot.add_message(number, Message("sandy", at("2026-11-24 09:10"), "已致電。", "call", 90_008))
    year.clock.set(at("2026-11-24 09:20"))
    year.sync()

    assert (year.named(subject)["handled"], year.named(subject)["response_basis"]) == (True, "visible")


def test_a_survey_and_a_mail_without_a_ticket_are_answered_by_a_mail_to_the_contact(year: Year) -> None:
    """They hang on the contact alone; praise without a word asks for no answer."""
    crm = year.sandbox.hubspot
    crm.answer_survey("wk_choi", at("2026-11-24 09:01"), "CSAT", "2", "太慢")
    crm.answer_survey("wk_sit", at("2026-11-24 09:01"), "NPS", "10")
    crm.log_mail("wk_choi", at("2026-11-24 09:02"), "Any news of the receipts?", incoming=True)
    year.clock.set(at("2026-11-24 09:05"))
    year.sync()
    new = {row["origin"]: row for row in year.feedback() if row["origin"] != "ticket" and not row["handled"]}
    assert sorted(new) == ["email", "survey"]
    assert {row["client"].removeprefix("client/") for row in new.values()} == {"warm_kettle"}

    crm.log_mail("wk_choi", at("2026-11-24 09:30"), "We mend it today.", incoming=False, by="sandy")
    year.clock.set(at("2026-11-24 09:40"))
    year.sync()

    assert all(row["handled"] for row in year.feedback() if row["origin"] != "ticket")
