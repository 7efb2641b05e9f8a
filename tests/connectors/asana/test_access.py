"""What of Asana is read, what its refusals mean, who is who, and what the SDK leaves behind."""

import logging
import threading
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from connectors.asana import Asana
from connectors.base import AccessDenied, NotFound, VendorChanged
from sandbox.asana import AsanaSandbox
from sandbox.asana_state import HUB, WORKSPACE, Json, gid
from sandbox.http import Fault
from tests.connectors.asana.firm import (
    PART,
    UAT,
    Connect,
    run,
    subtask,
    tasks,
)
from tests.connectors.contract import records
from tests.factories import at


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


def test_members_are_those_of_the_workspaces_that_are_read(sandbox: AsanaSandbox, connect: Connect) -> None:
    """A client's workspace that we were invited to, and do not read, makes nobody there one of ours."""
    theirs = {gid(1201, 70): False, gid(1201, 2): True}
    second_workspace(sandbox, theirs)

    found = users(connect())

    assert gid(1201, 70) not in found
    assert found[gid(1201, 2)] is False


def test_a_guest_of_one_workspace_is_a_guest_though_a_member_of_another(
    sandbox: AsanaSandbox, connect: Connect
) -> None:
    """The client's people are guests of ours, and members at home: what they write waits for an answer."""
    other = second_workspace(sandbox, {gid(1201, 51): False, gid(1201, 2): False})
    sandbox.state.memberships[gid(1201, 51)] = {"user": {"gid": gid(1201, 51), "name": "Sam"}, "is_guest": True}
    sandbox.state.projects["1208000000000077"] = {
        **sandbox.state.projects[PART],
        "gid": "1208000000000077",
        "workspace": other,
    }

    found = users(connect())

    assert (found[gid(1201, 51)], found[gid(1201, 2)]) == (True, False)


def users(connector: Asana) -> dict[str, bool]:
    """Who is a guest."""
    connector.check()
    found = records(list(connector.read("users", "", None)))
    return {id: record.payload["is_guest"] for (_, id), record in found.items()}


def second_workspace(sandbox: AsanaSandbox, guests: Mapping[str, bool]) -> Json:
    """Another workspace that our token reaches; its people, and whether each is a guest there."""
    other = {"gid": "1200000000000009", "resource_type": "workspace", "name": "Partner"}
    sandbox.state.workspaces[other["gid"]] = other
    for user in sandbox.state.users.values():
        user["workspaces"] = [other, *user["workspaces"]]
    serve = sandbox._workspace_memberships

    def memberships(query: Any, id: str) -> Json:
        if id != other["gid"]:
            return serve(query, id)
        of = [{"user": {"gid": user, "name": user}, "is_guest": is_guest} for user, is_guest in guests.items()]
        return {"data": of, "next_page": None}

    sandbox._workspace_memberships = memberships  # type: ignore[method-assign]  # a second workspace's own list
    return other


def test_the_sdk_leaves_nothing_behind(connect: Connect) -> None:
    """It adds log handlers that print other connectors' addresses, and starts threads for calls that nobody makes."""
    handlers = {name: list(logging.getLogger(name).handlers) for name in ("asana", "urllib3")}

    connect().check()

    assert {name: logging.getLogger(name).handlers for name in handlers} == handlers
    # A pool's; those that send, and the timer of what counts requests, come and go.
    assert [one.name for one in threading.enumerate() if "(worker)" in one.name or "(_handle" in one.name] == []
