"""A workbook: a sheet for each table, which can be sorted, filtered and reckoned with; a first one with what stands
above them. Rows are written as they come, so that 100,000 need no more memory than 100."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from report.document import Block, Cell, Chart, Column, Document, Facts, Lines, Table
from report.exports.file import ReportFile
from report.exports.flat import Say, flat
from report.exports.leads import Leads

_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "text": {"valign": "top"},
    "day": {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
    "instant": {"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"},
    "number": {"num_format": "#,##0.##", "valign": "top"},
    "percent": {"num_format": "0.0%", "valign": "top"},
    "title": {"bold": True, "font_size": 16},
    "bold": {"bold": True, "valign": "top", "text_wrap": True},
    "head": {"bold": True, "valign": "top", "text_wrap": True, "bottom": 1},
}
"""How a field of each kind looks; the first five are of columns."""
_NARROWEST, _WIDEST = 9, 60
"""Of a column, in characters."""
_MOST_CHARS = 32_000
"""Of a field; Excel takes 32,767."""
_MOST_LINKS = 10_000
"""Of a sheet: Excel takes 65,530, and each is kept in memory till the end."""
_NAME_CHARS = 31
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
_NOT_IN_XML = re.compile(r"[\ud800-\udfff\ufffe\uffff]")


def write_xlsx(report: ReportFile, out: BinaryIO) -> None:
    """Text is always text: what a client wrote is no formula, no number and no link."""
    plain = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with Workbook(out, {"constant_memory": True, "default_date_format": "yyyy-mm-dd", **plain}) as book:
        asked = report.asked
        book.set_properties({"title": report.title, "created": asked.now.replace(tzinfo=None)})
        written = _Book(book, asked.moment.zone, asked.t)
        cover = written.sheet(asked.t("export.cover"))
        cover.line("title", report.title)
        cover.line("text", report.as_of)
        base = asked.settings.public_url.rstrip("/")
        for part in report.parts:
            written.page(Leads(part.kind.key, base).document(part.document), cover)
        cover.end()


class _Book:
    """A workbook being written."""

    def __init__(self, book: Workbook, zone: ZoneInfo, t: Say) -> None:
        self.book, self.zone, self.t = book, zone, t
        self.formats = {name: book.add_format(dict(look)) for name, look in _FORMATS.items()}
        self.formats["link"] = book.get_default_url_format()
        self._names: set[str] = set()

    def sheet(self, name: str) -> "_Sheet":
        """A new sheet, of a name that Excel takes and that no other has."""
        bare = _NOT_IN_A_NAME.sub(" ", " ".join(name.split()))[:_NAME_CHARS].strip() or "-"
        unique, number = bare, 1
        while unique.casefold() in self._names:
            number += 1
            unique = f"{bare[: _NAME_CHARS - 4]} {number}"
        self._names.add(unique.casefold())
        return _Sheet(self, self.book.add_worksheet(unique))

    def page(self, document: Document, cover: "_Sheet") -> None:
        """Its figures on the cover, and a sheet for each of its tables."""
        cover.line("text")
        cover.line("title", document.title)
        for notice in document.notices:
            cover.line("bold", notice)
        for figure in document.figures:
            cover.line("text", figure.label, figure.text, figure.freshness)
        for block in document.blocks:
            self._block(block, document, cover)

    def _block(self, block: Block, document: Document, cover: "_Sheet") -> None:
        match block:
            case Table():
                self._table(block, document, cover)
            case Chart(table=Table() as table):
                self._table(table, document, cover)
            case Facts():
                cover.line("bold", block.heading)
                for fact in block.facts:
                    said = " · ".join(one for one in (fact.cell.text, *fact.cell.notes, fact.cell.warn) if one)
                    cover.line("text", fact.label, said)
            case Lines():
                cover.line("bold", block.heading)
                for line in block.lines:
                    cover.line("text", line.text, line.note)
                if not block.lines:
                    cover.line("text", block.empty)

    def _table(self, table: Table, document: Document, cover: "_Sheet") -> None:
        name = table.heading if table.heading == document.title else f"{document.title} {table.heading}"
        sheet = self.sheet(name)
        cover.lead(sheet, table.heading, table.intro)
        sheet.table(table)


@dataclass
class _Sheet:
    """A sheet being written, row by row: `row` is the next."""

    book: _Book
    sheet: Worksheet
    row: int = 0
    links: int = 0
    widths: dict[int, int] = field(default_factory=dict)

    def line(self, look: str, *texts: str) -> None:
        """A row of plain texts."""
        for at, text in enumerate(texts):
            self._text(at, text, look if at == 0 else "text", is_wide=look != "title")
        self.row += 1

    def lead(self, to: "_Sheet", *texts: str) -> None:
        """A row whose first text leads to another sheet."""
        self.sheet.write_url(self.row, 0, f"internal:'{to.sheet.get_name()}'!A1", self.book.formats["link"], texts[0])
        for at, text in enumerate(texts[1:], start=1):
            self._text(at, text)
        self.row += 1

    def table(self, table: Table) -> None:
        """Heads that stay in sight, rows, and a filter over all."""
        flattened = flat(table, self.book.t)
        for at, column in enumerate(flattened.columns):
            self._text(at, column.label, "head")
        self.row = 1
        for cells in flattened.rows:
            for at, (cell, column) in enumerate(zip(cells, flattened.columns, strict=True)):
                self._cell(at, cell, column)
            self.row += 1
        last = self.row - 1
        if not last:
            self._text(0, table.empty)
        self.sheet.freeze_panes(1, 1)
        self.sheet.autofilter(0, 0, last, len(flattened.columns) - 1)
        self.end()

    def end(self) -> None:
        """Columns as wide as what they hold; on paper as wide as the page, with the heads on each."""
        for at, width in self.widths.items():
            self.sheet.set_column(at, at, min(max(width + 2, _NARROWEST), _WIDEST))
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(0)

    def _cell(self, at: int, cell: Cell, column: Column) -> None:
        formats = self.book.formats
        match column.kind, cell.value:
            case "instant", datetime() as instant:
                local = instant.astimezone(self.book.zone).replace(tzinfo=None)
                self.sheet.write_datetime(self.row, at, local, formats["instant"])
                self._widen(at, 16)
            case "day", date() as day if not isinstance(day, datetime):
                self.sheet.write_datetime(self.row, at, day, formats["day"])
                self._widen(at, 10)
            case ("number" | "percent") as kind, int() | float() as number if math.isfinite(number):
                self.sheet.write_number(self.row, at, number / 100 if kind == "percent" else number, formats[kind])
            case _:
                self._linked(at, cell)

    def _linked(self, at: int, cell: Cell) -> None:
        href = cell.href or ""
        if cell.text and href.startswith(("https://", "http://")) and self.links < _MOST_LINKS:
            self.links += 1
            if self.sheet.write_url(self.row, at, href, self.book.formats["link"], _harmless(cell.text)[:255]) == 0:
                self._widen(at, _width(cell.text))
                return
        self._text(at, cell.text)

    def _text(self, at: int, text: str, look: str = "text", *, is_wide: bool = True) -> None:
        if text:
            self.sheet.write_string(self.row, at, _harmless(text), self.book.formats[look])
            if is_wide:
                self._widen(at, _width(text))

    def _widen(self, at: int, width: int) -> None:
        if width > self.widths.get(at, 0):
            self.widths[at] = width


def _harmless(text: str) -> str:
    """What XML can say and Excel takes."""
    cut = text[:_MOST_CHARS]
    return cut if cut.isascii() else _NOT_IN_XML.sub("", cut)


def _width(text: str) -> int:
    """In characters; Chinese ones are twice as wide."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text[:_WIDEST])
