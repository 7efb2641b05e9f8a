"""Why a rule says something of one row, or nothing: each part of its condition, the values it read, its clocks.

The parts are asked of the database in the words in which the rule is asked, so that an explanation cannot differ from
the rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Literal

from sqlalchemy import Column, Connection, and_, case, false, or_, select, true

from config.settings import Settings
from rules.clock import Clock
from rules.evaluate import TIME_LIMIT_S
from rules.explained import Explained, Part
from rules.fence import TooSlow, fenced
from rules.language import compile
from rules.language.nodes import Condition
from rules.measured import unmeasured, walk
from rules.moment import Moment
from rules.rule import Rule
from rules.stopped import read_stopped
from rules.titles import Reading
from rules.views import VIEWS, View, select_view
from rules.views.base import Row, facts, table
from rules.working_time import OutsideCalendar
from unify import tables
from unify.freshness import Freshness

Verdict = Literal["fires", "holds its peace", "was stopped", "is off", "not measured"]

_SEVERITY = "rule_severity"


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of one rule's look at one row."""

    rule: str
    view: str
    verdict: Verdict
    reason: str = ""
    """Why it said nothing, where that has nothing to do with the row."""
    severity: str = ""
    title: str = ""
    """What it says of the row, where it fires."""
    condition: Part | None = None
    clocks: tuple[Clock, ...] = ()
    subject: str = ""
    """The key of the row that it was asked of; empty where it was not asked."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A row as one view shows it; `unseen` says why it does not, where the row is there and the view passes over it."""

    view: View
    row: Row | None
    unseen: str = ""


def seen_by(connection: Connection, key: str, moment: Moment) -> list[Seen]:
    """The row of that key in every view that has it, or would have it were it not for what `unseen` says.

    Of a view whose rows are parts of those of its table (a person's weeks) all parts of it, by keys of their own.
    """
    found = []
    for view in VIEWS.values():
        selection = select_view(view, moment)
        of_row = selection.columns["key"]
        if not isinstance(of_row, Column) or of_row.table is not view.table:
            parts = selection.statement.where(view.table.c.key == key)
            found += [Seen(view, row) for row in selection.read(connection, parts)]
            continue
        rows = selection.read(connection, selection.statement.where(of_row == key))
        if rows:
            found.append(Seen(view, rows[0]))
        elif reason := _passed_over(connection, view, of_row, key, moment.zone):
            found.append(Seen(view, None, reason))
    return found


def look(
    connection: Connection,
    seen: Sequence[Seen],
    rules: Sequence[Rule],
    off: Sequence[Rule],
    settings: Settings,
    freshness: Mapping[str, Freshness],
    moment: Moment,
) -> list[Looked]:
    """What each rule over the views in `seen` says of the row there; `off` are those that the config switched off."""
    lacking = unmeasured(connection, rules, settings, freshness)
    stopped = read_stopped(connection)
    reading = Reading(settings.language, settings.zone, moment.today)
    found: list[Looked] = []
    for one in seen:
        for rule in rules if one.row is not None else ():
            if rule.view is not one.view:
                continue
            if rule.id in lacking:
                reason = "; ".join(map(str, lacking[rule.id]))
                found.append(Looked(rule.id, one.view.name, "not measured", reason))
            elif rule.id in stopped:
                since = stopped[rule.id].since.astimezone(settings.zone)
                reason = f"since {since:%Y-%m-%d %H:%M}: {stopped[rule.id].reason}"
                found.append(Looked(rule.id, one.view.name, "was stopped", reason))
            else:
                found.append(_ask(connection, rule, one.row or {}, moment, reading))
        found += [
            Looked(rule.id, rule.view.name, "is off", f"[rules.{rule.id}] enabled = false")
            for rule in off
            if rule.view is one.view
        ]
    # What hangs on no row is said once, of however many parts.
    return [one for number, one in enumerate(found) if one not in found[:number]]


def _ask(connection: Connection, rule: Rule, row: Row, moment: Moment, reading: Reading) -> Looked:
    """One rule, of the row that its view shows."""
    conditions = [node for node in walk(rule.when) if isinstance(node, Condition)]
    try:
        answers, severity = _answers(connection, rule, row["key"], conditions, moment)
        held = dict(zip(map(id, conditions), answers, strict=True))
        explained = Explained(rule.view, row, moment, held)
        condition = explained.part(rule.when)
        clocks = tuple(explained.clocks(rule.when))
    except (TooSlow, OutsideCalendar) as error:
        return Looked(rule.id, rule.view.name, "was stopped", str(error), subject=row["key"])
    asked = Looked(rule.id, rule.view.name, "holds its peace", condition=condition, clocks=clocks, subject=row["key"])
    if not condition.holds:
        return asked
    title = rule.title(facts(row), reading)
    return replace(asked, verdict="fires", severity=severity or "warning", title=title)


def _answers(
    connection: Connection, rule: Rule, key: str, conditions: Sequence[Condition], moment: Moment
) -> tuple[Sequence[bool], str | None]:
    """Whether each of `conditions` holds in the row of that key, and the severity."""
    selection = select_view(rule.view, moment)
    asked = [
        case((compile.condition(node, selection.scope), true()), else_=false()).label(f"part_{number}")
        for number, node in enumerate(conditions)
    ]
    severity = compile.value(rule.severity, selection.scope).label(_SEVERITY)
    statement = (
        select(*asked, severity).select_from(rule.view.source).where(*rule.view.living, selection.columns["key"] == key)
    )
    with fenced(connection, {one.name for one in rule.view.tables}, TIME_LIMIT_S):
        *answers, worst = connection.execute(statement, rule.view.bound(moment)).one()
    return [bool(answer) for answer in answers], worst


# --- rows that no view shows --------------------------------------------------------------------------------------


def _passed_over(connection: Connection, view: View, of_row: Column[str], key: str, zone: tzinfo) -> str:
    """Why the view does not show the row of that key, which is in its table; "" where it is not."""
    row = connection.execute(select(view.table).where(of_row == key)).mappings().first()
    if row is None:
        return ""
    if row.get("deleted_at") is not None:
        return f"gone there since {row['deleted_at'].astimezone(zone):%Y-%m-%d} ({row['delete_reason'] or 'deleted'})"
    source, project = table(tables.Source), table(tables.Project)
    if view.table is source:
        return "it is not in the config any more"
    if not connection.scalar(select(source.c.active).where(source.c.name == row["source"])):
        return f"its source {row['source']} is not in the config any more"
    is_over = or_(project.c.deleted_at.is_not(None), project.c.archived.is_(True))
    if connection.scalar(select(project.c.key).where(and_(project.c.key == row.get("project_key"), is_over))):
        return "its project is archived, or gone"
    if row.get("counted") is False:
        return "it is the date of a project, on a day that one of its milestones holds: that one counts"
    return "it is archived" if row.get("archived") else "no rule looks at what is like this"
