"""A PDF that one would hand to a client: typeset by Typst, from the documents as JSON."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import typst

from config.settings import Language
from report.document import Block, Cell, Chart, Column, Document, Facts, Line, Lines, Row, Table
from report.exports.file import CannotWrite, ReportFile
from report.exports.flat import Say
from report.exports.leads import Leads

_TEMPLATE = Path(__file__).parents[1] / "templates" / "report.typ"
_LATIN = ("Noto Sans", "Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans")
_HAN: Mapping[Language, Sequence[str]] = {
    "zh-Hant-HK": (
        "Noto Sans CJK HK",
        "Source Han Sans HC",
        "PingFang HK",
        "Noto Sans CJK TC",
        "PingFang TC",
        "Heiti TC",
    ),
    "zh-Hans-CN": ("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Heiti SC", "Hiragino Sans GB"),
}
"""A character looks otherwise in Hong Kong and on the mainland: each language has its own faces first."""
_ANY_HAN = ("WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "STHeiti", "Arial Unicode MS")
NO_FONT = (
    "this machine has no font with Chinese characters: install one (Debian: apt install fonts-noto-cjk, or the small "
    "fonts-wqy-zenhei)"
)
_IS_HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_LONG_WORD = re.compile(r"[!-~]{12}(?=[!-~])")
_MOST_ROWS = 2000
"""Of a table: who wants more wants a workbook."""
_LONG_ROW = 1500
"""Characters in a row that may go over to the next page."""
_NARROW, _WIDE = 6, 34


def write_pdf(report: ReportFile, out: BinaryIO) -> None:
    """The same bytes for the same report. Raises CannotWrite where this machine has no font for what it says."""
    asked = report.asked
    base = asked.settings.public_url.rstrip("/")
    documents = [_document(Leads(part.kind.key, base).document(part.document), asked.t) for part in report.parts]
    today = asked.moment.today
    told = {
        "title": _text(report.title),
        "as_of": report.as_of,
        "on": [today.year, today.month, today.day],
        "lang": asked.language[:2],
        "region": "CN" if asked.language == "zh-Hans-CN" else "HK",
        "contents": asked.t("export.contents"),
        "page": asked.t("export.page", page="{page}", pages="{pages}"),
        "documents": documents,
    }
    needs_han = _IS_HAN.search(json.dumps(told, ensure_ascii=False)) is not None
    fonts = fonts_for(asked.language, _fonts().families(), needs_han=needs_han)
    inputs = {"report": json.dumps(told | {"fonts": fonts}, ensure_ascii=False)}
    made_at = int(asked.now.timestamp())
    out.write(typst.compile(_TEMPLATE.read_bytes(), sys_inputs=inputs, font_paths=_fonts(), timestamp=made_at))


def fonts_for(language: Language, families: Iterable[str], *, needs_han: bool) -> list[str]:
    """Which of a machine's `families` it is set in. Raises CannotWrite where Chinese would come out as boxes."""
    here = set(families)
    wanted = dict.fromkeys((*_HAN.get(language, ()), *_HAN["zh-Hant-HK"], *_HAN["zh-Hans-CN"], *_ANY_HAN))
    han = [family for family in wanted if family in here]
    if needs_han and not han:
        raise CannotWrite(f"the report has Chinese, and {NO_FONT}; or take html")
    return [family for family in (*_LATIN, *han, "Libertinus Serif") if family in here]


def has_han() -> bool:
    """Whether a report in Chinese can be a PDF here."""
    return bool({*_HAN["zh-Hant-HK"], *_HAN["zh-Hans-CN"], *_ANY_HAN}.intersection(_fonts().families()))


@cache
def _fonts() -> typst.Fonts:
    """Of this machine, looked for once."""
    return typst.Fonts()


def _document(document: Document, t: Say) -> dict[str, Any]:
    figures = [
        {
            "text": _text(figure.text),
            "label": _text(figure.label),
            "freshness": _text(figure.freshness),
            "tone": figure.tone,
            "stale": figure.stale,
        }
        for figure in document.figures
    ]
    return {
        "title": _text(document.title),
        "notices": [_text(notice) for notice in document.notices],
        "figures": figures,
        "blocks": [_block(block, t) for block in document.blocks],
    }


def _block(block: Block, t: Say) -> dict[str, Any]:
    told: dict[str, Any] = {"heading": _text(block.heading), "count": None}
    match block:
        case Table():
            return told | {"kind": "table", "count": block.count} | _table(block, t)
        case Chart():
            table = _table(block.table, t) if block.table else None
            look = {"svg": block.svg, "wide": bool(block.narrow), "alt": _text(block.alt)}
            return told | {"kind": "chart", "table": table} | look
        case Facts():
            facts = [{"label": _text(fact.label), "cell": _cell(fact.cell)} for fact in block.facts]
            return told | {"kind": "facts", "facts": facts}
        case Lines():
            lines = [_line(line) for line in block.lines]
            return told | {
                "kind": "lines",
                "lines": lines,
                "empty": _text(block.empty),
                "closing": _text(block.closing),
            }


def _table(table: Table, t: Say) -> dict[str, Any]:
    rows = iter(table.rows)
    shown = list(islice(rows, _MOST_ROWS))
    more = t("export.more", count=_MOST_ROWS) if next(rows, None) is not None else ""
    columns = [
        {"label": _text(column.label), "kind": column.kind, "width": _weight(column, [row.cells[at] for row in shown])}
        for at, column in enumerate(table.columns)
    ]
    return {
        "columns": columns,
        "rows": list(_rows(shown)),
        "intro": _text(table.intro),
        "empty": _text(table.empty),
        "more": more,
    }


def _rows(rows: Sequence[Row]) -> Iterable[dict[str, Any]]:
    group = ""
    for row in rows:
        cells = [_cell(cell) for cell in row.cells]
        told: dict[str, Any] = {"stale": row.stale, "cells": cells, "long": _length(row.cells) > _LONG_ROW}
        if row.group != group:
            group = row.group
            told["group"] = _text(group)
        yield told


def _cell(cell: Cell) -> dict[str, Any]:
    """What is not there is left out: most of a report is empty fields."""
    told: dict[str, Any] = {}
    if cell.text:
        told["text"] = _text(cell.text)
    if cell.tone and cell.text:
        told["tone"] = cell.tone
    if notes := [_text(note) for note in cell.notes if note]:
        told["notes"] = notes
    if cell.warn:
        told["warn"] = _text(cell.warn)
    return told | _href(cell.href)


def _line(line: Line) -> dict[str, Any]:
    return {"text": _text(line.text), "note": _text(line.note)} | _href(line.href)


def _href(href: str | None) -> dict[str, str]:
    """Only what leads out of the file."""
    return {"href": _CONTROL.sub("", href)} if href and href.startswith(("https://", "http://")) else {}


def _text(text: str) -> str:
    """Without what no font has, and with a place to break a word that is wider than its column."""
    return _LONG_WORD.sub(lambda found: f"{found[0]}\u200b", _CONTROL.sub(" ", text))


def _weight(column: Column, cells: Sequence[Cell]) -> int:
    """A column's share of the width, by the longest that it has to say on one line."""
    said = (text for cell in cells for text in (cell.text, *cell.notes, cell.warn))
    widest = max([_wide(column.label), *map(_wide, said)])
    return min(max(widest, _NARROW), _WIDE)


def _wide(text: str) -> int:
    return len(text) + len(_IS_HAN.findall(text))


def _length(cells: Iterable[Cell]) -> int:
    return sum(len(text) for cell in cells for text in (cell.text, *cell.notes))
