"""The page of one project."""

from dataclasses import replace

from report.asked import Asked
from report.document import Block, Cell, Column, Document, Fact, Facts, Row, Table
from report.freshness import freshness
from report.pages.alert_history import alert_table
from report.pages.health import health_cell
from report.pages.kind import PageKind
from report.pages.project_tables import CATEGORIES, change_table, comment_table, milestone_table
from report.pages.risk_table import risk_table
from report.pages.tables import on_page, only_told
from report.reading.project import LATEST, ProjectHead, ProjectPage, read_project
from report.speech import link


def show(values: ProjectPage, asked: Asked) -> Document:
    """What it is first, then what was promised."""
    milestones = only_told(milestone_table(values.milestones, asked), "agreed", "slip", "progress", "owner")
    blocks: list[Block] = [
        _head(values.head, asked),
        on_page(milestones, asked, f"/projects/{values.head.key}"),
        _work(values, asked),
        _changes(values, asked),
        comment_table(values.comments, asked),
        only_told(risk_table(values.risks, asked, "nothing"), "due"),
        alert_table(values.alerts, asked),
    ]
    return Document("project", values.head.name, blocks=blocks)


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


def _work(values: ProjectPage, asked: Asked) -> Table:
    """Each count leads to its items."""
    t, total = asked.t, sum(values.work.values())
    rows = []
    for category in CATEGORIES:
        if count := values.work.get(category, 0):
            items = asked.to(f"/items/{values.head.key}", status=category)
            share = 100.0 * count / total
            rows.append(
                Row(
                    [
                        Cell(category, t(f"status.{category}")),
                        Cell(count, asked.speech.number(count), items),
                        Cell(round(share, 1), asked.speech.percent(share)),
                    ],
                    stale=values.head.source in asked.stale,
                )
            )
    return Table(
        anchor="work",
        heading=t("project.work"),
        columns=[
            Column("status", t("project.status")),
            Column("items", t("project.items"), "number"),
            Column("share", t("project.share"), "percent"),
        ],
        rows=rows,
        count=total,
        empty=t("project.no_work"),
    )


def _changes(values: ProjectPage, asked: Asked) -> Table:
    """The latest; the others on a page of their own."""
    table = only_told(change_table(values.changes[:LATEST], asked), "by", "from", "to", "reference")
    if len(values.changes) <= LATEST:
        return table
    return replace(table, after=asked.to(f"/changes/{values.head.key}"))


PROJECT = PageKind("project", "/projects/{of}", read_project, show, frozenset({"page"}))
