"""The tables of a project's page."""

from collections.abc import Sequence
from datetime import date, datetime

from config.language import days
from report.asked import Asked
from report.document import Cell, Column, Row, Table
from report.reading.project_changes import RequirementChange
from report.reading.project_comments import ClientComment
from report.reading.project_milestones import ProjectMilestone
from report.speech import link

CATEGORIES = ("todo", "in_progress", "done", "cancelled", "unknown")


def milestone_table(rows: Sequence[ProjectMilestone], asked: Asked) -> Table:
    """What is to come first, then what is over."""
    t = asked.t
    return Table(
        anchor="milestones",
        heading=t("project.milestones"),
        columns=[
            Column("name", t("milestone")),
            Column("baseline", t("project.baseline"), "day"),
            Column("agreed", t("project.agreed"), "day"),
            Column("current", t("current_date"), "day"),
            Column("slip", t("project.slip"), "number"),
            Column("progress", t("project.progress"), "percent"),
            Column("status", t("project.status")),
            Column("owner", t("owner")),
        ],
        rows=[_milestone(row, asked) for row in rows],
        empty=t("project.no_milestones"),
    )


def _milestone(row: ProjectMilestone, asked: Asked) -> Row:
    day = asked.speech.day
    internal = "" if row.client_facing else asked.t("project.internal")
    status = row.status or asked.t(f"status.{row.status_category}")
    return Row(
        [
            Cell(row.name, row.name, link(row.url), notes=[internal]),
            Cell(row.baseline_on, day(row.baseline_on)),
            Cell(row.agreed_on, day(row.agreed_on)),
            _current(row, asked),
            _slip(row, asked),
            _progress(row, asked),
            Cell(row.status_category, status, notes=[asked.speech.at(row.done_at)]),
            Cell(row.owner_name, row.owner_name or ""),
        ],
        group=asked.t("project.over" if row.is_over else "project.open"),
        stale=row.source in asked.stale,
    )


def _current(row: ProjectMilestone, asked: Asked) -> Cell:
    warn = ""
    if row.overdue:
        warn = asked.t("project.overdue")
    elif row.moved_past_promise:
        warn = asked.t("project.not_agreed")
    text = asked.speech.day(row.deadline_on) or ("" if row.is_over else asked.t("project.undated"))
    tool = asked.t("project.tool_says", day=asked.speech.day(row.due_on)) if row.due_on != row.deadline_on else ""
    return Cell(row.deadline_on, text, notes=[tool] if row.due_on else [], warn=warn)


def _slip(row: ProjectMilestone, asked: Asked) -> Cell:
    moves = asked.t("project.moves", count=row.moves) if row.moves else ""
    if not row.slip_days:
        return Cell(row.slip_days, notes=[moves])
    by = days(asked.language, abs(row.slip_days))
    return Cell(row.slip_days, by if row.slip_days > 0 else asked.t("project.earlier", days=by), notes=[moves])


def _progress(row: ProjectMilestone, asked: Asked) -> Cell:
    if not row.total_items:
        return Cell()
    done = row.total_items - row.open_items
    rate = 100.0 * done / row.total_items
    return Cell(
        round(rate, 1), asked.speech.percent(rate), notes=[asked.t("portfolio.of", done=done, items=row.total_items)]
    )


def change_table(rows: Sequence[RequirementChange], asked: Asked) -> Table:
    """The latest first."""
    t = asked.t
    return Table(
        anchor="changes",
        heading=t("record.heading"),
        columns=[
            Column("what", t("record.what")),
            Column("at", t("record.at"), "instant"),
            Column("by", t("record.by")),
            Column("from", t("record.from")),
            Column("to", t("record.to")),
            Column("reference", t("record.reference")),
        ],
        rows=[_change(row, asked) for row in rows],
        empty=t("record.none"),
    )


def _change(row: RequirementChange, asked: Asked) -> Row:
    by = asked.person_name(row.by) if row.kind == "agreed" else row.by
    is_date = row.kind in ("date", "agreed")
    old, new = (_day(text, asked) if is_date else text or "" for text in (row.old, row.new))
    removed = asked.t("project.undated") if row.kind == "date" and not new else ""
    return Row(
        [
            Cell(row.name, row.name, link(row.url), notes=[asked.t(f"record.{row.kind}")]),
            Cell(row.at, asked.speech.at(row.at)),
            Cell(by, by),
            Cell(row.old, old),
            Cell(row.new, new or removed),
            Cell(row.reference, row.reference),
        ]
    )


def _day(text: str | None, asked: Asked) -> str:
    """A day, or the organisation's day of an instant; what is neither as it is."""
    try:
        if text and len(text) > len("2026-10-31"):
            return asked.speech.day(datetime.fromisoformat(text).astimezone(asked.moment.zone).date())
        return asked.speech.day(date.fromisoformat(text)) if text else ""
    except ValueError:
        return text or ""


def comment_table(rows: Sequence[ClientComment], asked: Asked) -> Table:
    """The latest first."""
    t = asked.t
    return Table(
        anchor="comments",
        heading=t("comments.heading"),
        columns=[
            Column("text", t("comments.text")),
            Column("by", t("comments.by")),
            Column("at", t("comments.at"), "instant"),
            Column("about", t("comments.about")),
        ],
        rows=[
            Row(
                [
                    Cell(row.text, row.text or t("comments.empty")),
                    Cell(row.by, row.by),
                    Cell(row.at, asked.speech.at(row.at)),
                    Cell(row.about, row.about or t("comments.open"), link(row.url)),
                ],
                stale=row.source in asked.stale,
            )
            for row in rows
        ],
        empty=t("comments.none"),
    )
