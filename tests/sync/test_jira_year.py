"""The invented firm's Jira, from its stand-in to what the hub concludes: risks, and a version that is late."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from sandbox.lantern_quay.office import at
from tests.sync.year import Year, read_up_to_now
from unify.derived import MILESTONE, WORK_ITEM, table_of
from unify.tables import Risk


@pytest.fixture
def year(tmp_path: Path) -> Iterator[Year]:
    with read_up_to_now("jira", tmp_path) as made:
        yield made


def test_the_firms_two_open_risks_are_found_among_its_issues(year: Year) -> None:
    """Customs' new rules are the worst that can be; the bank's core freeze has no response. Both stay work items."""
    risk = table_of(Risk).c
    told = select(risk.name, risk.probability, risk.impact, risk.response).order_by(risk.name)
    living = told.join(WORK_ITEM, WORK_ITEM.c.key == risk.key).where(risk.status_category != "done")
    with year.engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(living)]

    assert found == [
        ("Core freeze in December leaves no window for fixes", 3, 4, None),
        ("海关规范可能在十二月更换", 4, 5, "mitigate"),
    ]


def test_a_version_that_goes_out_late_keeps_the_day_it_was_planned_for(year: Year) -> None:
    """Jira puts the day of the release in the place of the plan, and keeps no history: our looking is all there is."""
    version = next(one for project in year.sandbox.plan.projects for one in project.milestones if one.overdue)
    assert version.due == date(2026, 11, 13)

    year.sandbox.jira.release_version(version.number, date(2026, 11, 24))
    year.clock.set(at("2026-11-24 09:20"))
    year.sync()

    shown = MILESTONE.c.baseline_on, MILESTONE.c.due_on, MILESTONE.c.slip_days, MILESTONE.c.moves
    with year.engine.connect() as connection:
        (found,) = connection.execute(select(*shown).where(MILESTONE.c.name == version.name))
    assert tuple(found) == (date(2026, 11, 13), date(2026, 11, 24), 11, 0)
