"""The record of what became of a project's requirements: dates that moved, work that came in or went out, and what the
client agreed to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from alerts.facts import Facts
from alerts.store import ALERT
from report.asked import Asked
from rules.views.base import name_of
from unify.derived import ACCOUNT, AGREEMENT, CHANGE, MILESTONE, PERSON, WORK_ITEM, fetch

REQUESTED = "requirement-changed"
"""The rule that says what a change of requirements is."""
_NOBODY = literal("")
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RequirementChange:
    """`date`: the day of a milestone moved from `old` to `new` (YYYY-MM-DD, or an instant); `scope`: an item went from
    one milestone to another; `request`: an item was entered as a change to what was agreed; `agreed`: the client
    accepted the day `new`.

    `by`: who did it, or recorded it; "" where nobody knows. `reference`: what shows that the client agreed.
    """

    kind: Literal["date", "scope", "request", "agreed"]
    at: datetime | None
    name: str
    url: str | None
    by: str = ""
    old: str | None = None
    new: str | None = None
    reference: str = ""


def read_changes_of(
    asked: Asked, project: str, client: str | None, count: int | None, after: int = 0
) -> Sequence[RequirementChange]:
    """`count` of them (None: all), the latest first, `after` so many."""
    until = None if count is None else after + count
    scope = asked.reader.scope
    # A single item of it may be another client's.
    mine = scope.allows(WORK_ITEM.c.client_key)
    facing = true() if scope.is_all else and_(MILESTONE.c.client_facing, scope.allows(MILESTONE.c.client_key))
    told = union_all(_dates(project, facing), _moved_items(project, mine), _agreed(project, facing)).subquery("told")
    # Chosen before it is looked up who made them.
    latest = select(told).order_by(told.c.at.desc(), told.c.kind, told.c.name).limit(until).subquery("latest")
    columns = [column for column in latest.c if column.name != "account"]
    by = func.coalesce(name_of(PERSON.c.name, ACCOUNT.c.name, latest.c.by), "").label("by")
    named = latest.outerjoin(ACCOUNT, ACCOUNT.c.key == latest.c.account).outerjoin(
        PERSON, PERSON.c.key == ACCOUNT.c.person_key
    )
    shown = select(*(column for column in columns if column.name != "by"), by).select_from(named)
    found = [RequirementChange(**row) for row in fetch(asked.connection, shown)]
    found += _requests(asked, project, client)
    return sorted(found, key=lambda row: (row.at or _NEVER, row.kind, row.name), reverse=True)[after:until]


def _dates(project: str, facing: ColumnElement[bool]) -> Select[Any]:
    """The tool's own history wins over our comparing, as in derive; a first day is no change."""
    change, of = CHANGE.c, MILESTONE.c
    native = CHANGE.alias("native").c
    told = exists().where(native.entity_key == change.entity_key, native.field == "due", native.origin == "native")
    agreement = AGREEMENT.c
    agreed = (
        select(func.max(agreement.reference))
        .where(agreement.milestone_key == of.key, cast(agreement.agreed_on, String()) == func.substr(change.new, 1, 10))
        .scalar_subquery()
    )
    return (
        _row("date", change.changed_at, of, change.author_account, change.old, change.new, func.coalesce(agreed, ""))
        .join(CHANGE, change.entity_key == of.key)
        .where(of.project_key == project, of.deleted_at.is_(None), facing)
        .where(change.field == "due", change.old.is_not(None), or_(change.origin == "native", ~told))
    )


def _moved_items(project: str, mine: ColumnElement[bool]) -> Select[Any]:
    change, item = CHANGE.c, WORK_ITEM.c
    return (
        _row("scope", change.changed_at, item, change.author_account, change.old, change.new, literal(""))
        .join(CHANGE, change.entity_key == item.key)
        .where(item.project_key == project, item.deleted_at.is_(None), mine, change.field == "milestone")
    )


def _agreed(project: str, facing: ColumnElement[bool]) -> Select[Any]:
    agreement, of = AGREEMENT.c, MILESTONE.c
    day, none = cast(agreement.agreed_on, String()), null().cast(String())
    return (
        _row("agreed", agreement.recorded_at, of, none, none, day, agreement.reference, agreement.recorded_by)
        .join(AGREEMENT, of.key == agreement.milestone_key)
        .where(of.project_key == project, of.deleted_at.is_(None), facing)
    )


def _row(
    kind: str, at: Any, of: Any, account: Any, old: Any, new: Any, reference: Any, by: Any = _NOBODY
) -> Select[Any]:
    """Columns as `RequirementChange` has them, and the account of whoever did it."""
    columns = {"at": at, "name": of.name, "url": of.url, "account": account, "old": old, "new": new}
    columns |= {"reference": reference, "by": by}
    shown = (column.label(name) for name, column in columns.items())
    return select(literal(kind).label("kind"), *shown).select_from(of.key.table)


def _requests(asked: Asked, project: str, client: str | None) -> Iterator[RequirementChange]:
    """As the rule on them found them, by whoever entered them."""
    of, by = ALERT.c.client_key, name_of(PERSON.c.name, ACCOUNT.c.name)
    asked_by = (
        ALERT.outerjoin(WORK_ITEM, WORK_ITEM.c.key == ALERT.c.subject)
        .outerjoin(ACCOUNT, ACCOUNT.c.key == WORK_ITEM.c.reporter_account)
        .outerjoin(PERSON, PERSON.c.key == ACCOUNT.c.person_key)
    )
    whose = of.is_(None) if client is None else of == client
    found = select(ALERT.c.facts, by.label("by")).select_from(asked_by).where(ALERT.c.rule == REQUESTED, whose)
    for row in fetch(asked.connection, found):
        facts = Facts(row["facts"])
        if facts.text("project") == project:
            url = facts.url("url") or None
            yield RequirementChange("request", facts.at("created_at"), facts.text("name"), url, row["by"] or "")
