"""What clients wait for an answer to, longer than they may."""

from collections.abc import Sequence
from math import inf

from report.asked import Asked
from report.rows import FeedbackRow
from rules.views import FEEDBACK

_COLUMNS = (
    *("key", "subject", "url", "source", "project", "project_name", "client", "bd", "owner_name", "author"),
    *("severity", "received_at", "waiting_since", "limit_hours", "first_response_at", "calendar"),
)


def read_unhandled(asked: Asked) -> Sequence[FeedbackRow]:
    """The longest waiting first."""
    found = asked.views.rows(FEEDBACK, _COLUMNS, lambda scope: scope.columns["unhandled"], age="waited_hours")
    rows = [
        FeedbackRow(
            **{name: value for name, value in row.items() if name != "calendar"} | {"author": row["author"] or ""},
            stale=row["source"] in asked.stale,
        )
        for row in found
    ]
    return sorted(rows, key=lambda row: (-inf if row.waited_hours is None else -row.waited_hours, row.key))
