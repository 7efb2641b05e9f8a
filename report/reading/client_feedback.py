"""What one client told us, and how soon they were answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from report.asked import Asked
from rules.views import FEEDBACK
from rules.views.base import working_hours
from rules.views.reader import ViewReader
from rules.working_time import OutsideCalendar
from unify.derived import Row


@dataclass(frozen=True, slots=True)
class ClientFeedback:
    """A piece of feedback; `response_hours`: working hours from receipt to the first answer, which is of basis
    `response_basis`; `waited_hours`: since `waiting_since`, where something waits."""

    key: str
    subject: str
    url: str | None
    source: str
    project: str | None
    project_name: str | None
    client: str | None
    owner_name: str | None
    author: str | None
    severity: str
    status: str
    received_at: datetime | None
    first_response_at: datetime | None
    response_basis: str | None
    response_hours: float | None
    waiting_since: datetime | None
    waited_hours: float | None
    limit_hours: float
    handled: bool
    unhandled: bool


@dataclass(frozen=True, slots=True)
class FeedbackList:
    """A page of them, what nobody has handled first, then the latest; of `count`."""

    rows: Sequence[ClientFeedback]
    count: int


_READ = (
    *(
        "key",
        "subject",
        "url",
        "source",
        "project",
        "project_name",
        "client",
        "owner_name",
        "author",
        "severity",
        "status",
        "received_at",
    ),
    *("first_response_at", "response_basis", "waiting_since", "limit_hours", "handled", "unhandled", "calendar"),
)


def read_feedback_of(asked: Asked, views: ViewReader, client: str) -> FeedbackList:
    """As `asked.filters.page` says."""
    of = FEEDBACK.table.c
    mine = (*FEEDBACK.living, of.client_key == client)
    count = asked.connection.scalar(select(func.count()).select_from(FEEDBACK.source).where(*mine)) or 0
    page = select(of.key).select_from(FEEDBACK.source).where(*mine)
    latest = page.order_by(of.handled, of.received_at.desc(), of.key).limit(asked.filters.limit)
    keys = list(asked.connection.scalars(latest.offset(asked.filters.offset)))
    return FeedbackList(read_rows(asked, views, keys), count)


def read_rows(asked: Asked, views: ViewReader, keys: Sequence[str]) -> list[ClientFeedback]:
    """Those of `keys`, in their order."""
    found = views.rows(FEEDBACK, _READ, lambda scope: scope.columns["key"].in_(keys), age="waited_hours")
    place = {key: number for number, key in enumerate(keys)}
    return [_row(row, asked) for row in sorted(found, key=lambda row: place[row["key"]])]


def _row(row: Row, asked: Asked) -> ClientFeedback:
    known = {name: value for name, value in row.items() if name != "calendar"}
    flags = {name: bool(row[name]) for name in ("handled", "unhandled")}
    return ClientFeedback(**{**known, **flags}, response_hours=_response_hours(row, asked))


def _response_hours(row: Row, asked: Asked) -> float | None:
    if row["received_at"] is None or row["first_response_at"] is None:
        return None
    try:
        return working_hours(asked.moment.calendar(row["calendar"]), row["received_at"], row["first_response_at"])
    except OutsideCalendar:
        return None
