"""The table of alerts that there were about a client or a project."""

from collections.abc import Sequence

from config.settings import SEVERITIES
from report.asked import Asked
from report.document import Cell, Column, Row, Table, Tone
from report.reading.alert_history import PastAlert
from report.speech import link

_TONES: dict[str, Tone] = {"critical": "red", "high": "red", "warning": "amber"}


def alert_table(rows: Sequence[PastAlert], asked: Asked) -> Table:
    """The latest first."""
    t = asked.t
    return Table(
        anchor="alerts",
        heading=t("history.heading"),
        columns=[
            Column("title", t("history.title")),
            Column("severity", t("history.severity")),
            Column("since", t("history.since"), "instant"),
            Column("state", t("state")),
        ],
        rows=[_row(row, asked) for row in rows],
        empty=t("history.none"),
    )


def _row(row: PastAlert, asked: Asked) -> Row:
    severity = row.severity if row.severity in SEVERITIES else "info"
    tone: Tone = "" if row.state == "resolved" else _TONES.get(severity, "")
    again = asked.t("history.again", count=row.episode) if row.episode > 1 else ""
    return Row(
        [
            Cell(row.title, row.title, link(row.url)),
            Cell(severity, asked.t(f"severity.{severity}"), tone=tone),
            Cell(row.since, asked.speech.at(row.since), notes=[again]),
            _state(row, asked),
        ],
        stale=row.source in asked.stale,
    )


def _state(row: PastAlert, asked: Asked) -> Cell:
    match row.state:
        case "acknowledged" | "snoozed":
            return Cell(row.state, asked.t(f"history.{row.state}", name=row.held_by))
        case "resolved":
            ended = asked.t(f"history.ended.{row.ended.replace(' ', '_')}") if row.ended in _ENDED else ""
            return Cell(row.state, asked.t("history.resolved", at=asked.speech.at(row.resolved_at)), notes=[ended])
    return Cell(row.state, asked.t("history.firing"))


_ENDED = frozenset(
    {
        *("done", "cancelled", "closed", "answered", "answered elsewhere", "date agreed", "date moved"),
        *("date removed", "office closed"),
    }
)
"""What became of it; that it was found no more says nothing beside that it is over."""
