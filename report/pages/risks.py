"""The page of risks: the register, and how likely and how bad they are."""

from collections.abc import Mapping
from dataclasses import replace

from report import choices
from report.asked import Asked
from report.charts.draw import draw
from report.charts.values import Matrix
from report.document import Block, Cell, Chart, Choice, Column, Document, Figure, Option, Row, Table, Tone
from report.pages.kind import PageKind
from report.pages.risk_table import risk_table
from report.pages.tables import only_told, turned
from report.reading.risks import WHICH, Risks, read_risks
from rules.health.decide import AMBER_SCORE, RED_SCORE

_PATH = "/risks"
_LEVELS = range(1, 6)


def show(values: Risks, asked: Asked) -> Document:
    """What needs a response first; the matrix of the open ones, and their table."""
    t = asked.t
    heading = t(f"risks.which.{asked.filters.status or 'open'}")
    table = replace(risk_table(values.rows, asked, "client"), heading=heading, count=values.count)
    more = bool(asked.filters.limit) and asked.filters.offset + len(values.rows) < values.count
    blocks: list[Block] = [turned(only_told(table, "due"), asked, _PATH, more=more)]
    if values.matrix:
        blocks.append(_matrix(values, asked))
    return Document(
        "risks",
        t("page.risks"),
        _figures(values, asked),
        blocks=blocks,
        filters=[choices.clients(asked), choices.bd_managers(asked), _which(asked)],
    )


def _figures(values: Risks, asked: Asked) -> list[Figure]:
    """What there is none of needs nobody, but for the open ones."""
    tones: dict[str, Tone] = {"": "", "unanswered": "amber", "late": "amber", "occurred": "red"}
    return [
        asked.figure(
            which or "open",
            count,
            asked.t(f"risks.figure.{which or 'open'}", count=count),
            asked.here(_PATH, status=which, rating=""),
            tone=tones[which],
            feed="projects",
        )
        for which, count in values.open_counts.items()
        if count or not which
    ]


def _which(asked: Asked) -> Choice:
    chosen = asked.filters.status
    options = [Option(which, asked.t(f"risks.which.{which or 'open'}"), which == chosen) for which in WHICH]
    return Choice("status", asked.t("project.status"), options)


def _matrix(values: Risks, asked: Asked) -> Chart:
    t = asked.t
    cells = _cells(values)
    counts = tuple(tuple(cells.get((probable, bad), 0) for bad in _LEVELS) for probable in _LEVELS)
    grave = sum(one.count for one in values.matrix if one.probability * one.impact >= AMBER_SCORE)
    count, worst = sum(cells.values()), max(one.probability * one.impact for one in values.matrix)
    return Chart(
        anchor="matrix",
        heading=t("risks.matrix"),
        svg=draw(Matrix(counts, t("risks.probability"), t("risks.impact"))),
        alt=t("risks.matrix_alt", count=count, grave=grave, least=AMBER_SCORE, worst=worst),
        table=_matrix_table(values, asked),
    )


def _matrix_table(values: Risks, asked: Asked) -> Table:
    """The likeliest first; each count leads to its risks."""
    t, cells = asked.t, _cells(values)
    return Table(
        anchor="matrix-rows",
        heading=t("risks.matrix"),
        columns=[
            Column("probability", t("risks.probability")),
            *(Column(f"impact_{bad}", t("risks.impact_of", level=bad), "number") for bad in _LEVELS),
        ],
        rows=[
            Row(
                [
                    Cell(probable, str(probable)),
                    *(_cell(cells.get((probable, bad), 0), probable, bad, asked) for bad in _LEVELS),
                ]
            )
            for probable in reversed(_LEVELS)
        ],
        intro=t("risks.unrated_count", count=values.unrated) if values.unrated else "",
    )


def _cells(values: Risks) -> Mapping[tuple[int, int], int]:
    return {(one.probability, one.impact): one.count for one in values.matrix}


def _cell(count: int, probable: int, bad: int, asked: Asked) -> Cell:
    if not count:
        return Cell(0)
    score = probable * bad
    tone: Tone = "red" if score >= RED_SCORE else "amber" if score >= AMBER_SCORE else ""
    href = asked.here(_PATH, status="", rating=f"{probable}x{bad}")
    return Cell(count, asked.speech.number(count), href, tone=tone)


RISKS = PageKind("risks", _PATH, read_risks, show, frozenset({"client", "bd", "status", "rating", "page"}))
