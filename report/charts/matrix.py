"""Risks by probability and impact: how many stand in each of 25 cells."""

from collections import defaultdict

from report.charts.sheet import INK, Box, Sheet
from report.charts.values import Matrix
from rules.health.decide import AMBER_SCORE, RED_SCORE

_WIDTH, _HEIGHT = 420, 330
_SHADES = ((RED_SCORE, "#e9b9b4", "////"), (AMBER_SCORE, "#f4e3c4", "\\\\"), (0, "#f1f4f3", ""))
"""From which score (probability x impact) on: those that make a project red or amber."""


def drawn(chart: Matrix) -> str:
    """The higher a cell's score, the darker and closer it is hatched; its count stands in it."""
    sheet = Sheet(_WIDTH, _HEIGHT, (70, 12, 12, 50))
    sheet.field.set_xlim(0.5, 5.5)
    sheet.field.set_ylim(0.5, 5.5)
    cells = defaultdict[tuple[str, str], list[Box]](list)
    for probability, row in enumerate(chart.counts, start=1):
        sheet.say(0.5, probability, str(probability), anchor="end", dx=-8)
        sheet.say(probability, 0.5, str(probability), stand="below", dy=4)
        for impact, count in enumerate(row, start=1):
            look = next((shade, hatch) for least, shade, hatch in _SHADES if probability * impact >= least)
            cells[look].append((impact - 0.5, probability - 0.5, impact + 0.5, probability + 0.5))
            if count:
                sheet.field.plot(impact, probability, "o", ms=26, mfc="white", mec=INK, mew=1.2)
                sheet.say(impact, probability, str(count), color=INK, size=14, bold=True)
    for (shade, hatch), boxes in cells.items():
        sheet.boxes(boxes, facecolor=shade, edgecolor="white", linewidth=2, hatch=hatch or None)
    sheet.say(0.5, 3, chart.probability, upwards=True, dx=-42)
    sheet.say(3, 0.5, chart.impact, stand="below", dy=24)
    return sheet.svg()
