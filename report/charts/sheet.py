"""The paper that all drawings share: its size in pixels, its colours and lines, and how texts come onto it.

matplotlib draws the shapes; texts are written beside them. So they stay texts, which the reader's own fonts show,
Chinese ones too: matplotlib's font has none of their signs, and as outlines every sign would be a drawing of its own.
And nothing that people wrote passes through its formulas.
"""

import re
from collections.abc import Sequence
from io import StringIO
from typing import Any, Literal
from xml.sax.saxutils import escape

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

INK, SOFT, LINE, BRAND, LATE = "#17211f", "#55625f", "#dde2df", "#0b5563", "#a4262c"
"""Those of the page; told apart by shape, hatch and place too."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Anchor = Literal["start", "middle", "end"]
Stand = Literal["above", "on", "below"]
"""Where a text stands to the height that is named."""

_DOWN: dict[Stand, float] = {"above": -0.25, "on": 0.35, "below": 0.95}
"""From there to the text's own line: in its size."""
_PER_INCH = 72  # the SVG's own unit is a point: one to a pixel
_STYLE: dict[Any, Any] = {"svg.hashsalt": "milepost", "hatch.linewidth": 1.2}
_NO_DATE = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_FONTS = "system-ui,-apple-system,'Segoe UI',Roboto,'PingFang HK','Noto Sans CJK HK','Microsoft JhengHei',sans-serif"
_TEXTS = f'<g font-family="{_FONTS}" stroke="#fff" stroke-width="3" paint-order="stroke">'
"""Each has a white rim, so that no line runs through it."""
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""


class Sheet:
    """White paper of so many pixels, with one field for the drawing inside its margins (left, right, top, bottom)."""

    def __init__(self, width: int, height: int, margins: tuple[int, int, int, int]) -> None:
        left, right, top, bottom = margins
        self._height, self._texts = height, list[str]()
        self._figure = Figure(figsize=(width / _PER_INCH, height / _PER_INCH), dpi=_PER_INCH, facecolor="white")
        inner = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
        self.field: Axes = self._figure.add_axes(inner)
        self.field.set_axis_off()

    def say(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: Anchor = "middle",
        stand: Stand = "on",
        color: str = SOFT,
        size: float = 12,
        bold: bool = False,
        upwards: bool = False,
        dx: float = 0,
        dy: float = 0,
    ) -> None:
        """Write at a place of the field, `dx` pixels to its right and `dy` below it."""
        right, up = self.field.transData.transform((x, y))
        place = f"translate({right + dx:.1f} {self._height - up + dy:.1f})" + (" rotate(-90)" if upwards else "")
        look = f'y="{_DOWN[stand] * size:.1f}" font-size="{size}" fill="{color}" text-anchor="{anchor}"'
        weight = ' font-weight="bold"' if bold else ""
        written = escape(_UNWRITABLE.sub("\ufffd", text))
        self._texts.append(f'<text transform="{place}" {look}{weight}>{written}</text>')

    def boxes(self, corners: Sequence[Box], **look: Any) -> None:
        """Rectangles of one look."""
        shapes = [[(a, b), (c, b), (c, d), (a, d)] for a, b, c, d in corners]
        self.field.add_collection(PolyCollection(shapes, **look), autolim=False)

    def svg(self) -> str:
        """Without a date, the same each time."""
        written = StringIO()
        with rc_context(_STYLE):
            FigureCanvasSVG(self._figure).print_svg(written, metadata=_NO_DATE)  # type: ignore[no-untyped-call]
        drawn = written.getvalue()
        drawn = re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', drawn[drawn.index("<svg") :], count=2)
        return "".join([drawn.rstrip().removesuffix("</svg>"), _TEXTS, *self._texts, "</g></svg>"])
