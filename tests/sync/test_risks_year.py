"""The invented firm's register of risks, from the tool to the table."""

from pathlib import Path

from sqlalchemy import select

from tests.sync.year import read_up_to_now
from unify.derived import WORK_ITEM, table_of
from unify.tables import Risk


def test_the_firms_two_risks_are_found_among_its_issues(tmp_path: Path) -> None:
    """Customs' new rules are the worst that can be; the bank's core freeze has no response. Both stay work items."""
    risk = table_of(Risk).c
    told = select(risk.name, risk.probability, risk.impact, risk.response).order_by(risk.name)
    with read_up_to_now("jira", tmp_path) as year, year.engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(told.join(WORK_ITEM, WORK_ITEM.c.key == risk.key))]

    assert found == [
        ("Core freeze in December leaves no window for fixes", 3, 4, None),
        ("海关规范可能在十二月更换", 4, 5, "mitigate"),
    ]
