"""Findings as messages tell them, and who writes and reads: what the tests of words share."""

from datetime import date

from alerts.ahead import Due
from alerts.facts import Facts
from alerts.messages import Ending, Item
from alerts.planning import said_by
from alerts.routing import Reader
from alerts.week_figures import WeekFigures
from alerts.writer import Writer
from config.settings import Language, Settings
from rules.evaluate import Finding
from rules.titles import Reading
from tests.alerts import firm
from tests.alerts.firm import TUESDAY, feedback, hk, milestone


def writer(settings: Settings | None = None, stale: tuple[str, ...] = ()) -> Writer:
    return Writer(settings or firm.settings(), firm.freshness(TUESDAY, stale), firm.working_time(), TUESDAY)


def item(finding: Finding, ending: Ending | None = None) -> Item:
    rule = firm.rule(finding.rule)
    client = (finding.client or "").removeprefix("client/")
    return Item(
        f"{finding.rule}:{finding.subject}",
        rule.view.name,
        finding.rule,
        finding.source,
        client,
        finding.severity,
        Facts(finding.facts),
        hk(19),
        lambda language, facts: said_by(rule, facts, Reading(language, firm.HK, TUESDAY.astimezone(firm.HK).date())),
        ending,
    )


def reader(language: Language) -> Reader:
    return Reader("person/marco", "Marco Yip", "marco@lanternquay.example", language)


def coordinator(language: Language) -> Reader:
    return Reader("person/may", "May Chan", "may@lanternquay.example", language)


def group(language: Language) -> Reader:
    return Reader("", "", "", language)


SLOW_BOAT = {
    "client": "client/boat",
    "bd_name": "罗建明",
    "owner_name": "周敏",
    "author": "赵磊",
    "severity": "high",
    "text": "导入运单报错，仓库停了半天",
    "waiting_since": hk(23, 11).isoformat(),
    "limit_hours": 4.0,
    "waited_hours": 6.0,
}

SEVERAL = (
    milestone(1),
    milestone(2, name="Release 2.1", client="client/kite", days_overdue=11, owner_name="Priya Nair", bd_name="莫詠珊"),
    feedback(1, client="client/kite", waited_hours=15.0),
    feedback(2, **SLOW_BOAT),
)

TODAY = {"working_days_overdue": 0, "deadline_on": "2026-11-24", "moves": 0, "total_items": 0, "owner_name": None}

UNPROMISED = milestone(5, client=None, name="Block C", due_at=hk(24, 8, 30).isoformat(), days_overdue=0, **TODAY)

DUE = [
    Due("Pen test", "bank", date(2026, 11, 25), True),
    Due("家長通試用", "kite", date(2026, 11, 27), False),
]

WEEK = WeekFigures(
    new=4,
    solved=6,
    open=9,
    on_time={"value": 75.0, "met": 9, "counted": 12},
    answers={"value": 3.0, "details": {"p90": 9.0, "or_more": False, "p90_or_more": True}},
    decided={"snoozed": 3, "silenced": 1},
)

PATH = (date(2026, 10, 30), date(2026, 11, 6), date(2026, 11, 16), date(2026, 11, 30))

AT_RISK = firm.of(
    "milestone-at-risk",
    "warning",
    key="delivery/issue/9",
    name="Go-live",
    open_items=18,
    closed_lately=9,
    days_behind=27,
    total_items=27,
)

WROTE_AGAIN = {
    "author": "Meera Kapadia",
    "received_at": hk(18, 15, 20).isoformat(),
    "first_response_at": hk(19, 10, 35).isoformat(),
    "waiting_since": hk(20, 10).isoformat(),
    "waited_hours": 15.0,
}
