"""The rules on milestones, over rows of several tables: what their examples, each of one row, cannot show."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from config.language import LANGUAGES
from config.settings import Language
from rules.evaluate import Finding, find
from rules.load import load_rules
from rules.moment import Moment
from rules.titles import Reading
from tests.rules.rows import SETTINGS, STORY, ZONE, database, due, local, milestone, moment, source
from unify import tables

RULES = {rule.id: rule for rule in load_rules(SETTINGS)}


def findings(folder: Path, rule: str, *rows: SQLModel, at: Moment | None = None) -> list[Finding]:
    """What `rule` finds among `rows`."""
    folder.mkdir(exist_ok=True)
    with database(folder, source(), *rows) as engine, engine.connect() as connection, connection.begin():
        return find(connection, RULES[rule], at or moment())


def belonging(number: int, to: str, **values: Any) -> list[SQLModel]:
    """An item of the milestone `to`."""
    key = f"delivery/issues/{number}"
    item = tables.WorkItem(key=key, source="delivery", vendor_id=str(number), **values)
    return [item, tables.Reference(from_key=key, to_key=to)]


def pace(to: str, *done: str) -> list[SQLModel]:
    """Items of the milestone `to` that were done at those times."""
    return [
        row
        for number, at in enumerate(done, 1)
        for row in belonging(number, to, status_category="done", done_at=local(at))
    ]


def said(rule: str, finding: Finding, language: Language) -> str:
    return RULES[rule].title(finding.facts, Reading(language, ZONE, moment().today))


def reasons(finding: Finding) -> list[str]:
    """Why, in each language."""
    return [RULES[finding.rule].reason(finding.facts, Reading(language, ZONE, STORY.date())) for language in LANGUAGES]


def test_the_pace_is_what_was_done_in_the_last_twenty_working_days(tmp_path: Path) -> None:
    """12 open, 10 done, 15 working days left: 24 are needed, about nine too many. Older work is no pace."""
    late = milestone(1, name="SIT", open_items=12, **due(date(2026, 12, 15)))
    lately = [f"2026-11-{day:02} 17:00" for day in (2, 3, 4, 5, 6, 9, 10, 11, 12, 13)]
    older = ["2026-10-27 17:00", "2026-08-03 17:00"]

    (finding,) = findings(tmp_path, "milestone-at-risk", late, *pace(late.key, *lately, *older))

    facts = finding.facts
    assert (facts["closed_lately"], facts["needed_days"], facts["working_days_left"]) == (10, 24, 15)
    assert facts["days_behind"] == 9
    assert said("milestone-at-risk", finding, "en") == "SIT at risk, about 9 working days late at this pace"


def test_what_is_left_is_counted_on_the_calendar_of_those_who_must_do_it(tmp_path: Path) -> None:
    """The warehouse of the story: 18 open, 9 done, due 11 Dec; 40 are needed, 13 are left in Shenzhen."""
    late = milestone(1, name="仓储 SIT", open_items=18, calendar="shenzhen", **due(date(2026, 12, 11)))
    lately = [f"2026-11-{day:02} 17:00" for day in (2, 3, 4, 5, 6, 9, 10, 11, 12)]

    (finding,) = findings(tmp_path, "milestone-at-risk", late, *pace(late.key, *lately))

    assert (finding.facts["needed_days"], finding.facts["working_days_left"]) == (40, 13)
    assert said("milestone-at-risk", finding, "zh-Hans-CN") == "【预警】仓储 SIT 按当前进度约晚 27 个工作日"


def test_more_than_half_a_year_of_work_is_told_without_a_figure(tmp_path: Path) -> None:
    """The worst must not be the ones that nobody hears of: 20 open at 3 a month are 134 working days."""
    late = milestone(1, name="SIT", open_items=20, **due(date(2026, 12, 8)))

    (finding,) = findings(tmp_path, "milestone-at-risk", late, *pace(late.key, *(["2026-11-20 10:00"] * 3)))

    assert (finding.facts["needed_days"], finding.facts["days_behind"]) == (134, None)
    assert said("milestone-at-risk", finding, "en") == "SIT at risk, 20 items open"


def test_an_epic_named_by_its_short_key_has_its_items_pace(tmp_path: Path) -> None:
    """Jira Data Center names an epic so; derive counts its open items by that, too."""
    epic = tables.WorkItem(key="delivery/issues/90", source="delivery", vendor_id="90", short="APP-90")
    late = tables.Milestone(
        key=epic.key, source="delivery", vendor_id="90", kind="item", open_items=9, **due(date(2026, 11, 27))
    )
    named = pace("delivery/short/APP-90", "2026-11-20 10:00", "2026-11-20 11:00", "2026-11-20 12:00")

    (finding,) = findings(tmp_path, "milestone-at-risk", epic, late, *named)

    assert finding.facts["closed_lately"] == 3


@pytest.mark.parametrize(
    ("moves", "promised", "severity"),
    [
        (1, date(2026, 11, 27), "warning"),
        (1, date(2026, 11, 24), "warning"),
        (1, date(2026, 11, 23), "high"),
        (2, date(2026, 11, 27), "high"),
        (2, date(2026, 11, 23), "critical"),
        (3, date(2026, 11, 27), "critical"),
        (4, date(2026, 10, 30), "critical"),
    ],
)
def test_each_move_weighs_more_and_a_promise_that_has_passed_one_step_more(
    tmp_path: Path, moves: int, promised: date, severity: str
) -> None:
    """The first, second and third move: warning, high, critical."""
    moved = milestone(1, moves=moves, baseline_on=promised, **due(date(2026, 11, 30)))

    (finding,) = findings(tmp_path, "milestone-slipped", moved)

    assert finding.severity == severity


def test_a_move_says_how_often_by_whom_and_how_far(tmp_path: Path) -> None:
    """In each language; the client's agreement is what is missing."""
    moved = milestone(
        1,
        name="UAT sign-off",
        moves=3,
        slip_days=31,
        baseline_on=date(2026, 10, 30),
        moved_by_account="delivery/users/1",
        **due(date(2026, 11, 30)),
    )
    raymond = tables.Account(key="delivery/users/1", source="delivery", vendor_id="1", name="Raymond Ho")

    (finding,) = findings(tmp_path, "milestone-slipped", moved, raymond)

    assert said("milestone-slipped", finding, "en") == "UAT sign-off now Mon 30 Nov, not agreed"
    assert reasons(finding) == [
        "Promised Fri 30 Oct; moved 3 times, last by Raymond Ho, 31 days in all. "
        "Agree it with the client or ask for the old date.",
        "承諾日期 10月30日（五），其後改期 3 次，最近一次由 Raymond Ho 更改，共延 31 日。"
        "請與客戶商議，或要求維持原定日期。",
        "承诺 10月30日（五），改期 3 次（最近：Raymond Ho），共延 31 天；请与客户确认新日期",
    ]


def test_a_date_that_was_taken_away_is_told_as_such(tmp_path: Path) -> None:
    """Deleting the date must not end what moving it would not."""
    bare = milestone(1, name="UAT sign-off", moves=1, baseline_on=date(2026, 11, 4))

    (finding,) = findings(tmp_path, "milestone-slipped", bare)

    assert finding.severity == "high"
    assert [said("milestone-slipped", finding, language) for language in LANGUAGES] == [
        "UAT sign-off without a date now, not agreed",
        "UAT sign-off 日期已被移除，未經客戶同意",
        "【延期】UAT sign-off 日期已被删除，客户未确认",
    ]
    assert reasons(finding) == [
        "Promised Wed 4 Nov; the date was taken away. Agree it with the client or ask for the old date.",
        "承諾日期 11月4日（三），其後日期被移除。請與客戶商議，或要求維持原定日期。",
        "承诺 11月4日（三），日期已被删除；请与客户确认新日期",
    ]


def moved(number: int, at: str, to: str, origin: str = "native") -> tables.Change:
    """The date of `milestone(1)` was changed."""
    key = f"delivery/changes/{origin}{number}"
    return tables.Change(
        key=key,
        source="delivery",
        vendor_id=key,
        entity_key="delivery/versions/1",
        field="due",
        new=to,
        changed_at=local(at),
        origin=origin,
    )


def test_what_the_client_agreed_to_is_counted_from_and_not_against(tmp_path: Path) -> None:
    """Promised 30 Oct, agreed 16 Nov, now 30 Nov: one move and 14 days that nobody agreed to, not three and 31."""
    agreed_once = milestone(
        1,
        baseline_on=date(2026, 10, 30),
        agreed_on=date(2026, 11, 16),
        agreed_recorded_at=local("2026-11-05 12:00"),
        moves=3,
        slip_days=31,
        **due(date(2026, 11, 30)),
    )
    history = (
        moved(1, "2026-10-28 10:00", "2026-11-06"),
        moved(2, "2026-11-05 11:00", "2026-11-16"),
        moved(3, "2026-11-20 09:40", "2026-11-30"),
        moved(3, "2026-11-20 09:50", "2026-11-30", "compared"),
    )

    (finding,) = findings(tmp_path, "milestone-slipped", agreed_once, *history)

    assert finding.severity == "high"
    assert reasons(finding)[0].startswith("Promised Mon 16 Nov; moved once, 14 days in all. ")


def test_another_hour_of_the_same_day_is_no_move(tmp_path: Path) -> None:
    """Of a date with a time, tools note that as a change: there are never more moves than days that took its place."""
    agreed_once = milestone(
        1,
        baseline_on=date(2026, 10, 30),
        agreed_on=date(2026, 11, 16),
        agreed_recorded_at=local("2026-11-05 12:00"),
        moves=1,
        **due(date(2026, 11, 30)),
    )
    history = (
        moved(1, "2026-11-20 09:40", "2026-11-30T02:00:00+00:00"),
        moved(2, "2026-11-20 09:50", "2026-11-30T03:00:00+00:00"),
    )

    (finding,) = findings(tmp_path, "milestone-slipped", agreed_once, *history)

    assert finding.facts["moves_since_promise"] == 1


@pytest.mark.parametrize(
    ("calendar", "day", "found"),
    [
        ("shenzhen", date(2027, 2, 10), True),
        ("shenzhen", date(2027, 2, 8), True),
        ("default", date(2027, 2, 10), False),
        ("default", date(2027, 2, 8), True),
    ],
)
def test_a_day_off_of_either_side_is_seen_twenty_working_days_ahead(
    tmp_path: Path, calendar: str, day: date, found: bool
) -> None:
    """Lunar new year is longer on the mainland: of a Hong Kong project only its own days off count."""
    row = milestone(1, calendar=calendar, **due(day))

    seen = findings(tmp_path / "seen", "milestone-on-day-off", row, at=moment(local("2027-01-14 09:00")))
    early = findings(tmp_path / "early", "milestone-on-day-off", row, at=moment(local("2026-12-14 09:00")))

    assert (bool(seen), early) == (found, [])


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ({}, "Block C has no owner and no date"),
        ({"owner_person": "person/ana"}, "Block C has no date"),
        (due(date(2027, 1, 29)), "Block C has no owner"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, values: dict[str, Any], title: str) -> None:
    """The owner, the date, or both."""
    ana = tables.Person(key="person/ana", name="Ana")

    (finding,) = findings(tmp_path, "milestone-without-owner-or-date", ana, milestone(1, name="Block C", **values))

    assert said("milestone-without-owner-or-date", finding, "en") == title


def test_what_somebody_has_whom_we_never_read_is_not_nobodys(tmp_path: Path) -> None:
    """An account that was not read, or is gone, has no name here; the tool shows one."""
    named = {"owner_account": "delivery/users/gone"}
    project = tables.Project(
        key="delivery/projects/1", source="delivery", vendor_id="1", name="APP", owner_account="delivery/users/gone"
    )
    day = due(date(2027, 1, 29))

    found = findings(
        tmp_path,
        "milestone-without-owner-or-date",
        project,
        milestone(1, **named, **day),
        milestone(2, **named),
        milestone(3, project_key=project.key, **day),  # a version has its project's lead
        milestone(4, project_key=project.key, kind="item", **day),
    )

    assert [said("milestone-without-owner-or-date", finding, "en") for finding in found] == [
        "M2 has no date",
        "M4 has no owner",
    ]
