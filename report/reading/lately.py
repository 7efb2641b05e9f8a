"""What changed since the last working day began, of what matters to whoever answers for a client."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from sqlalchemy import ColumnElement, and_, or_, select

from alerts.facts import Facts
from alerts.store import ALERT
from report.asked import Asked
from report.reading.project_changes import REQUESTED
from rules.health.turns import Turn, read_turns
from rules.language.compile import Scope
from rules.views import FEEDBACK, MILESTONE
from rules.views.base import name_of, table
from unify import tables
from unify.derive_milestones import day_of
from unify.derived import CHANGE, Row, fetch, slices

_ORDER = ("date", "request", "feedback")
_ACCOUNT, _PERSON = table(tables.Account), table(tables.Person)
"""Of whoever changed a date."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that is another than it was. `client` and `project` are keys; `by`: who did it, or wrote it; "" where
    nobody knows.

    `before` and `after` are the days of a milestone, None for none; of what is new both are None.
    """

    kind: Literal["date", "request", "feedback"]
    name: str
    url: str | None
    source: str
    project: str | None
    project_name: str
    client: str | None
    at: datetime
    by: str = ""
    before: date | None = None
    after: date | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Of [`since`, now]: by kind, the latest first; and projects that became better or worse, the worst first."""

    since: datetime
    rows: Sequence[Changed]
    turns: Sequence[Turn]


def read_changes(asked: Asked) -> Changes:
    """Of what the page is about."""
    moment = asked.moment
    since = datetime.combine(moment.calendar("default").add_days(moment.today, -1), time(), tzinfo=moment.zone)
    found = [*_dates(asked, since), *_requests(asked, since), *_feedback(asked, since)]
    latest_first = sorted(found, key=lambda row: row.at, reverse=True)
    turns = read_turns(asked.connection, since, moment.today)
    return Changes(
        since,
        sorted(latest_first, key=lambda row: _ORDER.index(row.kind)),
        [turn for turn in turns if asked.scope.holds(turn.client)],
    )


def _dates(asked: Asked, since: datetime) -> list[Changed]:
    """Promises whose day is another than it was: from the first to the last of these changes; a typing slip that was
    put right is none."""

    def was_moved(scope: Scope) -> ColumnElement[bool]:
        columns = scope.columns
        taken_away = and_(columns["due_on"].is_(None), columns["baseline_on"].is_not(None))
        lately = or_(columns["moved_at"] >= since, taken_away)
        return and_(columns["client_facing"], columns["status_category"] != "cancelled", lately)

    names = ("key", "name", "url", "source", "project", "project_name", "client")
    found = {row["key"]: row for row in asked.views.rows(MILESTONE, names, was_moved)}
    changed = []
    for key, (first, last) in _moves(asked, found, since).items():
        before, after = (day_of(text, asked.moment.zone) for text in (first["old"], last["new"]))
        if before != after:
            changed.append(_changed("date", found[key], last["changed_at"], last["by"] or "", before, after))
    return changed


def _moves(asked: Asked, keys: Mapping[str, Row], since: datetime) -> Mapping[str, tuple[Row, Row]]:
    """The first and the last change of each date; the tool's own history wins over our comparing."""
    by = name_of(_PERSON.c.name, _ACCOUNT.c.name).label("by")
    joined = CHANGE.outerjoin(_ACCOUNT, _ACCOUNT.c.key == CHANGE.c.author_account).outerjoin(
        _PERSON, _PERSON.c.key == _ACCOUNT.c.person_key
    )
    change = CHANGE.c
    columns = select(change.entity_key, change.old, change.new, change.changed_at, change.origin, by)
    found: dict[str, list[Row]] = {}
    for some in slices(asked.connection, CHANGE, list(keys)):
        lately = columns.select_from(joined).where(
            change.entity_key.in_(some), change.field == "due", change.changed_at >= since
        )
        for row in fetch(asked.connection, lately.order_by(change.changed_at, change.key)):
            found.setdefault(row["entity_key"], []).append(row)
    told = {key: [row for row in rows if row["origin"] == "native"] or rows for key, rows in found.items()}
    return {key: (rows[0], rows[-1]) for key, rows in told.items()}


def _requests(asked: Asked, since: datetime) -> list[Changed]:
    """Work that was entered as a change to what was agreed, as the rule on it finds it."""
    raised = select(ALERT.c.facts, ALERT.c.source, ALERT.c.client_key).where(
        ALERT.c.rule == REQUESTED, asked.scope.allows(ALERT.c.client_key)
    )
    found = []
    for row in asked.connection.execute(raised).mappings():
        facts = Facts(row["facts"])
        at = facts.at("created_at")
        if at is not None and at >= since:
            known = {"url": facts.url("url") or None, "source": row["source"], "client": row["client_key"]}
            of = {name: facts.text(name) or None for name in ("name", "project", "project_name")}
            found.append(_changed("request", known | of, at))
    return found


def _feedback(asked: Asked, since: datetime) -> list[Changed]:
    names = ("key", "subject", "url", "source", "project", "project_name", "client", "received_at", "author")
    found = asked.views.rows(FEEDBACK, names, lambda scope: scope.columns["received_at"] >= since)
    return [
        _changed("feedback", {**row, "name": row["subject"]}, row["received_at"], row["author"] or "") for row in found
    ]


def _changed(
    kind: Literal["date", "request", "feedback"],
    row: Row,
    at: datetime,
    by: str = "",
    before: date | None = None,
    after: date | None = None,
) -> Changed:
    return Changed(
        kind=kind,
        name=row["name"] or "",
        url=row["url"],
        source=row["source"],
        project=row["project"],
        project_name=row["project_name"] or "",
        client=row["client"],
        at=at,
        by=by,
        before=before,
        after=after,
    )
