"""The systems that Milepost reads, in one explicit list: nothing is found by scanning folders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from config.settings import SourceSettings
from connectors import asana, hubspot, jira, trello
from connectors.base import Connector
from connectors.governor import Governor


@dataclass(frozen=True, slots=True)
class Kind:
    """One system: its settings, how its connector is made, how often it may be asked, and where it takes comments."""

    settings: type[SourceSettings]
    connect: Callable[[Any, Governor], Connector]
    """(settings of that class, governor) -> connector; makes no request and loads no SDK."""
    limits: Sequence[str]
    """For the governor, as "100/10 seconds"."""
    commented: str
    """The one stream whose records can carry a comment; on others, `comment` raises NotCommentable."""


KINDS: dict[str, Kind] = {
    "asana": Kind(asana.AsanaSettings, asana.Asana, asana.LIMITS, asana.COMMENTED),
    "hubspot": Kind(hubspot.HubspotSettings, hubspot.Hubspot, hubspot.LIMITS, hubspot.COMMENTED),
    "jira": Kind(jira.JiraSettings, jira.Jira, jira.LIMITS, jira.COMMENTED),
    "trello": Kind(trello.TrelloSettings, trello.Trello, trello.LIMITS, trello.COMMENTED),
}
