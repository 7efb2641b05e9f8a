"""The other alerts: what the rules found and is not over, but for what the page lists by itself."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from alerts.facts import Facts
from alerts.life import OPEN
from alerts.messages import Says
from alerts.planning import said_by
from alerts.routing import OF_THE_HOUSE
from alerts.store import ALERT
from config.settings import SEVERITIES, Language
from report.rows import AlertRow
from rules.moment import Moment
from rules.rule import Rule
from rules.titles import Reading

LISTED = frozenset({"milestone-overdue", "feedback-unhandled", "source-stale"})
"""Rules whose findings have a part of the page to themselves."""
PRIVATE = frozenset({"workload"})
"""Views of single people of ours: who has too much to do is for the coordinator, and this page is anybody's."""
_MAY_BE_LISTED = frozenset({"milestone-slipped", "feedback-reopened"})
"""Rules whose findings are told there where their subject stands among what was moved past its promise, or waits."""


def read_firing(
    connection: Connection,
    rules: Sequence[Rule],
    moment: Moment,
    stale: Collection[str],
    listed: Collection[str],
    people: Mapping[str, str],
) -> list[AlertRow]:
    """The worst first, then the oldest. `listed`: keys of what the page lists by itself; `people`: our people's names.

    An alert of a rule that is on no more is left out: the next round ends it.
    """
    known = {rule.id: rule for rule in rules if rule.id not in LISTED and rule.view.name not in PRIVATE}
    rows = connection.execute(select(ALERT).where(ALERT.c.state.in_(OPEN))).mappings()
    found = [
        _row(row, known[row["rule"]], moment, stale, people)
        for row in rows
        if row["rule"] in known and not (row["rule"] in _MAY_BE_LISTED and row["subject"] in listed)
    ]
    return sorted(found, key=lambda row: (-SEVERITIES.index(row.severity), row.since, row.fingerprint))


def _row(row: RowMapping, rule: Rule, moment: Moment, stale: Collection[str], people: Mapping[str, str]) -> AlertRow:
    facts = Facts(row["facts"])
    return AlertRow(
        fingerprint=row["fingerprint"],
        rule=rule.id,
        key=row["subject"],
        name=facts.text("name") or facts.text("subject"),
        url=facts.url("url") or None,
        source=row["source"],
        project_name=facts.text("project_name"),
        client=row["client_key"],
        bd=facts.text("bd") or None,
        owner_name=facts.text("owner_name"),
        severity=row["severity"],
        state=row["state"],
        held_by=people.get(row["held_by"], row["held_by"]),
        held_until=row["held_until"],
        since=row["since"],
        is_of_the_house=rule.view.name in OF_THE_HOUSE,
        client_facing=facts.is_true("client_facing", default=True),
        stale=row["source"] in stale,
        says=partial(_says, rule, facts, moment),
    )


def _says(rule: Rule, facts: Facts, moment: Moment, language: Language) -> Says:
    return said_by(rule, facts, Reading(language, moment.zone, moment.today))
