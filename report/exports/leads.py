"""Where the links of a file lead: to the hub's address if it has one, else to the pages that the file holds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from report.document import Block, Cell, Chart, Document, Facts, Lines, Row, Table
from report.pages.kind import PageKind


@dataclass(frozen=True, slots=True)
class Leads:
    """The links of one page of a file. `base`: the hub's address, "" for none; `others`: the pages of the file."""

    key: str
    base: str
    others: Sequence[PageKind] = ()

    def document(self, document: Document) -> Document:
        """With anchors that no other page of the file has, and no link that leads nowhere."""
        figures = [replace(figure, href=self.to(figure.href) or f"#{self.key}") for figure in document.figures]
        return replace(document, figures=figures, blocks=[self.block(block) for block in document.blocks], filters=())

    def block(self, block: Block) -> Block:
        """The same of a part of a page."""
        anchor = self._anchor(block.anchor)
        match block:
            case Table():
                return replace(block, anchor=anchor, rows=self._rows(block.rows), before="", after="")
            case Chart():
                table = self.block(block.table) if block.table else None
                assert table is None or isinstance(table, Table)
                return replace(block, anchor=anchor, table=table)
            case Facts():
                return replace(
                    block, anchor=anchor, facts=[replace(fact, cell=self._cell(fact.cell)) for fact in block.facts]
                )
            case Lines():
                return replace(
                    block, anchor=anchor, lines=[replace(line, href=self.to(line.href)) for line in block.lines]
                )

    def to(self, href: str | None) -> str | None:
        """Where `href` leads from a file; None where it leads nowhere."""
        if not href or href[0] not in "/#":
            return href or None
        if href[0] == "#":
            return f"#{self._anchor(href[1:])}"
        if self.base:
            return self.base + href
        path = href.partition("?")[0]
        return next((f"#{kind.key}" for kind in self.others if kind.path == path and kind.key != self.key), None)

    def _anchor(self, anchor: str) -> str:
        return f"{self.key}-{anchor}"

    def _rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            if row.group_href or any(cell.href and cell.href[0] in "/#" for cell in row.cells):
                yield replace(row, cells=[self._cell(cell) for cell in row.cells], group_href=self.to(row.group_href))
            else:
                yield row

    def _cell(self, cell: Cell) -> Cell:
        href = self.to(cell.href)
        return cell if href == cell.href else replace(cell, href=href)
