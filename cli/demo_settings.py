"""The demo's `milepost.toml`, written from the sandbox: what a coordinator of that firm would have set up."""

import json
from collections.abc import Collection, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from cli.files import write_private
from sandbox import slack
from sandbox.lantern_quay.people import OWN_DOMAIN
from sandbox.plan import ClientPlan, Plan, Staff
from sandbox.server import Sandbox

_SECRETS = "secrets"
"""The folder, beside the settings, of the files that they refer to."""

_SIGN_IN = {"trello": {"key": f"file:{_SECRETS}/trello_key"}, "jira": {"email": f"hub@{OWN_DOMAIN}"}}
"""What a vendor wants beside the token."""

_ROLES = {"head_of_bd": "head", "engineer": ""}
"""The plan's words for what people are, where the config has another."""

_HEAD = """\
# The demo's settings, written anew at each start. The tools and channels named here were stand-ins that ended with the
# demo. Commands that only look still work on this folder (`milepost status -c milepost.toml`, `report`, `alerts list`):
# they go by the real clock, and so call everything read in the story old. A sync would find nobody at these addresses.
# The secrets open nothing but the stand-ins: that is why they may lie in files beside this one, so that no variable
# has to be set. Your own belong into the environment, or into files that only you can read.
"""


def write_settings(folder: Path, sandbox: Sandbox) -> Path:
    """Write `milepost.toml` and the secrets it refers to into `folder`; the path of the settings."""
    kept = folder / _SECRETS
    kept.mkdir(mode=0o700, exist_ok=True)
    for name, value in _secrets(sandbox.vendors).items():
        write_private(kept / name, value)
    config = folder / "milepost.toml"
    write_private(config, demo_settings(sandbox))
    return config


def _secrets(vendors: Collection[str]) -> dict[str, str]:
    """What signs in to the stand-ins, by the names of the files that hold it."""
    # Loaded when they are named: a stand-in that this demo does without is not needed for it.
    stand_ins = {vendor: import_module(f"sandbox.{vendor}") for vendor in vendors}
    secrets = {f"{vendor}_token": str(stand_in.TOKEN) for vendor, stand_in in stand_ins.items()}
    if "trello" in stand_ins:
        secrets["trello_key"] = str(stand_ins["trello"].KEY)
    return secrets | {"slack_token": slack.TOKEN}


def demo_settings(sandbox: Sandbox, public_url: str = "") -> str:
    """The file's text. Sources are called after their tool."""
    plan = sandbox.plan
    parts = [
        _HEAD,
        _lines(
            {
                "timezone": "Asia/Hong_Kong",
                "language": "en",
                "coordinator": next(person.id for person in plan.staff if person.role == "coordinator"),
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
                "token": f"file:{_SECRETS}/slack_token",
                "channel": slack.CHANNEL,
                "clients": [client.id for client in plan.clients if not client.confidential],
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
            **_SIGN_IN.get(vendor, {}),
            "token": f"file:{_SECRETS}/{vendor}_token",
            "comment_back": True,
            "every": "10m",
            "expires": ends.isoformat() if (ends := sandbox.plan.expires.get(vendor)) else None,
            "budget_hours": {
                sandbox.vendors[vendor].project_ref(project): project.budget_hours
                for project in sandbox.plan.of_vendor(vendor)
                if project.budget_hours
            },
            "accepted_labels": list(sandbox.plan.accepted_labels.get(vendor, ())),
        },
    )


def _person(sandbox: Sandbox, person: Staff) -> str:
    hidden = sorted(person.email_hidden_in & set(sandbox.vendors))
    return _table(
        f"people.{person.id}",
        {
            "name": person.name,
            "email": person.email,
            "role": _ROLES.get(person.role, person.role),
            "language": person.language,
            "calendar": "mainland" if person.language == "zh-Hans-CN" else "default",
            "capacity_hours": person.capacity_hours,
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
            "calendar": client.calendar,
            "confidential": client.confidential,
            "code": client.code,
            "tier": client.tier,
            "contract_end": client.contract_end and client.contract_end.isoformat(),
            "cadence": client.cadence,
            "cadence_by": client.cadence_by if client.cadence else "",
            "report_day": client.report_day or None,
            "domains": list(client.domains),
            "projects": [
                f"{project.vendor}:{sandbox.vendors[project.vendor].project_ref(project)}" for project in projects
            ],
            "crm": _crm(sandbox, plan, client),
        },
    )


def _crm(sandbox: Sandbox, plan: Plan, client: ClientPlan) -> list[str]:
    """The client's companies in the CRM; one that no client names stays unnamed."""
    if "hubspot" not in sandbox.vendors:
        return []
    return [f"hubspot:company:{sandbox.hubspot.company_ref(company.id)}" for company in plan.companies_of(client.id)]


def _table(name: str, values: Mapping[str, Any]) -> str:
    return f"[{name}]\n{_lines(values)}"


def _lines(values: Mapping[str, Any]) -> str:
    """Keys and values; what is empty is left to its default."""
    shown = {key: value for key, value in values.items() if value not in ("", [], {}, None)}
    return "".join(f"{key} = {_value(value)}\n" for key, value in shown.items())


def _value(value: Any) -> str:
    """A value as TOML writes it: JSON's strings, numbers, flags and lists are TOML's too."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
