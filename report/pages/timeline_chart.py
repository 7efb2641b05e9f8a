"""A client's milestones as a drawing, and what it says to those who do not see it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from config.language import bare_day, days, month, short_month, working_days
from report.asked import Asked
from report.charts.draw import draw
from report.charts.values import Bar, Gantt, Legend, Tick
from report.document import Chart
from report.reading.timeline import Timeline, TimelineRow

_MOST = 40
"""Milestones on one drawing: more do not stand on a sheet of paper."""


def charts_of(client: str | None, rows: Sequence[TimelineRow], values: Timeline, asked: Asked) -> Iterator[Chart]:
    """Of one client; in several parts, where one would be too long."""
    for part in range(0, len(rows), _MOST):
        yield _chart(client, rows[part : part + _MOST], part // _MOST + 1, values, asked)


def _chart(client: str | None, rows: Sequence[TimelineRow], part: int, values: Timeline, asked: Asked) -> Chart:
    """Two drawings of the same: for a page as wide as a desk's, and for a phone."""
    name = asked.client_name(client) + (f" ({part})" if part > 1 else "")
    gantt = Gantt(
        values.first,
        values.last,
        asked.moment.today,
        asked.t("timeline.today", day=_short(asked, asked.moment.today)),
        tuple(_ticks(values, asked)),
        tuple(_bar(row, asked) for row in rows),
        _legend(asked),
    )
    return Chart(
        anchor="of-" + (client or "client/").removeprefix("client/") + (f"-{part}" if part > 1 else ""),
        heading=name,
        svg=draw(gantt),
        narrow=draw(replace(gantt, is_narrow=True)),
        alt=asked.t(
            "timeline.alt",
            client=name,
            first=asked.speech.day(values.first),
            last=asked.speech.day(values.last),
            count=len(rows),
            overdue=sum(row.overdue for row in rows),
            later=sum(row.slip_days > 0 for row in rows),
        ),
    )


def lateness(row: TimelineRow, asked: Asked) -> str:
    """How late it is; "" where it is not."""
    if not row.overdue:
        return ""
    late = row.working_days_overdue
    return asked.t("timeline.late", days=working_days(asked.language, late)) if late else asked.t("timeline.late_today")


def _legend(asked: Asked) -> Legend:
    t = asked.t
    promised, current, slip = (t(f"timeline.mark.{mark}") for mark in ("promised", "current", "slip"))
    return Legend(promised, current, t("timeline.status.done"), slip, t("timeline.status.overdue"))


def _ticks(values: Timeline, asked: Asked) -> Iterator[Tick]:
    """The first day of each month, or of each quarter; the year where it is not the page's."""
    first, name = values.first, asked.language
    while first <= values.last:
        if values.zoom == "quarter":
            if first.month % 3 == 1:
                yield Tick(first, asked.t("timeline.quarter_of", quarter=first.month // 3 + 1, year=first.year))
        else:
            is_this_year = first.year == asked.moment.today.year
            yield Tick(first, short_month(name, first) if is_this_year else month(name, first))
        first = (first + timedelta(days=31)).replace(day=1)


def _bar(row: TimelineRow, asked: Asked) -> Bar:
    look, day = partial(Bar, row.name, row.baseline_on, row.until), _short(asked, row.until)
    if row.is_done:
        return look("done")
    if row.overdue:
        return look("late", f"{day} · {lateness(row, asked)}")
    if not row.slip_days:
        return look("open", day)
    said = "timeline.later" if row.slip_days > 0 else "timeline.earlier"
    return look("open", f"{day} · {asked.t(said, days=days(asked.language, abs(row.slip_days)))}")


def _short(asked: Asked, on: date) -> str:
    return bare_day(asked.language, on, asked.moment.today)
