"""Deriving: fetch what rows rest on, hand it to the pure functions, write what differs.

`unify.derive_milestones` and `unify.derive_feedback` decide; here is only the way there and back, in slices of keys.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, Connection, case, func, or_, select

from config.settings import Settings
from unify.derive_clients import derive_clients
from unify.derive_feedback import Policy, derive_feedback
from unify.derive_milestones import Days, WorkingDays, derive_milestone, uncounted
from unify.derived import (
    AGREEMENT,
    ANSWER,
    CHANGE,
    COMMENT,
    FEEDBACK,
    MILESTONE,
    REFERENCE,
    WORK_ITEM,
    Row,
    fetch,
    slices,
    write,
)
from unify.link import Reached
from unify.tables import BY_SHORT, row_key


def derive(connection: Connection, settings: Settings, working_days: WorkingDays, reached: Reached) -> None:
    """Derive the milestones and feedback that were `reached`, which project dates count, and when we were in touch with
    whom."""
    for some in slices(connection, MILESTONE, reached.milestones):
        _derive_milestones(connection, settings, working_days, some)
    if reached.milestones is None or reached.milestones:
        _count_project_dates(connection)
    policy = Policy(settings.handled_when, settings.answers_count)
    for some in slices(connection, FEEDBACK, reached.feedback):
        _derive_feedback(connection, policy, some)
    derive_clients(connection, reached.spoken_of, reached.left)


def _derive_milestones(
    connection: Connection, settings: Settings, working_days: WorkingDays, keys: Collection[str]
) -> None:
    milestones = fetch(connection, select(MILESTONE).where(MILESTONE.c.key.in_(keys)))
    history = select(CHANGE).where(CHANGE.c.field.in_(["due", "status"]), CHANGE.c.deleted_at.is_(None))
    changes = _by(fetch(connection, history.where(CHANGE.c.entity_key.in_(keys))), "entity_key")
    agreed = select(AGREEMENT).where(AGREEMENT.c.milestone_key.in_(keys))
    agreements = _by(fetch(connection, agreed), "milestone_key")
    items = _items(connection, keys)
    write(
        connection,
        MILESTONE,
        (
            (
                row,
                derive_milestone(
                    row,
                    changes[row["key"]],
                    agreements[row["key"]],
                    items.get(row["key"], (0, 0)),
                    Days(settings.zone, working_days, row["calendar"]),
                ),
            )
            for row in milestones
        ),
    )


def _items(connection: Connection, milestones: Collection[str]) -> dict[str, tuple[int, int]]:
    """Milestone -> how many of its items are open, and how many it has; cancelled and deleted ones are none.

    Some items name theirs by its short; that is looked up here and not while linking, as it may come after them.
    """
    named = select(WORK_ITEM.c.key, WORK_ITEM.c.source, WORK_ITEM.c.short).where(WORK_ITEM.c.key.in_(milestones))
    shorts = {row_key(source, BY_SHORT, short): key for key, source, short in connection.execute(named)}
    is_open = case((WORK_ITEM.c.status_category == "done", 0), else_=1)
    query = (
        select(REFERENCE.c.to_key, func.sum(is_open), func.count())
        .join(WORK_ITEM, WORK_ITEM.c.key == REFERENCE.c.from_key)
        .where(REFERENCE.c.to_key.in_([*milestones, *shorts]))
        .where(WORK_ITEM.c.deleted_at.is_(None), WORK_ITEM.c.status_category != "cancelled")
        .group_by(REFERENCE.c.to_key)
    )
    counted: dict[str, tuple[int, int]] = {}
    for named_by, still_open, total in connection.execute(query):
        key = shorts.get(named_by, named_by)
        before = counted.get(key, (0, 0))
        counted[key] = (before[0] + int(still_open), before[1] + int(total))
    return counted


def _count_project_dates(connection: Connection) -> None:
    """Mark the projects' own dates that one of their milestones stands for.

    Asked of all of them each time: a milestone that left a project says nowhere where it was.
    """
    living = select(MILESTONE).where(MILESTONE.c.deleted_at.is_(None))
    projects = fetch(connection, living.where(MILESTONE.c.kind == "project"))
    days = {row["due_on"] for row in projects if row["due_on"]}
    others = (
        select(MILESTONE.c.due_on, MILESTONE.c.status_category, MILESTONE.c.project_key, WORK_ITEM.c.project_keys)
        .outerjoin(WORK_ITEM, WORK_ITEM.c.key == MILESTONE.c.key)
        .where(MILESTONE.c.deleted_at.is_(None), MILESTONE.c.kind != "project")
        .where(MILESTONE.c.source.in_({row["source"] for row in projects}), MILESTONE.c.due_on.in_(days))
    )
    holding = [
        {**row, "in_projects": {row["project_key"], *(row["project_keys"] or ())}}
        for row in (fetch(connection, others) if days else [])
    ]
    hidden = uncounted(projects, holding)
    write(connection, MILESTONE, ((row, {"counted": row["key"] not in hidden}) for row in projects))


def _derive_feedback(connection: Connection, policy: Policy, keys: Collection[str]) -> None:
    rows = fetch(connection, select(FEEDBACK).where(FEEDBACK.c.key.in_(keys)))
    messages = messages_on(connection, keys)
    answers = _by(fetch(connection, select(ANSWER).where(ANSWER.c.feedback_key.in_(keys))), "feedback_key")
    write(
        connection,
        FEEDBACK,
        ((row, derive_feedback(row, messages[row["key"]], answers[row["key"]], policy)) for row in rows),
    )


def messages_on(
    connection: Connection, keys: Collection[str], gone: Mapping[str, datetime] = MappingProxyType({})
) -> Mapping[str, list[Row]]:
    """Feedback -> the living messages on it, on its item, and on the contacts it came from.

    `gone`: when feedback of these keys went; of it those too that were there until then.
    """
    places: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        places[key].add(key)
    items = select(WORK_ITEM.c.key).where(WORK_ITEM.c.key.in_(keys))  # what these refer to are their milestones
    referred = select(REFERENCE).where(REFERENCE.c.from_key.in_(keys), REFERENCE.c.from_key.not_in(items))
    for key, place in connection.execute(referred):
        places[place].add(key)
    columns = ("key", "on_key", "on_keys", "kind", "direction", "visible", "side", "created_at", "deleted_at")
    there: ColumnElement[bool] = COMMENT.c.deleted_at.is_(None)
    if gone:
        there = or_(there, COMMENT.c.deleted_at >= min(gone.values()))
    query = select(*(COMMENT.c[name] for name in columns)).where(there)
    messages: dict[str, dict[str, Row]] = defaultdict(dict)
    for some in slices(connection, COMMENT, places):
        referring = select(REFERENCE.c.from_key).where(REFERENCE.c.to_key.in_(some))
        for message in fetch(connection, query.where(or_(COMMENT.c.on_key.in_(some), COMMENT.c.key.in_(referring)))):
            until = message["deleted_at"]
            for place in {message["on_key"], *message["on_keys"]} & places.keys():
                for key in places[place]:
                    if until is None or (key in gone and until >= gone[key]):
                        messages[key][message["key"]] = message
    return defaultdict(list, {key: list(found.values()) for key, found in messages.items()})


def _by(rows: Iterable[Row], column: str) -> Mapping[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row[column]].append(row)
    return grouped
