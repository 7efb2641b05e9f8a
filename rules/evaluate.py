"""Every rule over the whole database, at one moment: what each of them finds.

A rule is one query. All rules of a pass read the same snapshot with the same `now`; a rule that fails or takes too
long is its own outcome, and the others run.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Engine

from rules.early import told_early
from rules.fence import TooSlow, fenced
from rules.language import compile
from rules.moment import Moment
from rules.rule import Rule
from rules.views import facts, select_view
from rules.working_time import OutsideCalendar

log = logging.getLogger(__name__)

TIME_LIMIT_S = 10.0
"""For one rule. The slowest of the library takes a third of a second over a million items."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A row for which a rule holds. `subject` and `client` are keys; `facts` are the view's columns, as JSON."""

    rule: str
    subject: str
    source: str
    client: str | None
    severity: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule found. With an `error` it found nothing out: an absent finding then means nothing."""

    rule: Rule
    findings: Sequence[Finding] = ()
    error: str | None = None


def evaluate(
    engine: Engine, rules: Iterable[Rule], moment: Moment, *, time_limit_s: float = TIME_LIMIT_S
) -> list[Outcome]:
    """Evaluate `rules` in one read transaction of `engine`, which should be a read-only one, in their order."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # SQLite's transactions see one snapshot by themselves.
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            return [_outcome(connection, rule, moment, time_limit_s) for rule in rules]


def _outcome(connection: Connection, rule: Rule, moment: Moment, time_limit_s: float) -> Outcome:
    try:
        return Outcome(rule, find(connection, rule, moment, time_limit_s=time_limit_s))
    except (TooSlow, OutsideCalendar) as error:
        log.warning("rule %s: %s", rule.id, error)
        return Outcome(rule, error=f"{error}; its alerts stay as they are")
    except Exception as error:
        log.exception("rule %s failed", rule.id)
        return Outcome(rule, error=f"{type(error).__name__}: {error}")


def find(connection: Connection, rule: Rule, moment: Moment, *, time_limit_s: float = TIME_LIMIT_S) -> list[Finding]:
    """What `rule` finds. Raises TooSlow, OutsideCalendar, and what the database raises."""
    selection = select_view(rule.view, moment)
    holds = compile.condition(rule.when, selection.scope)
    severity = compile.value(rule.severity, selection.scope).label(_SEVERITY)
    asked = selection.statement.where(*told_early(rule.view.table, holds), holds).add_columns(severity)
    # In the order of keys SQLite would rather go through all that ever was than look for the few, and sort them.
    statement = asked.order_by(None)
    with fenced(connection, {table.name for table in rule.view.tables}, time_limit_s):
        rows = selection.read(connection, statement)
    return [
        Finding(rule.id, row["key"], row["source"], row["client"], row.pop(_SEVERITY) or "warning", facts(row))
        for row in sorted(rows, key=itemgetter("key"))
    ]


_SEVERITY = "rule_severity"
