"""What the indicators are reckoned from, read from the unified rows of the sources that are in the config.

Only what the months that are kept can count is read: a firm has more milestones behind it than before it. Days are the
organisation's. What can no longer be seen (its project left the config, the access was lost) has no known status; what
was done, and was tidied away after that, was done.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, or_, select

from rules.indicators.answers import Asked
from rules.indicators.communication import Mark
from rules.indicators.figures import SURVEY_MONTHS, ByMonth, Window, kept_months, months_until
from rules.indicators.promises import Agreed, Promise
from rules.indicators.responses import Response
from rules.indicators.satisfaction import Given
from rules.indicators.seen import seen_answers
from rules.indicators.surveys import read_surveys
from rules.indicators.throughput import read_throughput
from rules.moment import Moment
from unify.derived import AGREEMENT, CHANGE, CLIENT, FEEDBACK, MILESTONE, PROJECT, SOURCE, Row, fetch, table_of
from unify.tables import Risk

_RISK = table_of(Risk)
_ALL = ""
_Fact = TypeVar("_Fact")
_UNSEEN = ("lost_access", "out_of_scope")
_NAMED = 5
"""Of what was promised for no day so many are named, the others counted."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one client, or of the whole firm."""

    promises: ByMonth[Promise]
    undated: "Undated"
    asked: ByMonth[Asked]
    given: ByMonth[Given]
    responses: Sequence[Response]
    done: Counter[date]
    """Work items, by the first day of the month in which they were done."""


class Undated(NamedTuple):
    """Promises without a date: how many, and the keys of the first."""

    number: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Firm:
    """All facts, and those of each client by its key; `marks` are those of our own people."""

    whole: Facts
    clients: Mapping[str, Facts]
    marks: ByMonth[Mark]


def read_firm(connection: Connection, moment: Moment) -> Firm:
    """Everything that an indicator of the kept months counts or leaves out."""
    months = kept_months(moment.today)
    window = Window(months[0].first, months[-1].last)
    surveys = Window(months_until(months[0].last, SURVEY_MONTHS).first, window.last)
    clients = connection.scalars(select(CLIENT.c.key).order_by(CLIENT.c.key)).all()
    promises = _by_client(_promises(connection, moment, window))
    undated = _undated(connection)
    asked = _by_client(read_asked(connection, moment, window))
    answered = read_surveys(connection, _midnight(moment, surveys.first))
    given = _by_client((one.client, one) for one in answered.given)
    responses = _by_client(_responses(connection, moment, window))
    done = read_throughput(connection, moment, months)

    def of(client: str) -> Facts:
        return Facts(
            ByMonth(promises[client], lambda one: one.committed_on),
            undated.get(client, Undated(0, ())),
            ByMonth(asked[client], lambda one: one.received_on),
            ByMonth(given[client], lambda one: _day(moment, one.at)),
            responses[client],
            done.get(client, Counter()),
        )

    marks = ByMonth(answered.marks, lambda one: _day(moment, one.at))
    return Firm(of(_ALL), {client: of(client) for client in clients}, marks)


def _by_client(told: Iterable[tuple[str | None, _Fact]]) -> Mapping[str, list[_Fact]]:
    """The facts of each client, and all of them."""
    grouped: dict[str, list[_Fact]] = defaultdict(list)
    for client, fact in told:
        grouped[_ALL].append(fact)
        if client:
            grouped[client].append(fact)
    return grouped


def _promises(connection: Connection, moment: Moment, window: Window) -> Iterator[tuple[str | None, Promise]]:
    agreed: dict[str, list[Agreed]] = defaultdict(list)
    recorded = select(AGREEMENT).order_by(AGREEMENT.c.recorded_at, AGREEMENT.c.id)
    for row in fetch(connection, recorded):
        recorded_at = row["recorded_at"]
        agreement = Agreed(row["agreed_on"], recorded_at.astimezone(moment.zone).date(), recorded_at)
        agreed[row["milestone_key"]].append(agreement)
    columns = ("client_key", "calendar", "kind", "client_facing", "baseline_on", "due_on", "due_at", "done_at")
    in_question = or_(
        MILESTONE.c.baseline_on.between(window.first, window.last),
        MILESTONE.c.key.in_(select(AGREEMENT.c.milestone_key)),
    )
    promised = and_(MILESTONE.c.counted, MILESTONE.c.client_facing, in_question)
    for row in fetch(connection, _with_ends(MILESTONE, columns, promised)):
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


def _undated(connection: Connection) -> Mapping[str, Undated]:
    """By client, and of all (""): what was promised for no day."""
    number = func.row_number().over(partition_by=MILESTONE.c.client_key, order_by=MILESTONE.c.key)
    found = (
        select(MILESTONE.c.client_key, MILESTONE.c.key, number.label("number"))
        .join(SOURCE, SOURCE.c.name == MILESTONE.c.source)
        .where(SOURCE.c.active, MILESTONE.c.counted, MILESTONE.c.client_facing, MILESTONE.c.baseline_on.is_(None))
        .where(MILESTONE.c.key.not_in(select(AGREEMENT.c.milestone_key)))
        .subquery()
    )
    counts = {
        client or _ALL: count
        for client, count in connection.execute(select(found.c.client_key, func.count()).group_by(found.c.client_key))
    }
    named = _by_client(
        (row["client_key"], row["key"])
        for row in fetch(connection, select(found).where(found.c.number <= _NAMED).order_by(found.c.key))
    )
    undated = {client: Undated(count, tuple(named[client])) for client, count in counts.items() if client != _ALL}
    return {**undated, _ALL: Undated(sum(counts.values()), tuple(named[_ALL][:_NAMED]))}


def _done_on(row: Row, moment: Moment) -> date | None:
    """The day on which it was done; of a Jira version, which keeps no instant, its release date.

    But not a day before we last saw it unreleased: whoever releases it late may leave its date as it was planned.
    """
    released_on: date | None = row["due_on"] if row["kind"] == "version" else None
    if row["done_at"] is not None or released_on is None:
        return _day(moment, row["done_at"])
    seen_open_on = _day(moment, row["seen_before"])
    return max(released_on, seen_open_on) if seen_open_on else released_on


def read_asked(connection: Connection, moment: Moment, window: Window) -> Iterator[tuple[str | None, Asked]]:
    """What asked for an answer and came in within `window`, with its client's key: not a good mark without a
    word; nor what is closed nobody knows when."""
    names = ("key", "client_key", "calendar", "received_at", "first_response_at", "response_basis", "closed_at")
    query = select(*(FEEDBACK.c[name] for name in names), FEEDBACK.c.waiting_since).where(
        FEEDBACK.c.received_at >= _midnight(moment, window.first),
        FEEDBACK.c.received_at < _midnight(moment, window.last + timedelta(days=1)),
        or_(
            FEEDBACK.c.first_response_at.is_not(None),
            FEEDBACK.c.waiting_since.is_not(None),
            and_(FEEDBACK.c.origin != "survey", FEEDBACK.c.closed_at.is_not(None)),
        ),
    )
    rows = fetch(connection, _living(query, FEEDBACK))
    seen = seen_answers(connection, [row["key"] for row in rows if row["response_basis"] == "internal"])
    for row in rows:
        answered_at, basis = seen.get(row["key"], (row["first_response_at"], row["response_basis"]))
        yield (
            row["client_key"],
            Asked(
                row["key"],
                row["received_at"].astimezone(moment.zone).date(),
                row["received_at"],
                answered_at=answered_at,
                closed_at=None if row["waiting_since"] else row["closed_at"],
                is_internal=basis == "internal",
                calendar=row["calendar"],
            ),
        )


def _responses(connection: Connection, moment: Moment, window: Window) -> Iterator[tuple[str | None, Response]]:
    names = ("response", "due_on", "implemented", "implemented_on", "occurred_on")
    may_count = (
        _RISK.c.implemented_on.is_(None),
        _RISK.c.implemented_on >= window.first,
        _RISK.c.due_on.is_(None),
        _RISK.c.due_on >= window.first,
    )
    in_question = and_(_RISK.c.response.is_not(None), or_(*may_count))
    query = _with_ends(_RISK, names, in_question).add_columns(
        PROJECT.c.client_key, func.coalesce(CLIENT.c.calendar, "default").label("calendar")
    )
    query = query.outerjoin(CLIENT, CLIENT.c.key == PROJECT.c.client_key)
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


def _with_ends(of: Table, names: Iterable[str], where: ColumnElement[bool]) -> Select[Any]:
    """Rows of `of` where that holds: those columns, and all that tells whether and when they came to an end."""
    ended = select(of.c.key).where(of.c.status_category.in_(("done", "cancelled")), where)
    last = (
        select(
            CHANGE.c.entity_key,
            func.max(CHANGE.c.changed_at).label("status_at"),
            func.max(CHANGE.c.not_before).label("seen_before"),
        )
        .where(CHANGE.c.field == "status", CHANGE.c.deleted_at.is_(None))
        .where(CHANGE.c.entity_key.in_(ended))
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
        .where(SOURCE.c.active, where)
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


def _midnight(moment: Moment, day: date) -> datetime:
    return datetime.combine(day, time(), moment.zone)


def _day(moment: Moment, at: datetime | None) -> date | None:
    return at.astimezone(moment.zone).date() if at is not None else None
