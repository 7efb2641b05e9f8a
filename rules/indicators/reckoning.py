"""The figures of each month, of the firm and of each client, from what was read: nothing is stored here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from rules.indicators.answers import first_response
from rules.indicators.communication import communication_score
from rules.indicators.figures import ALERT_MONTHS, SURVEY_MONTHS, LeftOut, Rate, Window, kept_months, months_until
from rules.indicators.promises import average_slip, on_time_rate
from rules.indicators.responses import risk_response_rate
from rules.indicators.rows import Facts, Firm
from rules.indicators.satisfaction import satisfaction
from rules.moment import Moment
from rules.working_time import WorkingTime


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


def figures(firm: Firm, moment: Moment, frozen: Mapping[date, datetime]) -> Iterator[tuple[str | None, Figure]]:
    """Of the firm (None) and of each client, of every month that is kept. `frozen`: since when a month is, by its last
    day: what nobody had answered by then has waited until then, or its figure would grow with every day.

    Of a client, what nothing was counted for nor left out is left away.
    """
    months = kept_months(moment.today)
    for month in months:
        until = min(moment.now, frozen.get(month.last, moment.now))
        for figure in _of_month(firm.whole, tuple(firm.clients), month, until, moment):
            yield None, figure
        over = months_until(month.last, ALERT_MONTHS)
        if month.last < moment.today and months[0].first <= over.first:
            yield None, _risk_response(firm.whole, over, moment)
            yield None, _communication(firm, over)
        for client, facts in firm.clients.items():
            for figure in _of_month(facts, (client,), month, until, moment):
                if figure.counted or figure.left_out:
                    yield client, figure


def _of_month(facts: Facts, clients: Sequence[str], month: Window, until: datetime, moment: Moment) -> Iterator[Figure]:
    yield _on_time(facts, month, moment)
    yield _slip(facts, month, moment)
    yield _first_response(facts, month, until, moment)
    yield _satisfaction(facts, clients, months_until(month.last, SURVEY_MONTHS), moment)
    yield _risk_response(facts, month, moment)
    yield _throughput(facts, month)


def _on_time(facts: Facts, window: Window, moment: Moment) -> Figure:
    def promise_day(calendar: str, day: date) -> date:
        return moment.calendar(calendar).promise_day(day)

    found = on_time_rate(facts.promises.within(window), window, moment.today, promise_day)
    return _with_undated(_rate("on_time", window, found), facts)


def _slip(facts: Facts, window: Window, moment: Moment) -> Figure:
    def working_days(calendar: str, a: date, b: date) -> int:
        known = moment.calendar(calendar)
        return known.days_between(_within(known, a), _within(known, b))

    slip = average_slip(facts.promises.within(window), window, moment.today, working_days)
    details = {"median": slip.median, "worst": slip.worst}
    figure = Figure("slip", window, slip.counted, slip.mean, details=details, left_out=slip.left_out)
    return _with_undated(figure, facts)


def _with_undated(figure: Figure, facts: Facts) -> Figure:
    """What was promised for no day is left out of every month: how many, and the first of them."""
    undated = facts.undated
    if not undated.number:
        return figure
    left_out = (*figure.left_out, *(LeftOut(key, "no date") for key in undated.first))
    return replace(figure, details={**figure.details, "undated": undated.number}, left_out=left_out)


def _first_response(facts: Facts, window: Window, until: datetime, moment: Moment) -> Figure:
    def working_hours(calendar: str, a: datetime, b: datetime) -> float:
        return moment.calendar(calendar).between(a, b) / timedelta(hours=1)

    found = first_response(facts.asked.within(window), window, until, working_hours)
    if found.median is None or found.p90 is None:
        return Figure("first_response", window, 0, None)
    median, p90 = found.median, found.p90
    details: dict[str, Any] = {"or_more": median.or_more, "p90": round(p90.hours, 2), "p90_or_more": p90.or_more}
    details["internal"] = found.internal
    return Figure("first_response", window, found.counted, round(median.hours, 2), details=details)


def _satisfaction(facts: Facts, clients: Sequence[str], window: Window, moment: Moment) -> Figure:
    since = _midnight(window.first, moment) - timedelta(microseconds=1)
    until = _midnight(window.last + timedelta(days=1), moment) - timedelta(microseconds=1)
    found = satisfaction(facts.given.within(window), clients, since, min(until, moment.now))
    details = {"by_client": found.by_client, "clients": found.of}
    return Figure("satisfaction", window, found.answers, found.score, details=details, left_out=found.left_out)


def _risk_response(facts: Facts, window: Window, moment: Moment) -> Figure:
    def add_days(calendar: str, day: date, n: int) -> date:
        known = moment.calendar(calendar)
        return known.add_days(_within(known, day), n)

    found = risk_response_rate(facts.responses, window, moment.today, add_days)
    return _rate("risk_response", window, found.rate, late=list(found.late))


def _throughput(facts: Facts, month: Window) -> Figure:
    done = facts.done[month.first]
    return Figure("throughput", month, done, float(done) if done else None)


def _communication(firm: Firm, window: Window) -> Figure:
    found = communication_score(firm.marks.within(window))
    return Figure("communication", window, found.raters, found.score)


def _rate(indicator: str, window: Window, rate: Rate, **details: Any) -> Figure:
    details = {"missed": list(rate.missed), **details}
    return Figure(indicator, window, rate.counted, rate.percent, rate.met, details, rate.left_out)


def _within(calendar: WorkingTime, day: date) -> date:
    """What lies outside the calendar's decades counts from their first or last day: one odd date stops no figure."""
    return min(max(day, calendar.first), calendar.last)


def _midnight(day: date, moment: Moment) -> datetime:
    return datetime.combine(day, time(), moment.zone)
