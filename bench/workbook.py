"""What a workbook of many rows costs: `python -m bench.workbook FOLDER [ROWS]`, of a database and settings in FOLDER.

Its one line is a JSON object: `s`, the seconds of 100,000 rows of seven columns with a link each, and `mb`, what the
process took of memory beyond what it had when the first row was written. The rows are made up as they are written.
"""

import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from bench.many_items import NOW
from bench.measured import TOKEN, peak_mb
from cli.opening import open_hub
from report.document import Cell, Column, Document, Row, Table
from report.exports.as_xlsx import write_xlsx
from report.exports.file import Part, ReportFile
from report.filters import Filters
from report.pages.portfolio import PORTFOLIO

COLUMNS = (
    Column("item", "Item"),
    Column("status", "Status"),
    Column("owner", "Owner"),
    Column("due", "Due", "day"),
    Column("changed", "Changed", "instant"),
    Column("hours", "Hours", "number"),
    Column("done", "Done", "percent"),
)


def rows(many: int) -> Iterator[Row]:
    """As a list of work has them."""
    for number in range(many):
        at = NOW - timedelta(minutes=number)
        name = f"Item {number} of what there is to do"
        texts = [
            Cell(name, name, f"https://acme.example/browse/P-{number}"),
            Cell("open", "Open", tone="amber", notes=["waits for the client"] if number % 3 else ()),
            Cell("p", "May Chan"),
        ]
        values = [Cell(at.date(), "a day"), Cell(at, "an instant"), Cell(number % 40, "some"), Cell(number % 100, "%")]
        yield Row([*texts, *values])


def main(folder: str, many: str = "100000") -> None:
    """Write them, and print."""
    settings, target = Path(folder) / "milepost.toml", Path(folder) / "many.xlsx"
    with (
        open_hub(settings, clock=lambda: NOW, environ={**os.environ, TOKEN: "bench"}) as hub,
        hub.asking(Filters(page=0)) as asked,
        target.open("wb") as file,
    ):
        document = Document("many", "Many", blocks=[Table("many", "Many", COLUMNS, rows(int(many)))])
        before, started = peak_mb(), perf_counter()
        write_xlsx(ReportFile(asked, "Many", [Part(PORTFOLIO, None, document)]), file)
        print(json.dumps({"s": round(perf_counter() - started, 1), "mb": round(peak_mb() - before)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
