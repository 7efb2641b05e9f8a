"""A value over twelve months, beside its target."""

from itertools import groupby
from typing import Any

from report.charts.sheet import BRAND, INK, LINE, Sheet
from report.charts.values import Months

_WIDTH, _HEIGHT = 440, 210


def drawn(chart: Months) -> str:
    """A line from month to month, broken where nothing was measured; hollow where too little was counted."""
    sheet = Sheet(_WIDTH, _HEIGHT, (38, 20, 30, 26))
    field = sheet.field
    values = [point.value for point in chart.points if point.value is not None]
    top = chart.highest or 1.25 * max([*values, chart.target or 0, 1])
    field.set_xlim(-0.5, max(len(chart.points), 1) - 0.5)
    field.set_ylim(0, top * 1.04)
    for share in (0, 0.5, 1):
        field.axhline(top * share, color=LINE, linewidth=1, zorder=0)
        sheet.say(-0.62, top * share, f"{top * share:.3g}", ha="right", size=11)
    for n, point in enumerate(chart.points):
        sheet.say(n, -0.09 * top, point.label, ha="center", size=10.5)
    if chart.target is not None:
        field.axhline(chart.target, color=INK, linewidth=1.2, linestyle=(0, (5, 3)), zorder=1)
        sheet.say(0, 1.06, f"- - {chart.target_label}", ha="left", va="bottom", transform=field.transAxes)
    measured = [(n, point.value) for n, point in enumerate(chart.points) if point.value is not None]
    for _, run in groupby(enumerate(measured), lambda numbered: numbered[1][0] - numbered[0]):
        months, told = zip(*(point for _, point in run), strict=True)
        field.plot(months, told, color=BRAND, linewidth=1.8, zorder=2)
    for n, value in measured:
        fill = BRAND if chart.points[n].is_sure else "white"
        field.plot(n, value, "o", ms=6.5, mfc=fill, mec=BRAND, mew=1.5, zorder=3, clip_on=False)
    if measured:
        aside: dict[str, Any] = {"ha": "right", "va": "bottom", "transform": field.transAxes}
        sheet.say(1, 1.06, chart.last_label, color=INK, fontweight="bold", **aside)
    return sheet.svg()
