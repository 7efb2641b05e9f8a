"""What our Asana stand-in answers is what Asana's own document describes."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.asana import MEMBERSHIP, PROJECT, SETTING
from connectors.asana_tasks import STORY, SUBTASK, TASK
from sandbox.asana import TOKEN, AsanaSandbox
from sandbox.asana_state import HUB, TEAM, WORKSPACE, gid
from tests.connectors.serving import serving
from tests.factories import STORY_NOW, item, message, plan, project
from tests.specs.openapi import Document

UAT = item(
    "UAT", "doing", milestone=True, due=date(2026, 11, 20), messages=(message("lee", "2026-11-12 15:00", "Two left."),)
)
APP = project("asana", [UAT, *(item(f"Task {number}") for number in range(4))])

TASK_GID, PROJECT_GID = {"task_gid": gid(1211, UAT.number)}, {"project_gid": gid(1208, APP.number)}
OURS = {"workspace_gid": WORKSPACE}
LIST = f"project={PROJECT_GID['project_gid']}&limit=2"
STORIES = {"relative_path": f"/tasks/{TASK_GID['task_gid']}/stories", "method": "get", "options": {"limit": 2}}

CALLS: list[tuple[str, str, str, dict[str, str], Any, int]] = [
    ("GET", "/users/{user_gid}", "opt_fields=name,email,workspaces.name", {"user_gid": "me"}, None, 200),
    ("GET", "/users", f"workspace={WORKSPACE}", {}, None, 200),
    ("GET", "/workspaces", "limit=1", {}, None, 200),
    (
        "GET",
        "/workspaces/{workspace_gid}/workspace_memberships",
        f"opt_fields={MEMBERSHIP}&limit=2",
        OURS,
        None,
        200,
    ),
    ("GET", "/teams/{team_gid}/team_memberships", "opt_fields=user.gid", {"team_gid": TEAM}, None, 200),
    ("GET", "/projects", f"workspace={WORKSPACE}&opt_fields={SETTING}&limit=100", {}, None, 200),
    ("GET", "/projects", f"workspace={WORKSPACE}&opt_fields={PROJECT}&limit=100", {}, None, 200),
    ("GET", "/projects/{project_gid}", "", PROJECT_GID, None, 200),
    ("GET", "/projects/{project_gid}/sections", "opt_fields=name&limit=2", PROJECT_GID, None, 200),
    ("GET", "/projects/{project_gid}/tasks", "limit=2", PROJECT_GID, None, 200),
    ("GET", "/tasks", f"{LIST}&opt_fields={TASK}&modified_since=2026-01-01T00:00:00Z", {}, None, 200),
    ("GET", "/tasks/{task_gid}", "", TASK_GID, None, 200),
    ("GET", "/tasks/{task_gid}/subtasks", f"opt_fields={SUBTASK}", TASK_GID, None, 200),
    ("GET", "/tasks/{task_gid}/stories", f"opt_fields={STORY}&limit=2", TASK_GID, None, 200),
    ("POST", "/tasks/{task_gid}/stories", "", TASK_GID, {"text": "Still open."}, 201),
    ("PUT", "/stories/{story_gid}", "", {"story_gid": ""}, {"text": "Still open, again."}, 200),
    ("DELETE", "/stories/{story_gid}", "", {"story_gid": ""}, None, 200),
    ("POST", "/batch", "", {}, {"actions": [STORIES]}, 200),
    ("GET", "/tasks", "", {}, None, 400),
    ("GET", "/tasks/{task_gid}", "", {"task_gid": "1"}, None, 404),
]


@pytest.fixture(scope="module")
def document(specs: Path) -> Document:
    """Asana sends null for what is empty."""
    return Document(specs / "asana_oas.yaml.gz", nulls=True)


@pytest.fixture
def box() -> AsanaSandbox:
    return AsanaSandbox.from_plan(plan(APP), lambda: STORY_NOW)


@pytest.fixture
def url(box: AsanaSandbox) -> Iterator[str]:
    with serving(box.app) as address:
        yield address


@pytest.mark.parametrize(
    ("method", "template", "query", "values", "data", "status"), CALLS, ids=[f"{c[0]} {c[1]} {c[5]}" for c in CALLS]
)
def test_an_answer_is_as_documented(
    document: Document,
    box: AsanaSandbox,
    url: str,
    method: str,
    template: str,
    query: str,
    values: dict[str, str],
    data: Any,
    status: int,
) -> None:
    """Each call that the hub makes, and those it might."""
    if "story_gid" in values:
        values = {
            "story_gid": box.state.say(box.state.task(UAT.number), box.state.users[HUB], STORY_NOW, "Ours.")["gid"]
        }
    body = None if data is None else {"data": data}

    signed = {"Authorization": f"Bearer {TOKEN}"}
    answer = requests.request(
        method, f"{url}{template.format(**values)}?{query}", json=body, headers=signed, timeout=10
    )

    assert answer.status_code == status
    assert document.mistakes(method, template, status, answer.json()) == []


def test_a_mistake_would_be_found(document: Document) -> None:
    """A check that lets everything pass proves nothing."""
    page = {"data": [{"gid": 1, "completed": "no", "due_on": []}], "next_page": "none"}

    assert len(document.mistakes("GET", "/projects/{project_gid}", 200, {"data": page["data"][0]})) == 3
