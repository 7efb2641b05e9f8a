"""Records that a Jira site really sent go the whole way: served, read, mapped."""

from collections import Counter
from pathlib import Path

import pytest

from sandbox.jira import JiraSandbox
from tests.connectors.jira_firm import NOW, connected, map_all
from unify.mapping import Mapped


@pytest.fixture(scope="module")
def mapped(recorded: Path) -> Mapped:
    """All of them."""
    with connected(JiraSandbox.from_recorded(recorded / "jira", lambda: NOW)) as site:
        return map_all(site)


def test_every_record_arrives(mapped: Mapped) -> None:
    """33 issues, 3 of which only the history was recorded, 13 projects (one of them, OR, a word of JQL)."""
    found = {table: len({row["key"] for row in rows}) for table, rows in mapped.rows.items()}

    assert found["project"] == 13
    assert found["work_item"] == 36
    assert found["comment"] == 8
    assert "OR" in {row["short"] for row in mapped.rows["project"]}


def test_what_could_not_be_read_is_named(mapped: Mapped) -> None:
    """One title holds a NUL; everything else can be read."""
    assert [(problem.id, problem.field) for problem in mapped.problems] == [("10066", "fields.summary")]


def test_a_status_goes_by_its_category_whatever_it_is_called(mapped: Mapped) -> None:
    """A status named 已完成 has the category "new" here: the key decides, and never the name."""
    by_short = {row["short"]: row for row in mapped.rows["work_item"]}

    assert (by_short["EE-1"]["status_native"], by_short["EE-1"]["status_category"]) == ("已完成", "todo")
    assert by_short["EE-20"]["status_category"] == "cancelled", "its resolution is Won't Do"
    assert Counter(row["status_category"] for row in mapped.rows["work_item"])["done"] >= 20


def test_an_epic_and_versions_are_milestones(mapped: Mapped) -> None:
    """By their real types and names."""
    kinds = Counter(row["kind"] for row in mapped.rows["milestone"])

    assert kinds == {"version": 3, "item": 1}
