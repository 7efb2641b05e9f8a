"""The colour of a project and of a client, and the sentence that says why: domain's limits, one line each."""

from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest

from config.language import LANGUAGES
from rules.health.decide import ENOUGH_CLOSED, LAST_DAYS, SILENT_DAYS, client_health, pace_matters, project_health
from rules.health.values import (
    Acceptance,
    Client,
    Colour,
    Health,
    Hours,
    Kind,
    Project,
    Promise,
    Reason,
    Unanswered,
    Unread,
    Waiting,
)
from rules.health.words import sentence
from rules.load import load_rules
from rules.views.milestone import PACE_DAYS, needed_days
from tests.rules.rows import SETTINGS

TODAY = date(2026, 11, 24)
OCTOBER_30, NOVEMBER_30, DECEMBER_18 = date(2026, 10, 30), date(2026, 11, 30), date(2026, 12, 18)


def promise(name: str = "UAT sign-off", **values: Any) -> Promise:
    """One that is to come, and in good order."""
    usual: dict[str, Any] = {
        "committed_on": NOVEMBER_30,
        "deadline_on": NOVEMBER_30,
        "days_past": -4,
        "awaited": True,
        "days_left": 4,
    }
    return Promise(name, name, **(usual | values))


def past(days: int, **values: Any) -> Promise:
    return promise(committed_on=OCTOBER_30, deadline_on=date(2026, 11, 16), days_past=days, awaited=False, **values)


def project(**values: Any) -> Project:
    usual: dict[str, Any] = {
        "key": "delivery/projects/1",
        "name": "Mobile app revamp",
        "client": "client/bank",
        "native": None,
    }
    to_come = [one.deadline_on for one in values.get("promises", ()) if one.awaited and one.deadline_on]
    return Project(**(usual | {"is_dated": True, "next_on": min(to_come, default=None)} | values))


def colour(**values: Any) -> Colour:
    return project_health(project(**values), TODAY).colour


def waiting(*, is_critical: bool = False, is_late: bool = True, hours: float = 9.5, limit: float = 8) -> Waiting:
    return Waiting("crm/tickets/1", is_critical, is_late, hours, limit)


def health(key: str, of: Colour) -> Health:
    """Of a project, with one reason of that colour."""
    reasons = () if of == "green" else (Reason("past_promise", of, "m", "M", 4, _NAMED | {"days": 4}),)
    return Health(key, TODAY, of, reasons, "client/bank", key)


_NAMED = {"committed_on": "2026-10-30"}

NEXT, LATER = date(2026, 12, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("expected", "values"),
    [
        ("green", {"promises": [promise()]}),
        ("green", {"promises": [past(0)]}),
        ("amber", {"promises": [past(1)]}),
        ("amber", {"promises": [past(3)]}),
        ("red", {"promises": [past(4)]}),
        ("green", {"promises": [promise(days_planned_late=2)]}),
        ("amber", {"promises": [promise(days_planned_late=3)]}),
        ("amber", {"promises": [promise(days_planned_late=10)]}),
        ("red", {"promises": [promise(days_planned_late=11)]}),
        # Only of the next one is it asked, and an overdue one is not next
        ("green", {"promises": [promise(deadline_on=NEXT), promise("b", deadline_on=LATER, days_planned_late=11)]}),
        ("red", {"promises": [past(1), promise("b", deadline_on=LATER, days_planned_late=11)]}),
        # 12 open items, 10 closed in 20 working days: needs 24
        ("amber", {"promises": [promise(open_items=12, closed_lately=10, needed_days=24, days_left=15)]}),
        ("green", {"promises": [promise(open_items=12, closed_lately=10, needed_days=24, days_left=24)]}),
        ("amber", {"promises": [promise(open_items=1, closed_lately=2, needed_days=10, days_left=5)]}),
        ("green", {"promises": [promise(open_items=30, closed_lately=2, needed_days=300, days_left=6)]}),
        ("green", {"promises": [promise(open_items=0, days_left=1)]}),
        ("green", {"promises": [promise(moves=1)]}),
        ("amber", {"promises": [promise(moves=2)]}),
        ("amber", {"acceptances": [Acceptance("m", "M", OCTOBER_30, 2, awaited=False)]}),
        ("amber", {"feedback": [waiting()]}),
        ("red", {"feedback": [waiting(is_critical=True)]}),
        ("green", {"feedback": [waiting(is_critical=True, is_late=False)]}),
        ("green", {"risks": [Unanswered("r", "R", 9)]}),
        ("amber", {"risks": [Unanswered("r", "R", 10)]}),
        ("amber", {"risks": [Unanswered("r", "R", 19)]}),
        ("red", {"risks": [Unanswered("r", "R", 20)]}),
        ("green", {"hours": Hours(91, 100, 91, open_percent=10)}),
        ("amber", {"hours": Hours(91, 100, 91, open_percent=11)}),
        ("green", {"hours": Hours(90, 100, 90, open_percent=11)}),
        ("amber", {"hours": Hours(110, 100, 110, open_percent=11)}),
        ("red", {"hours": Hours(111, 100, 111, open_percent=0)}),
        ("grey", {"is_dated": False}),
        ("grey", {"unread": Unread("delivery", "Jira", date(2026, 11, 19))}),
        ("grey", {"unread": Unread("delivery", "Jira", None), "promises": [promise()]}),
        # What is known to be wrong is not mended by a tool that does not answer
        ("amber", {"is_dated": False, "feedback": [waiting()]}),
        ("red", {"unread": Unread("delivery", "Jira", None), "promises": [past(4)]}),
    ],
)
def test_the_worst_decides(expected: Colour, values: dict[str, Any]) -> None:
    """Each limit of domain's item 12, on both of its sides."""
    assert colour(**values) == expected


@pytest.mark.parametrize("open_items", [0, 1, 5, 12, 30])
def test_the_pace_is_asked_of_whatever_it_can_put_at_risk(open_items: int) -> None:
    """It is counted from all that was ever done, and so of no other milestone."""
    for days_left in range(0, 140, 3):
        unpaced = promise(open_items=open_items, days_left=days_left)
        paced = [
            replace(unpaced, closed_lately=closed, needed_days=needed_days(open_items, closed)) for closed in range(20)
        ]
        assert pace_matters(unpaced) == any(colour(promises=[one]) == "amber" for one in paced)


@pytest.mark.parametrize(
    ("expected", "client", "projects"),
    [
        ("green", {}, ["green", "green"]),
        ("red", {}, ["green", "red"]),
        ("amber", {}, ["amber", "green"]),
        ("red", {"feedback": [waiting(is_critical=True, is_late=False, hours=1)]}, ["green"]),
        ("green", {"feedback": [waiting(is_late=False)]}, ["green"]),
        ("amber", {"feedback": [waiting()]}, ["green"]),
        ("red", {"score": 60, "scored_on": TODAY}, ["green"]),
        ("green", {"score": 61, "scored_on": TODAY}, ["green"]),
        ("amber", {"silent_days": 16.0}, ["green"]),
        ("amber", {"report_due": True}, ["green"]),
        ("amber", {"contract_ends_on": date(2026, 12, 31)}, ["green"]),
        ("grey", {"unread": Unread("crm", "HubSpot", None)}, ["green"]),
        ("grey", {}, ["grey", "grey"]),
        ("grey", {}, []),
        ("green", {}, ["green", "grey"]),
        ("amber", {"silent_days": 16.0}, ["grey"]),
    ],
)
def test_a_client_is_as_its_worst_project_and_its_own_reasons(
    expected: Colour, client: dict[str, Any], projects: list[Colour]
) -> None:
    """Domain's item 13; where nobody can judge anything, it is not green."""
    theirs = [health(f"p{n}", of) for n, of in enumerate(projects)]

    assert client_health(Client("client/bank", **client), theirs, TODAY).colour == expected


def test_the_sentence_is_that_of_the_worked_example() -> None:
    """At most two reasons, the worst first, with numbers."""
    found = project_health(
        project(
            promises=[past(17, moves=2), promise("Go-live", committed_on=DECEMBER_18, deadline_on=DECEMBER_18)],
            risks=[Unanswered("r", "core freeze", 12)],
            hours=Hours(95, 100, 95, open_percent=20),
        ),
        TODAY,
    )

    assert sentence("en", found, TODAY) == (
        "Red: UAT sign-off is 17 wd past the promised 30 Oct and moved twice; risk 'core freeze' (12) has no response."
    )
    assert sentence("zh-Hant-HK", found, TODAY) == (
        "紅：UAT sign-off 較承諾的 10月30日已遲 17 個工作天，並已改期兩次；風險「core freeze」（12）未有應對方案。"
    )
    assert sentence("zh-Hans-CN", found, TODAY) == (
        "红：UAT sign-off 比承诺的10月30日已晚 17 个工作日，已改期 2 次；风险“core freeze”（12）无应对方案"
    )


def test_a_clients_sentence_names_each_project_once() -> None:
    """Whoever has three projects must know which is meant."""
    theirs = project_health(project(promises=[past(17)], risks=[Unanswered("r", "core freeze", 12)]), TODAY)
    alone = client_health(Client("client/bank"), [theirs], TODAY)
    with_own = client_health(Client("client/bank", score=40, scored_on=date(2026, 11, 12)), [theirs], TODAY)

    assert sentence("en", alone, TODAY) == (
        "Red: Mobile app revamp: UAT sign-off is 17 wd past the promised 30 Oct; "
        "risk 'core freeze' (12) has no response."
    )
    assert sentence("en", with_own, TODAY).endswith("30 Oct; satisfaction was 40 of 100 on 12 Nov.")


def test_that_a_source_was_not_read_is_always_said() -> None:
    """A red from last week's data is red, and its reader must know of which week it is."""
    unread = Unread("delivery", "Jira", date(2026, 11, 19))
    risks = [Unanswered(f"r{n}", f"R{n}", 25) for n in range(9)]

    found = project_health(project(promises=[past(4)], risks=risks, unread=unread), TODAY)

    assert sentence("en", found, TODAY) == (
        "Red: UAT sign-off is 4 wd past the promised 30 Oct; Jira was last read on 19 Nov."
    )


def test_green_has_no_reason() -> None:
    """Nothing is told where nothing is wrong."""
    assert sentence("en", project_health(project(), TODAY), TODAY) == "Green."


ONE_OF_EACH: list[dict[str, Any]] = [
    {"promises": [past(4)]},
    {"promises": [promise(days_planned_late=4, moves=3)]},
    {"promises": [promise(open_items=3, days_left=2)]},
    {"promises": [promise(open_items=12, closed_lately=9, needed_days=40)]},
    {"promises": [promise(moves=4, deadline_on=None, awaited=False)]},
    {"acceptances": [Acceptance("m", "M", OCTOBER_30, 3, awaited=True)]},
    {"acceptances": [Acceptance("m", "M", OCTOBER_30, 3, awaited=False)]},
    {"feedback": [waiting()]},
    {"feedback": [waiting(is_critical=True), waiting(is_critical=True)]},
    {"feedback": [waiting(is_critical=True, limit=0)]},
    {"risks": [Unanswered("r", "R", 12)]},
    {"hours": Hours(95.5, 100, 95.5, open_percent=20)},
    {"unread": Unread("delivery", "Jira", None)},
    {"unread": Unread("delivery", "Jira", TODAY)},
    {"is_dated": False},
]
ONE_OF_EACH_OF_A_CLIENT: list[dict[str, Any]] = [
    {"feedback": [waiting(is_critical=True)]},
    {"score": 40, "scored_on": TODAY},
    {"silent_days": 16.5},
    {"report_due": True},
    {"contract_ends_on": DECEMBER_18},
    {},
]


def test_every_reason_is_said_in_every_language() -> None:
    """With what a reason of its kind holds; nobody reads a hole."""
    found = [
        *(project_health(project(**values), TODAY) for values in ONE_OF_EACH),
        *(client_health(Client("client/bank", **values), [], TODAY) for values in ONE_OF_EACH_OF_A_CLIENT),
    ]

    assert {one.reasons[0].kind for one in found} == set(get_args(Kind))
    for language in LANGUAGES:
        assert not [said for one in found if "None" in (said := sentence(language, one, TODAY))]


def test_health_and_alerts_call_the_same_at_risk_and_silent() -> None:
    """As shipped: a rule that somebody tunes for their alerts changes no colour."""
    rules = {rule.id: rule for rule in load_rules(SETTINGS)}

    assert rules["milestone-at-risk"].params == {"enough_closed": ENOUGH_CLOSED, "days": LAST_DAYS}
    assert rules["client-silent"].params == {"days": SILENT_DAYS}
    assert rules["effort-over"].params == {"spent": 90, "open": 10}
    assert PACE_DAYS == 20
