"""Markdown: for a wiki, an issue, a chat. What comes from a vendor is text there, never markup."""

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO
from urllib.parse import quote

from report.document import Block, Cell, Chart, Document, Facts, Line, Lines, Row, Table
from report.exports.file import ReportFile
from report.exports.leads import Leads

_MARKUP = re.compile(r"([\\`*_{}\[\]<>|~$&@#]|:(?=[/a-zA-Z_+-])|(?<=[wW]{3})\.|^[-+=](?=\s|[-+=])|(?<=^\d)[.)])")
"""What can begin markup in CommonMark, in GitHub's, or in what chats make of it: mentions, emoji, addresses."""
_NOT_IN_A_LINK = re.compile(r"[\s<>\\]")


def write_markdown(report: ReportFile, out: BinaryIO) -> None:
    """A heading for each page, and tables as GitHub writes them."""
    base = report.asked.settings.public_url.rstrip("/")

    def lines() -> Iterator[str]:
        yield f"# {plain(report.title)}"
        yield ""
        yield plain(report.as_of)
        for part in report.parts:
            if part.document.title != report.title:  # of a file of one page it is the file's
                yield from ("", f"## {plain(part.document.title)}")
            yield from _page(Leads(part.kind.key, base).document(part.document))

    for line in lines():
        out.write(f"{line}\n".encode())


def plain(text: str) -> str:
    """Text that stays text, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _page(document: Document) -> Iterator[str]:
    yield ""
    for notice in document.notices:
        yield from (f"> {plain(notice)}", "")
    for figure in document.figures:
        yield f"- **{plain(figure.text)}** {plain(figure.label)} ({plain(figure.freshness)})"
    for block in document.blocks:
        count = f" ({block.count})" if isinstance(block, Table) and block.count is not None else ""
        yield from ("", f"### {plain(block.heading + count)}", "")
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Table():
            yield from _table(block)
        case Chart():
            yield from (plain(block.alt), "")
            if block.table:
                yield from _table(block.table)
        case Facts():
            for fact in block.facts:
                yield f"- {plain(fact.label)}: {_cell(fact.cell)}"
        case Lines():
            for line in block.lines or [Line(block.empty)]:
                yield f"- {_linked(line.text, line.href)}" + (f" · {plain(line.note)}" if line.note else "")


def _table(table: Table) -> Iterator[str]:
    if table.intro:
        yield from (plain(table.intro), "")
    rows, group, begun = iter(table.rows), "", False
    for row in rows:
        if not begun:
            begun = True
            yield _row([plain(column.label) for column in table.columns])
            yield _row(["---:" if column.kind in ("number", "percent") else "---" for column in table.columns])
        if row.group != group:
            group = row.group
            yield _row([f"**{plain(group)}**", *[""] * (len(table.columns) - 1)])
        yield _row(_cells(row))
    if not begun:
        yield plain(table.empty)


def _row(fields: Sequence[str]) -> str:
    return f"| {' | '.join(fields)} |"


def _cells(row: Row) -> list[str]:
    return [_cell(cell) for cell in row.cells]


def _cell(cell: Cell) -> str:
    return " · ".join(
        said for said in (_linked(cell.text, cell.href), *map(plain, cell.notes), plain(cell.warn)) if said
    )


def _linked(text: str, href: str | None) -> str:
    """Only where it leads out: what stands in the same file is at hand."""
    if not text or not href or href[0] == "#":
        return plain(text)
    return f"[{plain(text)}](<{_NOT_IN_A_LINK.sub(lambda found: quote(found[0]), href)}>)"
