"""What is promised to clients for the days to come, by BD manager: read once for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, or_, select

from unify.derived import CLIENT, MILESTONE, PROJECT


@dataclass(frozen=True, slots=True)
class Due:
    """An open milestone that a client was promised. `client` is the name in `[clients]`."""

    name: str
    client: str
    on: date
    agreed: bool
    """The date is what was first promised, or the client agreed to it."""


def due_between(connection: Connection, first: date, last: date, now: datetime) -> Mapping[str, Sequence[Due]]:
    """By the key of the BD manager, the earliest first; every BD manager is in it, also where nothing is due.

    Not what is overdue `now`, by an instant of its very day: the same message tells that as late.
    """
    known = select(CLIENT.c.bd_person).where(CLIENT.c.bd_person.is_not(None)).distinct()
    due: dict[str, list[Due]] = {bd: [] for bd in connection.scalars(known.order_by(CLIENT.c.bd_person))}
    joined = MILESTONE.outerjoin(PROJECT, PROJECT.c.key == MILESTONE.c.project_key)
    columns = [
        MILESTONE.c[name] for name in ("name", "client_key", "bd_person", "deadline_on", "agreed_on", "baseline_on")
    ]
    chosen = (
        select(*columns)
        .select_from(joined)
        .where(
            MILESTONE.c.client_key.is_not(None),
            MILESTONE.c.bd_person.is_not(None),
            MILESTONE.c.deadline_on.between(first, last),
            MILESTONE.c.deadline_at >= now,
            MILESTONE.c.status_category.not_in(("done", "cancelled")),
            MILESTONE.c.client_facing,
            MILESTONE.c.counted,
            MILESTONE.c.deleted_at.is_(None),
            or_(PROJECT.c.key.is_(None), PROJECT.c.deleted_at.is_(None) & ~PROJECT.c.archived),
        )
    )
    for row in connection.execute(
        chosen.order_by(MILESTONE.c.deadline_on, MILESTONE.c.name, MILESTONE.c.key)
    ).mappings():
        agreed = row["baseline_on"] is None or row["deadline_on"] in (row["agreed_on"], row["baseline_on"])
        client = row["client_key"].removeprefix("client/")
        due.setdefault(row["bd_person"], []).append(Due(row["name"], client, row["deadline_on"], agreed))
    return due


def rest_of_week(today: date) -> tuple[date, date]:
    """`today`, and the Sunday of its week."""
    return today, today + timedelta(days=6 - today.weekday())
