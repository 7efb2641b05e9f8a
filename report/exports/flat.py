"""A table as a spreadsheet wants it: one value in each field, and every column of one kind."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from report.document import Cell, Column, Row, Table

_LOOKED_AT = 1000
"""Rows from which it is told which columns have notes: a table of 100,000 is gone through once."""

Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Flat:
    """Columns, and rows with a cell for each; no cell has notes any more. `rows` is gone through once."""

    columns: Sequence[Column]
    rows: Iterator[Sequence[Cell]]


def flat(table: Table, t: Say) -> Flat:
    """Groups, and the notes of a column, have columns of their own."""
    rows = iter(table.rows)
    first = list(islice(rows, _LOOKED_AT))
    noted = {at for row in first for at, cell in enumerate(row.cells) if _notes(row, at, cell, t)}
    grouped = any(row.group for row in first)
    columns = [Column("group", t("export.group"))] if grouped else []
    for at, column in enumerate(table.columns):
        columns.append(column)
        if at in noted:
            columns.append(Column(f"{column.key}_notes", t("export.notes", column=column.label)))
    return Flat(columns, (_spread(row, grouped, noted, t) for row in chain(first, rows)))


def _spread(row: Row, grouped: bool, noted: set[int], t: Say) -> list[Cell]:
    cells = [Cell(row.group, row.group)] if grouped else []
    for at, cell in enumerate(row.cells):
        said = _notes(row, at, cell, t)
        bare = Cell(cell.value, cell.text, cell.href, cell.tone) if said else cell
        if at in noted:
            cells += [bare, Cell(said, said)]
        elif said:  # after the rows that were looked at: no column for it, and nothing is left out
            cells.append(Cell(None, f"{cell.text} ({said})"))
        else:
            cells.append(bare)
    return cells


def _notes(row: Row, at: int, cell: Cell, t: Say) -> str:
    """What stands below a cell; below the first also that the row rests on old data."""
    if not (cell.notes or cell.warn or row.stale):
        return ""
    stale = t("stale.mark") if row.stale and at == 0 else ""
    return " · ".join(note for note in (*cell.notes, cell.warn, stale) if note)
