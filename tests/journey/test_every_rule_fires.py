"""Every rule that is shipped fires in the story's year, and on what the story tells of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from rules.files import LIBRARY
from sandbox.lantern_quay import lantern_quay
from sandbox.lantern_quay.office import at
from sandbox.story import Story, tuesday
from tests.journey.day import day
from tests.journey.test_first_round import STORY, named
from tests.journey.year import as_of

IN_THE_MORNING = {rule for rule, found in STORY.items() if found} | {"milestone-overdue", "feedback-unhandled"}
"""What `test_first_round` finds on Tuesday at nine."""


@dataclass(frozen=True)
class Occasion:
    """`tools` are read at each of `reads`, the rules asked at `asked`; what they then find by this one."""

    tools: tuple[str, ...]
    reads: tuple[datetime, ...]
    asked: datetime
    found: tuple[str, ...]


OTHERWISE: Mapping[str, Occasion] = {
    # 20 February lies in the mainland's new year; nobody had seen it when the date was set.
    "milestone-on-day-off": Occasion(
        ("asana",), (at("2026-01-22 08:50"),), at("2026-01-22 09:00"), ("小程序原型确认",)
    ),
    # A typhoon, and the power was cut: the hub read nothing from the evening until people came back.
    "sync-missed": Occasion(("trello",), (at("2026-09-08 16:50"),), at("2026-09-09 15:10"), ("trello",)),
    "feedback-negative": Occasion(("hubspot",), (at("2026-11-12 16:30"),), at("2026-11-12 16:30"), ("滿意度問卷",)),
    # And in the course of Tuesday.
    "milestone-slipped": Occasion(("jira",), (at("2026-11-24 09:50"),), at("2026-11-24 09:50"), ("UAT sign-off",)),
    "payment-milestone-done": Occasion(
        ("trello",), (at("2026-11-24 10:20"),), at("2026-11-24 10:20"), ("收據模組驗收",)
    ),
    "source-stale": Occasion(
        ("hubspot",), (at("2026-11-24 10:10"), at("2026-11-24 10:50")), at("2026-11-24 10:50"), ("hubspot",)
    ),
    "risk-occurred": Occasion(
        ("jira",), (at("2026-11-24 13:30"),), at("2026-11-24 13:30"), ("海关规范可能在十二月更换",)
    ),
}
"""When each of the others fires."""


def test_no_rule_of_the_library_is_without_its_day() -> None:
    """A rule that nobody ever saw fire is not believed when it does."""
    shipped = {file.stem for file in LIBRARY.glob("*.yaml")}

    assert IN_THE_MORNING | OTHERWISE.keys() == shipped
    assert not IN_THE_MORNING & OTHERWISE.keys()


@pytest.mark.parametrize("rule", OTHERWISE)
def test_it_fires_on_its_day(tmp_path: Path, rule: str) -> None:
    """On what the story tells of and nothing else."""
    occasion = OTHERWISE[rule]
    with day(tmp_path, as_of(lantern_quay(), occasion.reads[0])) as opened:
        story = Story(opened.sandbox, tuesday())
        for read_at in occasion.reads:
            story.advance(read_at)
            opened.clock.set(read_at)
            opened.hub.sync(occasion.tools)
        opened.clock.set(occasion.asked)

        outcomes, _ = opened.hub.evaluate()

    findings = next(outcome.findings for outcome in outcomes if outcome.rule.id == rule)
    assert tuple(sorted(map(named, findings))) == occasion.found


def test_a_year_looked_back_on_is_the_year_itself() -> None:
    """Nothing is left out of the firm as it stands on Tuesday, and nothing made up."""
    plan = lantern_quay()

    assert as_of(plan, plan.first_sync) == replace(plan, story_now=plan.first_sync)
