"""The page of decisions: who snoozed, silenced, agreed or answered what."""

from alerts.decisions import Decided
from report.asked import Asked
from report.choices import bd_managers, clients
from report.document import Cell, Column, Document, Row, Table
from report.pages.kind import PageKind
from report.reading.decisions import Decisions, read_decisions


def show(values: Decisions, asked: Asked) -> Document:
    """A row each, the latest first."""
    t = asked.t
    columns = [
        Column("at", t("decisions.at"), "instant"),
        Column("by", t("decisions.by")),
        Column("kind", t("decisions.kind")),
        Column("about", t("decisions.about")),
        Column("client", t("client")),
        Column("why", t("decisions.why")),
    ]
    table = Table(
        anchor="decisions",
        heading=t("page.decisions"),
        columns=columns,
        rows=[_row(row, asked) for row in values.rows],
        count=len(values.rows),
        intro=t("decisions.since", day=asked.speech.at(values.since)),
        empty=t("decisions.none"),
    )
    return Document("decisions", t("page.decisions"), blocks=[table], filters=[clients(asked), bd_managers(asked)])


def _row(row: Decided, asked: Asked) -> Row:
    speech, client = asked.speech, asked.client_name(f"client/{row.client}") if row.client else ""
    by = asked.person_name(row.by)
    return Row(
        [
            Cell(row.at, speech.at(row.at)),
            Cell(by, by),
            Cell(row.kind, _kind(row, asked)),
            Cell(row.name or row.subject, row.name or row.subject or _matched(row, asked)),
            Cell(client, client),
            Cell(row.why, row.why),
        ]
    )


def _kind(row: Decided, asked: Asked) -> str:
    until = asked.speech.at(row.until)
    match row.kind:
        case "snoozed":
            return asked.t("decisions.snoozed_until", at=until) if row.until else asked.t("decisions.snoozed_moved")
        case "silenced":
            return asked.t("decisions.silenced", at=until)
        case "agreed":
            return asked.t("decisions.agreed", day=asked.speech.day(row.on))
        case "answered":
            return asked.t("decisions.answered", at=until)


def _matched(row: Decided, asked: Asked) -> str:
    """What a silence names."""
    if row.match is None:
        return ""
    return asked.speech.joined([row.match.rule or "", row.match.source or ""])


DECISIONS = PageKind("decisions", "/decisions", read_decisions, show, frozenset({"client", "bd"}))
