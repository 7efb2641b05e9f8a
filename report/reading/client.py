"""All of one client."""

from collections.abc import Sequence
from dataclasses import dataclass

from report.asked import Asked, NoSuchThing
from report.reading.alert_history import PastAlert, alerts_of_client
from report.reading.client_feedback import FeedbackList, read_feedback_of
from report.reading.client_lately import Lately, read_lately
from report.reading.client_people import (
    ClientDeal,
    ClientPerson,
    Delivered,
    read_deals,
    read_delivered,
    read_people,
)
from report.reading.client_terms import Terms, read_terms
from report.reading.health import read_health_around, views_around
from report.reading.portfolio import ProjectRow, read_projects_of
from report.reading.risks import RiskRow, risks_where
from rules.health.values import Health


@dataclass(frozen=True, slots=True)
class ClientHead:
    """Who it is, whose, and how it does; `bd` is a key. `sources`: those that tell of it."""

    key: str
    bd: str | None
    health: Health
    sources: Sequence[str]


@dataclass(frozen=True, slots=True)
class ClientPage:
    """All that its page says; `risks`: open ones."""

    head: ClientHead
    terms: Terms
    projects: Sequence[ProjectRow]
    lately: Lately
    delivered: Sequence[Delivered]
    feedback: FeedbackList
    people: Sequence[ClientPerson]
    deals: Sequence[ClientDeal]
    risks: Sequence[RiskRow]
    alerts: Sequence[PastAlert]


def read_client(asked: Asked) -> ClientPage:
    """Of the client that the config calls `asked.of`. Raises NoSuchThing where there is none that the reader may
    see."""
    key = f"client/{asked.of}"
    client = asked.clients.get(key)
    if client is None:
        raise NoSuchThing("there is no such client")
    views, health = views_around(asked, key), read_health_around(asked, key)
    projects, terms = read_projects_of(asked, views, key, health), read_terms(views, key)
    return ClientPage(
        head=ClientHead(key, client.bd, health[key], _sources(projects, terms)),
        terms=terms,
        projects=projects,
        lately=read_lately(views, terms.meeting_at),
        delivered=read_delivered(views),
        feedback=read_feedback_of(asked, views, key),
        people=read_people(asked, key),
        deals=read_deals(views, key),
        risks=risks_where(views, lambda scope: scope.columns["is_open"]),
        alerts=alerts_of_client(asked, key),
    )


def _sources(projects: Sequence[ProjectRow], terms: Terms) -> Sequence[str]:
    return sorted({*(row.source for row in projects), *([terms.source] if terms.source else [])})
