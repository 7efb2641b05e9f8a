"""The stand-in for Asana: honest where a client could go wrong."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from sandbox.asana import TOKEN, AsanaSandbox
from sandbox.asana_fields import BadFields, parse
from sandbox.asana_state import WORKSPACE, gid
from tests.connectors.serving import serving
from tests.factories import STORY_NOW, at, item, message, plan, project

UAT = item(
    "UAT",
    "doing",
    assignee="lee",
    due=date(2026, 11, 20),
    messages=(message("lee", "2026-11-05 10:00", "Ready."),),
)
GO_LIVE = item("Go live", "done", due=at("2026-11-24 08:30"), done_at=at("2026-11-23 17:00"), milestone=True)
APP = project("asana", [UAT, GO_LIVE], members=("may", "lee"))
PROJECT = gid(1208, APP.number)


@pytest.fixture
def sandbox() -> AsanaSandbox:
    return AsanaSandbox.from_plan(plan(APP), lambda: STORY_NOW)


@pytest.fixture
def asana(sandbox: AsanaSandbox) -> Iterator[httpx.Client]:
    signed = {"Authorization": f"Bearer {TOKEN}"}
    with serving(sandbox.app) as url, httpx.Client(base_url=url, headers=signed, trust_env=False) as client:
        yield client


def names(answer: httpx.Response) -> list[str]:
    return [one["name"] for one in answer.json()["data"]]


def test_a_list_is_compact_unless_fields_are_named(asana: httpx.Client) -> None:
    """And naming some replaces the usual ones: only the gid always comes."""
    compact = asana.get("/tasks", params={"project": PROJECT}).json()["data"][0]
    chosen = asana.get("/tasks", params={"project": PROJECT, "opt_fields": "due_on,memberships.(project|section).name"})

    assert set(compact) == {"gid", "name", "resource_type", "resource_subtype"}
    assert chosen.json()["data"][0] == {
        "gid": gid(1211, UAT.number),
        "due_on": "2026-11-20",
        "memberships": [
            {
                "project": {"gid": PROJECT, "name": "App"},
                "section": {"gid": gid(1209, APP.number * 100 + 1), "name": "進行中"},
            }
        ],
    }


@pytest.mark.parametrize(
    ("fields", "tree"),
    [
        ("name", {"name": {}}),
        ("a.b,a.c", {"a": {"b": {}, "c": {}}}),
        ("m.(p|s).(g|n), t", {"m": {"p": {"g": {}, "n": {}}, "s": {"g": {}, "n": {}}}, "t": {}}),
        ("(a|b.(c|d))", {"a": {}, "b": {"c": {}, "d": {}}}),
    ],
)
def test_dots_and_brackets_are_read(fields: str, tree: dict[str, Any]) -> None:
    """As Asana's documents write them."""
    assert parse(fields) == tree


@pytest.mark.parametrize("fields", ["", "a,", "a.(b", "a.()", "a b!"])
def test_fields_that_cannot_be_read_are_refused(fields: str) -> None:
    """A 400; a field that does not exist is passed over in silence."""
    with pytest.raises(BadFields):
        parse(fields)


def test_an_offset_is_good_for_its_own_list_and_not_for_ever(sandbox: AsanaSandbox, asana: httpx.Client) -> None:
    """An old one is a 400."""
    query = {"project": PROJECT, "limit": "1"}
    first = asana.get("/tasks", params=query).json()
    following = {**query, "offset": first["next_page"]["offset"]}

    assert first["next_page"]["uri"].startswith("https://app.asana.com/")
    assert asana.get("/tasks", params=following).json()["next_page"] is None
    assert asana.get("/tasks", params={**following, "completed_since": "2026-01-01T00:00:00Z"}).status_code == 400
    sandbox.offsets.expire()
    refusal = asana.get("/tasks", params=following)
    assert (refusal.status_code, "expired" in refusal.text) == (400, True)
    assert asana.get("/tasks", params={**query, "limit": "101"}).status_code == 400


def test_only_the_tasks_of_one_project_know_a_time_of_change(asana: httpx.Client) -> None:
    """`/projects/…/tasks` does not take it, and `/tasks` wants to know of which project."""
    since = {"modified_since": "2026-11-20T00:00:00Z"}

    assert names(asana.get("/tasks", params={"project": PROJECT, **since})) == ["Go live"]
    assert names(asana.get("/tasks", params={"project": PROJECT, "completed_since": "2026-11-24T00:00:00Z"})) == ["UAT"]
    assert asana.get(f"/projects/{PROJECT}/tasks", params=since).status_code == 400
    assert asana.get("/tasks", params=since).status_code == 400


def test_an_instant_is_a_day_too(asana: httpx.Client) -> None:
    """The day is the author's; a mere day has no instant."""
    found = asana.get("/tasks", params={"project": PROJECT, "opt_fields": "due_on,due_at"}).json()["data"]

    assert [(task["due_on"], task["due_at"]) for task in found] == [
        ("2026-11-20", None),
        ("2026-11-24", "2026-11-24T00:30:00.000Z"),
    ]


def test_a_change_leaves_a_story_and_moves_the_task_not_the_project(sandbox: AsanaSandbox, asana: httpx.Client) -> None:
    """A project's own time of change shows nothing of its tasks; a move to another section moves no time at all."""
    task = gid(1211, UAT.number)
    before = sandbox.state.projects[PROJECT]["modified_at"]
    sandbox.move_due(UAT.number, date(2026, 11, 30), "may", at("2026-11-21 10:00"))
    sandbox.move_to(UAT.number, "完成", "lee", at("2026-11-22 10:00"))

    fields = "resource_subtype,old_dates.due_on,new_dates.due_on,old_section.name,new_section.name"
    stories = asana.get(f"/tasks/{task}/stories", params={"opt_fields": fields}).json()["data"]

    assert [story["resource_subtype"] for story in stories[-2:]] == ["due_date_changed", "section_changed"]
    assert (stories[-2]["old_dates"], stories[-2]["new_dates"]) == ({"due_on": "2026-11-20"}, {"due_on": "2026-11-30"})
    assert stories[-1]["new_section"]["name"] == "完成"
    assert sandbox.state.task(UAT.number)["modified_at"] == "2026-11-21T02:00:00.000Z"
    assert sandbox.state.projects[PROJECT]["modified_at"] == before


def test_events_begin_with_a_refusal_that_brings_the_token(sandbox: AsanaSandbox, asana: httpx.Client) -> None:
    """412 is no error at first use; a deleted task is told here and nowhere else."""
    first = asana.get("/events", params={"resource": PROJECT})
    sandbox.delete(GO_LIVE.number, STORY_NOW)
    then = asana.get("/events", params={"resource": PROJECT, "sync": first.json()["sync"]})

    assert first.status_code == 412
    assert [(event["action"], event["resource"]["name"]) for event in then.json()["data"]] == [("deleted", "Go live")]
    assert asana.get("/events", params={"resource": PROJECT, "sync": "old"}).status_code == 412


def test_each_part_of_a_batch_answers_for_itself(asana: httpx.Client) -> None:
    """The batch is a 200 whatever is in it; ten parts at most."""
    paths = [f"/tasks/{gid(1211, UAT.number)}/stories", "/tasks/1/stories"]
    actions = [{"relative_path": path, "method": "get", "options": {"fields": ["text"], "limit": 1}} for path in paths]

    found = asana.post("/batch", json={"data": {"actions": actions}})

    assert (found.status_code, [part["status_code"] for part in found.json()["data"]]) == (200, [200, 404])
    assert found.json()["data"][0]["body"]["next_page"]["offset"]
    assert asana.post("/batch", json={"data": {"actions": actions * 6}}).status_code == 400


def test_one_edits_and_deletes_ones_own_comments_only(sandbox: AsanaSandbox, asana: httpx.Client) -> None:
    """A colleague's is a 403, what is gone a 404."""
    task = gid(1211, UAT.number)
    theirs = sandbox.state.stories_of(task)[-1]["gid"]
    posted = asana.post(f"/tasks/{task}/stories", json={"data": {"text": "Still open."}})
    ours = posted.json()["data"]["gid"]

    assert posted.status_code == 201
    assert asana.put(f"/stories/{ours}", json={"data": {"text": "Again."}}).json()["data"]["text"] == "Again."
    assert asana.put(f"/stories/{theirs}", json={"data": {"text": "x"}}).status_code == 403
    assert asana.delete(f"/stories/{ours}").json() == {"data": {}}
    assert asana.delete(f"/stories/{ours}").status_code == 404
    assert asana.post(f"/tasks/{task}/stories", json={"data": {"html_text": "<b>"}}).status_code == 400


def test_search_costs_money(asana: httpx.Client) -> None:
    """And so cannot be the way to read anything."""
    assert asana.get(f"/workspaces/{WORKSPACE}/tasks/search").status_code == 402


def test_the_date_is_the_servers_own(asana: httpx.Client) -> None:
    """The demo's story has its own clock; increments begin by it."""
    assert asana.get("/users/me").headers.get_list("Date") == ["Tue, 24 Nov 2026 01:00:00 GMT"]


def test_a_stranger_is_refused_in_json(asana: httpx.Client) -> None:
    """With Asana's own words."""
    refusal = asana.get("/users/me", headers={"Authorization": "Bearer x"})

    assert (refusal.status_code, refusal.json()["errors"][0]["message"]) == (401, "Not Authorized")
