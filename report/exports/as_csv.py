"""One table for a spreadsheet or a program: UTF-8 with a byte order mark, without which Excel takes it for Big5."""

import csv
import io
import unicodedata
from datetime import date, datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

from report.document import Cell, Column, Table, tables_of
from report.exports.file import CannotWrite, ReportFile
from report.exports.flat import flat

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet begins to reckon at."""


def write_csv(report: ReportFile, out: BinaryIO) -> None:
    """Days as 2026-11-24, instants in the organisation's zone as 2026-11-24 09:00. Raises CannotWrite where it is not
    clear which table."""
    table = _chosen(report)
    flattened = flat(table, report.asked.t)
    lines = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    written = csv.writer(lines)
    written.writerow([harmless(column.label) for column in flattened.columns])
    zone = report.asked.moment.zone
    for cells in flattened.rows:
        written.writerow([_field(cell, column, zone) for cell, column in zip(cells, flattened.columns, strict=True)])
    lines.detach()


def harmless(text: str) -> str:
    """With an apostrophe before what a spreadsheet would reckon: a client's subject must not run on our machines."""
    seen = next((char for char in text if not _is_dropped(char)), "")
    return f"'{text}" if seen in _FORMULA or text.startswith(("\t", "\r")) else text


def _is_dropped(char: str) -> bool:
    """Space, and what nobody sees (a zero-width one, a byte order mark, a NUL): some spreadsheets read on after it."""
    return char.isspace() or unicodedata.category(char) in ("Cc", "Cf")


def _chosen(report: ReportFile) -> Table:
    """The table that is asked for; the only one, where there is one only."""
    tables = {
        f"{part.kind.key}/{table.anchor}": table for part in report.parts for table in tables_of(part.document.blocks)
    }
    if not report.table and len(tables) == 1:
        return next(iter(tables.values()))
    if report.table not in tables:
        raise CannotWrite(f"a CSV file holds one table; say which: {', '.join(tables) or 'there is none here'}")
    return tables[report.table]


def _field(cell: Cell, column: Column, zone: ZoneInfo) -> str:
    match column.kind, cell.value:
        case "instant", datetime() as at:
            return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
        case "day", date() as on:
            return f"{on:%Y-%m-%d}"
        case (("number" | "percent"), int() | float()):
            return str(cell.value)
    return harmless(cell.text)
