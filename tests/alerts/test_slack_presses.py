"""Who it is that presses a button in Slack."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from alerts.acts import Act, Did
from alerts.channels.slack_presses import Presses
from alerts.channels.slack_web import WebApi
from config.settings import PersonSettings, Secret
from sandbox.http import Fault
from sandbox.plan import Plan, Staff
from sandbox.server import Sandbox
from sandbox.slack import TEAM, TOKEN
from tests.alerts import firm
from tests.alerts.firm import TUESDAY

EMAIL = "marco@lanternquay.example"
ORGANISATION = "E0LANTERN"


@pytest.fixture(scope="module")
def workspace() -> Iterator[Sandbox]:
    """A workspace with Marco in it."""
    staff = [Staff("marco", "Marco Yip", EMAIL, "bd")]
    plan = Plan("Lantern Quay", TUESDAY, TUESDAY, staff, [], [], [], [], [], [])
    with Sandbox(plan, lambda: TUESDAY, vendors=()) as running:
        yield running


@pytest.fixture
def sandbox(workspace: Sandbox) -> Sandbox:
    """That workspace, in which nobody was told anything."""
    workspace.slack.app.faults.clear()
    workspace.slack.socket.ephemerals.clear()
    return workspace


def says(sandbox: Sandbox, method: str, **answer: Any) -> None:
    """Slack answers that the next time."""
    body = json.dumps({"ok": True, **answer})
    sandbox.slack.app.faults.append(Fault(rf"/api/{method}$", 200, {"content-type": "application/json"}, body))


def presses(sandbox: Sandbox, user: str, *, slack: str = "") -> list[str]:
    """The keys under [people] that a press of `user` acted for: one or none. `slack`: the id that stands with Marco."""
    acted: list[str] = []

    def desk(act: Act, person: str) -> Did:
        acted.append(person)
        return Did("")

    token = Secret(reference="env:SLACK", value=SecretStr(TOKEN))
    web = WebApi(f"{sandbox.url('slack')}/", token, threading.Event(), str)
    people = {"marco": PersonSettings(name="Marco Yip", email=EMAIL, slack=slack)}
    settings = firm.settings(people=people, coordinator="marco", clients={})
    taken = Presses(web, settings, desk, lambda: TUESDAY).take(
        {
            "type": "block_actions",
            "user": {"id": user},
            "container": {"channel_id": "C1"},
            "actions": [{"action_id": "take:0", "value": "1 rule:subject"}],
        }
    )
    assert taken.work is not None
    taken.work()
    return acted


def test_an_account_of_the_workspace_is_who_has_its_email(sandbox: Sandbox) -> None:
    """Nobody has to look up ids; its administrators vouch for the e-mail."""
    assert presses(sandbox, sandbox.slack.user_id(EMAIL)) == ["marco"]


def test_another_firms_account_is_nobody_whatever_its_email(sandbox: Sandbox) -> None:
    """Through Slack Connect a client reads the channel too, and could call their account what they like."""
    account = {"id": "U0STRANGER", "team_id": "T0CLIENT", "profile": {"email": EMAIL}}
    says(sandbox, "users.info", user=account)

    assert presses(sandbox, "U0STRANGER") == []
    assert [one.user for one in sandbox.slack.socket.ephemerals] == ["U0STRANGER"]


@pytest.mark.parametrize(("organisation", "acted"), [(ORGANISATION, ["marco"]), ("E0CLIENT", [])])
def test_in_an_organisation_accounts_of_its_other_workspaces_are_ours(
    sandbox: Sandbox, organisation: str, acted: list[str]
) -> None:
    """An Enterprise organisation vouches for them all; another firm may be one as well."""
    says(sandbox, "auth.test", team_id=TEAM, enterprise_id=ORGANISATION)
    of = {"team_id": "T0OTHER", "enterprise_user": {"enterprise_id": organisation}}
    says(sandbox, "users.info", user={"id": "W1", **of, "profile": {"email": EMAIL}})

    assert presses(sandbox, "W1") == acted


def test_an_id_in_the_config_is_enough_wherever_the_account_is(sandbox: Sandbox) -> None:
    """Whoever wrote it there means that very account."""
    assert presses(sandbox, "U0STRANGER", slack="U0STRANGER") == ["marco"]
