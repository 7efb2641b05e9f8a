"""The paper that all drawings share: its size in pixels, its colours and lines, and how texts come onto it.

Texts stay texts, so that the reader's own fonts show them, Chinese ones too: matplotlib's font has none of their signs,
and as outlines every sign would be a drawing of its own. It is given a mark for each text, and the text is put in the
place of the mark afterwards, so that nothing that people wrote passes through its measuring and its formulas.
"""

import re
from io import StringIO
from typing import Any
from xml.sax.saxutils import escape

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

INK, SOFT, LINE, BRAND, LATE = "#17211f", "#55625f", "#dde2df", "#0b5563", "#a4262c"
"""Those of the page; told apart by shape, hatch and place too."""

_PER_INCH = 72  # the SVG's own unit is a point: one to a pixel
_FONTS = "system-ui,-apple-system,'Segoe UI',Roboto,'PingFang HK','Noto Sans CJK HK','Microsoft JhengHei',sans-serif"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "milepost",
    "text.parse_math": False,
    "hatch.linewidth": 1.2,
    "path.simplify": True,
}
_TEXTS = f"text{{font-family:{_FONTS};stroke:#fff;stroke-width:3px;paint-order:stroke}}"
"""Each has a white rim, so that no line runs through it."""
_NO_DATE = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_MARK = re.compile(r"@(\d+)@")
_FAMILY = re.compile(r" font-family: [^;\"]+;| font-family: [^;\"]+(?=\")")
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""


class Sheet:
    """White paper of so many pixels, with one field for the drawing inside its margins (left, right, top, bottom)."""

    def __init__(self, width: int, height: int, margins: tuple[int, int, int, int]) -> None:
        left, right, top, bottom = margins
        self._texts: list[str] = []
        self._figure = Figure(figsize=(width / _PER_INCH, height / _PER_INCH), dpi=_PER_INCH, facecolor="white")
        inner = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
        self.field: Axes = self._figure.add_axes(inner)
        self.field.set_axis_off()

    def say(self, x: float, y: float, text: str, *, color: str = SOFT, size: float = 12, **how: Any) -> None:
        """Write at a place of the field; `how` as matplotlib's text takes it (ha, va, fontweight, transform)."""
        look: dict[str, Any] = {"va": "center", "fontsize": size, "color": color, "clip_on": False} | how
        self.field.text(x, y, f"@{len(self._texts)}@", **look)
        self._texts.append(escape(_UNWRITABLE.sub("\ufffd", text)))

    def svg(self) -> str:
        """Without a date, the same each time."""
        written = StringIO()
        with rc_context(_STYLE):
            FigureCanvasSVG(self._figure).print_svg(written, metadata=_NO_DATE)  # type: ignore[no-untyped-call]
        drawn = written.getvalue()
        drawn = drawn[drawn.index("<svg") :]
        drawn = re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', drawn, count=2)
        drawn = _FAMILY.sub("", drawn).replace("</style>", f"{_TEXTS}</style>", 1)
        return _MARK.sub(lambda mark: self._texts[int(mark[1])], drawn)
