"""Tasks in several projects, and below others."""

from datetime import timedelta

import pytest

from connectors.base import Ref
from sandbox.asana import AsanaSandbox
from sandbox.asana_state import gid
from tests.connectors.asana.firm import APP, PART, UAT, Clock, Connect, Cursors, connecting, run, subtask, tasks
from tests.factories import item, message, plan, project


@pytest.fixture
def two(clock: Clock) -> AsanaSandbox:
    """A second project that shares a task with the first."""
    other = project("asana", [item("Own")], key="WEB", name="Web", members=("may", "lee"))
    box = AsanaSandbox.from_plan(plan(APP, other), clock)
    task, second = box.state.task(UAT.number), box.state.projects[gid(1208, other.number)]
    section = box.state.section_named(second["gid"], "待辦")
    task["memberships"].append({"project": second, "section": section})
    task["projects"].append(second)
    return box


def test_a_task_in_two_projects_is_one_record(two: AsanaSandbox) -> None:
    """Kept in the first that is read, whichever list it came from."""
    with connecting(two) as connect:
        pages = run(connect())
        found = [record.id for page in pages for record in page.records if record.stream == "tasks"]
        living = [id for part in connect().parts("tasks") for ids in connect().living_ids("tasks", part) for id in ids]

    assert found.count(two.task_id(UAT.number)) == 1
    assert sorted(found) == sorted(living)


def test_all_projects_are_listed_whole_on_the_same_day(two: AsanaSandbox, clock: Clock) -> None:
    """Who takes a task out of one project of two moves no time: should the first be listed whole hours before the
    second, the task would count as deleted in between."""
    cursors: Cursors = {}
    with connecting(two) as connect:
        run(connect(projects=("App",)), cursors)
        clock.now += timedelta(hours=12)
        run(connect(projects=("App", "Web")), cursors)
        two.state.task(UAT.number)["memberships"].pop(0)
        clock.now += timedelta(hours=13)
        pages = run(connect(projects=("App", "Web")), cursors)

    assert sum(("tasks", None) in page.whole for page in pages) == 2
    assert "UAT sign-off" in tasks(pages)


def test_a_task_whose_first_project_is_not_read_is_kept_in_the_second(two: AsanaSandbox) -> None:
    """Config may name one of them only."""
    with connecting(two) as connect:
        found = tasks(run(connect(projects=("Web",))))

    assert set(found) == {"UAT sign-off", "Own"}


def test_subtasks_are_read_below_their_parents(sandbox: AsanaSandbox, connect: Connect) -> None:
    """No project lists them; they tell which project their parent is in, and the sweep knows them too."""
    below = subtask(sandbox, sandbox.state.task(UAT.number), "Case 7")
    subtask(sandbox, below, "Case 7, second try")
    cursors: Cursors = {}

    found = tasks(run(connect(), cursors))
    living = [id for ids in connect().living_ids("tasks", PART) for id in ids]

    assert found["Case 7"].parent == Ref("tasks", sandbox.task_id(UAT.number))
    assert found["Case 7"].payload["parent"]["memberships"] == [{"project": {"gid": PART}}]
    assert found["Case 7, second try"].parent == Ref("tasks", below["gid"])
    assert sorted(living) == sorted(record.id for record in found.values())


def test_subtasks_are_followed_five_levels_down(sandbox: AsanaSandbox, connect: Connect) -> None:
    """By reading and sweep alike; how deep they may lie is not documented, and each level costs requests."""
    parent = sandbox.state.task(UAT.number)
    for level in range(7):
        parent = subtask(sandbox, parent, f"Level {level + 1}")

    found = tasks(run(connect()))
    living = [id for ids in connect().living_ids("tasks", PART) for id in ids]

    assert [name for name in found if name.startswith("Level")] == [f"Level {level + 1}" for level in range(5)]
    assert sorted(living) == sorted(record.id for record in found.values())


def test_a_deleted_subtask_is_missing_when_its_parent_is_read(
    sandbox: AsanaSandbox, connect: Connect, clock: Clock
) -> None:
    """The page says that these are all of them."""
    parent = sandbox.state.task(UAT.number)
    subtask(sandbox, parent, "Kept")
    gone = subtask(sandbox, parent, "Gone")
    cursors: Cursors = {}
    run(connect(), cursors)
    clock.now += timedelta(hours=1)
    sandbox.state.delete(gone, clock.now)
    sandbox.add_message(UAT.number, message("lee", "2026-11-24 10:00", "One less."))

    pages = run(connect(), cursors)

    assert ("tasks", Ref("tasks", parent["gid"])) in [claim for page in pages for claim in page.whole]
    assert set(tasks(pages)) == {"UAT sign-off", "Kept"}


def test_a_subtask_that_was_put_into_a_project_is_read_there(sandbox: AsanaSandbox, connect: Connect) -> None:
    """Once, and not below its parent."""
    parent = sandbox.state.task(UAT.number)
    below = subtask(sandbox, parent, "Case 7")
    below["memberships"] = [dict(parent["memberships"][0])]

    found = tasks(run(connect()))

    assert found["Case 7"].parent is None
