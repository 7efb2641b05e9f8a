"""What clients wait for an answer to, in words."""

from config.language import hours, working_hours
from report.asked import Asked
from report.document import Cell, Column, Row
from report.pages.about import about, client_cell, mark, owner_cell, tool
from report.rows import FeedbackRow
from report.speech import link


def waiting_columns(asked: Asked) -> list[Column]:
    """Of unhandled feedback."""
    t = asked.t
    return [
        Column("subject", t("feedback")),
        Column("client", t("client")),
        Column("since", t("waiting_since"), "instant"),
        Column("waited", t("waiting"), "number"),
        Column("owner", t("owner")),
        Column("next_step", t("next_step")),
    ]


def waiting_row(asked: Asked, row: FeedbackRow) -> Row:
    """One piece of it."""
    waited = row.waited_hours
    said = asked.t("feedback.for_years") if waited is None else working_hours(asked.language, waited)
    limit = asked.t("feedback.limit", hours=hours(asked.language, row.limit_hours))
    notes = about(tool(asked, row.source), row.author, _answer(asked, row), mark(asked, row.source))
    next_step = asked.t("next.answer", name=asked.person_name(asked.settings.coordinator))
    return Row(
        [
            Cell(row.subject, row.subject, link(row.url), notes=[notes]),
            client_cell(asked, row.client, row.bd),
            Cell(row.waiting_since, asked.speech.at(row.waiting_since)),
            Cell(waited, said, tone="red", notes=[limit]),
            owner_cell(asked, row.owner_name),
            Cell(next_step, next_step),
        ],
        stale=row.stale,
    )


def _answer(asked: Asked, row: FeedbackRow) -> str:
    if row.first_response_at is None:
        return asked.t("feedback.never_answered")
    return asked.t("feedback.wrote_again", at=asked.speech.at(row.first_response_at))
