"""The report as JSON: the same rows and figures as the page, for programs. docs/report.md says what each key means.

Dates are `YYYY-MM-DD`, instants ISO 8601 in UTC, spans of time seconds, names of clients by language ("" is the one
for all others).
"""

from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from config.language import LANGUAGES
from report.asked import Asked
from report.pages.today_alerts import says
from report.pages.today_promises import is_this_week
from report.reading.months import read_months
from report.reading.promises import DUE_SOON_DAYS
from report.reading.today import Today
from report.rows import AlertRow

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def as_json(shown: Today, asked: Asked) -> dict[str, Any]:
    """What was read, ready for `json.dumps`; of a narrowed page only what that is about."""
    promises = shown.promises
    clients = {key: row for key, row in asked.clients.items() if asked.scope.holds(key)}
    return {
        "as_of": plain(asked.now),
        "timezone": str(asked.moment.zone),
        "bd": None if asked.asks_for_others else asked.filters.bd or None,
        "figures": {
            "overdue_milestones": len(promises.overdue),
            "moved_past_promise": len(promises.moved),
            "overdue_internal": promises.internal,
            "unhandled_feedback": len(shown.unhandled),
            "other_alerts": len(shown.alerts),
            "due_this_week": sum(is_this_week(asked, row) for row in promises.soon),
            f"due_in_{DUE_SOON_DAYS}_days": len(promises.soon),
            "undated_milestones": len(promises.undated),
            "projects_without_client": len(shown.projects_without_client),
            "clients_without_bd": len(shown.clients_without_bd),
        },
        "clients": {key: _row(client) for key, client in clients.items()},
        "bd_managers": asked.bd_managers,
        "projects_without_client": [_row(row) for row in shown.projects_without_client],
        "clients_without_bd": list(shown.clients_without_bd),
        "overdue_milestones": [_row(row) for row in promises.overdue],
        "moved_past_promise": [_row(row) for row in promises.moved],
        "unhandled_feedback": [_row(row) for row in shown.unhandled],
        "other_alerts": [_alert(asked, row) for row in shown.alerts],
        "due_soon": [_row(row) for row in promises.soon],
        "undated_milestones": [_row(row) for row in promises.undated],
        "changes": {
            "since": plain(shown.changes.since),
            "rows": [_row(row) for row in shown.changes.rows],
            "health": [_row(turn) for turn in shown.changes.turns],
        },
        "indicators": [_row(row) for row in read_months(asked)],
        "sources": [_row(row) for row in shown.sources],
    }


def _row(row: "DataclassInstance") -> Any:
    return plain(asdict(row))


def _alert(asked: Asked, row: AlertRow) -> Any:
    """An alert with what its rule says of it, by language."""
    said = {language: says(asked, row, language) for language in LANGUAGES}
    told = {field.name: plain(getattr(row, field.name)) for field in fields(row) if field.name != "facts"}
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
