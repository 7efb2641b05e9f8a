"""The weekly summary: who gets it when, whose figures it has, and what it leaves out."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from alerts.ahead import Due
from alerts.messages import Message
from alerts.phone_size import BODY_CHARS, BODY_LINES, TITLE_WIDTH, width_of
from alerts.week_figures import WeekFigures
from alerts.week_words import week_message
from config.language import LANGUAGES
from config.settings import PersonSettings
from rules.health.turns import Turn
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import feedback, hk, milestone
from tests.alerts.writing import reader, writer

FRIDAY, MONDAY = hk(27, 14), hk(30)
WINNIE = PersonSettings(name="Winnie Lau", email="winnie@lanternquay.example", role="head")
ON_TIME = {"value": 75.0, "met": 9, "counted": 12, "details": {}}
ANSWERS = {"value": 3.0, "counted": 10, "details": {"p90": 9.0, "or_more": False, "p90_or_more": True}}


@pytest.fixture
def firm_hub(hub: Hub) -> Hub:
    """Marco has the bank and Sandy Paper Kite, whom Milepost has known for a week; Winnie is head of BD."""
    people = {**firm.settings().people, "winnie": WINNIE}
    people |= {name: people[name].model_copy(update={"daily_line": False}) for name in ("marco", "sandy")}
    hub.settings = firm.settings(people=people)
    for client, bd in (("bank", "marco"), ("kite", "sandy")):
        firm.put(hub.engine, "client", {"key": f"client/{client}", "bd_person": f"person/{bd}", "names": {}})
    hub.tell(at=hk(20, 16))
    return hub


def weekly(hub: Hub, person: str) -> list[Message]:
    rows = firm.deliveries(hub.engine, kind="weekly", recipient=f"person/{person}")
    return [Message.from_json(row["payload"]["message"]) for row in rows]


def kept(hub: Hub, indicator: str, months: int, first: date, last: date, **values: Any) -> None:
    """A figure of the firm's."""
    row = {"key": f"{indicator}/{months}/{last:%Y-%m}", "indicator": indicator, "months": months}
    row |= {"first_on": first, "last_on": last, "computed_at": hk(1), "details": {}, **values}
    firm.put(hub.engine, "indicator_month", row)


def test_a_manager_reads_what_the_week_came_to(firm_hub: Hub) -> None:
    """What they were told of, what of that is over, what is left; how the firm does; what comes; what was decided."""
    kept(firm_hub, "on_time", 3, date(2026, 8, 1), date(2026, 10, 31), counted=12, met=9, value=75.0)
    kept(firm_hub, "on_time", 3, date(2026, 9, 1), date(2026, 11, 30), counted=9, met=9, value=100.0)
    details = {"p90": 9.0, "p90_or_more": True}
    kept(firm_hub, "first_response", 1, date(2026, 11, 1), date(2026, 11, 30), counted=10, value=3.0, details=details)
    ahead = firm.milestone_row(7, name="Go-live", deadline_on=date(2026, 12, 4), baseline_on=date(2026, 11, 20))
    ahead |= {"client_key": "client/bank", "bd_person": "person/marco", "client_facing": True, "counted": True}
    firm.put(firm_hub.engine, "milestone", ahead, firm.milestone_row(1), firm.milestone_row(2))
    firm.put(firm_hub.engine, "answer", {"feedback_key": "crm/ticket/9", "answered_at": hk(25), "recorded_at": hk(25)})
    firm_hub.tell(milestone(1), milestone(2), feedback(), at=hk(24))
    firm.change(firm_hub.engine, "milestone", "delivery/issue/2", status_category="done")
    firm_hub.tell(milestone(1), feedback(), at=hk(25))

    firm_hub.tell(milestone(1), feedback(), at=FRIDAY)

    [told] = weekly(firm_hub, "marco")
    assert told.as_text() == (
        "Week to 27 Nov: 2 new, 1 solved\n"
        "New 2, solved 1, open 1.\n"
        "Firm, on time, 3 months: 75.0 % (9 of 12).\n"
        "Firm, answers this month: median 3, P90 >9 working hours.\n"
        "Next week: Go-live (Bank of Nine Ferries) Fri 4 Dec, date not agreed.\n"
        "Decided: 1 answered elsewhere.\n"
        "All sources read since 13:52."
    )


TURNED = (
    ("Owners' portal", "bank", "green", "red"),
    ("Donor portal", "bank", "green", "amber"),
    ("e-KYC", "bank", "amber", "green"),
    ("Mobile app revamp", "bank", "red", "red"),
    ("Wi-Fi", "bank", "green", "grey"),
    ("門店 POS", "kite", "green", "amber"),
)


def turned(hub: Hub, at: datetime = FRIDAY) -> None:
    """How everything was before the week that ends there, and how it is on that day."""
    for name, client, before, after in TURNED:
        whose = {"key": f"delivery/project/{name}", "client_key": f"client/{client}"}
        firm.put(hub.engine, "project", whose | {"source": "delivery", "vendor_id": name, "name": name})
        for day, colour in ((at - timedelta(days=10), before), (at, after)):
            row = {"day": day.date(), "colour": colour, "computed_at": day - timedelta(hours=5)}
            firm.put(hub.engine, "health_day", whose | row)


def test_a_manager_reads_which_of_their_projects_turned(firm_hub: Hub) -> None:
    """The worst first; grey is no news, and Sandy's shop is no matter of Marco's."""
    turned(firm_hub)

    firm_hub.tell(at=FRIDAY)

    assert weekly(firm_hub, "marco")[0].as_text().splitlines()[:2] == [
        "Week to 27 Nov: 1 better, 2 worse",
        "Worse: Owners' portal (green→red), Donor portal (green→amber). Better: e-KYC (amber→green).",
    ]
    assert weekly(firm_hub, "sandy")[0].told[0].text == "轉差：門店 POS（綠→黃）。"


def test_the_head_reads_which_of_all_projects_turned(firm_hub: Hub) -> None:
    """Three by name, the others counted."""
    turned(firm_hub, MONDAY)
    firm.put(firm_hub.engine, "project", {"key": "x", "source": "delivery", "vendor_id": "x", "name": "X"})
    for day, colour in ((hk(20), "green"), (MONDAY, "amber")):
        firm.put(firm_hub.engine, "health_day", {"key": "x", "day": day.date(), "colour": colour, "computed_at": day})

    firm_hub.tell(at=MONDAY)

    told = weekly(firm_hub, "winnie")[-1]
    assert told.title == "Week to 27 Nov: 1 better, 4 worse"
    assert told.told[0].text.startswith(
        "Worse: Owners' portal (green→red), Donor portal (green→amber), X (green→amber), and 1 more. Better: "
    )


@pytest.mark.parametrize(
    ("language", "title", "line"),
    [
        (
            "zh-Hant-HK",
            "截至 11月20日一週：1 項好轉，2 項轉差",
            "轉差：Owners' portal（綠→紅）、Donor portal（綠→黃）；好轉：e-KYC（黃→綠）。",
        ),
        (
            "zh-Hans-CN",
            "【周报】截至 11月20日：好转 1，恶化 2",
            "恶化：Owners' portal（绿→红）、Donor portal（绿→黄）；好转：e-KYC（黄→绿）",
        ),
    ],
)
def test_turns_are_told_in_the_readers_language(language: Any, title: str, line: str) -> None:
    """As the trade says it."""
    turns = [Turn(name, "client/bank", before, after) for name, _, before, after in TURNED[:3]]  # type: ignore[arg-type]
    week = WeekFigures(4, 6, 9, ON_TIME, ANSWERS, {}, turns)

    told = week_message(writer(), reader(language), week, date(2026, 11, 20), [], ahead="due.next", target="90")

    assert (told.title, told.told[0].text) == (title, line)


def test_what_turned_after_the_last_summary_is_told_in_the_next(firm_hub: Hub) -> None:
    """On the Friday before, an hour after it: no week knows nothing of it. What turned before it was told in it."""
    firm_hub.tell(at=FRIDAY)
    next_friday = FRIDAY + timedelta(days=7)
    for name, at in (("late", FRIDAY + timedelta(hours=1)), ("early", FRIDAY - timedelta(hours=1))):
        whose = {"key": name, "client_key": "client/bank"}
        firm.put(firm_hub.engine, "project", whose | {"source": "delivery", "vendor_id": name, "name": name})
        days = ((hk(26), "green", hk(26)), (FRIDAY, "amber", at), (next_friday, "amber", next_friday))
        for day, colour, computed_at in days:
            row = {"day": day.date(), "colour": colour, "computed_at": computed_at}
            firm.put(firm_hub.engine, "health_day", whose | row)

    firm_hub.tell(at=next_friday)

    assert weekly(firm_hub, "marco")[-1].told[0].text == "Worse: late (green→amber)."


def test_the_head_of_bd_reads_of_every_client_when_the_week_begins(firm_hub: Hub) -> None:
    """Marco's two, and Sandy's one; what is due in the week that begins."""
    firm_hub.tell(milestone(1), milestone(2), feedback(), at=hk(24))
    firm_hub.tell(milestone(1), milestone(2), feedback(), at=FRIDAY)
    assert weekly(firm_hub, "winnie")[:-1] == []

    firm_hub.tell(milestone(1), milestone(2), feedback(), at=MONDAY)

    assert weekly(firm_hub, "winnie")[-1].as_text().splitlines()[:3] == [
        "Week to 27 Nov: 3 new, 0 solved",
        "New 3, solved 0, open 3.",
        "Due this week: none.",
    ]


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (hk(26, 17), False),
        (hk(27, 9), False),
        (hk(27, 13, 59), False),
        (hk(27, 14), True),
        (hk(27, 17, 59), True),
        (hk(27, 18), False),
        (hk(28, 14), False),
    ],
)
def test_a_manager_has_it_in_the_last_working_hours_of_the_week(firm_hub: Hub, at: datetime, told: bool) -> None:
    """On Friday afternoon, when the week has happened."""
    firm_hub.tell(at=at)

    assert bool(weekly(firm_hub, "marco")) is told


def test_before_a_holiday_the_week_ends_earlier(firm_hub: Hub) -> None:
    """Christmas is on a Friday."""
    thursday = hk(1, 14) + timedelta(days=53)
    firm_hub.tell(at=thursday - timedelta(days=1))
    firm_hub.tell(at=thursday)

    assert [message.title for message in weekly(firm_hub, "marco")] == ["Week to 24 Dec: 0 new, 0 solved"]


def test_nobody_has_two_in_a_week(firm_hub: Hub) -> None:
    """However many rounds there are; and the next week has its own, since the last one."""
    for at in (FRIDAY, FRIDAY + timedelta(minutes=1), FRIDAY + timedelta(days=7), FRIDAY + timedelta(days=7, hours=1)):
        firm_hub.tell(at=at)

    assert [message.title for message in weekly(firm_hub, "marco")] == [
        "Week to 27 Nov: 0 new, 0 solved",
        "Week to 4 Dec: 0 new, 0 solved",
    ]


def test_after_a_week_without_one_the_next_counts_its_own_week(firm_hub: Hub) -> None:
    """The hub was off that Friday: what is called a week is one, and can be compared with the one before."""
    firm_hub.tell(at=FRIDAY)
    firm_hub.tell(milestone(1), at=FRIDAY + timedelta(days=5))
    firm_hub.tell(milestone(1), milestone(2), at=FRIDAY + timedelta(days=12))

    firm_hub.tell(milestone(1), milestone(2), at=FRIDAY + timedelta(days=14))

    assert [message.title for message in weekly(firm_hub, "marco")][1:] == ["Week to 11 Dec: 1 new, 0 solved"]


def test_nobody_has_one_in_the_week_in_which_we_came_to_know_them(hub: Hub) -> None:
    """It would tell of two days as of a week."""
    firm.put(hub.engine, "client", {"key": "client/bank", "bd_person": "person/marco", "names": {}})
    hub.tell(at=hk(26))
    hub.tell(at=FRIDAY)

    assert weekly(hub, "marco") == []


def test_a_figure_that_nobody_has_is_no_line(firm_hub: Hub) -> None:
    """Fewer than five promises say nothing; no survey, no tickets: no line."""
    kept(firm_hub, "on_time", 3, date(2026, 8, 1), date(2026, 10, 31), counted=4, met=1, value=25.0)

    firm_hub.tell(at=FRIDAY)

    assert [line.text for line in weekly(firm_hub, "marco")[0].told] == [
        "New 0, solved 0, open 0.",
        "Next week: nothing is due.",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_week_with_all_that_there_is_fits_a_phone(language: Any) -> None:
    """However much is due and was decided."""
    due = [Due(f"Milestone {number} with a long name", "kite", date(2026, 12, 4), False) for number in range(40)]
    decided = dict.fromkeys(("agreed", "answered", "snoozed", "silenced"), 12)
    turns = [Turn(f"A project with a long name {n}", None, "green", "amber") for n in range(9)]
    turns += [Turn(f"A project with a long name {n}", None, "red", "amber") for n in range(9)]
    week = WeekFigures(120, 110, 99, ON_TIME, ANSWERS, decided, turns)

    told = week_message(
        writer(stale=("boards", "crm")), reader(language), week, date(2026, 11, 20), due, ahead="due.next", target="90"
    )

    assert width_of(told.title) <= TITLE_WIDTH + 0.01
    assert len(told.body()) <= BODY_CHARS
    assert len(told.lines) < BODY_LINES
