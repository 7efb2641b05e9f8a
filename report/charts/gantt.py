"""Milestones as bars over the days: where each was promised, where it stands, and today."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from report.charts.sheet import BRAND, INK, LATE, LINE, SOFT, Box, Sheet
from report.charts.values import Bar, Gantt, Look, shortened

_COLOURS: dict[Look, str] = {"open": BRAND, "late": LATE, "done": SOFT}


class _Measures(NamedTuple):
    """In pixels. `beside`: the names stand beside the bars; `middle`: of a bar in its row; `columns` of the legend."""

    width: int
    left: int
    row: int
    beside: bool
    middle: float
    columns: int
    letters: int
    """A name is cut to so many; where a note stands in its line, to half of that."""

    @property
    def inner(self) -> int:
        return self.width - self.left - _RIGHT

    @property
    def below(self) -> int:
        """For today's name, and the legend."""
        return 24 + 20 * -(-5 // self.columns)


_WIDE = _Measures(width=1120, left=300, row=28, beside=True, middle=0.5, columns=5, letters=40)
_NARROW = _Measures(width=360, left=10, row=46, beside=False, middle=0.7, columns=2, letters=48)
_ABOVE, _RIGHT = 26, 22


def drawn(chart: Gantt) -> str:
    """A row of its own for each bar, from the top."""
    size, rows = (_NARROW if chart.is_narrow else _WIDE), max(len(chart.bars), 1)
    height = rows * size.row + _ABOVE + size.below
    sheet = Sheet(size.width, height, (size.left, _RIGHT, _ABOVE, size.below))
    sheet.field.set_xlim(chart.first.toordinal(), chart.last.toordinal() + 1)
    sheet.field.set_ylim(rows, 0)
    _days(sheet, chart, rows)
    _bars(sheet, chart, size)
    for number, bar in enumerate(chart.bars):
        _name(sheet, chart, size, bar, number)
        _note(sheet, chart, size, bar, number)
    _legend(sheet, chart, size, rows)
    return sheet.svg()


def _days(sheet: Sheet, chart: Gantt, rows: int) -> None:
    ticks = [tick.on.toordinal() for tick in chart.ticks]
    sheet.field.vlines(ticks, 0, rows, colors=LINE, linewidth=1, zorder=0)
    for day, tick in zip(ticks, chart.ticks, strict=True):
        sheet.say(day, 0, tick.label, anchor="start", stand="above", size=11, dx=2)
    if chart.first <= chart.today <= chart.last:
        now = chart.today.toordinal() + 0.5
        sheet.field.vlines([now], 0, rows, colors=INK, linewidth=1.2, linestyles=(0, (4, 3)), zorder=1)
        sheet.say(now, rows, chart.today_label, color=INK, stand="below", size=11)


def _bars(sheet: Sheet, chart: Gantt, size: _Measures) -> None:
    """All of one look at once: a hundred of them one by one take a second."""
    place, half = _placed(chart), 3.5 / size.row
    slips, others = defaultdict[str, list[Box]](list), list[Box]()
    marks = defaultdict[tuple[str, str, bool], list[tuple[float, float]]](list)
    tails = list[tuple[float, float, float]]()
    for number, bar in enumerate(chart.bars):
        y, colour, until = number + size.middle, _COLOURS[bar.look], place(bar.until)
        if bar.since is not None and bar.since != bar.until:
            since = place(bar.since)
            box = (min(since, until), y - half, max(since, until), y + half)
            (slips[colour] if bar.until > bar.since else others).append(box)
            marks[_arrow(chart, bar.since, "D"), colour, False].append((since, y))
        if bar.look == "late" and bar.until < chart.today:
            tails.append((y, until, place(chart.today)))
        marks[_arrow(chart, bar.until, "o" if bar.look == "done" else "D"), colour, True].append((until, y))
    for colour, boxes in slips.items():
        sheet.boxes(boxes, facecolor="white", edgecolor=colour, linewidth=1, hatch="////", zorder=2)
    sheet.boxes(others, facecolor="white", edgecolor=SOFT, linewidth=1, zorder=2)
    if tails:
        heights, begun, ended = zip(*tails, strict=True)
        sheet.field.hlines(heights, begun, ended, colors=LATE, linewidth=3, zorder=3)
    for (mark, colour, is_full), places in marks.items():
        fill, edge, wide = (colour, "white", 0.8) if is_full else ("white", colour, 1.4)
        look: dict[str, Any] = {
            "mfc": fill,
            "mec": edge,
            "mew": wide,
            "ms": 9 if is_full else 8,
            "zorder": 5 if is_full else 4,
        }
        sheet.field.plot(*zip(*places, strict=True), mark, clip_on=False, **look)


def _name(sheet: Sheet, chart: Gantt, size: _Measures, bar: Bar, number: int) -> None:
    first = chart.first.toordinal()
    if size.beside:
        name = shortened(bar.name, size.letters)
        sheet.say(first, number + size.middle, name, color=INK, anchor="end", dx=-10)
    else:
        name = shortened(bar.name, size.letters // 2 if bar.note else size.letters)
        sheet.say(first, number + 0.3, name, color=INK, anchor="start")


def _note(sheet: Sheet, chart: Gantt, size: _Measures, bar: Bar, number: int) -> None:
    """To the right of the bar, or where there is no room to its left; on a phone at the end of the name's line."""
    colour = _COLOURS[bar.look]
    if not size.beside:
        sheet.say(chart.last.toordinal() + 1, number + 0.3, bar.note, color=colour, anchor="end", size=11)
        return
    place, pixel = _placed(chart), (chart.last.toordinal() + 1 - chart.first.toordinal()) / size.inner
    days = [place(day) for day in (bar.since, bar.until, chart.today if bar.look == "late" else None) if day]
    has_room = max(days) + (len(bar.note) * 6.5 + 12) * pixel < chart.last.toordinal()
    x, y = (max(days) if has_room else min(days)), number + size.middle
    sheet.say(x, y, bar.note, color=colour, anchor="start" if has_room else "end", size=11, dx=9 if has_room else -9)


def _placed(chart: Gantt) -> Callable[[date], float]:
    """Where a day stands: its middle, at the edge if it lies outside."""
    return lambda day: min(max(day, chart.first), chart.last).toordinal() + 0.5


def _arrow(chart: Gantt, day: date, mark: str) -> str:
    return "<" if day < chart.first else ">" if day > chart.last else mark


def _legend(sheet: Sheet, chart: Gantt, size: _Measures, rows: int) -> None:
    """Below the days; in several lines on a phone."""
    first, pixel = chart.first.toordinal(), (chart.last.toordinal() + 1 - chart.first.toordinal()) / size.inner
    marks = [("D", "white", BRAND), ("D", BRAND, "white"), ("o", SOFT, "white")]
    for n, word in enumerate(chart.legend):
        x = first + (n % size.columns * size.inner / size.columns + 6) * pixel
        y = rows + (30 + 20 * (n // size.columns)) / size.row
        box = (x - 6 * pixel, y - 3.5 / size.row, x + 11 * pixel, y + 3.5 / size.row)
        if n < len(marks):
            mark, fill, edge = marks[n]
            sheet.field.plot(x, y, mark, ms=8, mfc=fill, mec=edge, mew=1.2, clip_on=False)
        elif word == chart.legend.slip:
            sheet.boxes([box], facecolor="white", edgecolor=BRAND, linewidth=1, hatch="////", clip_on=False)
        else:
            sheet.field.hlines([y], box[0], box[2], colors=LATE, linewidth=3, clip_on=False)
        sheet.say(x, y, word, anchor="start", size=11, dx=18)
