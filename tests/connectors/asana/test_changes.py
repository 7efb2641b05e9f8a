"""How little of Asana is asked, and that no change is missed."""

from datetime import timedelta

from connectors.base import Ref
from sandbox.asana import AsanaSandbox
from tests.connectors.asana.firm import (
    OLD,
    PART,
    PRINTER,
    Clock,
    Connect,
    Cursors,
    calls,
    connecting,
    many,
    run,
    tasks,
)
from tests.connectors.contract import records
from tests.factories import item, message, plan, project


def test_the_first_run_asks_for_everything_once(sandbox: AsanaSandbox, connect: Connect) -> None:
    """Who, which projects, who is a guest; then sections, dates, and the tasks with their stories ten lists at once."""
    run(connect())

    assert calls(sandbox) == [
        "GET /users/me",
        "GET /projects",
        "GET /workspaces/W/workspace_memberships",
        "GET /projects/P/sections",
        "GET /projects",
        "GET /tasks",
        "POST /batch",
    ]


def test_a_quiet_project_costs_two_requests(sandbox: AsanaSandbox, connect: Connect) -> None:
    """Its sections, and one list of tasks that is empty: no stories, no subtasks."""
    cursors: Cursors = {}
    run(connect(), cursors)
    calls(sandbox)

    assert tasks(run(connect(), cursors)) == {}
    assert [call for call in calls(sandbox) if call.startswith(("GET /projects/P", "GET /tasks", "POST"))] == [
        "GET /projects/P/sections",
        "GET /tasks",
    ]


def test_a_long_list_comes_in_pages_of_a_hundred(clock: Clock) -> None:
    """And its stories in batches of ten lists."""
    box = AsanaSandbox.from_plan(plan(project("asana", many(120))), clock)
    with connecting(box) as connect:
        assert len(tasks(run(connect()))) == 120

    made = calls(box)
    assert (made.count("GET /tasks"), made.count("POST /batch")) == (2, 12)


def test_more_stories_than_a_page_holds_are_all_read(clock: Clock) -> None:
    """A batch brings the first hundred; the rest is asked for by itself."""
    talk = tuple(message("lee", f"2026-11-05 {9 + n // 60:02}:{n % 60:02}", f"{n}") for n in range(230))
    box = AsanaSandbox.from_plan(plan(project("asana", [item("Talk", messages=talk)])), clock)
    with connecting(box) as connect:
        found = records(run(connect()))

    assert sum(record.payload["resource_subtype"] == "comment_added" for record in found.values() if record.parent) == (
        230
    )


def test_the_servers_clock_sets_where_the_next_run_begins(
    sandbox: AsanaSandbox, connect: Connect, clock: Clock
) -> None:
    """Ours may be wrong by hours; the look-back of fifteen minutes bridges what is indexed late."""
    cursors: Cursors = {}
    run(connect(), cursors)
    clock.now += timedelta(hours=1)
    run(connect(), cursors)
    clock.now += timedelta(hours=1)
    sandbox.app.log.clear()

    run(connect(), cursors)

    query = next(seen.query for seen in sandbox.app.log if seen.path == "/tasks")
    # An hour ago it was 10:00 in Hong Kong, and so 02:00 by the server's clock.
    assert "modified_since=2026-11-24T01%3A45%3A00.000Z" in query


def test_a_move_between_sections_is_seen_within_a_day(sandbox: AsanaSandbox, connect: Connect, clock: Clock) -> None:
    """It does not move `modified_at`: the daily list of everything shows it."""
    cursors: Cursors = {}
    run(connect(), cursors)
    clock.now += timedelta(hours=20)
    sandbox.move_to(PRINTER.number, "待辦", "lee", clock.now)

    assert tasks(run(connect(), cursors)) == {}

    clock.now += timedelta(hours=5)
    found = tasks(run(connect(), cursors))["Printer driver"]
    assert found.payload["memberships"][0]["section"]["name"] == "待辦"


def test_the_daily_list_reads_no_story_of_what_did_not_change_for_two_weeks(
    sandbox: AsanaSandbox, connect: Connect, clock: Clock
) -> None:
    """Stories are what costs."""
    cursors: Cursors = {}
    clock.now += timedelta(days=30)
    run(connect(), cursors)
    clock.now += timedelta(days=2)
    calls(sandbox)

    assert len(tasks(run(connect(), cursors))) == 3
    assert "POST /batch" not in calls(sandbox)


def test_without_a_server_clock_everything_is_read_each_time(sandbox: AsanaSandbox, connect: Connect) -> None:
    """A proxy may swallow the header: better dear than wrong."""
    sandbox.tells_time = False
    cursors: Cursors = {}

    assert len(tasks(run(connect(), cursors))) == 3
    assert cursors == {}
    assert len(tasks(run(connect(), cursors))) == 3


def test_a_task_that_is_gone_before_its_stories_are_read_is_left_to_the_sweep(
    sandbox: AsanaSandbox, connect: Connect
) -> None:
    """Its part of the batch is a 404; what was known of its stories stays until then."""
    connector = connect()
    connector.check()
    list(connector.read("settings", "", None))
    gone = Ref("tasks", sandbox.task_id(OLD.number))
    serve = sandbox._stories
    sandbox._stories = lambda query, id: serve(query, "9" if id == gone.id else id)  # type: ignore[method-assign]  # the vendor's state at that very moment

    pages = list(connector.read("tasks", PART, None))

    assert ("stories", gone) not in [claim for page in pages for claim in page.whole]
    assert len(tasks(pages)) == 3
