"""The table of risks, as every page that has some shows it."""

from collections.abc import Sequence
from typing import Literal

from report.asked import Asked
from report.document import Cell, Column, Row, Table, Tone
from report.reading.risks import RiskRow
from report.speech import link
from rules.health.decide import AMBER_SCORE, RED_SCORE

Whose = Literal["client", "project", "nothing"]
"""Its client and its project; its project alone; neither."""


def risk_table(rows: Sequence[RiskRow], asked: Asked, whose: Whose) -> Table:
    """The gravest first; `whose`: what of where each belongs stands with it."""
    t = asked.t
    return Table(
        anchor="risks",
        heading=t("risks.heading"),
        columns=[
            Column("name", t("risks.risk")),
            Column("score", t("risks.score"), "number"),
            Column("response", t("risks.response")),
            Column("due", t("risks.due"), "day"),
            Column("carried_out", t("risks.carried_out")),
            Column("owner", t("owner")),
        ],
        rows=[_row(row, asked, whose) for row in rows],
        count=len(rows),
        empty=t("risks.none"),
    )


def _row(row: RiskRow, asked: Asked, whose: Whose) -> Row:
    client = asked.client_name(row.client) if whose == "client" else ""
    project = "" if whose == "nothing" else row.project_name or ""
    happened = asked.t("risks.occurred", day=asked.speech.day(row.occurred_on)) if row.occurred else ""
    return Row(
        [
            Cell(row.name, row.name, link(row.url), notes=[client, project], warn=happened),
            _score(row, asked),
            _response(row, asked),
            _due(row, asked),
            Cell(row.implemented, asked.t("risks.yes" if row.implemented else "risks.no")),
            Cell(row.owner_name, row.owner_name or asked.t("nobody")),
        ],
        stale=row.source in asked.stale,
    )


def _score(row: RiskRow, asked: Asked) -> Cell:
    if row.score is None:
        return Cell(None, asked.t("risks.unrated"))
    tone: Tone = "red" if row.score >= RED_SCORE else "amber" if row.score >= AMBER_SCORE else ""
    of = asked.t("risks.product", probability=row.probability, impact=row.impact)
    return Cell(row.score, asked.speech.number(row.score), tone=tone if row.is_open else "", notes=[of])


def _response(row: RiskRow, asked: Asked) -> Cell:
    way = asked.t(f"risks.{row.response}") if row.response else ""
    if way or row.response_plan:
        return Cell(row.response, way or row.response_plan, notes=[row.response_plan] if way else [])
    return Cell(None, "", warn=asked.t("risks.no_response") if row.is_open else "")


def _due(row: RiskRow, asked: Asked) -> Cell:
    late = asked.t("risks.late") if row.is_late(asked.moment.today) else ""
    return Cell(row.due_on, asked.speech.day(row.due_on), warn=late)
