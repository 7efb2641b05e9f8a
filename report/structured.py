"""The report as JSON: the same rows and figures as the page, for programs. docs/report.md says what each key means.

Dates are `YYYY-MM-DD`, instants ISO 8601 in UTC, spans of time seconds, names of clients by language ("" is the one
for all others).
"""

from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from config.language import LANGUAGES
from report.overview import DUE_SOON_DAYS, Overview
from report.rows import AlertRow

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def as_json(whole: Overview, *, person: str | None = None) -> dict[str, Any]:
    """The overview, for everybody or narrowed to one BD manager's clients, ready for `json.dumps`."""
    shown = whole.narrowed(person) if person else whole
    return {
        "as_of": plain(shown.now),
        "timezone": str(shown.zone),
        "bd": person,
        "figures": {
            "overdue_milestones": len(shown.overdue),
            "moved_past_promise": len(shown.moved_past_promise),
            "overdue_internal": shown.internal_overdue,
            "unhandled_feedback": len(shown.unhandled),
            "other_alerts": len(shown.alerts),
            f"due_in_{DUE_SOON_DAYS}_days": len(shown.due_soon),
            "undated_milestones": len(shown.undated),
            "projects_without_client": len(shown.projects_without_client),
            "clients_without_bd": len(shown.clients_without_bd),
        },
        "clients": {key: _row(client) for key, client in shown.clients.items()},
        "bd_managers": dict(shown.people),
        "projects_without_client": [_row(row) for row in shown.projects_without_client],
        "clients_without_bd": list(shown.clients_without_bd),
        "overdue_milestones": [_row(row) for row in shown.overdue],
        "moved_past_promise": [_row(row) for row in shown.moved_past_promise],
        "unhandled_feedback": [_row(row) for row in shown.unhandled],
        "other_alerts": [_alert(row) for row in shown.alerts],
        "due_soon": [_row(row) for row in shown.due_soon],
        "undated_milestones": [_row(row) for row in shown.undated],
        "indicators": [_row(row) for row in shown.indicators],
        "sources": [_row(row) for row in shown.sources],
    }


def _row(row: "DataclassInstance") -> Any:
    return plain(asdict(row))


def _alert(row: AlertRow) -> Any:
    """An alert with what its rule says of it, by language."""
    said = {language: row.says(language) for language in LANGUAGES}
    told = {field.name: plain(getattr(row, field.name)) for field in fields(row) if field.name != "says"}
    return {
        **told,
        "title": {language: one.title for language, one in said.items()},
        "why": {language: one.why for language, one in said.items()},
    }


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    match value:
        case dict():
            return {key: plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case frozenset() | set():
            return sorted(value)
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case _:
            return value
