"""The portfolio: every project with its colour and why, its progress, what comes next, and what waits."""

from collections.abc import Sequence

from config.language import days
from report import choices
from report.asked import Asked
from report.document import Cell, Choice, Column, Document, Figure, Row, Table
from report.pages.health import TONES, health_cell
from report.pages.kind import PageKind
from report.pages.tables import only_told
from report.reading.portfolio import ClientHealth, Portfolio, ProjectRow, Waiting, read_portfolio
from rules.health.values import WORST_FIRST
from rules.health.words import colour_name

_PATH = "/portfolio"


def show(values: Portfolio, asked: Asked) -> Document:
    """How many of each colour, and a row for each project."""
    projects = project_table(values.projects, asked)
    blocks = [_clients(values, asked), projects] if values.clients else [projects]
    return Document("portfolio", asked.t("page.portfolio"), _figures(values, asked), (), blocks, _filters(asked))


def project_table(rows: Sequence[ProjectRow], asked: Asked, *, with_client: bool = True) -> Table:
    """A row for each; `with_client`: whose each is stands with it."""
    table = Table(
        anchor="projects",
        heading=asked.t("portfolio.projects"),
        columns=_columns(asked),
        rows=[_row(row, asked, with_client=with_client) for row in rows],
        count=len(rows),
        empty=asked.t("portfolio.none"),
    )
    # Most feedback is a client's and of no one project.
    return only_told(table, "waiting")


def _clients(values: Portfolio, asked: Asked) -> Table:
    t = asked.t
    return Table(
        anchor="clients",
        heading=t("portfolio.clients"),
        columns=[
            Column("name", t("client")),
            Column("health", t("health")),
            Column("waiting", t("portfolio.waiting"), "number"),
            Column("bd", t("bd_manager")),
        ],
        rows=[_client(row, asked) for row in values.clients],
        count=len(values.clients),
    )


def _client(row: ClientHealth, asked: Asked) -> Row:
    name, bd = asked.client_name(row.key), asked.person_name(row.bd) or asked.t("nobody")
    return Row(
        [
            Cell(name, name, asked.client_page(row.key)),
            health_cell(asked, row.health),
            _waiting(row.feedback, asked),
            Cell(bd, bd),
        ]
    )


def _figures(values: Portfolio, asked: Asked) -> list[Figure]:
    """A colour of which there is none has no figure, unless it was asked for."""
    figures = []
    for colour in WORST_FIRST:
        count = sum(row.health.colour == colour for row in values.projects)
        if count or asked.filters.health == colour:
            label, href = colour_name(asked.language, colour), asked.here(_PATH, health=colour)
            figures.append(asked.figure(colour, count, label, href, tone=TONES[colour], feed="projects"))
    return figures


def _filters(asked: Asked) -> list[Choice]:
    colours: dict[str, str] = {colour: colour_name(asked.language, colour) for colour in WORST_FIRST}
    return [
        choices.clients(asked),
        choices.bd_managers(asked),
        choices.choice(asked, "health", asked.t("health"), colours),
        choices.order(asked, _sorts(asked)),
        Choice("q", asked.t("portfolio.search"), written=asked.filters.q),
    ]


def _columns(asked: Asked) -> list[Column]:
    t = asked.t
    return [
        Column("name", t("portfolio.project")),
        Column("health", t("health")),
        Column("progress", t("portfolio.progress"), "percent"),
        Column("next", t("portfolio.next"), "day"),
        Column("slip", t("portfolio.slip"), "number"),
        Column("waiting", t("portfolio.waiting"), "number"),
        Column("owner", t("owner")),
    ]


def _sorts(asked: Asked) -> dict[str, str]:
    """The first is that of a page that is asked for no other."""
    first = {"health": asked.t("health"), "client": asked.t("client")}
    return first | {column.key: column.label for column in _columns(asked)}


def _row(row: ProjectRow, asked: Asked, *, with_client: bool) -> Row:
    whose = [asked.client_name(row.client), asked.person_name(row.bd)] if with_client else []
    return Row(
        [
            Cell(row.name, row.name, asked.project_page(row.key), notes=whose),
            health_cell(asked, row.health),
            _progress(row, asked),
            _next(row, asked),
            _slip(row, asked),
            _waiting(Waiting(row.waiting, row.unhandled), asked),
            Cell(row.owner_name, row.owner_name or ""),
        ],
        stale=row.source in asked.stale,
    )


def _progress(row: ProjectRow, asked: Asked) -> Cell:
    if not row.items:
        return Cell()
    rate = 100.0 * row.done / row.items
    count = asked.t("portfolio.of", done=row.done, items=row.items)
    return Cell(round(rate, 1), asked.speech.percent(rate), notes=[count])


def _next(row: ProjectRow, asked: Asked) -> Cell:
    late = asked.t("portfolio.overdue", count=row.overdue) if row.overdue else ""
    if row.next is None:
        return Cell(warn=late)
    return Cell(row.next.deadline_on, asked.speech.day(row.next.deadline_on), notes=[row.next.name], warn=late)


def _slip(row: ProjectRow, asked: Asked) -> Cell:
    return Cell(row.slip_days, days(asked.language, row.slip_days) if row.slip_days else "")


def _waiting(feedback: Waiting, asked: Asked) -> Cell:
    late = asked.t("portfolio.unhandled", count=feedback.unhandled) if feedback.unhandled else ""
    return Cell(feedback.waiting, asked.speech.number(feedback.waiting) if feedback.waiting else "", warn=late)


PORTFOLIO = PageKind("portfolio", _PATH, read_portfolio, show, frozenset({"client", "bd", "health", "q", "sort"}))
