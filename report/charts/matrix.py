"""Risks by probability and impact: how many stand in each of 25 cells."""

from typing import Any

from matplotlib.patches import Rectangle

from report.charts.sheet import INK, SOFT, Sheet
from report.charts.values import Matrix
from rules.health.decide import AMBER_SCORE, RED_SCORE

_WIDTH, _HEIGHT = 420, 330
_SHADES = ((RED_SCORE, "#e9b9b4", "////"), (AMBER_SCORE, "#f4e3c4", "\\\\"), (0, "#f1f4f3", ""))
"""From which score (probability x impact) on: those that make a project red or amber."""


def drawn(chart: Matrix) -> str:
    """The higher a cell's score, the darker and closer it is hatched; its count stands in it."""
    sheet = Sheet(_WIDTH, _HEIGHT, (76, 12, 12, 50))
    field = sheet.field
    field.set_xlim(0.5, 5.5)
    field.set_ylim(0.5, 5.5)
    for probability, row in enumerate(chart.counts, start=1):
        sheet.say(0.42, probability, str(probability), ha="right")
        sheet.say(probability, 0.42, str(probability), ha="center", va="top")
        for impact, count in enumerate(row, start=1):
            shade, hatch = next(look for least, *look in _SHADES if probability * impact >= least)
            box: dict[str, Any] = {"facecolor": shade, "edgecolor": "white", "hatch": hatch, "linewidth": 2}
            field.add_patch(Rectangle((impact - 0.5, probability - 0.5), 1, 1, **box))
            if count:
                field.plot(impact, probability, "o", ms=26, mfc="white", mec=INK, mew=1.2)
                sheet.say(impact, probability, str(count), color=INK, ha="center", size=14, fontweight="bold")
    sheet.say(0.08, 3, chart.probability, color=SOFT, ha="center", rotation=90, rotation_mode="anchor")
    sheet.say(3, 0.12, chart.impact, color=SOFT, ha="center", va="top")
    return sheet.svg()
