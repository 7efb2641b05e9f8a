"""The other alerts: what the rules found and is not over, but for what the page lists by itself."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.engine import RowMapping

from alerts.facts import Facts
from alerts.life import OPEN
from alerts.routing import OF_THE_HOUSE
from alerts.store import ALERT
from config.settings import SEVERITIES
from report.asked import Asked
from report.rows import AlertRow
from rules.rule import Rule

LISTED = frozenset({"milestone-overdue", "feedback-unhandled", "source-stale"})
"""Rules whose findings have a part of the page to themselves."""
PRIVATE = frozenset({"workload"})
"""Views of single people of ours: who has too much to do is for the coordinator, and this page is anybody's."""
_MAY_BE_LISTED = frozenset({"milestone-slipped", "feedback-reopened"})
"""Rules whose findings are told there where their subject stands among what was moved past its promise, or waits."""


def read_firing(asked: Asked, listed: Collection[str]) -> Sequence[AlertRow]:
    """The worst first, then the oldest. `listed`: keys of what the page lists by itself.

    An alert of a rule that is on no more is left out: the next round ends it. A reader who sees only clients of theirs
    is told neither of dates that no client was promised nor of the firm's own matters.
    """
    known = {rule.id: rule for rule in asked.rules if rule.id not in LISTED and rule.view.name not in PRIVATE}
    open_ones = select(ALERT).where(ALERT.c.state.in_(OPEN), asked.scope.allows(ALERT.c.client_key))
    rows = (
        _row(row, known[row["rule"]], asked)
        for row in asked.connection.execute(open_ones).mappings()
        if row["rule"] in known and not (row["rule"] in _MAY_BE_LISTED and row["subject"] in listed)
    )
    found = [row for row in rows if asked.scope.is_all or (row.client_facing and not row.is_of_the_house)]
    return sorted(found, key=lambda row: (-SEVERITIES.index(row.severity), row.since, row.fingerprint))


def _row(row: RowMapping, rule: Rule, asked: Asked) -> AlertRow:
    facts = Facts(row["facts"])
    return AlertRow(
        fingerprint=row["fingerprint"],
        rule=rule.id,
        key=row["subject"],
        name=facts.text("name") or facts.text("subject"),
        url=facts.url("url") or None,
        source=row["source"],
        project=facts.text("project") or None,
        project_name=facts.text("project_name"),
        client=row["client_key"],
        bd=facts.text("bd") or None,
        owner_name=facts.text("owner_name"),
        severity=row["severity"],
        state=row["state"],
        held_by=asked.person_name(row["held_by"]) or None,
        held_until=row["held_until"],
        since=row["since"],
        is_of_the_house=rule.view.name in OF_THE_HOUSE,
        client_facing=facts.is_true("client_facing", default=True),
        stale=row["source"] in asked.stale,
        facts=row["facts"],
    )
