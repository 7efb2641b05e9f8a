"""The demo's `milepost.toml`, written from the sandbox: what a coordinator of that firm would have set up."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox import slack
from sandbox.lantern_quay.people import OWN_DOMAIN
from sandbox.plan import ClientPlan, Plan, Staff
from sandbox.server import Sandbox

COORDINATOR = "kitty"

_KEYS = {"trello": {"key": "env:DEMO_TRELLO_KEY"}, "jira": {"email": f"hub@{OWN_DOMAIN}"}}


def demo_environment() -> dict[str, str]:
    """The secrets of the sandbox, as a user's environment would hold them."""
    from sandbox import asana, hubspot, jira, trello  # the vendors' stand-ins load slowly

    return {
        "DEMO_JIRA_TOKEN": jira.TOKEN,
        "DEMO_TRELLO_KEY": trello.KEY,
        "DEMO_TRELLO_TOKEN": trello.TOKEN,
        "DEMO_ASANA_TOKEN": asana.TOKEN,
        "DEMO_HUBSPOT_TOKEN": hubspot.TOKEN,
        "DEMO_SLACK_TOKEN": slack.TOKEN,
    }


def demo_settings(sandbox: Sandbox, public_url: str = "") -> str:
    """The file's text. Sources are called after their tool."""
    plan = sandbox.plan
    parts = [
        "# The demo's settings: written anew at each start.",
        _lines(
            {
                "timezone": "Asia/Hong_Kong",
                "language": "en",
                "coordinator": COORDINATOR,
                "team_domains": [OWN_DOMAIN],
                "first_run": "send",
                "public_url": public_url,
            }
        ),
        _table("calendar", {"holidays": "HK"}),
        _table("calendars.mainland", {"holidays": "CN", "hours": ["09:00-12:00", "13:00-18:00"]}),
        *(_source(sandbox, vendor) for vendor in sandbox.vendors),
        *(_person(sandbox, person) for person in plan.staff if person.configured),
        *(_client(sandbox, plan, client) for client in plan.clients),
        _table(
            "channels.bd_slack",
            {
                "kind": "slack",
                "url": sandbox.url("slack") + "/",
                "token": "env:DEMO_SLACK_TOKEN",
                "channel": slack.CHANNEL,
            },
        ),
        _table(
            "channels.email",
            {
                "kind": "email",
                "host": sandbox.mail.host,
                "port": sandbox.mail.port,
                "security": "none",
                "from": f"Milepost <hub@{OWN_DOMAIN}>",
            },
        ),
        '[[routes]]\nmatch = {severity = "critical"}\nto = ["bd_slack", "email:bd"]\n',
        '[[routes]]\nto = ["email:bd"]\n',
    ]
    return "\n".join(parts)


def _source(sandbox: Sandbox, vendor: str) -> str:
    return _table(
        f"sources.{vendor}",
        {
            "kind": vendor,
            "url": sandbox.url(vendor),
            **_KEYS.get(vendor, {}),
            "token": f"env:DEMO_{vendor.upper()}_TOKEN",
            "comment_back": True,
            "every": "10m",
        },
    )


def _person(sandbox: Sandbox, person: Staff) -> str:
    hidden = sorted(person.email_hidden_in & set(sandbox.vendors))
    return _table(
        f"people.{person.id}",
        {
            "name": person.name,
            "email": person.email,
            "language": person.language,
            "calendar": "mainland" if person.language == "zh-Hans-CN" else "default",
            "accounts": [f"{vendor}:{sandbox.vendors[vendor].account_id(person.id)}" for vendor in hidden],
        },
    )


def _client(sandbox: Sandbox, plan: Plan, client: ClientPlan) -> str:
    projects = [project for project in plan.of_client(client.id) if project.vendor in sandbox.vendors]
    return _table(
        f"clients.{client.id}",
        {
            "name": client.names,
            "bd": client.bd,
            "language": client.language,
            "calendar": client.calendar,
            "confidential": client.confidential,
            "domains": list(client.domains),
            "projects": [
                f"{project.vendor}:{sandbox.vendors[project.vendor].project_ref(project)}" for project in projects
            ],
        },
    )


def _table(name: str, values: Mapping[str, Any]) -> str:
    return f"[{name}]\n{_lines(values)}"


def _lines(values: Mapping[str, Any]) -> str:
    """Keys and values; what is empty is left to its default."""
    shown = {key: value for key, value in values.items() if value not in ("", [], None)}
    return "".join(f"{key} = {_value(value)}\n" for key, value in shown.items())


def _value(value: Any) -> str:
    """A value as TOML writes it: JSON's strings, numbers, flags and lists are TOML's too."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
