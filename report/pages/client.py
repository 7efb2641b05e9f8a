"""The page of one client."""

from report.asked import Asked
from report.document import Cell, Document, Fact, Facts
from report.freshness import freshness
from report.pages.health import health_cell
from report.pages.kind import PageKind
from report.reading.client import ClientHead, ClientPage, read_client


def show(values: ClientPage, asked: Asked) -> Document:
    """Who it is first."""
    return Document("client", asked.client_name(values.head.key), blocks=[_head(values.head, asked)])


def _head(head: ClientHead, asked: Asked) -> Facts:
    t = asked.t
    bd = asked.person_name(head.bd) or t("nobody")
    source = asked.speech.joined([row.label for row in asked.sources])
    facts = [
        Fact("health", t("health"), health_cell(asked, head.health)),
        Fact("bd", t("bd_manager"), Cell(bd, bd)),
        Fact("source", t("source"), Cell(source, source, notes=[freshness(asked.speech, asked.sources)])),
    ]
    return Facts("head", t("client.head"), facts)


CLIENT = PageKind("client", "/clients/{of}", read_client, show)
