"""The alerts that there were about a client or a project: what is over, and what is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.engine import RowMapping

from alerts.facts import Facts
from alerts.life import OPEN, QUIET_ENDS
from alerts.routing import OF_THE_HOUSE
from alerts.store import ALERT
from report.asked import Asked
from rules.rule import Rule
from rules.titles import Reading

_LATEST = 20


@dataclass(frozen=True, slots=True)
class PastAlert:
    """An alert in its present episode. `title` says what it is about, in the reader's language; `state` is firing,
    acknowledged, snoozed or resolved; `ended`: why it is over."""

    title: str
    url: str | None
    source: str
    severity: str
    state: str
    since: datetime
    resolved_at: datetime | None
    ended: str
    held_by: str
    episode: int


def alerts_of_client(asked: Asked, client: str) -> Sequence[PastAlert]:
    """The latest."""
    return _read(asked, ALERT.c.client_key == client)


def alerts_of_project(asked: Asked, project: str, client: str | None) -> Sequence[PastAlert]:
    """The latest about it, or about what is in it."""
    of = ALERT.c.client_key
    whose = of.is_(None) if client is None else of == client
    about = or_(ALERT.c.subject == project, ALERT.c.facts["project"].as_string() == project)
    return _read(asked, and_(whose, about))


def _read(asked: Asked, where: ColumnElement[bool]) -> list[PastAlert]:
    """What no reader was told of is none: it was never found for long enough, or its rule was taken away."""
    alert = ALERT.c
    known = {rule.id: rule for rule in asked.rules if rule.view.name not in OF_THE_HOUSE}
    told = or_(alert.state.in_(OPEN), and_(alert.state == "resolved", alert.resolve_reason.not_in(sorted(QUIET_ENDS))))
    found = (
        select(ALERT)
        .where(where, told, alert.rule.in_(known), asked.reader.scope.allows(alert.client_key))
        .order_by(alert.since.desc(), alert.fingerprint)
        .limit(_LATEST)
    )
    rows = ((row, Facts(row["facts"])) for row in asked.connection.execute(found).mappings())
    return [
        _alert(row, facts, known[row["rule"]], asked)
        for row, facts in rows
        if asked.reader.scope.is_all or facts.is_true("client_facing", default=True)
    ]


def _alert(row: RowMapping, facts: Facts, rule: Rule, asked: Asked) -> PastAlert:
    reading = Reading(asked.language, asked.moment.zone, asked.moment.today)
    return PastAlert(
        title=rule.title(facts.but(client_names=None).values, reading),
        url=facts.url("url") or None,
        source=row["source"],
        severity=row["severity"],
        state=row["state"],
        since=row["since"],
        resolved_at=row["resolved_at"],
        ended=row["resolve_reason"] or "",
        held_by=asked.person_name(row["held_by"]),
        episode=row["episode"],
    )
