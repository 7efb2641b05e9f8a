"""Asana: the contract, and the traps of its API."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from config.settings import Secret
from connectors.asana import Asana, AsanaSettings
from connectors.base import (
    AccessDenied,
    Cursor,
    NotCommentable,
    NotFound,
    Page,
    Record,
    Ref,
    VendorChanged,
    VendorUnavailable,
)
from connectors.governor import Governor
from sandbox.asana import TOKEN, AsanaSandbox
from sandbox.asana_state import HUB, TEAM, WORKSPACE, Json, gid
from sandbox.http import Fault
from sandbox.plan import Move, Plan
from tests.connectors.contract import Case, ConnectorContract, read_all, records
from tests.connectors.serving import serving
from tests.factories import STORY_NOW, at, item, message, plan, project

Connect = Callable[..., Asana]
Cursors = dict[tuple[str, str], Cursor]

UAT = item(
    "UAT sign-off",
    "doing",
    milestone=True,
    assignee="lee",
    reporter="may",
    due=date(2026, 11, 20),
    moves=(Move(at("2026-11-10 11:00"), "may", date(2026, 11, 13), date(2026, 11, 20)),),
    messages=(message("lee", "2026-11-12 15:00", "Two cases are left."),),
)
PRINTER = item("Printer driver", "done", done_at=at("2026-11-06 17:00"), assignee="lee")
OLD = item("Kick-off", "done", done_at=at("2026-11-03 17:00"), due=date(2026, 11, 3))
APP = project("asana", [UAT, PRINTER, OLD], members=("may", "lee"))
PART = gid(1208, APP.number)


class Clock:
    """The server's."""

    def __init__(self) -> None:
        self.now = STORY_NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> AsanaSandbox:
    return AsanaSandbox.from_plan(plan(APP), clock)


@pytest.fixture
def connect(sandbox: AsanaSandbox) -> Iterator[Connect]:
    """Builds connectors to the sandbox; waits cost no time."""
    with connecting(sandbox) as make:
        yield make


class connecting:
    """Serves a sandbox, and builds connectors to it."""

    def __init__(self, sandbox: AsanaSandbox) -> None:
        self._serving = serving(sandbox.app)
        self._governors: list[Governor] = []

    def __enter__(self) -> Connect:
        self._url = self._serving.__enter__()
        return self._make

    def __exit__(self, *raised: Any) -> None:
        for governor in self._governors:
            governor.close()
        self._serving.__exit__(*raised)

    def _make(self, **replaced: Any) -> Asana:
        token = Secret(reference="env:ASANA_TOKEN", value=SecretStr(replaced.pop("token", TOKEN)))
        defaults: dict[str, Any] = {"name": "work", "url": self._url, "token": token}
        settings = AsanaSettings(**(defaults | replaced))
        governor = Governor(
            "work",
            limits=["1000/second"],
            stop=threading.Event(),
            redact=lambda text: text.replace(TOKEN, "***"),
            wait=lambda seconds: False,
        )
        self._governors.append(governor)
        return Asana(settings, governor)


class TestContract(ConnectorContract):
    """Asana keeps the contract of every connector."""

    @pytest.fixture
    def case(self, sandbox: AsanaSandbox, connect: Connect) -> Case:
        def touch() -> str:
            sandbox.move_due(UAT.number, date(2026, 11, 30), "may", STORY_NOW)
            return sandbox.task_id(UAT.number)

        def remove() -> str:
            gone = sandbox.task_id(OLD.number)
            sandbox.delete(OLD.number, STORY_NOW)
            return gone

        return Case(
            connect=connect,
            secrets=(TOKEN,),
            token_reference="env:ASANA_TOKEN",
            items="tasks",
            children=frozenset({"stories"}),
            touch=touch,
            remove=remove,
            revoke=sandbox.revoke,
            comments=lambda: [comment["text"] for comment in sandbox.comments_posted],
            faults=sandbox.faults,
            log=sandbox.app.log,
            comment_call=r"POST /tasks/\d+/stories",
            item_call=r"GET /tasks$",
            not_commentable=Ref("projects", PART),
        )


def calls(sandbox: AsanaSandbox) -> list[str]:
    """Method and path of every request so far, which are then forgotten."""
    made = [f"{seen.method} {seen.path}".replace(PART, "P").replace(WORKSPACE, "W") for seen in sandbox.app.log]
    sandbox.app.log.clear()
    return made


def run(connector: Asana, cursors: Cursors | None = None) -> list[Page]:
    """A run as the sync does it."""
    connector.check()
    return read_all(connector, cursors)


def tasks(pages: list[Page]) -> dict[str, Record]:
    """The tasks of a run, by name."""
    return {str(record.payload["name"]): record for (stream, _), record in records(pages).items() if stream == "tasks"}


def many(count: int) -> list[Any]:
    return [item(f"Task {number}", assignee="lee") for number in range(count)]


# --- how little is asked


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


# --- what changed


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


def test_the_daily_list_reads_no_story_of_what_did_not_change(
    sandbox: AsanaSandbox, connect: Connect, clock: Clock
) -> None:
    """Stories are what costs."""
    cursors: Cursors = {}
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


# --- tasks in several projects, and below others


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


def test_a_task_whose_first_project_is_not_read_is_kept_in_the_second(two: AsanaSandbox) -> None:
    """Config may name one of them only."""
    with connecting(two) as connect:
        found = tasks(run(connect(projects=("Web",))))

    assert set(found) == {"UAT sign-off", "Own"}


def subtask(box: AsanaSandbox, parent: Json, name: str) -> Json:
    """A task that nobody put into a project."""
    made = item(name)
    return box.state.add_task(gid(1211, made.number), None, made, box.state.users[gid(1201, 1)], parent)


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


# --- scope


def test_whom_the_token_reaches_is_its_users_workspaces(sandbox: AsanaSandbox, connect: Connect) -> None:
    """Another user's token shares one of them; a stranger's none. All users have their "Personal Projects" under the
    same gid, which would make everybody one organisation."""
    everybodys = {"gid": "498346170860", "name": "Personal Projects"}
    sandbox.state.workspaces[everybodys["gid"]] = everybodys
    sandbox.state.users[HUB]["workspaces"].append(everybodys)

    assert connect().check().tenants == {WORKSPACE: "Acme"}


def test_an_archived_project_is_read_only_where_it_is_named(sandbox: AsanaSandbox, connect: Connect) -> None:
    """Its tasks stay readable; who names it wants them."""
    sandbox.state.projects[PART]["archived"] = True

    with pytest.raises(AccessDenied, match="sees no project"):
        connect().check()
    assert connect(projects=("App",)).parts("tasks") == [PART]


@pytest.mark.parametrize("name", [PART, "App", WORKSPACE, "Acme"])
def test_the_config_may_name_a_project_or_a_workspace(connect: Connect, name: str) -> None:
    """By gid or by what people call it."""
    assert connect(projects=(name,)).parts("tasks") == [PART]


def test_a_project_that_cannot_be_seen_is_an_error_of_that_part(sandbox: AsanaSandbox, connect: Connect) -> None:
    """Nothing of it is deleted, and the others are read."""
    connector = connect(projects=("App", "Secret"))

    assert "Secret is not visible to Milepost" in connector.check().notes[0]
    assert connector.parts("tasks") == [PART, "Secret"]
    with pytest.raises(NotFound, match=r"sources\.work\.projects"):
        list(connector.read("tasks", "Secret", None))
    with pytest.raises(NotFound, match="Secret"):
        list(connector.living_ids("tasks", "Secret"))


def test_a_hidden_project_lists_no_living_tasks(sandbox: AsanaSandbox, connect: Connect) -> None:
    """Lost permission must not look like an empty project."""
    connector = connect(projects=(PART,))
    run(connector)
    sandbox.hidden.add(PART)
    connector.check()

    with pytest.raises(NotFound):
        list(connector.living_ids("tasks", PART))


def test_tasks_completed_before_since_are_left_out(sandbox: AsanaSandbox, connect: Connect) -> None:
    """By reading and sweep alike; open ones are never too old. Subtasks, which have no such filter, go by the same."""
    below = subtask(sandbox, sandbox.state.task(UAT.number), "Old case")
    sandbox.state.set_completed(below, True, sandbox.state.users[gid(1201, 1)], at("2026-11-03 12:00"))
    connector = connect(since=date(2026, 11, 5))

    found = tasks(run(connector))

    assert set(found) == {"UAT sign-off", "Printer driver"}
    assert sorted(id for ids in connector.living_ids("tasks", PART) for id in ids) == sorted(
        record.id for record in found.values()
    )


# --- answers that are odd


def test_an_offset_that_expired_begins_the_list_again(clock: Clock) -> None:
    """What came before comes once more; nothing is missing."""
    box = AsanaSandbox.from_plan(plan(project("asana", many(250))), clock)
    serve = box._tasks
    served: list[Any] = []

    def expiring(query: Any, path: str = "/tasks") -> Json:
        served.append(query)
        if len(served) == 3:
            box.offsets.expire()
        return serve(query, path)

    box._tasks = expiring  # type: ignore[method-assign]  # the vendor's state at that very moment
    with connecting(box) as connect:
        pages = run(connect())

    assert len(tasks(pages)) == 250
    assert len(served) == 6
    assert pages[-1].whole == [("tasks", None)]


def test_offsets_that_always_expire_are_an_error_not_an_end(clock: Clock) -> None:
    """A list that cannot be read to its end proves nothing about what is gone."""
    box = AsanaSandbox.from_plan(plan(project("asana", many(150))), clock)
    with connecting(box) as connect:
        connector = connect()
        connector.check()
        box.offsets.take = lambda what, token: None  # type: ignore[method-assign]  # all tokens are too old

        with pytest.raises(VendorChanged, match="expired"):
            list(connector.living_ids("tasks", connector.parts("tasks")[0]))


def test_a_page_too_large_for_asana_is_asked_for_in_smaller_ones(sandbox: AsanaSandbox, connect: Connect) -> None:
    """A hundred tasks with all their fields may end in a 504, as often as one asks."""
    connector = connect()
    connector.check()
    sandbox.faults.append(Fault(r"GET /tasks$", status=504, times=8))

    assert len(tasks(list(connector.read("tasks", PART, None)))) == 3
    assert "limit=25" in next(seen.query for seen in reversed(sandbox.app.log) if seen.path == "/tasks")


def test_an_outage_is_the_vendors(sandbox: AsanaSandbox, connect: Connect) -> None:
    """Smaller pages do not help: wait."""
    connector = connect()
    connector.check()
    sandbox.faults.append(Fault(r"GET /tasks$", status=503, times=1000))

    with pytest.raises(VendorUnavailable, match="503"):
        list(connector.read("tasks", PART, None))


def test_a_part_of_a_batch_that_failed_is_asked_for_by_itself(sandbox: AsanaSandbox, connect: Connect) -> None:
    """The batch is a 200 all the same."""
    act = sandbox._action
    refused = {"status_code": 500, "headers": {}, "body": {"errors": [{"message": "Server Error", "phrase": "6 sad"}]}}
    seen: list[Json] = []

    def stumbling(action: Json) -> Json:
        seen.append(action)
        return refused if len(seen) == 1 else act(action)

    sandbox._action = stumbling  # type: ignore[method-assign]  # the vendor's state at that very moment

    found = records(run(connect()))

    assert "Two cases are left." in [record.payload.get("text") for record in found.values()]
    assert any(call.endswith("/stories") for call in calls(sandbox))


def test_no_break_spaces_and_half_characters_arrive_as_they_were_sent(sandbox: AsanaSandbox, connect: Connect) -> None:
    """The SDK would make plain spaces of the first; the second refuses the fast decoder, and must not cost the page."""
    sandbox.state.task(PRINTER.number)["name"] = "Printer\u00a0driver"
    sandbox.state.task(OLD.number)["notes"] = "\ud83d alone"

    found = tasks(run(connect()))

    assert "Printer\u00a0driver" in found
    assert found["Kick-off"].payload["notes"] == "\ud83d alone"
    assert b"\\ud83d alone" in found["Kick-off"].body


def test_an_element_that_is_no_record_is_reported(sandbox: AsanaSandbox, connect: Connect) -> None:
    """The others are read."""
    serve = sandbox._tasks

    def odd(query: Any, path: str = "/tasks") -> Json:
        page = serve(query, path)
        return page | {"data": [*page["data"], {"name": "no gid"}, "text"]}

    sandbox._tasks = odd  # type: ignore[method-assign]  # the vendor's state at that very moment

    pages = run(connect())

    assert len(tasks(pages)) == 3
    assert [problem.stream for page in pages for problem in page.problems] == ["tasks"]


@pytest.mark.parametrize("body", ["[]", "{}", '{"data":7}', "oops"])
def test_an_answer_of_another_shape_is_ours_to_mend(sandbox: AsanaSandbox, connect: Connect, body: str) -> None:
    """It must never pass for an empty list."""
    connector = connect()
    connector.check()
    sandbox.faults.append(Fault(r"GET /tasks$", status=200, headers={"Content-Type": "application/json"}, body=body))

    with pytest.raises(VendorChanged):
        list(connector.read("tasks", PART, None))


def test_a_log_in_page_in_between_is_a_wrong_address(sandbox: AsanaSandbox, connect: Connect) -> None:
    """A proxy answers 200 with HTML."""
    page = "<html>Sign in</html>"
    sandbox.faults.append(Fault(r"GET /users/me", status=200, headers={"Content-Type": "text/html"}, body=page))

    with pytest.raises(NotFound, match=r"sources\.work\.url"):
        connect().check()


@pytest.mark.parametrize(
    ("status", "raised", "words"),
    [
        (400, VendorChanged, "Invalid field"),
        (402, AccessDenied, "paid feature"),
        (403, AccessDenied, "may not do this"),
        (451, AccessDenied, "region"),
        (418, VendorChanged, "418"),
    ],
)
def test_each_refusal_says_who_must_act(
    sandbox: AsanaSandbox, connect: Connect, status: int, raised: type[Exception], words: str
) -> None:
    """With Asana's own words, cut to a line."""
    connector = connect()
    connector.check()
    body = '{"errors":[{"message":"Invalid field:\\n x","help":"…"}]}'
    sandbox.faults.append(Fault(r"GET /tasks$", status=status, headers={"Content-Type": "application/json"}, body=body))

    with pytest.raises(raised, match=words) as refusal:
        list(connector.read("tasks", PART, None))
    assert "(Invalid field: x)" in str(refusal.value)


def test_what_asana_is_about_to_change_is_logged_once(
    sandbox: AsanaSandbox, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """It says so in a header, on every answer."""
    change = {"Content-Type": "application/json", "Asana-Change": "name=new_goals;affected=true"}
    body = '{"data":[],"next_page":null}'
    sandbox.faults.append(Fault(r"GET /tasks$", status=200, headers=change, body=body, times=2))
    connector = connect()
    connector.check()

    for _ in range(2):
        list(connector.read("tasks", PART, None))

    assert [record.getMessage() for record in caplog.records if "new_goals" in record.getMessage()] == [
        "work: Asana announces a change: name=new_goals;affected=true"
    ]


# --- who is who


def test_a_member_of_one_workspace_and_guest_of_another_is_a_member(sandbox: AsanaSandbox, connect: Connect) -> None:
    """One record a user."""
    other = {"gid": "1200000000000009", "resource_type": "workspace", "name": "Partner"}
    sandbox.state.workspaces[other["gid"]] = other
    for user in sandbox.state.users.values():
        user["workspaces"] = [other, *user["workspaces"]]
    serve = sandbox._workspace_memberships

    def memberships(query: Any, id: str) -> Json:
        page = serve(query, id)
        if id == other["gid"]:
            page["data"] = [one | {"is_guest": True} for one in page["data"]]
        return page

    sandbox._workspace_memberships = memberships  # type: ignore[method-assign]  # a second workspace's own list

    found = records(list(connect().read("users", "", None)))

    assert {id: record.payload["is_guest"] for (_, id), record in found.items()}[gid(1201, 2)] is False


# --- comments


def commented(box: AsanaSandbox, comment_back: bool | tuple[str, ...] = True) -> str | None:
    with connecting(box) as connect:
        on = Ref("tasks", box.task_id(UAT.number))
        return connect(comment_back=comment_back).comment(on, "The date has passed.", "k-1", None)


def firm(*members: str) -> Plan:
    return plan(project("asana", [UAT], members=members, number=APP.number))


def test_a_guest_among_the_members_keeps_comments_away(clock: Clock) -> None:
    """Asana has no private comment: who sees the task sees it."""
    box = AsanaSandbox.from_plan(firm("may", "lee", "sam"), clock)

    with pytest.raises(NotCommentable, match=r"sources\.work\.comment_back"):
        commented(box)
    assert box.comments_posted == []


def test_a_guest_who_follows_the_task_keeps_comments_away(sandbox: AsanaSandbox) -> None:
    """They are told of it by mail, member of the project or not."""
    sandbox.add_message(UAT.number, message("sam", "2026-11-20 10:00", "And now?"))

    with pytest.raises(NotCommentable):
        commented(sandbox)


def test_a_team_with_a_guest_keeps_comments_away_unless_the_project_is_private(sandbox: AsanaSandbox) -> None:
    """What is shared with the team its guests read too."""
    sandbox._team_memberships = lambda query, id: {"data": [{"gid": "1", "user": {"gid": gid(1201, 51)}}]}  # type: ignore[method-assign]  # a guest joins the team
    sandbox.state.projects[PART]["privacy_setting"] = "private_to_team"
    with pytest.raises(NotCommentable):
        commented(sandbox)

    sandbox.state.projects[PART]["privacy_setting"] = "private"
    assert commented(sandbox)


@pytest.mark.parametrize(
    ("comment_back", "privacy", "teams"),
    [
        pytest.param(True, "private_to_team", [TEAM], id="shared with its team"),
        pytest.param(True, "private", [], id="private: the team does not matter"),
        pytest.param(False, "private_to_team", [], id="nobody comments: nobody must know"),
    ],
)
def test_a_team_is_read_where_a_comment_depends_on_it(
    sandbox: AsanaSandbox, connect: Connect, comment_back: bool, privacy: str, teams: list[str]
) -> None:
    """One request a team and run; its guests read every project that is shared with it."""
    sandbox.state.projects[PART]["privacy_setting"] = privacy

    [page] = connect(comment_back=comment_back).read("teams", "", None)

    assert [record.id for record in page.records] == teams
    assert all({"gid": HUB} in record.payload["members"] for record in page.records)


def test_a_team_that_is_not_shown_stops_nothing(sandbox: AsanaSandbox, connect: Connect) -> None:
    """Its projects get no comments; they are read all the same."""
    sandbox.state.projects[PART] |= {"privacy_setting": "private_to_team", "team": {"gid": "1200000000000099"}}

    [page] = connect(comment_back=True).read("teams", "", None)

    assert (list(page.records), page.whole) == ([], [("teams", None)])


def test_a_task_in_no_project_carries_no_comment(sandbox: AsanaSandbox, connect: Connect) -> None:
    """Who can read a subtask is not told."""
    below = subtask(sandbox, sandbox.state.task(UAT.number), "Case 7")

    with pytest.raises(NotCommentable):
        connect().comment(Ref("tasks", below["gid"]), "The date has passed.", "k-1", None)


def test_a_project_that_the_config_names_takes_comments_all_the_same(clock: Clock) -> None:
    """It is the coordinator's decision."""
    box = AsanaSandbox.from_plan(firm("may", "lee", "sam"), clock)

    assert commented(box, ("App",))


def test_the_text_is_plain_and_ends_with_a_mark(sandbox: AsanaSandbox) -> None:
    """Rich text would need escaping, and hides nothing anyway."""
    commented(sandbox)

    assert [comment["text"] for comment in sandbox.comments_posted] == ["The date has passed.\n\n(milepost:k-1)"]


def test_a_token_that_may_only_read_says_so(sandbox: AsanaSandbox) -> None:
    """The credential is good, what is missing is a right."""
    sandbox.may_write = False

    with pytest.raises(AccessDenied, match="may not do this"):
        commented(sandbox)


def test_a_comment_on_a_deleted_task_is_not_found(sandbox: AsanaSandbox, connect: Connect) -> None:
    """The alert goes its way without it."""
    on = Ref("tasks", sandbox.task_id(OLD.number))
    sandbox.delete(OLD.number, STORY_NOW)

    with pytest.raises(NotFound):
        connect().comment(on, "The date has passed.", "k-1", None)
    assert connect().comment(on, None, "k-1", None) is None


# --- the SDK


def test_the_sdk_leaves_nothing_behind(connect: Connect) -> None:
    """It adds log handlers that print other connectors' addresses, and starts threads for calls that nobody makes."""
    handlers = {name: list(logging.getLogger(name).handlers) for name in ("asana", "urllib3")}
    threads = {thread.name for thread in threading.enumerate()}

    connect().check()

    assert {name: logging.getLogger(name).handlers for name in handlers} == handlers
    assert {thread.name for thread in threading.enumerate()} == threads
