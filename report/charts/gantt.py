"""Milestones as bars over the days: where each was promised, where it stands, and today."""

from collections.abc import Callable
from datetime import date
from typing import Any

from report.charts.sheet import BRAND, INK, LATE, LINE, SOFT, Sheet
from report.charts.values import Bar, Gantt, Look, shortened

_COLOURS: dict[Look, str] = {"open": BRAND, "late": LATE, "done": SOFT}
_WIDE, _NARROW = 1120, 360
_GUTTER = 300
"""Pixels for the names of a wide one."""


def drawn(chart: Gantt) -> str:
    """A row of its own for each bar, from the top."""
    row = 44 if chart.is_narrow else 28
    width, left = (_NARROW, 8) if chart.is_narrow else (_WIDE, _GUTTER)
    legend = 62 if chart.is_narrow else 40
    rows = max(len(chart.bars), 1)
    sheet = Sheet(width, rows * row + 26 + legend, (left, 22, 26, legend))
    field = sheet.field
    field.set_xlim(chart.first.toordinal(), chart.last.toordinal() + 1)
    field.set_ylim(rows, 0)
    _days(sheet, chart, rows)
    for number, bar in enumerate(chart.bars):
        middle = number + (0.68 if chart.is_narrow else 0.5)
        _name(sheet, chart, bar, number)
        _bar(sheet, chart, bar, middle)
    _legend(sheet, chart, row, width - left - 22)
    return sheet.svg()


def _days(sheet: Sheet, chart: Gantt, rows: int) -> None:
    for tick in chart.ticks:
        day = tick.on.toordinal()
        sheet.field.plot([day, day], [0, rows], color=LINE, linewidth=1, zorder=0)
        sheet.say(day, 0, f" {tick.label}", va="bottom", ha="left", size=11)
    if chart.first <= chart.today <= chart.last:
        now = chart.today.toordinal() + 0.5
        sheet.field.plot([now, now], [0, rows], color=INK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
        sheet.say(now, rows, chart.today_label, color=INK, va="top", ha="center", size=11)


def _name(sheet: Sheet, chart: Gantt, bar: Bar, number: int) -> None:
    first = chart.first.toordinal()
    if chart.is_narrow:
        sheet.say(first, number + 0.3, shortened(bar.name, 46), color=INK, ha="left")
    else:
        days_wide = chart.last.toordinal() + 1 - first
        beside = first - 10 / (_WIDE - _GUTTER - 22) * days_wide
        sheet.say(beside, number + 0.5, shortened(bar.name, 40), color=INK, ha="right")


def _bar(sheet: Sheet, chart: Gantt, bar: Bar, y: float) -> None:
    field, colour = sheet.field, _COLOURS[bar.look]
    place = _placed(chart)
    until = place(bar.until)
    if bar.since is not None and bar.since != bar.until:
        since = place(bar.since)
        box: dict[str, Any] = {"facecolor": "white", "edgecolor": colour, "linewidth": 1, "hatch": "////", "zorder": 2}
        field.barh(y, until - since, left=since, height=0.24, **box)
        look: dict[str, Any] = {"ms": 8, "mfc": "white", "mec": colour, "mew": 1.4, "zorder": 4, "clip_on": False}
        field.plot(since, y, _arrow(chart, bar.since, "D"), **look)
    if bar.look == "late" and bar.until < chart.today:
        field.plot([until, place(chart.today)], [y, y], color=colour, linewidth=3, solid_capstyle="butt", zorder=3)
    mark = _arrow(chart, bar.until, "o" if bar.look == "done" else "D")
    field.plot(until, y, mark, ms=9, mfc=colour, mec="white", mew=0.8, zorder=5, clip_on=False)
    if bar.note:
        _note(sheet, chart, bar, y, colour)


def _note(sheet: Sheet, chart: Gantt, bar: Bar, y: float, colour: str) -> None:
    """To the right of the bar, or where there is no room to its left."""
    place, wide = _placed(chart), chart.last.toordinal() + 1 - chart.first.toordinal()
    days = [place(day) for day in (bar.since, bar.until, chart.today if bar.look == "late" else None) if day]
    pixel = wide / ((_NARROW - 30) if chart.is_narrow else (_WIDE - _GUTTER - 22))
    if max(days) + (len(bar.note) * 8 + 12) * pixel < chart.last.toordinal():
        sheet.say(max(days) + 10 * pixel, y, bar.note, color=colour, ha="left", size=11)
    else:
        sheet.say(min(days) - 10 * pixel, y, bar.note, color=colour, ha="right", size=11)


def _placed(chart: Gantt) -> Callable[[date], float]:
    """Where a day stands: its middle, at the edge if it lies outside."""
    return lambda day: min(max(day, chart.first), chart.last).toordinal() + 0.5


def _arrow(chart: Gantt, day: date, mark: str) -> str:
    return "<" if day < chart.first else ">" if day > chart.last else mark


def _legend(sheet: Sheet, chart: Gantt, row: int, inner: int) -> None:
    """Below the days; in two lines on a phone."""
    words = chart.legend
    marks = [("D", "white"), ("D", BRAND), ("o", SOFT), ("////", "white"), ("-", LATE)]
    first, pixel = chart.first.toordinal(), (chart.last.toordinal() + 1 - chart.first.toordinal()) / inner
    rows, step = max(len(chart.bars), 1), (110 if chart.is_narrow else inner / 5)
    for n, ((mark, fill), word) in enumerate(zip(marks, words, strict=True)):
        column, line = (n % 3, n // 3) if chart.is_narrow else (n, 0)
        x, y = first + (column * step + 6) * pixel, rows + (30 + 20 * line) / row
        if mark == "////":
            box: dict[str, Any] = {"facecolor": fill, "edgecolor": BRAND, "linewidth": 1, "hatch": mark}
            sheet.field.barh(y, 18 * pixel, left=x - 5 * pixel, height=7 / row, clip_on=False, **box)
        elif mark == "-":
            sheet.field.plot([x - 5 * pixel, x + 12 * pixel], [y, y], color=LATE, linewidth=3, clip_on=False)
        else:
            edge = BRAND if fill == "white" else "white"
            sheet.field.plot(x, y, mark, ms=8, mfc=fill, mec=edge, mew=1.2, clip_on=False)
        sheet.say(x + 17 * pixel, y, word, ha="left", size=11)
