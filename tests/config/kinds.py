"""Kinds of sources and channels as a loader's test needs them: the real ones stand above `config/`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from config.loading import Loaded, load_text
from config.mistakes import Found, Mistake
from config.settings import ChannelSettings, RuleSettings, Secret, SourceSettings


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

    @property
    def reaches(self) -> Literal["both", "group"]:
        return "both" if self.token is not None else "group"


class Email(ChannelSettings):
    kind: Literal["email"] = "email"
    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: Secret | None = None
    from_: str = Field(alias="from")

    @property
    def reaches(self) -> Literal["persons"]:
        return "persons"


SOURCES: Mapping[str, type[SourceSettings]] = {"jira": Jira, "trello": Trello, "asana": Asana, "hubspot": HubSpot}
CHANNELS: Mapping[str, type[ChannelSettings]] = {"slack": Slack, "email": Email}


@dataclass(frozen=True)
class Rules:
    """Rules with the names of their params, by id, and what is wrong with their files."""

    params: Mapping[str, Collection[str]]
    wrong_files: Sequence[Mistake] = ()

    @property
    def ids(self) -> Collection[str]:
        return self.params.keys()

    def check(self, overrides: Mapping[str, RuleSettings]) -> tuple[Sequence[Found], Sequence[Mistake]]:
        strange: list[Found] = [(("rules", rule), "no such rule") for rule in overrides if rule not in self.params]
        for rule in overrides.keys() & self.params.keys():
            names = set(overrides[rule].params) - set(self.params[rule])
            strange += [(("rules", rule, name), "no such param") for name in names]
        return strange, self.wrong_files


RULES = Rules({"milestone-overdue": ["critical_days"], "feedback-unhandled": []})


def no_own_rules(_rules_dir: Path) -> Rules:
    """What finds the rules of a firm that has none of its own."""
    return RULES


ENVIRON = {
    "JIRA_TOKEN": "jira-5ecret",
    "TRELLO_KEY": "trello-key-5ecret",
    "TRELLO_TOKEN": "trello-5ecret",
    "ASANA_TOKEN": "asana-5ecret",
    "HUBSPOT_TOKEN": "hubspot-5ecret",
    "SLACK_TOKEN": "slack-5ecret",
    "SLACK_APP_TOKEN": "xapp-5ecret",
    "SMTP_PASSWORD": "smtp-5ecret",
}


def read(text: str, **environ: str) -> Loaded:
    """Load `text` with every kind and rule there is, in an environment where the usual secrets are set."""
    return load_text(text, ENVIRON | environ, source_kinds=SOURCES, channel_kinds=CHANNELS, rules=no_own_rules)
