"""What the tables of pages have in common."""

from collections.abc import Sequence
from dataclasses import replace

from report.asked import Asked
from report.document import Cell, Row, Table


def only_told(table: Table, *columns: str) -> Table:
    """Without those of `columns` in which no row says anything: an empty one stands in the way of the others."""
    rows: Sequence[Row] = list(table.rows)
    kept = [
        number
        for number, column in enumerate(table.columns)
        if column.key not in columns or any(_says_something(row.cells[number]) for row in rows)
    ]
    return replace(
        table,
        columns=[table.columns[number] for number in kept],
        rows=[replace(row, cells=[row.cells[number] for number in kept]) for row in rows],
    )


def _says_something(cell: Cell) -> bool:
    return bool(cell.text or cell.warn or any(cell.notes))


def turned(table: Table, asked: Asked, path: str, *, more: bool) -> Table:
    """With the addresses of the pages before and after this one of the list at `path`; `more`: there is one after."""
    page = asked.filters.page
    before = asked.here(path, page=page - 1) if page > 1 else ""
    return replace(table, before=before, after=asked.here(path, page=page + 1) if page and more else "")


def on_page(table: Table, asked: Asked, path: str) -> Table:
    """The rows of the page that is asked for, of a table that has all of them."""
    rows: Sequence[Row] = list(table.rows)
    offset, limit = asked.filters.offset, asked.filters.limit
    shown = rows if limit is None else rows[offset : offset + limit]
    return turned(replace(table, rows=shown, count=len(rows)), asked, path, more=offset + len(shown) < len(rows))
