"""How many there are of each kind, such as answers by the hours they took."""

from report.charts.sheet import BRAND, INK, LATE, LINE, Box, Sheet
from report.charts.values import Distribution

_WIDTH, _HEIGHT = 560, 240


def drawn(chart: Distribution) -> str:
    """What is over a limit is hatched."""
    sheet = Sheet(_WIDTH, _HEIGHT, (12, 12, 28, 46))
    count, most = max(len(chart.columns), 1), max([one.number for one in chart.columns] + [1])
    sheet.field.set_xlim(-0.5, count - 0.5)
    sheet.field.set_ylim(0, most)
    sheet.field.hlines([0], -0.5, count - 0.5, colors=LINE, linewidth=1, clip_on=False)
    columns = {True: list[Box](), False: []}
    for n, one in enumerate(chart.columns):
        columns[one.is_over].append((n - 0.36, 0, n + 0.36, one.number))
        sheet.say(n, one.number, str(one.number), color=INK, stand="above", dy=-2)
        sheet.say(n, 0, one.label, stand="below", size=11, dy=4)
    sheet.boxes(columns[False], facecolor=BRAND)
    sheet.boxes(columns[True], facecolor="white", edgecolor=LATE, hatch="////")
    sheet.say((count - 1) / 2, 0, chart.label, stand="below", size=11, dy=24)
    return sheet.svg()
