"""What the indicators are reckoned from, read from the unified rows of the sources that are in the config.

Days are the organisation's. What can no longer be seen (its project left the config, the access was lost) has no known
status; what was done, and was tidied away after that, was done.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table, and_, func, or_, select

from rules.indicators.answers import Asked
from rules.indicators.promises import Agreed, Promise
from rules.indicators.responses import Response
from rules.indicators.satisfaction import Given
from rules.moment import Moment
from unify.derived import AGREEMENT, CHANGE, CLIENT, FEEDBACK, MILESTONE, PROJECT, SOURCE, Row, fetch, table_of
from unify.tables import Risk

_RISK = table_of(Risk)
_ALL = ""
_Fact = TypeVar("_Fact")
_UNSEEN = ("lost_access", "out_of_scope")


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one client, or of the whole firm."""

    promises: Sequence[Promise]
    asked: Sequence[Asked]
    given: Sequence[Given]
    responses: Sequence[Response]


@dataclass(frozen=True, slots=True)
class Firm:
    """All facts, and those of each client by its key."""

    whole: Facts
    clients: Mapping[str, Facts]


def read_firm(connection: Connection, moment: Moment) -> Firm:
    """Everything that an indicator counts or leaves out."""
    clients = connection.scalars(select(CLIENT.c.key).order_by(CLIENT.c.key)).all()
    promises, asked = _by_client(_promises(connection, moment)), _by_client(_asked(connection, moment))
    given, responses = _by_client(_given(connection)), _by_client(_responses(connection, moment))

    def of(client: str) -> Facts:
        return Facts(promises[client], asked[client], given[client], responses[client])

    return Firm(of(_ALL), {client: of(client) for client in clients})


def _by_client(told: Iterable[tuple[str | None, _Fact]]) -> Mapping[str, list[_Fact]]:
    """The facts of each client, and all of them."""
    grouped: dict[str, list[_Fact]] = defaultdict(list)
    for client, fact in told:
        grouped[_ALL].append(fact)
        if client:
            grouped[client].append(fact)
    return grouped


def _promises(connection: Connection, moment: Moment) -> Iterator[tuple[str | None, Promise]]:
    agreed: dict[str, list[Agreed]] = defaultdict(list)
    recorded = select(AGREEMENT).order_by(AGREEMENT.c.recorded_at, AGREEMENT.c.id)
    for row in fetch(connection, recorded):
        agreed[row["milestone_key"]].append(Agreed(row["agreed_on"], row["recorded_at"].astimezone(moment.zone).date()))
    columns = ("client_key", "calendar", "kind", "client_facing", "baseline_on", "due_on", "due_at", "done_at")
    for row in fetch(connection, _with_ends(MILESTONE, columns).where(MILESTONE.c.counted)):
        is_done = row["status_category"] == "done"
        done_on = _done_on(row, moment) if is_done else None
        gone_at = None if is_done else _gone_at(row)
        yield (
            row["client_key"],
            Promise(
                row["key"],
                row["baseline_on"],
                due_on=row["due_on"],
                due_at=row["due_at"],
                done_on=done_on,
                done_at=row["done_at"],
                entered_on=_day(moment, row["created_at"]),
                gone_on=_day(moment, gone_at),
                agreed=tuple(agreed[row["key"]]),
                client_facing=row["client_facing"],
                status_known=is_done or (row["status_category"] != "unknown" and not _is_unseen(row)),
                is_dated=done_on is not None or not is_done,
                calendar=row["calendar"],
            ),
        )


def _done_on(row: Row, moment: Moment) -> date | None:
    """The day on which it was done; of a Jira version, which keeps no instant, its release date.

    But not a day before we last saw it unreleased: whoever releases it late may leave its date as it was planned.
    """
    released_on: date | None = row["due_on"] if row["kind"] == "version" else None
    if row["done_at"] is not None or released_on is None:
        return _day(moment, row["done_at"])
    seen_open_on = _day(moment, row["seen_before"])
    return max(released_on, seen_open_on) if seen_open_on else released_on


def _asked(connection: Connection, moment: Moment) -> Iterator[tuple[str | None, Asked]]:
    """What asked for an answer: not a good mark without a word; nor what is closed nobody knows when."""
    names = ("key", "client_key", "calendar", "received_at", "first_response_at", "response_basis", "closed_at")
    query = select(*(FEEDBACK.c[name] for name in names), FEEDBACK.c.waiting_since).where(
        FEEDBACK.c.received_at.is_not(None),
        or_(
            FEEDBACK.c.first_response_at.is_not(None),
            FEEDBACK.c.waiting_since.is_not(None),
            and_(FEEDBACK.c.origin != "survey", FEEDBACK.c.closed_at.is_not(None)),
        ),
    )
    for row in fetch(connection, _living(query, FEEDBACK)):
        yield (
            row["client_key"],
            Asked(
                row["key"],
                row["received_at"].astimezone(moment.zone).date(),
                row["received_at"],
                answered_at=row["first_response_at"],
                closed_at=None if row["waiting_since"] else row["closed_at"],
                is_internal=row["response_basis"] == "internal",
                calendar=row["calendar"],
            ),
        )


def _given(connection: Connection) -> Iterator[tuple[str | None, Given]]:
    names = ("key", "client_key", "contact_keys", "received_at", "score")
    surveys = (FEEDBACK.c.origin == "survey", FEEDBACK.c.received_at.is_not(None))
    query = select(*(FEEDBACK.c[name] for name in names)).where(*surveys)
    for row in fetch(connection, _living(query, FEEDBACK)):
        contact = next(iter(row["contact_keys"]), None)
        yield row["client_key"], Given(row["key"], row["client_key"], contact, row["received_at"], row["score"])


def _responses(connection: Connection, moment: Moment) -> Iterator[tuple[str | None, Response]]:
    names = ("response", "due_on", "implemented", "implemented_on", "occurred_on")
    query = _with_ends(_RISK, names).add_columns(
        PROJECT.c.client_key, func.coalesce(CLIENT.c.calendar, "default").label("calendar")
    )
    query = query.outerjoin(CLIENT, CLIENT.c.key == PROJECT.c.client_key).where(_RISK.c.response.is_not(None))
    for row in fetch(connection, query):
        raised_on = _day(moment, row["created_at"]) or row["due_on"]
        if raised_on is None or (_is_unseen(row) and not row["implemented"]):
            continue
        yield (
            row["client_key"],
            Response(
                row["key"],
                row["response"],
                raised_on,
                due_on=row["due_on"],
                carried_out_on=row["implemented_on"],
                gone_on=None if row["implemented"] else _day(moment, _gone_at(row)),
                occurred_on=row["occurred_on"],
                is_dated=row["implemented_on"] is not None or not row["implemented"],
                calendar=row["calendar"],
            ),
        )


def _with_ends(of: Table, names: Iterable[str]) -> Select[Any]:
    """Rows of `of` with those columns, and with all that tells whether and when they came to an end."""
    last = (
        select(
            CHANGE.c.entity_key,
            func.max(CHANGE.c.changed_at).label("status_at"),
            func.max(CHANGE.c.not_before).label("seen_before"),
        )
        .where(CHANGE.c.field == "status", CHANGE.c.deleted_at.is_(None))
        .where(CHANGE.c.entity_key.in_(select(of.c.key).where(of.c.status_category.in_(("done", "cancelled")))))
        .group_by(CHANGE.c.entity_key)
        .subquery()
    )
    shared = ("key", "status_category", "created_at", "updated_at", "deleted_at", "delete_reason")
    return (
        select(
            *(of.c[name] for name in (*shared, *names)),
            last.c.status_at,
            last.c.seen_before,
            PROJECT.c.archived.label("project_archived"),
            PROJECT.c.updated_at.label("project_updated_at"),
            PROJECT.c.deleted_at.label("project_deleted_at"),
            PROJECT.c.delete_reason.label("project_delete_reason"),
        )
        .select_from(of)
        .join(SOURCE, SOURCE.c.name == of.c.source)
        .outerjoin(PROJECT, PROJECT.c.key == of.c.project_key)
        .outerjoin(last, last.c.entity_key == of.c.key)
        .where(SOURCE.c.active)
        .order_by(of.c.key)
    )


def _living(query: Select[Any], of: Table) -> Select[Any]:
    """`query`, of what is there and of sources in the config."""
    joined = query.join_from(of, SOURCE, SOURCE.c.name == of.c.source)
    return joined.where(SOURCE.c.active, of.c.deleted_at.is_(None)).order_by(of.c.key)


def _is_unseen(row: Row) -> bool:
    return row["delete_reason"] in _UNSEEN or row["project_delete_reason"] in _UNSEEN


def _gone_at(row: Row) -> datetime | None:
    """When it was cancelled, archived or deleted, or its project was; None: it was not."""
    told: list[datetime | None] = [row["deleted_at"], row["project_deleted_at"]]
    if row["status_category"] == "cancelled":
        told.append(row["status_at"] or row["deleted_at"] or row["updated_at"])
    if row["project_archived"]:
        told.append(row["project_updated_at"])
    return min(filter(None, told), default=None)


def _day(moment: Moment, at: datetime | None) -> date | None:
    return at.astimezone(moment.zone).date() if at is not None else None
