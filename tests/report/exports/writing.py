"""Files as they are written: of the small firm's database, or of a page made up for one test."""

import io
from collections.abc import Callable, Iterable, Sequence

from report.asked import Asked
from report.document import Block, Cell, Column, Document, Row, Table
from report.exports.file import Part, ReportFile, kinds_of, read_parts
from report.exports.forms import FORMS
from report.pages import PAGES
from report.pages.kind import PageKind

Ask = Callable[..., Asked]
"""Makes an asking: `ask(language, filters, **settings)`."""

HOSTILE = [
    '=HYPERLINK("http://evil.example","open")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "＝1+1",
    "  =1+1",
    "\t=1+1",
    "\u200b=1+1",
    "\ufeff \u2060=1+1",
    "\x00=1+1",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "| --- | # not a heading",
    "#set page(fill: red) $ x $ @ref <label>",
    '"; DROP TABLE client; --',
    "\u202e右至左\u202c",
    "nul\x00 bell\x07 feed\x0c",
    "a" * 400,
]
"""What clients might call a ticket."""


def written(form: str, report: ReportFile) -> bytes:
    """The file in that form."""
    out = io.BytesIO()
    next(known for known in FORMS if known.name == form).write(report, out)
    return out.getvalue()


def pages(asking: Asked, table: str = "") -> ReportFile:
    """All the pages there are, with its filters."""
    kinds = kinds_of(PAGES, asking.filters, sees_people=True)
    return ReportFile(asking, "Report", read_parts(kinds, asking), table)


def made_up(asking: Asked, *blocks: Block, table: str = "") -> ReportFile:
    """A file of one page with these blocks."""
    document = Document("things", "Things", blocks=blocks)
    kind = PageKind("things", "/things", lambda _: None, lambda _values, _asked: document)
    return ReportFile(asking, "Things", [Part(kind, None, document)], table)


def table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Table:
    """A table of plain rows."""
    return Table("list", "List", columns, (Row(cells) for cells in rows), empty="There is none.")


def texts(of: Iterable[str]) -> Table:
    """A table of one column."""
    return table([Column("text", "Text")], ([Cell(text, text)] for text in of))
