"""Keeping the indicators of each month: reckoned anew while the month may change, frozen after that.

A month closes at the end of the third working day after it, on the default calendar. What would change a figure that
was frozen then appears beside it as restated. Nothing is reckoned where no row, no day and no setting has changed.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select

from rules.indicators.answers import first_response
from rules.indicators.figures import LeftOut, Rate, Window, month_before, month_of, months_until
from rules.indicators.promises import average_slip, on_time_rate
from rules.indicators.responses import risk_response_rate
from rules.indicators.rows import Facts, Firm, read_firm
from rules.indicators.satisfaction import satisfaction
from rules.moment import Moment
from rules.working_time import WorkingTime
from unify.derived import SOURCE, Row, fetch, slices, table_of
from unify.engine import writing
from unify.hub_state import SETTLED_TIMES, recall, remember
from unify.tables import IndicatorMonth

KEPT_MONTHS = 12
"""Months before the running one whose figures are reckoned; older ones stay as they are."""
ALERT_MONTHS = 3
"""Over so many months the rules ask whether the firm is on target."""
SURVEY_MONTHS = 12
"""So long a mark says how satisfied somebody is."""
CLOSES_AFTER = 3
"""Working days after a month, at the end of which it closes."""

_RECKONED = "indicators_of"
_TABLE = table_of(IndicatorMonth)


@dataclass(frozen=True, slots=True)
class Figure:
    """A value over `window`, made of `counted` things; `met` of them where it is a rate."""

    indicator: str
    window: Window
    counted: int
    value: float | None
    met: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    left_out: Sequence[LeftOut] = ()


def keep_indicators(reader: Engine, engine: Engine, moment: Moment) -> bool:
    """Bring the stored figures up to date; False where nothing can have changed since they were reckoned.

    They are reckoned from `reader` before anything is written, so that a long sum holds up no sync, and written by
    `engine` in one transaction. What changes in between is reckoned in the next round.
    """
    with reader.connect() as connection, connection.begin():
        closed_until = _closed_until(connection, moment)
        state = _state(connection, moment, closed_until)
        if recall(connection, _RECKONED) == state:
            return False
        firm = read_firm(connection, moment)
    wanted = [_row(figure, client, moment.now) for client, figure in _figures(firm, moment)]
    with writing(engine) as connection:
        _keep(connection, {row["key"]: row for row in wanted}, closed_until, moment)
        remember(connection, _RECKONED, state)
    return True


def _state(connection: Connection, moment: Moment, closed: date | None) -> str:
    """What the figures hang on: the rows and settings as they were last settled, the day, and what is closed."""
    return json.dumps([recall(connection, SETTLED_TIMES), moment.today.isoformat(), str(closed)])


def _closed_until(connection: Connection, moment: Moment) -> date | None:
    """The last day of the latest month that is closed; None: of those that are kept none is.

    Its third working day after it has ended, and every source was read whole since then: a figure of which a part is
    missing would be frozen for good.
    """
    sources = fetch(connection, select(SOURCE.c.name, SOURCE.c.last_ok_at).where(SOURCE.c.active))
    read_at = {source["name"]: source["last_ok_at"] for source in sources}
    read = [read_at.get(name) for name in {*read_at, *moment.stale_before}]
    last_on = moment.today
    for _ in range(KEPT_MONTHS):
        last_on = month_before(last_on).last
        closes_on = moment.calendar("default").add_days(last_on, CLOSES_AFTER)
        if closes_on < moment.today and all(at and at.astimezone(moment.zone).date() > closes_on for at in read):
            return last_on
    return None


# --- figures


def _figures(firm: Firm, moment: Moment) -> Iterator[tuple[str | None, Figure]]:
    """Of the firm (None) and of each client; of every month that is kept. What nothing was counted for is left away."""
    month = month_of(moment.today)
    for _ in range(KEPT_MONTHS + 1):
        figures: list[tuple[str | None, Figure]] = []
        figures += [(None, figure) for figure in _of_month(firm.whole, tuple(firm.clients), month, moment)]
        if month.last < moment.today:
            figures += [
                (None, figure) for figure in _alerted(firm.whole, months_until(month.last, ALERT_MONTHS), moment)
            ]
        for client, facts in firm.clients.items():
            figures += [(client, figure) for figure in _of_month(facts, (client,), month, moment)]
        yield from ((client, figure) for client, figure in figures if figure.counted)
        month = month_before(month.first)


def _of_month(facts: Facts, clients: Sequence[str], month: Window, moment: Moment) -> Iterator[Figure]:
    yield _on_time(facts, month, moment)
    yield _slip(facts, month, moment)
    yield _first_response(facts, month, moment)
    yield _satisfaction(facts, clients, months_until(month.last, SURVEY_MONTHS), moment)
    yield _risk_response(facts, month, moment)


def _alerted(facts: Facts, window: Window, moment: Moment) -> Iterator[Figure]:
    """What the rules look at; satisfaction is over more months anyway."""
    yield _on_time(facts, window, moment)
    yield _risk_response(facts, window, moment)


def _on_time(facts: Facts, window: Window, moment: Moment) -> Figure:
    def promise_day(calendar: str, day: date) -> date:
        return moment.calendar(calendar).promise_day(day)

    return _rate("on_time", window, on_time_rate(facts.promises, window, moment.today, promise_day))


def _slip(facts: Facts, window: Window, moment: Moment) -> Figure:
    def working_days(calendar: str, a: date, b: date) -> int:
        known = moment.calendar(calendar)
        return known.days_between(_within(known, a), _within(known, b))

    slip = average_slip(facts.promises, window, moment.today, working_days)
    details = {"median": slip.median, "worst": slip.worst}
    return Figure("slip", window, slip.counted, slip.mean, details=details, left_out=slip.left_out)


def _first_response(facts: Facts, window: Window, moment: Moment) -> Figure:
    def working_hours(calendar: str, a: datetime, b: datetime) -> float:
        return moment.calendar(calendar).between(a, b) / timedelta(hours=1)

    found = first_response(facts.asked, window, moment.now, working_hours)
    if found.median is None or found.p90 is None:
        return Figure("first_response", window, 0, None)
    median, p90 = found.median, found.p90
    details: dict[str, Any] = {"or_more": median.or_more, "p90": round(p90.hours, 2), "p90_or_more": p90.or_more}
    details["internal"] = found.internal
    return Figure("first_response", window, found.counted, round(median.hours, 2), details=details)


def _satisfaction(facts: Facts, clients: Sequence[str], window: Window, moment: Moment) -> Figure:
    since = _midnight(window.first, moment) - timedelta(microseconds=1)
    until = _midnight(window.last + timedelta(days=1), moment) - timedelta(microseconds=1)
    found = satisfaction(facts.given, clients, since, min(until, moment.now))
    details = {"by_client": found.by_client, "clients": found.of}
    return Figure("satisfaction", window, found.answers, found.score, details=details, left_out=found.left_out)


def _risk_response(facts: Facts, window: Window, moment: Moment) -> Figure:
    def add_days(calendar: str, day: date, n: int) -> date:
        known = moment.calendar(calendar)
        return known.add_days(_within(known, day), n)

    found = risk_response_rate(facts.responses, window, moment.today, add_days)
    return _rate("risk_response", window, found.rate, late=list(found.late))


def _rate(indicator: str, window: Window, rate: Rate, **details: Any) -> Figure:
    details = {"missed": list(rate.missed), **details}
    return Figure(indicator, window, rate.counted, rate.percent, rate.met, details, rate.left_out)


def _within(calendar: WorkingTime, day: date) -> date:
    """What lies outside the calendar's decades counts from their first or last day: one odd date stops no figure."""
    return min(max(day, calendar.first), calendar.last)


def _midnight(day: date, moment: Moment) -> datetime:
    return datetime.combine(day, time(), moment.zone)


# --- rows


def _row(figure: Figure, client: str | None, now: datetime) -> Row:
    first, last = figure.window.first, figure.window.last
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return {
        "key": "/".join([figure.indicator, str(months), f"{last:%Y-%m}", *([client] if client else [])]),
        "indicator": figure.indicator,
        "months": months,
        "first_on": first,
        "last_on": last,
        "client_key": client,
        "counted": figure.counted,
        "met": figure.met,
        "value": figure.value,
        "details": dict(figure.details),
        "left_out": [asdict(one) for one in figure.left_out],
        "computed_at": now,
        "frozen_at": None,
        "restated": None,
    }


def _keep(connection: Connection, wanted: Mapping[str, Row], closed_until: date | None, moment: Moment) -> None:
    """Write what is new or another; take away what is nothing any more, unless it was frozen."""
    kept_from = months_until(moment.today, KEPT_MONTHS + 1).first
    stored = {row["key"]: row for row in fetch(connection, select(_TABLE).where(_TABLE.c.last_on >= kept_from))}
    kept = {}
    for key in sorted({*stored, *wanted}):
        row = _as_kept(stored.get(key), wanted.get(key), moment.now)
        if row is not None and row["frozen_at"] is None and closed_until and row["last_on"] <= closed_until:
            row = {**row, "frozen_at": moment.now}
        if row is not None:
            kept[key] = row
    changed = {key for key in {*stored, *kept} if stored.get(key) != kept.get(key)}
    for some in slices(connection, _TABLE, changed & stored.keys()):
        connection.execute(delete(_TABLE).where(_TABLE.c.key.in_(some)))
    if fresh := [kept[key] for key in sorted(changed & kept.keys())]:
        connection.execute(insert(_TABLE), fresh)


def _as_kept(stored: Row | None, wanted: Row | None, now: datetime) -> Row | None:
    """The row to keep, of the one that is stored and the one that was reckoned."""
    if stored is None or stored["frozen_at"] is None:
        same = stored is not None and wanted is not None and _content(stored) == _content(wanted)
        return stored if same else wanted
    told = ("counted", "met", "value")
    today = {name: wanted[name] if wanted else None for name in told} | ({} if wanted else {"counted": 0})
    if all(today[name] == stored[name] for name in told):
        return {**stored, "restated": None}
    known = stored["restated"]
    if known is not None and all(today[name] == known[name] for name in told):
        return stored
    return {**stored, "restated": {**today, "at": now.isoformat()}}


def _content(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "computed_at"}
