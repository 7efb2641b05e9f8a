"""Kinds of sources and channels as a loader's test needs them: the real ones stand above `config/`."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from config.loading import Loaded, load_text
from config.settings import ChannelSettings, Secret, SourceSettings


class Jira(SourceSettings):
    kind: Literal["jira"] = "jira"
    url: str
    token: Secret | None = None  # type: ignore[assignment]  # Data Center may sign in by password
    email: str = ""
    user: str = ""
    password: Secret | None = None


class Trello(SourceSettings):
    kind: Literal["trello"] = "trello"
    key: Secret


class Asana(SourceSettings):
    kind: Literal["asana"] = "asana"


class HubSpot(SourceSettings):
    kind: Literal["hubspot"] = "hubspot"


class Slack(ChannelSettings):
    kind: Literal["slack"] = "slack"
    webhook: Secret | None = None
    token: Secret | None = None
    channel: str = ""
    url: str = ""


class Email(ChannelSettings):
    kind: Literal["email"] = "email"
    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: Secret | None = None
    from_: str = Field(alias="from")


SOURCES: Mapping[str, type[SourceSettings]] = {"jira": Jira, "trello": Trello, "asana": Asana, "hubspot": HubSpot}
CHANNELS: Mapping[str, type[ChannelSettings]] = {"slack": Slack, "email": Email}
RULES: Mapping[str, tuple[str, ...]] = {"milestone-overdue": ("critical_days",), "feedback-unhandled": ()}

ENVIRON = {
    "JIRA_TOKEN": "jira-5ecret",
    "TRELLO_KEY": "trello-key-5ecret",
    "TRELLO_TOKEN": "trello-5ecret",
    "ASANA_TOKEN": "asana-5ecret",
    "HUBSPOT_TOKEN": "hubspot-5ecret",
    "SLACK_TOKEN": "slack-5ecret",
    "SMTP_PASSWORD": "smtp-5ecret",
}


def read(text: str, **environ: str) -> Loaded:
    """Load `text` with every kind and rule there is, in an environment where the usual secrets are set."""
    return load_text(text, ENVIRON | environ, source_kinds=SOURCES, channel_kinds=CHANNELS, rules=RULES)
