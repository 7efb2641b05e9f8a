"""The rules on work items and risks: whose they are, who has them, and what they are called."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from config.settings import Language
from rules.evaluate import Finding, find
from rules.load import load_rules
from rules.titles import Reading
from tests.rules.rows import SETTINGS, ZONE, database, local, moment, source
from unify import tables

RULES = {rule.id: rule for rule in load_rules(SETTINGS)}
PROJECT = tables.Project(
    key="delivery/projects/1", source="delivery", vendor_id="1", name="EDI", client_key="client/boat"
)
BOAT = tables.Client(key="client/boat", names={"": "Slow Boat"}, bd_person="person/kevin", calendar="shenzhen")
ARJUN = tables.Account(
    key="delivery/users/1", source="delivery", vendor_id="1", name="arjun", person_key="person/arjun"
)
PEOPLE = (
    tables.Person(key="person/kevin", name="Kevin Luo"),
    tables.Person(key="person/arjun", name="Arjun Mehta"),
)


def findings(folder: Path, rule: str, *rows: SQLModel) -> list[Finding]:
    """What `rule` finds on the story's Tuesday among `rows`, of a project of Slow Boat."""
    with (
        database(folder, source(), PROJECT, BOAT, ARJUN, *PEOPLE, *rows) as engine,
        engine.connect() as connection,
        connection.begin(),
    ):
        return find(connection, RULES[rule], moment())


def item(number: int = 1, **values: Any) -> tables.WorkItem:
    row = {"name": f"I{number}", "project_key": PROJECT.key, "client_key": BOAT.key, "status_category": "in_progress"}
    return tables.WorkItem(
        key=f"delivery/issues/{number}", source="delivery", vendor_id=str(number), **{**row, **values}
    )


def risk(**values: Any) -> tables.Risk:
    row = {"name": "The standard may change", "project_key": PROJECT.key, "status_category": "todo", **values}
    return tables.Risk(key="delivery/issues/9", source="delivery", vendor_id="9", **row)


def said(finding: Finding, language: Language = "en") -> tuple[str, str]:
    """The title, and why."""
    rule, reading = RULES[finding.rule], Reading(language, ZONE, moment().today)
    return rule.title(finding.facts, reading), rule.reason(finding.facts, reading)


def test_an_item_is_its_projects_clients_and_its_first_assignees(tmp_path: Path) -> None:
    """Who is told hangs on it, and on whose calendar it is counted."""
    blocked = item(
        labels=["Blocked"],
        assignee_accounts=[ARJUN.key, "delivery/users/2"],
        updated_at=local("2026-11-02 10:00"),
    )

    (finding,) = findings(tmp_path, "item-blocked", blocked)

    facts = finding.facts
    assert (finding.client, facts["bd"], facts["bd_name"]) == ("client/boat", "person/kevin", "Kevin Luo")
    assert (facts["owner"], facts["owner_name"], facts["calendar"]) == ("person/arjun", "Arjun Mehta", "shenzhen")
    assert said(finding)[0] == "Slow Boat: I1 is blocked"


def test_untouched_is_counted_on_the_clients_calendar_and_not_of_milestones(tmp_path: Path) -> None:
    """Mon 2 to Tue 24 Nov is sixteen working days; of a milestone its own rules speak."""
    touched = {"updated_at": local("2026-11-02 15:30")}
    sign_off = tables.Milestone(key="delivery/issues/2", source="delivery", vendor_id="2", kind="item")

    found = findings(tmp_path, "item-stale", item(1, **touched), item(2, **touched), sign_off)

    assert [finding.subject for finding in found] == ["delivery/issues/1"]
    assert found[0].facts["idle_working_hours"] > 120


def test_what_is_no_milestone_any_more_is_work_again(tmp_path: Path) -> None:
    """Its label was taken off: the milestone is gone, the card is not."""
    touched = local("2026-11-02 15:30")
    once = tables.Milestone(
        key="delivery/issues/1", source="delivery", vendor_id="1", kind="item", deleted_at=local("2026-11-03 10:00")
    )

    (finding,) = findings(tmp_path, "item-stale", item(1, updated_at=touched), once)

    assert finding.subject == once.key


def test_blocked_counts_from_when_the_status_said_so(tmp_path: Path) -> None:
    """An old item that is blocked since this morning is not late, and talk about it unblocks nothing."""
    shared = {
        "status_native": "Blocked",
        "created_at": local("2026-06-01 10:00"),
        "updated_at": local("2026-11-24 08:59"),
    }
    since = {1: "2026-11-24 08:00", 2: "2026-11-20 10:00"}
    changes = [
        tables.Change(
            key=f"delivery/changes/{number}/{index}",
            source="delivery",
            vendor_id=f"{number}/{index}",
            entity_key=f"delivery/issues/{number}",
            field="status",
            new=new,
            changed_at=local(at),
        )
        for number, last in since.items()
        for index, (at, new) in enumerate([("2026-06-02 10:00", "In progress"), (last, "Blocked")])
    ]

    (finding,) = findings(tmp_path, "item-blocked", item(1, **shared), item(2, **shared), *changes)

    assert finding.subject == "delivery/issues/2"
    assert finding.facts["status_since"] == local("2026-11-20 10:00").isoformat()


def test_what_nobody_has_and_is_due_soon(tmp_path: Path) -> None:
    """Thursday is two working days ahead of Tuesday."""
    nobodys, arjuns, strangers = (item(number, due_on=date(2026, 11, 26)) for number in (1, 2, 3))
    arjuns.assignee_accounts = [ARJUN.key]
    strangers.assignee_accounts = ["delivery/users/never read"]

    (finding,) = findings(tmp_path, "item-unassigned-due-soon", nobodys, arjuns, strangers)

    assert finding.facts["working_days_left"] == 2
    assert said(finding, "zh-Hant-HK")[0] == "Slow Boat：I1 將於 11月26日（四）到期，未指派負責人"


@pytest.mark.parametrize(("impact", "severity"), [(4, "warning"), (5, "high")])
def test_a_high_risk_is_told_with_its_plan_and_without_its_score(tmp_path: Path, impact: int, severity: str) -> None:
    """4 x 4 is bad, 4 x 5 is worse; a figure of ours tells a reader nothing."""
    high = risk(probability=4, impact=impact, response="mitigate", response_plan="Two weeks in hand")

    (finding,) = findings(tmp_path, "risk-high", high)

    title, why = said(finding)
    assert (finding.severity, finding.client, finding.facts["score"]) == (severity, "client/boat", 4 * impact)
    assert title == "Slow Boat: high risk: The standard may change"
    assert why.startswith("Plan: Two weeks in hand. ")
    assert str(4 * impact) not in title + why


def test_what_has_happened_shows_the_contingency_plan_and_is_no_risk_any_more(tmp_path: Path) -> None:
    """One alert, not three, in the hour in which nobody reads much."""
    folders = [tmp_path / name for name in ("high", "bare", "occurred")]
    for folder in folders:
        folder.mkdir()
    occurred = risk(probability=5, impact=5, occurred=True, response_plan="Switch to the spare line")

    high, bare, happened = (
        findings(folder, rule, occurred)
        for folder, rule in zip(folders, ("risk-high", "risk-without-response", "risk-occurred"), strict=True)
    )

    assert (high, bare) == ([], [])
    assert said(happened[0])[1].startswith("Plan: Switch to the spare line. ")


def test_a_risk_that_nobody_has_an_answer_to(tmp_path: Path) -> None:
    """Three times four, and nobody has said what we do."""
    (finding,) = findings(tmp_path, "risk-without-response", risk(probability=3, impact=4))

    assert said(finding, "zh-Hans-CN")[0] == "【无应对方案】Slow Boat：The standard may change"
