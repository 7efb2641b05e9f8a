"""The demo's autumn looked back at: what rules would have said, from what four tools keep of their history."""

from datetime import timedelta

import pytest

from alerts.backtest import heard
from alerts.routing import read_people
from cli.hub import Hub, RoundResult
from rules.backtest import Backtest, Budget, CannotReplay, backtest, hourly
from tests.journey.day import Day

REPLAYED = {
    *("milestone-overdue", "milestone-slipped", "milestone-due-soon", "milestone-without-owner-or-date"),
    *("milestone-on-day-off", "acceptance-waiting", "payment-milestone-done"),
    *("feedback-unhandled", "feedback-open-too-long", "feedback-reopened", "feedback-negative"),
    *("item-unassigned-due-soon", "requirement-changed"),
}


@pytest.fixture(scope="module")
def looked_back(morning: tuple[Day, RoundResult]) -> dict[str, Backtest]:
    """Every rule that can be tried on the last forty days, by its id."""
    hub = morning[0].hub
    moment = hub.moment()
    ticks = hourly(hub.settings, moment.calendars, moment.now - timedelta(days=40), moment.now)
    found = {}
    with hub.reader.connect() as connection:
        for rule in hub.rules:
            try:
                found[rule.id] = backtest(connection, rule, hub.settings, ticks, Budget.of(1_000))
            except CannotReplay:
                continue
    return found


def shown(of: Backtest, hub: Hub) -> list[tuple[object, list[str], list[str]]]:
    """Of each alert what it is about, when it fired and changed, and how severe it was then."""
    zone = hub.settings.zone
    return [
        (
            one.facts["name"],
            [f"{of.ticks[stage.tick].now.astimezone(zone):%d %b}" for stage in one.stages],
            [stage.severity for stage in one.stages],
        )
        for one in of.raised
    ]


def test_what_can_be_tried_ends_in_what_is_found_now(
    morning: tuple[Day, RoundResult], looked_back: dict[str, Backtest]
) -> None:
    """The history of each of the tools leads to the present, by whatever words it tells of statuses."""
    present = {
        outcome.rule.id: {one.subject: one.severity for one in outcome.findings} for outcome in morning[1].outcomes
    }

    assert looked_back.keys() >= REPLAYED
    for rule, tried in looked_back.items():
        assert {one.subject: one.stages[-1].severity for one in tried.raised if one.ends is None} == present[rule]
        assert tried.unheard == []


def test_a_promise_that_was_moved_three_times_is_told_step_by_step(
    morning: tuple[Day, RoundResult], looked_back: dict[str, Backtest]
) -> None:
    """UAT sign-off, promised for 30 October: moved, still moved once that day had passed, moved again; then overdue."""
    hub = morning[0].hub

    assert shown(looked_back["milestone-slipped"], hub) == [
        ("UAT sign-off", ["29 Oct", "31 Oct", "05 Nov"], ["warning", "high", "critical"])
    ]
    assert ("UAT sign-off", ["17 Nov", "24 Nov"], ["warning", "critical"]) in shown(
        looked_back["milestone-overdue"], hub
    )


def test_the_six_became_overdue_when_the_story_tells(
    morning: tuple[Day, RoundResult], looked_back: dict[str, Backtest]
) -> None:
    """From dates of Jira's versions and issues, Trello's cards and Asana's tasks; none was late before."""
    assert [(name, on[0]) for name, on, _ in shown(looked_back["milestone-overdue"], morning[0].hub)] == [
        ("Release 2.1", "14 Nov"),
        ("UAT sign-off", "17 Nov"),
        ("收據模組驗收", "18 Nov"),
        ("門店試點上線", "20 Nov"),
        ("小程序提审", "24 Nov"),
        ("積分規則上線", "24 Nov"),
    ]


def test_nobody_would_have_heard_of_others_clients_or_on_a_day_off(
    morning: tuple[Day, RoundResult], looked_back: dict[str, Backtest]
) -> None:
    """Feedback on the night of a Saturday waits for Monday, unless it is urgent."""
    hub = morning[0].hub
    with hub.reader.connect() as connection:
        people = read_people(connection, hub.settings)
    unhandled = heard(looked_back["feedback-unhandled"], hub.settings, people, Budget.of(1_000))

    assert sorted(one.key for one in unhandled) == ["person/kevin", "person/marco", "person/sandy"]
    assert {one.on_days_off for one in unhandled} == {0}
