"""The PDF: for hands outside the firm, so nothing in it may be cut, boxed, or different from one time to the next."""

import re
from datetime import date

import pytest

from config.settings import Language
from report.document import Block, Cell, Chart, Column, Fact, Facts, Line, Lines, Row, Table
from report.exports.as_pdf import fonts_for, has_han
from report.exports.file import CannotWrite
from tests.report.exports.writing import HOSTILE, Ask, made_up, pages, table, texts, written

HAS_HAN = has_han()
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'


def count_pages(data: bytes) -> int:
    """As the page tree says."""
    return max(int(count) for count in re.findall(rb"/Count (\d+)", data))


@pytest.mark.skipif(not HAS_HAN, reason="no font with Chinese characters here")
@pytest.mark.parametrize("language", ["en", "zh-Hant-HK", "zh-Hans-CN"])
def test_the_pages_are_written_in_each_language(ask: Ask, language: Language) -> None:
    """And the same report is the same file, whenever it is written."""
    first, second = (written("pdf", pages(ask(language))) for _ in range(2))

    assert first.startswith(b"%PDF-")
    assert first == second


@pytest.mark.skipif(not HAS_HAN, reason="no font with Chinese characters here")
def test_text_is_never_markup(ask: Ask) -> None:
    """What is a command of the typesetter stands there as it was written."""
    cell = Cell("x", "#panic()", "https://tool.example/#x", notes=["$ x $", "#import"], warn="@nowhere")
    blocks: list[Block] = [
        texts(HOSTILE),
        table([Column("a", "#panic()")], [[cell]]),
        Facts("facts", "*Facts*", [Fact("a", "_a_", cell)]),
        Lines("lines", "= Lines", [Line("#panic()", None, "<label>")]),
        Chart("chart", "`Chart`", SVG, "#panic()"),
    ]

    assert written("pdf", made_up(ask(), *blocks)).startswith(b"%PDF-")


def test_a_long_table_goes_over_to_further_pages(ask: Ask) -> None:
    """Two hundred rows are no one page."""
    rows = [[Cell(date(2026, 12, 4), "Fri 4 Dec", notes=["Go-live"])] for _ in range(200)]

    assert count_pages(written("pdf", made_up(ask(), table([Column("due", "Due", "day")], rows)))) > 5


def test_a_table_that_no_paper_holds_says_where_all_of_it_is(ask: Ask) -> None:
    """Ten thousand rows would be four hundred pages, read by nobody."""
    rows = (Row([Cell(n, str(n))]) for n in range(10_000))
    data = written("pdf", made_up(ask(), Table("list", "List", [Column("n", "N")], rows)))

    assert count_pages(data) < 200


@pytest.mark.parametrize(
    ("language", "first"), [("en", "PingFang HK"), ("zh-Hant-HK", "PingFang HK"), ("zh-Hans-CN", "PingFang SC")]
)
def test_each_language_has_its_own_faces_first(language: Language, first: str) -> None:
    """The same character is drawn otherwise in Hong Kong and on the mainland."""
    here = ["PingFang SC", "PingFang HK", "Helvetica Neue", "Libertinus Serif"]

    assert fonts_for(language, here, needs_han=True)[:2] == ["Helvetica Neue", first]


def test_without_a_chinese_font_it_says_what_to_install() -> None:
    """Rather than boxes in the client's hands; English needs none."""
    with pytest.raises(CannotWrite, match="fonts-noto-cjk"):
        fonts_for("zh-Hans-CN", ["DejaVu Sans"], needs_han=True)

    assert fonts_for("en", ["DejaVu Sans"], needs_han=False) == ["DejaVu Sans"]
