"""What a browser makes of the page."""

from collections.abc import Callable
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from sqlalchemy import Engine

from config.settings import Language
from report.document import Cell, Document, Figure, Table
from report.exports.as_html import write_html
from report.exports.file import Part, ReportFile
from report.html import render
from report.pages.today import TODAY
from report.reading.today import Today, read_today
from tests.report.firm import asked


class Seen(HTMLParser):
    """What a browser makes of a page: its tags with their attributes, and its text by the tag it stands in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if data.strip() and self.tags[-1][0] != "style":
            self.texts.append(" ".join(data.split()))

    def all(self, attribute: str) -> list[str]:
        """Every value of an attribute."""
        return [str(attrs[attribute]) for _, attrs in self.tags if attribute in attrs]

    @property
    def text(self) -> str:
        """All of it, in one line."""
        return " ".join(self.texts)


def rows(html: str, section: str) -> dict[str, str]:
    """The rows of the table in that section: what each is called, and all that it says, in their order."""
    table = html.partition(f'<section id="{section}"')[2].partition("</section>")[0]
    found = (Seen(f"<tr{row}").texts for row in table.split("<tr")[2:])
    return {texts[0]: " ".join(texts) for texts in found}


def html(
    engine: Engine, language: Language = "en", change: Callable[[Today], Today] = lambda it: it, **how: Any
) -> str:
    """What needs somebody today, as a page without a menu; with other values than those of the database where `change`
    says so. `how` as `tests.report.firm.asked` takes it."""
    with asked(engine, language, **how) as one:
        return render(TODAY.show(change(read_today(one)), one), one, TODAY)


def seen(engine: Engine, language: Language = "en", **how: Any) -> Seen:
    """The same, as a reader meets it."""
    return Seen(html(engine, language, **how))


def in_file(engine: Engine, language: Language = "en", **how: Any) -> Seen:
    """The same in a file of its own, whole."""
    written = BytesIO()
    with asked(engine, language, page=0, **how) as one:
        values = read_today(one)
        shown = TODAY.show(values, one)
        write_html(ReportFile(one, shown.title, [Part(TODAY, values, shown)]), written)
    return Seen(written.getvalue().decode())


def document(engine: Engine, language: Language = "en", **how: Any) -> Document:
    """The same, before it is laid out."""
    with asked(engine, language, **how) as one:
        return TODAY.show(read_today(one), one)


def figures(engine: Engine, language: Language = "en", **how: Any) -> dict[str, Figure]:
    """Its figures, by the list that each leads to."""
    return {figure.key: figure for figure in document(engine, language, **how).figures}


def listed(engine: Engine, anchor: str, language: Language = "en", **how: Any) -> list[dict[str, Cell]]:
    """The rows of one of its tables, by column."""
    block = next(block for block in document(engine, language, **how).blocks if block.anchor == anchor)
    assert isinstance(block, Table)
    return [{column.key: cell for column, cell in zip(block.columns, row.cells, strict=True)} for row in block.rows]
