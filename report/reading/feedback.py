"""All that clients told us: what waits, what was answered and how soon, client by client."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from sqlalchemy import ColumnElement, and_, false, func, select

from report.asked import Asked
from report.reading.client_feedback import FeedbackList, read_rows
from report.reading.indicators import Indicators, read_indicators
from rules.indicators import answers
from rules.indicators.figures import Window, kept_months, month_of, months_until
from rules.indicators.rows import read_asked
from rules.views import FEEDBACK
from rules.views.base import working_hours
from rules.working_time import OutsideCalendar
from unify.derived import Row

WAITING, OVER, ANSWERED, ALL = "waiting", "over", "answered", "all"
"""What can be asked for: nobody has handled it and the client waits; that, longer than it may; it has an answer."""
LONGER_THAN = (1, 2, 4, 8, 16, 40)
"""Working hours by which answers are sorted; the last ones took longer."""
MEASURED = ("satisfaction", "first_response")
"""Indicators that are shown over the year."""
_LATELY = 3
"""Months of which it is told how soon we answer, unless one is asked for."""
_of = FEEDBACK.table.c


@dataclass(frozen=True, slots=True)
class Soon:
    """How many first answers took more than `above` working hours, and at most `to` (None: any number)."""

    above: float
    to: float | None
    answers: int


@dataclass(frozen=True, slots=True)
class ClientAnswers:
    """A client, by its key: what waits now, and what came in of the window, with the median of how soon it was answered
    (None: nothing came in); `counted` asked for an answer, `unanswered` has none yet."""

    client: str | None
    waiting: int
    over: int
    counted: int
    unanswered: int
    median: answers.Hours | None


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """Of the months from `first` to `last`: `soon` and `unanswered` by working hours, `clients`, those that wait the
    longest over their limit first. `waiting` and `over` are of now. `measured`: what the months of the past came to."""

    first: date
    last: date
    months: Sequence[date]
    waiting: int
    over: int
    answered: int
    """First answers in all, of what the list is about."""
    all: answers.FirstResponse
    soon: Sequence[Soon]
    unanswered: int
    clients: Sequence[ClientAnswers]
    list: FeedbackList
    measured: Indicators


def status_of(asked: Asked) -> str:
    """What the list is of: of a month and in a file all, else what waits, unless told."""
    is_all = asked.filters.month is not None or asked.filters.limit is None
    return asked.filters.status or (ALL if is_all else WAITING)


def read_feedback(asked: Asked) -> FeedbackPage:
    """Of what the page is about; the list as `status`, `month` and `page` say."""
    months = [month.first for month in kept_months(asked.moment.today)]
    month = asked.filters.month
    window = month_of(month) if month else months_until(asked.moment.today, _LATELY)
    told, hours = _asked_for(asked, window), _hours(asked)
    everything = [one for some in told.values() for one in some]
    waits = answers.waits_of(everything, asked.now, hours)
    over = _waiting(asked)
    return FeedbackPage(
        first=window.first,
        last=min(window.last, asked.moment.today),
        months=months,
        waiting=len(over),
        over=sum(bool(row["unhandled"]) for row in over),
        answered=_count(asked, _of.first_response_at.is_not(None)),
        all=answers.first_response(everything, window, asked.now, hours),
        soon=_sorted_by_hours([one.hours for one in waits if not one.or_more], asked.moment.feedback_hours["warning"]),
        unanswered=sum(wait.or_more for wait in waits),
        clients=_clients(asked, window, told, over, hours),
        list=_list(asked, over),
        measured=read_indicators(asked, MEASURED),
    )


def _asked_for(asked: Asked, window: Window) -> Mapping[str | None, Sequence[answers.Asked]]:
    """What came in of the window, by client, as the indicator on first answers counts it."""
    found: dict[str | None, list[answers.Asked]] = defaultdict(list)
    for client, one in read_asked(asked.connection, asked.moment, window):
        if one.received_on in window and asked.scope.holds(client):
            found[client].append(one)
    return found


def _hours(asked: Asked) -> answers.WorkingHours:
    """Reckoned once for each piece of feedback: it is asked for in all, and of its client."""

    @cache
    def of(calendar: str, since: datetime, until: datetime) -> float:
        try:
            return working_hours(asked.moment.calendar(calendar), since, until)
        except OutsideCalendar:
            return 0.0

    return of


def _sorted_by_hours(hours: Sequence[float], limit: float) -> Sequence[Soon]:
    """The limit is a bound too: what is in time and what is not must not share a column."""
    inner = sorted({*LONGER_THAN, limit} - {0})
    bounds: list[float] = [0, *inner]
    ends: list[float | None] = [*inner, None]
    return [
        Soon(above, to, sum((above < one or above == 0) and (to is None or one <= to) for one in hours))
        for above, to in zip(bounds, ends, strict=True)
    ]


def _waiting(asked: Asked) -> Sequence[Row]:
    """What waits now, the longest first: little, among all that ever came."""
    found = asked.views.rows(
        FEEDBACK,
        ("key", "client", "waiting_since", "unhandled"),
        lambda scope: and_(scope.columns["handled"].is_(false()), scope.columns["waiting_since"].is_not(None)),
    )
    return sorted(found, key=lambda row: (row["waiting_since"], row["key"]))


def _clients(
    asked: Asked,
    window: Window,
    told: Mapping[str | None, Sequence[answers.Asked]],
    waiting: Sequence[Row],
    hours: answers.WorkingHours,
) -> Sequence[ClientAnswers]:
    found = []
    for client in dict.fromkeys([*(row["client"] for row in waiting), *told]):
        of_client = [row for row in waiting if row["client"] == client]
        response = answers.first_response(told.get(client, ()), window, asked.now, hours)
        found.append(
            ClientAnswers(
                client=client,
                waiting=len(of_client),
                over=sum(bool(row["unhandled"]) for row in of_client),
                counted=response.counted,
                unanswered=sum(one.answered_at is None for one in told.get(client, ())),
                median=response.median,
            )
        )
    return sorted(found, key=lambda row: (-row.over, -row.waiting, -row.counted, asked.client_name(row.client)))


def _list(asked: Asked, waiting: Sequence[Row]) -> FeedbackList:
    """A page of what is asked for: what waits the longest first, the others the latest first."""
    filters, status = asked.filters, status_of(asked)
    if status in (WAITING, OVER) and filters.month is None:
        keys = [row["key"] for row in waiting if status == WAITING or row["unhandled"]]
        end = None if filters.limit is None else filters.offset + filters.limit
        return FeedbackList(read_rows(asked, asked.views, keys[filters.offset : end]), len(keys))
    among = {WAITING: [row["key"] for row in waiting], OVER: [row["key"] for row in waiting if row["unhandled"]]}
    wanted: list[ColumnElement[bool]] = []
    if status in among:
        wanted.append(_of.key.in_(among[status]))
    elif status == ANSWERED:
        wanted.append(_of.first_response_at.is_not(None))
    mine = _mine(asked, *wanted)
    page = select(_of.key).select_from(FEEDBACK.source).where(*mine).order_by(_of.received_at.desc(), _of.key)
    keys = list(asked.connection.scalars(page.limit(filters.limit).offset(filters.offset)))
    return FeedbackList(read_rows(asked, asked.views, keys), _count(asked, *wanted))


def _count(asked: Asked, *wanted: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(FEEDBACK.source).where(*_mine(asked, *wanted))
    return asked.connection.scalar(counted) or 0


def _mine(asked: Asked, *wanted: ColumnElement[bool]) -> Sequence[ColumnElement[bool]]:
    """Those, of what the page is about and of the month that is asked for."""
    conditions = [*FEEDBACK.living, asked.scope.allows(_of.client_key), *wanted]
    if month := asked.filters.month:
        zone, window = asked.moment.zone, month_of(month)
        begin = datetime.combine(window.first, time(), tzinfo=zone)
        end = datetime.combine(window.last + timedelta(days=1), time(), tzinfo=zone)
        conditions += [_of.received_at >= begin, _of.received_at < end]
    return conditions
