"""Clocks run where those sit who must answer, messages go out where the reader sits, and neither in a typhoon."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from alerts.round import Round, run_round
from config.settings import Language, PersonSettings
from rules.evaluate import evaluate
from rules.moment import Moment
from rules.working_time import calendars
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.factories import at
from unify.closures import Closed

TYPHOON = Closed("HK", at("2026-09-08 17:00"), at("2026-09-09 15:00"), "typhoon 8")


@dataclass
class Year:
    """The hub with one piece of feedback in its database, and the rule that looks at it."""

    hub: Hub
    closures: Sequence[Closed] = ()
    rule: str = "feedback-unhandled"

    def wait(self, since: str, calendar: str = "default", **values: Any) -> None:
        """A client of Sandy's has waited since then for those of that calendar."""
        source = {"name": "crm", "kind": "hubspot", "active": True}
        firm.put(self.hub.engine, "source", source)
        row = firm.feedback_row(waiting_since=at(since), calendar=calendar, client_key="client/kite", **values)
        firm.put(self.hub.engine, "feedback", {"severity": "warning", "bd_person": "person/sandy", **row})

    def go(self, now: str) -> Round:
        """Evaluate at that time, and deliver."""
        self.hub.now = at(now)
        known = calendars(self.hub.settings, self.hub.now, self.closures)
        moment = Moment.of(self.hub.settings, known, self.hub.now)
        outcomes = evaluate(self.hub.engine, [firm.rule(self.rule)], moment)
        done = run_round(
            self.hub.engine, self.hub.settings, outcomes, firm.freshness(self.hub.now), known, self.hub.now
        )
        self.hub.deliver()
        return done

    @property
    def told(self) -> list[str]:
        """Who got something, and what it is called."""
        return [f"{sent.reader.name}: {sent.message.title}" for sent in self.hub.mail.sent]


@pytest.fixture
def year(hub: Hub) -> Year:
    return Year(hub)


def test_an_alert_that_was_only_due_to_a_typhoon_is_withdrawn_when_it_is_entered(year: Year) -> None:
    """Written Tuesday 16:00; by Wednesday 17:00 nine hours seem to have passed, of which the office was shut six."""
    year.wait("2026-09-08 16:00")
    fired = year.go("2026-09-09 17:00")
    year.closures = [TYPHOON]
    withdrawn = year.go("2026-09-09 17:01")

    assert [event.reason for event in fired.events] == ["fired"]
    assert [(event.to_state, event.reason) for event in withdrawn.events] == [("resolved", "office closed")]
    (alert,) = firm.alerts(year.hub.engine)
    assert alert["resolve_reason"] == "office closed"


def test_it_fires_again_when_the_time_that_was_left_is_over(year: Year) -> None:
    """One hour on Tuesday, three on Wednesday, four on Thursday: the limit is Thursday 13:00."""
    year.wait("2026-09-08 16:00")
    year.go("2026-09-09 17:00")
    year.closures = [TYPHOON]
    year.go("2026-09-09 17:01")

    assert year.go("2026-09-10 13:00").events == []
    assert [event.reason for event in year.go("2026-09-10 14:01").events] == ["reopened"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "Withdrawn after an entry that the office was closed (typhoon 8): "
            "the time for an answer now ends Thu 10 Sep 13:00.",
        ),
        ("zh-Hant-HK", "已補登辦公室暫停辦公（typhoon 8），警示撤回；回覆時限現於 9月10日（四）13:00 屆滿。"),
        ("zh-Hans-CN", "补登停工记录（typhoon 8），提醒撤回；回复时限现为 9月10日（四）13:00"),
    ],
)
def test_who_was_told_reads_why_it_is_withdrawn_and_until_when_there_is_time(
    year: Year, language: Language, words: str
) -> None:
    """The client still waits: who reads only "over" would forget them."""
    sandy = PersonSettings(name="莫詠珊", email="sandy@lanternquay.example", language=language)
    year.hub.settings = firm.settings(people={**year.hub.settings.people, "sandy": sandy})
    year.wait("2026-09-08 16:00")
    year.go("2026-09-09 17:00")
    year.closures = [TYPHOON]
    year.go("2026-09-09 17:01")

    ((_, news, _),) = year.hub.mail.updated
    assert words in news.message.body()


def test_what_was_late_without_the_typhoon_too_goes_on_firing(year: Year) -> None:
    """Written the Friday before: the closure takes six hours of a wait of many."""
    year.wait("2026-09-04 10:00")
    year.go("2026-09-09 17:00")
    year.closures = [TYPHOON]

    assert year.go("2026-09-09 17:01").events == []


def test_what_another_clock_measured_is_withdrawn_with_the_reason_too(year: Year) -> None:
    """Eight hours to solve it, since Tuesday 09:00: they were over that evening, had the office been open."""
    year.rule = "feedback-open-too-long"
    year.wait("2026-09-08 09:00", severity="critical", received_at=at("2026-09-08 09:00"), answered=True)
    fired = year.go("2026-09-09 09:30")
    entered = at("2026-09-09 09:31")
    year.closures = [Closed("HK", TYPHOON.begins_at, TYPHOON.ends_at, "typhoon 8", entered)]
    withdrawn = year.go("2026-09-09 09:32")

    assert [event.reason for event in fired.events] == ["fired"]
    assert [event.reason for event in withdrawn.events] == ["office closed"]
    assert year.hub.mail.updated == []  # nobody is there to read it before it opens
    year.go("2026-09-09 15:00")
    ((_, news, _),) = year.hub.mail.updated
    assert "已補登辦公室暫停辦公（typhoon 8），警示撤回。" in news.message.body()


def test_what_clears_by_itself_long_after_a_typhoon_is_not_laid_to_it(year: Year) -> None:
    """The closure was known when the rule looked last: something else ended it."""
    year.rule = "feedback-open-too-long"
    year.closures = [Closed("HK", TYPHOON.begins_at, TYPHOON.ends_at, "typhoon 8", at("2026-09-09 09:31"))]
    year.wait("2026-09-01 09:00", severity="high", received_at=at("2026-09-01 09:00"), answered=True)
    year.go("2026-09-10 09:30")
    firm.change(year.hub.engine, "feedback", "crm/ticket/1", severity="info")

    assert [event.reason for event in year.go("2026-09-10 09:31").events] == ["cleared"]


@pytest.mark.parametrize(
    ("begins", "ends"),
    [("2026-09-11 09:00", "2026-09-11 18:00"), ("2026-09-08 17:00", "2026-09-09 15:00")],
    ids=["tomorrow", "while they waited"],
)
def test_what_would_be_over_without_a_closure_too_is_not_laid_to_it(year: Year, begins: str, ends: str) -> None:
    """Entered in the same minute in which the matter turned out to be a slight one: that is what ended it."""
    year.rule = "feedback-open-too-long"
    year.wait("2026-09-01 09:00", severity="high", received_at=at("2026-09-01 09:00"), answered=True)
    year.go("2026-09-10 09:30")
    year.closures = [Closed("HK", at(begins), at(ends), "typhoon 8", at("2026-09-10 09:31"))]
    firm.change(year.hub.engine, "feedback", "crm/ticket/1", severity="info")

    assert [event.reason for event in year.go("2026-09-10 09:32").events] == ["cleared"]


def test_what_was_only_to_be_known_is_withdrawn_without_a_word(year: Year) -> None:
    """Eighty hours to solve it, seventy-eight of them worked: whoever had it in the line need not hear."""
    year.rule = "feedback-open-too-long"
    year.wait("2026-08-25 16:30", severity="info", received_at=at("2026-08-25 16:30"), answered=True)
    year.go("2026-09-08 18:00")
    told = year.go("2026-09-09 09:30")
    year.closures = [Closed("HK", at("2026-09-07 14:00"), at("2026-09-07 18:00"), "flood", at("2026-09-09 09:31"))]
    over = year.go("2026-09-09 09:32")

    assert len(told.messages) == 1
    assert [event.reason for event in over.events] == ["office closed"]
    assert over.messages == []


def test_what_was_answered_meanwhile_ends_as_answered(year: Year) -> None:
    """A typhoon is no reason where a person did something."""
    year.wait("2026-09-08 16:00")
    year.go("2026-09-09 17:00")
    firm.change(
        year.hub.engine,
        "feedback",
        "crm/ticket/1",
        status_category="done",
        handled=True,
        closed_at=at("2026-09-09 17:00"),
    )
    year.closures = [TYPHOON]

    assert [event.reason for event in year.go("2026-09-09 17:01").events] == ["closed"]


def test_nobody_is_told_while_their_office_is_closed(year: Year) -> None:
    """Entered at once, the closure holds back what is found meanwhile; it goes out when the office opens."""
    year.closures = [TYPHOON]
    year.wait("2026-09-07 16:00")

    year.go("2026-09-09 10:00")
    assert year.told == []

    year.go("2026-09-09 15:00")
    assert len(year.told) == 1


@pytest.mark.parametrize(
    ("since", "late", "quiet_until", "told_at"),
    [
        pytest.param(
            "2026-10-09 17:00",
            "2026-10-10 11:00",
            "2026-10-12 08:59",
            "2026-10-12 09:00",
            id="Sat 10 Oct, a make-up day",
        ),
        pytest.param(
            "2026-10-16 17:30", "2026-10-19 11:00", "2026-10-20 08:59", "2026-10-20 09:00", id="Mon 19 Oct, Hong Kong's"
        ),
    ],
)
def test_a_mainland_clock_runs_on_mainland_days_and_a_hong_kong_reader_is_told_on_hong_kong_days(
    year: Year, since: str, late: str, quiet_until: str, told_at: str
) -> None:
    """It is late for those who must answer; who owns the client hears of it at work."""
    year.wait(since, calendar="mainland", severity="critical")

    fired = year.go(late)
    assert [event.reason for event in fired.events] == ["fired"]
    year.go(quiet_until)
    assert year.told == []

    year.go(told_at)
    assert len(year.told) == 1


@pytest.mark.parametrize(
    ("since", "now"), [("2026-10-09 17:00", "2026-10-10 17:59"), ("2026-10-16 17:30", "2026-10-19 17:59")]
)
def test_a_hong_kong_clock_stands_still_where_the_mainland_works(year: Year, since: str, now: str) -> None:
    """Its two hours are not over for those who must answer, whoever reads it."""
    year.wait(since, severity="critical", bd_person="person/kevin")

    assert year.go(now).events == []


@pytest.mark.parametrize(
    ("since", "now"), [("2026-10-09 17:00", "2026-10-10 11:00"), ("2026-10-16 17:30", "2026-10-19 11:00")]
)
def test_a_mainland_reader_hears_of_a_mainland_clock_at_once(year: Year, since: str, now: str) -> None:
    """Kevin is at work on those days."""
    year.wait(since, calendar="mainland", severity="critical", bd_person="person/kevin")
    year.go(now)

    assert len(year.told) == 1
    assert year.told[0].startswith("罗建明")


def test_a_typhoon_in_hong_kong_stops_no_clock_in_shenzhen(year: Year) -> None:
    """Shenzhen has its own notices."""
    year.closures = [TYPHOON]
    year.wait("2026-09-08 16:00", calendar="mainland", bd_person="person/kevin")

    assert [event.reason for event in year.go("2026-09-09 17:00").events] == ["fired"]
