"""What the tables of pages have in common."""

from collections.abc import Sequence
from dataclasses import replace

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
