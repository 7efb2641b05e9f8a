"""The page of one project."""

from report.asked import Asked
from report.document import Cell, Document, Fact, Facts
from report.freshness import freshness
from report.pages.health import health_cell
from report.pages.kind import PageKind
from report.reading.project import ProjectHead, ProjectPage, read_project
from report.speech import link


def show(values: ProjectPage, asked: Asked) -> Document:
    """What it is first."""
    return Document("project", values.head.name, blocks=[_head(values.head, asked)])


def _head(head: ProjectHead, asked: Asked) -> Facts:
    t, day = asked.t, asked.speech.day
    client, bd = asked.client_name(head.client), asked.person_name(head.bd) or t("nobody")
    sources = [row for row in asked.sources if row.name == head.source]
    source = asked.speech.joined([row.label for row in sources])
    facts = [
        Fact("health", t("health"), health_cell(asked, head.health)),
        Fact("client", t("client"), Cell(client, client, asked.client_page(head.client))),
        Fact("bd", t("bd_manager"), Cell(bd, bd)),
        Fact("owner", t("owner"), Cell(head.owner_name, head.owner_name or t("nobody"))),
        Fact("start", t("project.start"), Cell(head.start_on, day(head.start_on))),
        Fact("due", t("project.due"), Cell(head.due_on, day(head.due_on))),
        Fact("source", t("source"), Cell(source, source, link(head.url), notes=[freshness(asked.speech, sources)])),
    ]
    return Facts("head", t("project.head"), [fact for fact in facts if fact.cell.text])


PROJECT = PageKind("project", "/projects/{of}", read_project, show)
