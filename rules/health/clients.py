"""What the colours of clients are made of beside their projects, read for all of them at once."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, or_, true

from rules.health.decide import CONTRACT_DAYS, SATISFACTION_DAYS, SILENT_DAYS, renews
from rules.health.projects import UnreadOf
from rules.health.values import Client, Waiting
from rules.language.compile import Scope
from rules.views import FEEDBACK
from rules.views.client import CLIENT
from rules.views.deal import DEAL
from rules.views.reader import ViewReader


class Told(NamedTuple):
    """Feedback that nobody has handled, and whose it is."""

    waiting: Waiting
    project: str | None
    client: str | None


def read_feedback(views: ViewReader) -> Sequence[Told]:
    """What waits too long, and all that is critical."""

    def counts(scope: Scope) -> ColumnElement[bool]:
        columns = scope.columns
        is_open = and_(columns["handled"].is_(False), columns["waiting_since"].is_not(None))
        return and_(is_open, or_(columns["unhandled"], _is_critical(scope)))

    rows = views.rows(
        FEEDBACK,
        ("key", "project", "client", "waiting_since", "calendar", "limit_hours", "unhandled"),
        counts,
        lambda scope: {"critical": case((_is_critical(scope), 1), else_=0)},
        age="waited_hours",
    )
    return [
        Told(
            Waiting(
                row["key"],
                is_critical=bool(row["critical"]),
                is_late=bool(row["unhandled"]),
                hours=row["waited_hours"] or 0,
                limit=row["limit_hours"],
            ),
            row["project"],
            row["client"],
        )
        for row in rows
    ]


def _is_critical(scope: Scope) -> ColumnElement[bool]:
    return or_(scope.columns["severity"] == "critical", scope.columns["urgent"])


def read_clients(
    views: ViewReader, feedback: Sequence[Told], projects: Collection[str], unread: UnreadOf
) -> Iterator[Client]:
    """Every client; `projects` are those that have a colour, to which their late feedback belongs."""
    waiting: dict[str | None, list[Waiting]] = defaultdict(list)
    for told in feedback:
        if told.project not in projects or not told.waiting.is_late:
            waiting[told.client].append(told.waiting)

    def silence(scope: Scope) -> Mapping[str, ColumnElement[bool]]:
        silent = scope.ages["silent_days"].compare(">", SILENT_DAYS, scope)
        return {"silent": case((and_(silent, scope.columns["works"]), 1), else_=0)}

    names = ("key", "source", "calendar", "contract_end_on", "contact_at", "report_due")
    rows = views.rows(CLIENT, names, lambda _: true(), silence, age="silent_days")
    soon = views.ago(-CONTRACT_DAYS)
    ending = {
        row["key"]: row["contract_end_on"]
        for row in rows
        if row["contract_end_on"] and views.moment.today <= row["contract_end_on"] <= soon
    }
    renewed = _renewed(views, ending) if ending else set()
    scores = _scores(views)
    for row in rows:
        key = row["key"]
        scored = scores.get(key)
        yield Client(
            key,
            waiting[key],
            score=scored.score if scored else None,
            scored_on=scored.on if scored else None,
            scored_by=scored.key if scored else "",
            silent_days=row["silent_days"] if row["silent"] else None,
            report_due=bool(row["report_due"]),
            contract_ends_on=None if key in renewed else ending.get(key),
            unread=unread(row["source"], row["calendar"]) if row["source"] else None,
        )


def _renewed(views: ViewReader, ending: Mapping[str, date]) -> set[str]:
    """The clients of `ending` (when their contract ends) with a deal that may renew it."""

    def theirs(scope: Scope) -> ColumnElement[bool]:
        return scope.columns["client"].in_(sorted(ending))

    rows = views.rows(DEAL, ("key", "client", "stage_category", "close_on"), theirs)
    return {row["client"] for row in rows if renews(row["stage_category"], row["close_on"], ending[row["client"]])}


class _Score(NamedTuple):
    """An answer to a survey."""

    key: str
    score: float
    on: date


def _scores(views: ViewReader) -> Mapping[str, _Score]:
    """The latest answer of each client in the last 90 days."""
    since = datetime.combine(views.ago(SATISFACTION_DAYS), time(), views.moment.zone)

    def lately(scope: Scope) -> ColumnElement[bool]:
        received_at = scope.columns["received_at"]
        # Said as a comparison, so that an index leads past all that has no score.
        return and_(scope.columns["score"] >= 0, received_at >= since, received_at <= scope.now)

    rows = views.rows(FEEDBACK, ("key", "client", "score", "received_at"), lately)
    in_time = sorted(rows, key=lambda row: (row["received_at"], row["key"]))
    return {row["client"]: _Score(row["key"], row["score"], views.day(row["received_at"])) for row in in_time}
