"""The workbook: to be sorted, filtered and reckoned with."""

import io
import zipfile
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest

from report.document import Cell, Column, Lines, Row, Table
from tests.report.exports.writing import HOSTILE, Ask, made_up, pages, table, texts, written

_NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


class Book:
    """A workbook as its XML says."""

    def __init__(self, data: bytes) -> None:
        self.files = zipfile.ZipFile(io.BytesIO(data))
        named = ElementTree.fromstring(self.files.read("xl/workbook.xml")).findall("x:sheets/x:sheet", _NS)
        self.names = [sheet.attrib["name"] for sheet in named]
        self.styles = ElementTree.fromstring(self.files.read("xl/styles.xml"))

    def sheet(self, number: int) -> ElementTree.Element:
        """The sheet of that number, from 1."""
        return ElementTree.fromstring(self.files.read(f"xl/worksheets/sheet{number}.xml"))

    def rows(self, number: int) -> list[list[str]]:
        """What its fields hold: of text the text, else the number."""
        return [
            ["".join(cell.itertext()) for cell in row.findall("x:c", _NS)]
            for row in self.sheet(number).findall("x:sheetData/x:row", _NS)
        ]

    def look(self, cell: ElementTree.Element) -> str:
        """The number format of a field."""
        look = self.styles.findall("x:cellXfs/x:xf", _NS)[int(cell.attrib.get("s", "0"))].attrib["numFmtId"]
        own = {each.attrib["numFmtId"]: each.attrib["formatCode"] for each in self.styles.iterfind(".//x:numFmt", _NS)}
        return own.get(look, look)


def test_each_table_has_a_sheet_and_the_first_leads_to_them(ask: Ask) -> None:
    """With what stands above them on the page: figures and notices."""
    book = Book(written("xlsx", pages(ask())))

    assert book.names[0] == "Overview"
    assert "Portfolio Projects" in book.names
    assert book.rows(1)[0] != ["Delivery and client report"]
    assert any("Red" in row and "1" in row for row in book.rows(1))


def test_dates_and_numbers_are_such(ask: Ask) -> None:
    """A date that is text can neither be sorted nor counted from."""
    columns = [Column("a", "Day", "day"), Column("b", "At", "instant"), Column("c", "%", "percent")]
    cells = [Cell(date(2026, 12, 4), "Fri 4 Dec"), Cell(datetime(2026, 11, 24, 1, tzinfo=UTC), "x"), Cell(66.7, "y")]
    book = Book(written("xlsx", made_up(ask(), table(columns, [cells, [Cell(), Cell(), Cell(None, "not measured")]]))))
    row = book.sheet(2).findall("x:sheetData/x:row", _NS)[1].findall("x:c", _NS)

    assert [book.look(cell) for cell in row] == ["yyyy-mm-dd", "yyyy-mm-dd hh:mm", "0.0%"]
    assert [float("".join(cell.itertext())) for cell in row] == [46360.0, 46350.375, 0.667]
    assert book.rows(2)[2] == ["not measured"]


def test_a_sheet_can_be_filtered_and_its_heads_stay_in_sight(ask: Ask) -> None:
    """Over all rows, though nobody knew beforehand how many there are."""
    rows = (Row([Cell(str(n), str(n))]) for n in range(250))
    sheet = Book(written("xlsx", made_up(ask(), Table("list", "List", [Column("n", "N")], rows)))).sheet(2)

    assert [each.attrib["ref"] for each in sheet.findall("x:autoFilter", _NS)] == ["A1:A251"]
    assert [each.attrib["state"] for each in sheet.iterfind(".//x:pane", _NS)] == ["frozen"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_field_is_a_formula(ask: Ask, text: str) -> None:
    """Nor a number or a link that nobody wrote."""
    book = Book(written("xlsx", made_up(ask(), texts([text]), Lines("l", text, ()))))

    for number in (1, 2):
        assert not book.sheet(number).findall(".//x:f", _NS)
    assert book.sheet(2).findall(".//x:c", _NS)[1].attrib["t"] == "inlineStr"


def test_sheets_have_names_that_excel_takes(ask: Ask) -> None:
    """No two alike, none too long, none with a bracket."""
    odd = ["[a]:*?/\\ b" * 9, "[a]:*?/\\ b" * 9, "'", "History", "客戶" * 30]
    blocks = [Table(f"t{n}", name, [Column("n", "N")], [], empty="None.") for n, name in enumerate(odd)]

    names = Book(written("xlsx", made_up(ask(), *blocks))).names

    assert len({name.casefold() for name in names}) == 6
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_what_is_longer_than_a_field_is_cut(ask: Ask) -> None:
    """Excel would call the whole file damaged."""
    book = Book(written("xlsx", made_up(ask(), texts(["客" * 40_000]))))

    assert len(book.rows(2)[1][0]) < 32_767
