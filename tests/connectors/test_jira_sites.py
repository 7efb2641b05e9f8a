"""Jira as sites differ: where they live, how one signs in, how many projects they hold, how they refuse."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from config.settings import Secret
from connectors.base import AccessDenied, VendorChanged
from connectors.governor import Governor
from connectors.jira import LIMITS, MOST_KEYS, Jira
from sandbox.http import Fault
from sandbox.jira import JiraSandbox
from tests.connectors.jira_firm import connected, firm, items, sandbox, settings
from tests.connectors.serving import serving


@contextmanager
def below(box: JiraSandbox, path: str, **more: object) -> Iterator[Jira]:
    """A connector to a site that lives below a path."""
    with serving(Starlette(routes=[Mount(path, app=box.app)])) as url:
        governor = Governor("delivery", limits=LIMITS, stop=threading.Event(), redact=str, wait=lambda _: False)
        yield Jira(settings(url + path, **more), governor)
        governor.close()


# --- where it lives, and who signs in


@pytest.mark.parametrize(
    ("deployment", "path"),
    [
        pytest.param("Server", "/jira", id="a Data Center behind a path of its own"),
        pytest.param("Cloud", "/ex/jira/11223344-a1b2", id="Cloud through the gateway, for tokens with scopes"),
    ],
)
def test_a_site_may_live_under_a_path(deployment: str, path: str) -> None:
    """The path belongs to the address: requests that left it out would meet another application."""
    box = sandbox(deployment=deployment)  # type: ignore[arg-type]  # parametrized
    with below(box, path, **({"email": ""} if deployment == "Server" else {})) as jira:
        assert jira.check().sees == "1 project"
        assert [page for page in jira.read("issues", "APP", None) if page.records]


def test_data_center_takes_a_user_and_a_password() -> None:
    """Sites before 8.14 know no personal access tokens; both go by Basic."""
    box = sandbox(deployment="Server")
    box.passwords["hub"] = "a password of the sandbox"
    secret = Secret.model_validate({"reference": "env:JIRA_PASSWORD", "value": box.passwords["hub"]})
    with connected(box, user="hub", password=secret, token=None) as site:
        assert site.jira.check().sees == "1 project"
        box.passwords.clear()
        with pytest.raises(AccessDenied, match="env:JIRA_PASSWORD"):
            site.pages("issues")


# --- how many projects, and which


def with_projects(count: int, deployment: str = "Cloud") -> JiraSandbox:
    """A site with so many projects, APP among them."""
    box = sandbox(deployment=deployment)  # type: ignore[arg-type]  # parametrized
    for number in range(count - 1):
        project = box.state.projects["APP"] | {"id": str(20_000 + number), "key": f"P{number}", "name": f"P {number}"}
        box.state.projects[str(project["key"])] = project
    return box


def test_projects_beyond_the_first_page_are_read_too() -> None:
    """Cloud lists 100 at a time."""
    with connected(with_projects(130)) as site:
        assert len(site.jira.parts("issues")) == 130
        assert len(site.asked("/project/search")) == 2


def test_more_projects_than_one_request_can_name_are_picked_from_the_list() -> None:
    """Jira takes 50 keys a request."""
    named = tuple(f"P{number}" for number in range(MOST_KEYS + 1))
    with connected(with_projects(130), projects=named) as site:
        found = site.records("projects", "")

    assert {record.payload["key"] for record in found} == set(named)
    assert not any("keys=" in asked for asked in site.asked("/project/search"))


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_an_archived_project_is_read_where_the_config_names_it(deployment: str) -> None:
    """Nobody works in it; its row stays, and says so."""
    box = with_projects(2, deployment)
    box.state.projects["P0"]["archived"] = True
    with connected(box) as site, connected(box, projects=("P0",)) as named:
        assert list(site.jira.parts("issues")) == ["APP"]
        assert {record.payload["key"] for record in site.records("projects", "")} == {"APP", "P0"}
        assert list(named.jira.parts("issues")) == ["P0"]


# --- how it refuses


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"errorMessages": ["The value \'XX\' does not exist."], "errors": {}}', "(The value 'XX' does not exist.)"),
        ('{"errorMessages": [], "errors": {"jql": "too long"}}', "(too long)"),
        ('{"errorMessages": null, "errors": null}', "to GET search"),
        ('{"errorMessages": 5, "errors": []}', "to GET search"),
        ('["no envelope"]', "to GET search"),
        ("<html><body>Bad gateway</body></html>", "to GET search"),
        ("", "to GET search"),
    ],
)
def test_a_refusal_says_what_jira_says_and_no_more(body: str, said: str) -> None:
    """Either part of the envelope may be empty, and gateways answer in HTML."""
    box = sandbox()
    box.app.faults.append(Fault("/search/jql", status=400, body=body))
    with connected(box) as site, pytest.raises(VendorChanged) as refusal:
        site.pages("issues")

    assert str(refusal.value).endswith(said)
    assert "Jira answered 400 to GET search" in str(refusal.value)


def test_an_admin_of_data_center_may_make_pages_smaller_than_asked_for() -> None:
    """We go on by what came, not by what was asked for."""
    box = sandbox(firm(items(100, minutes_apart=0)), "Server")
    box.page_cap = 30
    with connected(box) as site:
        found = {record.id for record in site.records("issues") if record.stream == "issues"}
        living = {id_ for some in site.jira.living_ids("issues", "APP") for id_ in some}

    assert len(found) == 100
    assert living == found
