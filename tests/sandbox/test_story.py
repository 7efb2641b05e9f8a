"""The story goes on after the first round, by a clock of its own."""

from collections.abc import Iterator
from datetime import UTC, timedelta

import httpx
import pytest

from sandbox.jira import EMAIL as JIRA_EMAIL
from sandbox.jira import TOKEN as JIRA_TOKEN
from sandbox.lantern_quay import lantern_quay
from sandbox.lantern_quay.office import at
from sandbox.plan import Plan
from sandbox.server import Sandbox
from sandbox.story import Event, Story, StoryClock, tuesday
from sandbox.trello import KEY as TRELLO_KEY
from sandbox.trello import TOKEN as TRELLO_TOKEN

NINE = at("2026-11-24 09:00")


class Stopwatch:
    """Real seconds, turned by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_held_clock_stands_still_until_it_is_set() -> None:
    """Tests and the first round need a time that does not run away."""
    watch = Stopwatch()
    clock = StoryClock(NINE, monotonic=watch)

    watch.seconds += 3600

    assert clock() == NINE
    assert clock().tzinfo is UTC
    assert clock.seconds_until(NINE + timedelta(hours=1)) is None

    clock.set(NINE + timedelta(hours=1))

    assert clock() == NINE + timedelta(hours=1)


def test_a_running_clock_is_faster_than_life() -> None:
    """At 60, a story minute takes a second; changing the speed does not lose what has passed."""
    watch = Stopwatch()
    clock = StoryClock(NINE, speed=60, monotonic=watch)

    watch.seconds += 10
    clock.run(30)
    watch.seconds += 2

    assert clock() == NINE + timedelta(minutes=11)
    assert clock.seconds_until(NINE + timedelta(minutes=12)) == 2.0
    assert clock.seconds_until(NINE) == 0.0


@pytest.fixture
def plan() -> Plan:
    return lantern_quay()


@pytest.fixture
def slack_only(plan: Plan) -> Iterator[Sandbox]:
    """A sandbox without any vendor."""
    with Sandbox(plan, StoryClock(NINE), vendors=()) as sandbox:
        yield sandbox


def test_an_event_happens_once_at_its_own_time_and_in_order(slack_only: Sandbox) -> None:
    """However late the story is looked at, each thing carries the time at which it happened."""
    told: list[str] = []
    slack_only.vendors["bell"] = None  # type: ignore[assignment]  # only the name is asked for
    events = [
        Event(NINE + timedelta(minutes=n), "bell", f"{n}", lambda _, now: told.append(f"{now:%M}")) for n in (9, 5, 20)
    ]
    story = Story(slack_only, events)

    assert [event.what for event in story.advance(NINE + timedelta(minutes=10))] == ["5", "9"]
    assert story.advance(NINE + timedelta(minutes=10)) == []
    assert story.next_at == NINE + timedelta(minutes=20)
    assert told == ["05", "09"]


def test_what_happens_in_a_tool_that_is_not_there_is_left_out(slack_only: Sandbox) -> None:
    """A sandbox of one vendor tells that vendor's part of the day."""
    assert Story(slack_only, tuesday()).next_at is None


def test_what_happened_shows_in_the_vendors_answers(plan: Plan) -> None:
    """The hub follows the story by asking, like anybody."""
    with Sandbox(plan, StoryClock(NINE), vendors=("jira", "trello")) as sandbox:
        Story(sandbox, tuesday()).advance(at("2026-11-24 10:15"))

        issues = httpx.post(
            f"{sandbox.url('jira')}/rest/api/3/search/jql",
            json={"jql": 'project = "NFA" AND updated >= "2026-11-24 09:00"', "fields": ["summary", "duedate"]},
            auth=(JIRA_EMAIL, JIRA_TOKEN),
            trust_env=False,
        ).json()["issues"]
        card = httpx.get(
            f"{sandbox.url('trello')}/cards/{sandbox.trello.card_id(plan.item('DONOR', '收據模組驗收').number)}",
            params={"key": TRELLO_KEY, "token": TRELLO_TOKEN},
            trust_env=False,
        ).json()

    assert [issue["fields"] for issue in issues] == [{"summary": "UAT sign-off", "duedate": "2026-11-30"}]
    assert card["dueComplete"] is True


def test_the_day_names_people_items_and_tickets_that_exist(plan: Plan) -> None:
    """The story runs to its end in every tool, and leaves HubSpot working."""
    with Sandbox(plan, StoryClock(NINE)) as sandbox:
        story = Story(sandbox, tuesday())

        down = story.advance(at("2026-11-24 11:00"))
        assert sandbox.hubspot.app.faults
        rest = story.advance(at("2026-11-24 18:00"))

        assert len(down) + len(rest) == len(tuesday())
        assert sandbox.hubspot.app.faults == []
        assert story.next_at is None
