"""How many there are of each kind, such as answers by the hours they took."""

from typing import Any

from report.charts.sheet import BRAND, INK, LATE, LINE, Sheet
from report.charts.values import Distribution

_WIDTH, _HEIGHT = 560, 240


def drawn(chart: Distribution) -> str:
    """What is over a limit is hatched."""
    sheet = Sheet(_WIDTH, _HEIGHT, (12, 12, 26, 48))
    field, most = sheet.field, max([one.number for one in chart.columns] + [1])
    field.set_xlim(-0.5, max(len(chart.columns), 1) - 0.5)
    field.set_ylim(0, most)
    field.axhline(0, color=LINE, linewidth=1, clip_on=False)
    for n, one in enumerate(chart.columns):
        look: dict[str, Any] = (
            {"facecolor": "white", "edgecolor": LATE, "hatch": "////"} if one.is_over else {"facecolor": BRAND}
        )
        field.bar(n, one.number, width=0.72, linewidth=1, **look)
        sheet.say(n, one.number + 0.03 * most, str(one.number), color=INK, ha="center", va="bottom")
        sheet.say(n, -0.03 * most, one.label, ha="center", va="top", size=11)
    sheet.say((len(chart.columns) - 1) / 2, -0.17 * most, chart.label, ha="center", va="top", size=11)
    return sheet.svg()
