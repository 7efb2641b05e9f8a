"""Drawings as SVG, each drawn once for the same values.

matplotlib takes a second to import, and on its first day on a machine some more to look at the fonts: it is imported
with the first drawing, so that no command waits for it; `serve` draws one before anybody asks.
"""

from functools import lru_cache
from threading import Lock

from report.charts.values import Count, Distribution, Drawing, Gantt, Matrix, Months

_KEPT = 512
"""Drawings of some 15 KB."""
_ONE_AT_A_TIME = Lock()
"""matplotlib keeps its settings and fonts where all threads see them."""


@lru_cache(maxsize=_KEPT)
def draw(drawing: Drawing) -> str:
    """The same values give the same bytes."""
    with _ONE_AT_A_TIME:
        from report.charts import columns, gantt, matrix, months  # see above

        match drawing:
            case Gantt():
                return gantt.drawn(drawing)
            case Months():
                return months.drawn(drawing)
            case Distribution():
                return columns.drawn(drawing)
            case Matrix():
                return matrix.drawn(drawing)


def warm() -> None:
    """Import what draws, before somebody waits for it."""
    draw(Distribution((Count("", 1),), ""))
