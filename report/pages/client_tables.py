"""The tables of a client's page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from config.language import working_days, working_hours
from report.asked import Asked
from report.document import Cell, Column, Row, Table
from report.pages.tables import only_told, turned
from report.reading.client_feedback import ClientFeedback, FeedbackList
from report.reading.client_lately import Happened, Lately
from report.reading.client_people import ClientDeal, ClientPerson, Delivered
from report.reading.client_terms import Cadence, Terms
from report.speech import link
from rules.health.decide import SILENT_DAYS


def lately_table(values: Lately, asked: Asked) -> Table:
    """What to speak of: all since the last meeting."""
    t, at = asked.t, asked.speech.at(values.since)
    table = Table(
        anchor="lately",
        heading=t("lately.heading_met" if values.met else "lately.heading"),
        columns=[
            Column("name", t("lately.what")),
            Column("kind", t("lately.kind")),
            Column("at", t("lately.at"), "instant"),
            Column("project", t("portfolio.project")),
        ],
        rows=[_happened(row, asked) for row in values.rows],
        count=values.count,
        intro=t("lately.met" if values.met else "lately.not_met", at=at),
        empty=t("lately.none"),
    )
    return only_told(table, "project")


def _happened(row: Happened, asked: Asked) -> Row:
    to = asked.speech.day(date.fromisoformat(row.to)) if row.to else asked.t("project.undated")
    kind = asked.t("lately.moved", to=to) if row.kind == "moved" else asked.t(f"lately.{row.kind}")
    return Row(
        [
            Cell(row.name, row.name, link(row.url)),
            Cell(row.kind, kind),
            Cell(row.at, asked.speech.at(row.at)),
            Cell(row.project_name, row.project_name or "", asked.project_page(row.project)),
        ],
        stale=row.source in asked.stale,
    )


def delivered_table(rows: Sequence[Delivered], asked: Asked) -> Table:
    """The longest waiting first."""
    t, day = asked.t, asked.speech.day
    return Table(
        anchor="delivered",
        heading=t("delivered.heading"),
        columns=[
            Column("name", t("milestone")),
            Column("promised", t("promised"), "day"),
            Column("done", t("delivered.done"), "instant"),
            Column("waits", t("delivered.waits"), "number"),
        ],
        rows=[
            Row(
                [
                    Cell(row.name, row.name, link(row.url), notes=[row.project_name or ""]),
                    Cell(row.committed_on, day(row.committed_on)),
                    Cell(row.done_at, asked.speech.at(row.done_at)),
                    Cell(row.working_days, _working_days(row.working_days, asked)),
                ],
                stale=row.source in asked.stale,
            )
            for row in rows
        ],
        count=len(rows),
        empty=t("delivered.none"),
    )


def _working_days(count: float | None, asked: Asked) -> str:
    return "" if count is None else working_days(asked.language, int(count))


def feedback_table(values: FeedbackList, client: str, asked: Asked) -> Table:
    """What waits first, then the latest, with how soon each was answered."""
    t = asked.t
    table = Table(
        anchor="feedback",
        heading=t("feedback"),
        columns=[
            Column("subject", t("feedback")),
            Column("received", t("told.received"), "instant"),
            Column("answered", t("told.answered"), "number"),
            Column("waits", t("waiting"), "number"),
            Column("status", t("project.status")),
        ],
        rows=[_feedback(row, asked) for row in values.rows],
        empty=t("told.none"),
    )
    path = f"/clients/{client.removeprefix('client/')}"
    more = bool(asked.filters.limit) and asked.filters.offset + len(values.rows) < values.count
    return turned(replace(table, count=values.count), asked, path, more=more)


def _feedback(row: ClientFeedback, asked: Asked) -> Row:
    severity = asked.t(f"severity.{row.severity}") if row.severity in ("high", "critical") else ""
    about = asked.speech.joined([row.author or "", row.project_name or "", severity])
    return Row(
        [
            Cell(row.subject, row.subject or asked.t("comments.empty"), link(row.url), notes=[about]),
            Cell(row.received_at, asked.speech.at(row.received_at)),
            answered_cell(row, asked),
            waits_cell(row, asked),
            Cell(row.status, row.status or asked.t("told.handled" if row.handled else "told.open")),
        ],
        stale=row.source in asked.stale,
    )


def answered_cell(row: ClientFeedback, asked: Asked) -> Cell:
    """How soon it was answered, and how we know."""
    if row.first_response_at is None:
        return Cell(None, "" if row.handled else asked.t("feedback.never_answered"))
    hours = row.response_hours
    basis = asked.t(f"told.{row.response_basis}") if row.response_basis in ("internal", "manual") else ""
    text = asked.speech.at(row.first_response_at) if hours is None else working_hours(asked.language, hours)
    return Cell(hours, text, notes=["" if hours is None else asked.speech.at(row.first_response_at), basis])


def waits_cell(row: ClientFeedback, asked: Asked) -> Cell:
    """How long somebody waits."""
    if row.handled or row.waited_hours is None:
        return Cell()
    late = asked.t("told.late", limit=asked.speech.number(row.limit_hours)) if row.unhandled else ""
    return Cell(row.waited_hours, working_hours(asked.language, row.waited_hours), warn=late)


def cadence_table(terms: Terms, asked: Asked) -> Table:
    """What was agreed first, with when the next is due; of the other kinds when the last was."""
    t = asked.t
    silent = terms.silent_days
    intro = (
        t("cadence.silent", days=_working_days(silent, asked)) if silent is not None and silent > SILENT_DAYS else ""
    )
    table = Table(
        anchor="cadence",
        heading=t("cadence.heading"),
        columns=[
            Column("kind", t("cadence.kind")),
            Column("every", t("cadence.every")),
            Column("last", t("cadence.last"), "instant"),
            Column("next", t("cadence.next"), "day"),
        ],
        rows=[_cadence(row, asked) for row in terms.cadences],
        intro=intro if terms.source else t("cadence.no_crm"),
        empty=t("cadence.none"),
    )
    return only_told(table, "every", "next")


def _cadence(row: Cadence, asked: Asked) -> Row:
    every = ""
    if row.every:
        every = asked.t(f"cadence.every.{row.every}", day=row.working_day or 0)
    missed = asked.t("cadence.missed") if row.missed else ""
    last = asked.speech.at(row.last_at) or asked.t("cadence.never")
    return Row(
        [
            Cell(row.kind, asked.t(f"cadence.{row.kind}")),
            Cell(row.every, every),
            Cell(row.last_at, last),
            Cell(row.next_on, asked.speech.day(row.next_on), warn=missed),
        ]
    )


def people_table(rows: Sequence[ClientPerson], asked: Asked) -> Table:
    """By name. Their addresses: whoever sees this page answers for the client."""
    t = asked.t
    table = Table(
        anchor="people",
        heading=t("contacts.heading"),
        columns=[
            Column("name", t("contacts.name")),
            Column("title", t("contacts.title")),
            Column("email", t("contacts.email")),
        ],
        rows=[
            Row(
                [
                    Cell(row.name, row.name or t("contacts.nameless"), link(row.url)),
                    Cell(row.job_title, row.job_title or ""),
                    Cell(", ".join(row.emails), ", ".join(row.emails)),
                ],
                stale=row.source in asked.stale,
            )
            for row in rows
        ],
        count=len(rows),
        empty=t("contacts.none"),
    )
    return only_told(table, "title", "email")


def deal_table(rows: Sequence[ClientDeal], asked: Asked) -> Table:
    """Open ones first. Without amounts."""
    t = asked.t
    return Table(
        anchor="deals",
        heading=t("deals.heading"),
        columns=[
            Column("name", t("deals.deal")),
            Column("stage", t("deals.stage")),
            Column("close", t("deals.close"), "day"),
            Column("owner", t("owner")),
        ],
        rows=[_deal(row, asked) for row in rows],
        count=len(rows),
        empty=t("deals.none"),
    )


def _deal(row: ClientDeal, asked: Asked) -> Row:
    category = row.stage_category if row.stage_category in ("won", "lost") else "open"
    late = asked.t("deals.late") if category == "open" and row.close_passed else ""
    return Row(
        [
            Cell(row.name, row.name, link(row.url)),
            Cell(category, asked.t(f"deals.{category}"), notes=[row.stage]),
            Cell(row.close_on, asked.speech.day(row.close_on), warn=late),
            Cell(row.owner_name, row.owner_name or ""),
        ],
        stale=row.source in asked.stale,
    )
