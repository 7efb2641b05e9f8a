"""The view `feedback`: what clients told us, whether somebody answered, and since when they wait."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, false, func, literal
from sqlalchemy.types import Float
from sqlmodel.sql.sqltypes import UTCDateTime

from config.settings import SEVERITIES
from config.words import WAITING_FOR_CLIENT
from rules.language.compile import Scope
from rules.moment import Moment
from rules.views.base import Age, Computed, Row, Stored, View, name_of, table, working_hours, working_hours_since
from rules.views.milestone import CATEGORIES
from rules.views.need import CRM, WORK_TOOLS, Need
from rules.views.owners import PROJECT, SOURCE, owner_columns, with_owners
from rules.working_time import WorkingTime
from unify import tables

ORIGINS = ("ticket", "request", "item", "comment", "survey", "email")
BASES = ("visible", "internal", "manual")
SOLVED = ("ticket", "request")
"""What is solved within hours agreed for its severity. An item is solved when it was planned; no tool closes a survey,
a mail or a comment."""
EXCERPT_CHARS = 120
"""Longer quotations of a client are in no message."""

_OPEN = tuple(category for category in CATEGORIES if category not in ("done", "cancelled"))
_feedback = table(tables.Feedback)
_author = table(tables.Account).alias("author")
_f = _feedback.c


def _excerpt() -> ColumnElement[str]:
    shortened = func.substr(_f.text, 1, EXCERPT_CHARS - 1) + "…"
    return case((func.length(_f.text) > EXCERPT_CHARS, shortened), else_=_f.text)


def _unhandled(scope: Scope) -> ColumnElement[bool]:
    """Not handled, and more working hours than its severity allows have passed since the client began to wait: none of
    what is urgent.

    One moment for each calendar and severity, folded here, so that the database compares stored instants.
    """
    limits = scope.moment.feedback_hours
    latest = case(
        (_f.urgent, scope.now),
        *(
            (
                _f.severity == severity,
                scope.on_calendar(_ago(hours), UTCDateTime()),
            )
            for severity, hours in limits.items()
        ),
        else_=scope.on_calendar(_ago(limits["warning"]), UTCDateTime()),
    )
    # `handled` is never missing: asked so, an index leads to the few that are not.
    return and_(_f.handled.is_(false()), _f.waiting_since < latest)


def _ago(hours: float) -> Callable[[WorkingTime, Moment], datetime]:
    return lambda calendar, moment: calendar.ago(hours, moment.now, at_least=False)


def _limit_hours(scope: Scope) -> ColumnElement[float]:
    limits = scope.moment.feedback_hours
    whens = ((_f.severity == severity, literal(float(hours), Float())) for severity, hours in limits.items())
    return case((_f.urgent, literal(0.0, Float())), *whens, else_=literal(float(limits["warning"]), Float()))


def _unsolved(scope: Scope) -> ColumnElement[bool]:
    """Open in the tool, answered or not: an answer alone solves nothing."""
    return and_(_f.origin.in_(SOLVED), _f.status_category.in_(_OPEN))


def _client_has_it(scope: Scope) -> ColumnElement[bool]:
    """Open, we have had the last word, and the tool's own word says that the client is to answer."""
    waits = func.lower(_f.status_native).in_(sorted(WAITING_FOR_CLIENT))
    return and_(_f.status_category.in_(_OPEN), _f.waiting_since.is_(None), waits)


def _hours_since(column: str, only: str = "") -> Callable[[Row, Moment], float | None]:
    """Working hours since the instant `column`, in rows where the flag `only` holds."""

    def of(row: Row, moment: Moment) -> float | None:
        if row[column] is None or (only and not row[only]):
            return None
        return working_hours(moment.calendar(row["calendar"]), row[column], moment.now)

    return of


_SCORES = Need("scores of surveys", "answers to surveys in the CRM", CRM, _f.score.is_not(None))
_SOLVABLE = Need(
    "tickets or requests", "tickets in the CRM, or a service project", (*CRM, "jira"), _f.origin.in_(SOLVED)
)

FEEDBACK = View(
    name="feedback",
    table=_feedback,
    source=with_owners(_feedback).outerjoin(_author, _author.c.key == _f.author_account),
    living=(
        _f.deleted_at.is_(None),
        SOURCE.c.active,
        PROJECT.c.deleted_at.is_(None),
        PROJECT.c.archived.is_not(True),
    ),
    rows=Need("feedback", "tickets in a CRM, or work items marked by feedback_labels", (*CRM, *WORK_TOOLS)),
    columns=(
        Stored("key", "text", "What names it here: source, stream and the tool's own id.", "fixed", _f.key),
        Stored("subject", "text", "Its title.", "tracked", _f.subject),
        Stored("text", "text", f"What the client wrote, at most {EXCERPT_CHARS} characters.", "untracked", _excerpt()),
        Stored("url", "text", "Its page in the tool.", "fixed", _f.url),
        Stored("source", "text", "The source it was read from, as the config names it.", "fixed", _f.source),
        Stored("source_kind", "text", "The kind of that source, such as hubspot.", "fixed", SOURCE.c.kind),
        Stored("origin", "text", "What it is in the tool.", "fixed", _f.origin, ORIGINS),
        Stored("project", "text", "Key of its project, where it has one.", "untracked", _f.project_key),
        Stored("project_name", "text", "Its project, as the tool calls it.", "untracked", PROJECT.c.name),
        Stored("item", "text", "Key of the work item that it also is, or was written on.", "fixed", _f.item_key),
        *owner_columns(_feedback),
        Stored("author", "text", "Who wrote it.", "fixed", name_of(_f.author_name, _author.c.name)),
        Stored("severity", "text", "How bad it is.", "untracked", _f.severity, SEVERITIES),
        Stored("urgent", "flag", "One of the config's `urgent_labels` marks it.", "untracked", _f.urgent),
        Stored("status_category", "text", "What the tool's word means.", "tracked", _f.status_category, CATEGORIES),
        Stored("status", "text", "The tool's own word.", "tracked", _f.status_native),
        Stored("received_at", "instant", "When it came in.", "fixed", _f.received_at),
        Stored("first_response_at", "instant", "The first answer.", "tracked", _f.first_response_at),
        Stored("response_basis", "text", "How we know of that answer.", "tracked", _f.response_basis, BASES),
        Stored(
            "waiting_since",
            "instant",
            "The oldest client message that nobody has answered.",
            "tracked",
            _f.waiting_since,
        ),
        Stored("closed_at", "instant", "When the tool closed it.", "tracked", _f.closed_at),
        Stored("answered", "flag", "Somebody answered the latest client message.", "tracked", _f.answered),
        Stored("handled", "flag", "Closed, or answered, as `handled_when` says.", "tracked", _f.handled),
        Stored("score", "number", "A survey's score, 0 to 100.", "fixed", _f.score, needs=(_SCORES,)),
        Stored("calendar", "text", "The calendar of those who must answer.", "untracked", _f.calendar),
        Stored("updated_at", "instant", "When the tool last changed it.", "untracked", _f.updated_at),
        Computed(
            "limit_hours",
            "number",
            "Working hours after which it is unhandled: its severity's; 0 of what is urgent.",
            _limit_hours,
        ),
        Computed("unhandled", "flag", "Not handled, and it waits longer than `limit_hours`.", _unhandled),
        Age(
            "waited_hours",
            "Working hours since `waiting_since`.",
            working_hours_since("waiting_since"),
            _hours_since("waiting_since"),
            since="waiting_since",
        ),
        Computed(
            "unsolved", "flag", "A ticket or request that the tool has not closed.", _unsolved, needs=(_SOLVABLE,)
        ),
        Computed(
            "client_has_it",
            "flag",
            'Open, answered, and its status says that the client is to answer ("Waiting on contact").',
            _client_has_it,
        ),
        Age(
            "open_hours",
            "Working hours since `received_at`, while `unsolved`.",
            working_hours_since("received_at", "unsolved"),
            _hours_since("received_at", "unsolved"),
            needs=(_SOLVABLE,),
            since="received_at",
        ),
        Age(
            "quiet_hours",
            "Working hours since `updated_at`.",
            working_hours_since("updated_at"),
            _hours_since("updated_at"),
            since="updated_at",
        ),
    ),
)
