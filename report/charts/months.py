"""A value over twelve months, beside its target."""

from itertools import groupby
from math import floor, log10

from report.charts.sheet import BRAND, INK, LINE, Sheet
from report.charts.values import Months

_WIDTH, _HEIGHT = 440, 210


def drawn(chart: Months) -> str:
    """A line from month to month, broken where nothing was measured; hollow where too little was counted."""
    sheet = Sheet(_WIDTH, _HEIGHT, (40, 20, 32, 26))
    field, last = sheet.field, max(len(chart.points), 1) - 0.5
    measured = [(n, point.value) for n, point in enumerate(chart.points) if point.value is not None]
    top = chart.highest or _round(max([value for _, value in measured] + [chart.target or 0]))
    field.set_xlim(-0.5, last)
    field.set_ylim(0, top * 1.04)
    field.hlines([0, top / 2, top], -0.5, last, colors=LINE, linewidth=1, zorder=0)
    for height in (0, top / 2, top):
        sheet.say(-0.5, height, f"{height:.3g}", anchor="end", size=11, dx=-6)
    for n, point in enumerate(chart.points):
        sheet.say(n, 0, point.label, stand="below", size=10.5, dy=6)
    if chart.target is not None:
        field.hlines([chart.target], -0.5, last, colors=INK, linewidth=1.2, linestyles=(0, (5, 3)), zorder=1)
        sheet.say(-0.5, top * 1.04, f"- - {chart.target_label}", anchor="start", stand="above", dy=-7)
    for _, run in groupby(enumerate(measured), lambda numbered: numbered[1][0] - numbered[0]):
        field.plot(*zip(*(point for _, point in run), strict=True), color=BRAND, linewidth=1.8, zorder=2, clip_on=False)
    for n, value in measured:
        fill = BRAND if chart.points[n].is_sure else "white"
        field.plot(n, value, "o", ms=6.5, mfc=fill, mec=BRAND, mew=1.5, zorder=3, clip_on=False)
    if measured:
        sheet.say(last, top * 1.04, chart.last_label, color=INK, anchor="end", stand="above", bold=True, dy=-7)
    return sheet.svg()


def _round(value: float) -> float:
    """The next number that ends a scale well, and whose half does."""
    unit = 10.0 ** floor(log10(value)) if value > 0 else 1.0
    return next(unit * step for step in (1, 2, 4, 5, 10) if unit * step >= value)
