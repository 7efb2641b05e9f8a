"""CSV, Markdown, JSON and HTML: what a BD manager or a program opens beside the web."""

import csv
import io
import json
from datetime import UTC, date, datetime
from html import unescape

import pytest

from report.document import Cell, Column, Row, Table
from report.exports.file import CannotWrite, kinds_of
from report.filters import Filters
from report.pages import PAGES
from tests.report.exports.writing import HOSTILE, Ask, made_up, pages, table, texts, written


def read_csv(data: bytes) -> list[list[str]]:
    """As a spreadsheet reads it."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_csv_begins_with_the_mark_that_excel_needs(ask: Ask) -> None:
    """Without it Chinese is garbage on Windows."""
    data = written("csv", pages(ask("zh-Hant-HK"), "portfolio/projects"))

    assert data.startswith(b"\xef\xbb\xbf")
    assert read_csv(data)[0][0] == "項目"


def test_a_csv_has_a_row_for_each_project_and_a_column_for_what_stands_below_it(ask: Ask) -> None:
    """One value in each field: else nobody can filter by it."""
    header, *rows = read_csv(written("csv", pages(ask(), "portfolio/projects")))
    late = dict(zip(header, next(row for row in rows if row[0] == "Mobile app revamp"), strict=True))

    assert late["Health"] == "Red"
    assert "Bank of Nine Ferries" in late["Project: notes"]
    assert "UAT sign-off" in late["Health: notes"]


def test_a_csv_that_is_asked_for_no_table_says_which_there_are(ask: Ask) -> None:
    """Several in one file would be none that a program reads."""
    with pytest.raises(CannotWrite, match="portfolio/projects"):
        written("csv", pages(ask()))


def test_values_are_written_as_programs_read_them(ask: Ask) -> None:
    """Days as in ISO 8601, instants in the firm's zone, numbers bare; what is no value, in words."""
    columns = [
        Column("day", "Day", "day"),
        Column("at", "At", "instant"),
        Column("rate", "Rate", "percent"),
        Column("slip", "Slip", "number"),
    ]
    cells = [
        Cell(date(2026, 12, 4), "Fri 4 Dec"),
        Cell(datetime(2026, 11, 24, 1, 0, tzinfo=UTC), "today"),
        Cell(66.7, "66.7 %"),
        Cell(None, "not measured"),
    ]

    assert read_csv(written("csv", made_up(ask(), table(columns, [cells]))))[1] == [
        "2026-12-04",
        "2026-11-24 09:00",
        "66.7",
        "not measured",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_field_of_a_csv_is_a_formula(ask: Ask, text: str) -> None:
    """A client's subject must not run on our machines; it is still read as it was written."""
    field = read_csv(written("csv", made_up(ask(), texts([text]))))[1][0]

    assert not field.lstrip(" \t\r\n\x00\u200b\u2060\ufeff").startswith(("=", "+", "-", "@", "＝"))
    assert field.removeprefix("'") == text


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_no_markup_in_html(ask: Ask, text: str) -> None:
    """Whatever it is called."""
    page = written("html", made_up(ask(), texts([text]))).decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_no_markup_in_markdown(ask: Ask, text: str) -> None:
    """Neither a link, nor a heading, nor a cell more, nor HTML."""
    line = written("md", made_up(ask(), texts([text]))).decode().splitlines()[-1]
    bare = line.removeprefix("| ").removesuffix(" |").replace("\\\\", "")

    for mark in "<[]|#`*_":
        assert bare.count(mark) == bare.count(f"\\{mark}")


def test_a_link_in_markdown_ends_where_it_should(ask: Ask) -> None:
    """An address with a line break would begin a heading."""
    cell = Cell("a", "a", "https://tool.example/>\n# now")
    text = written("md", made_up(ask(), table([Column("a", "A")], [[cell]]))).decode()

    assert "[a](<https://tool.example/%3E%0A#%20now>)" in text
    assert "\n# now" not in text


def test_a_page_alone_is_named_once(ask: Ask) -> None:
    """And of several each."""
    alone, several = (written("md", report).decode() for report in (made_up(ask(), texts(["a"])), pages(ask())))

    assert alone.count("Things") == 1
    assert "\n## Portfolio\n" in several


def test_html_stands_alone_with_a_list_of_contents(ask: Ask) -> None:
    """It is opened from a mail: no menu, no filter, no link into a hub that has no address."""
    page = written("html", pages(ask())).decode()

    assert '<a href="#portfolio">Portfolio</a>' in page
    assert 'id="portfolio-projects"' in page
    assert "<form" not in page
    assert 'href="/' not in page
    assert "default-src 'none'" in unescape(page)


def test_links_of_a_file_lead_to_the_hub_where_it_has_an_address(ask: Ask) -> None:
    """To the very rows behind a figure."""
    page = written("html", pages(ask(public_url="https://hub.example/"))).decode()

    assert 'href="https://hub.example/portfolio?health=red"' in page


def test_json_is_the_values_of_the_pages(ask: Ask) -> None:
    """Not their words: in every language the same."""
    english, chinese = (json.loads(written("json", pages(ask(tongue)))) for tongue in ("en", "zh-Hans-CN"))

    assert english == chinese
    assert english["as_of"] == "2026-11-24T01:00:00Z"
    assert {row["name"] for row in english["pages"]["portfolio"]["projects"]} >= {"Mobile app revamp", "POS"}


def test_a_file_of_one_client_holds_no_other(ask: Ask) -> None:
    """It may be handed on."""
    narrowed = ask(filters=Filters(client="kite"))

    for form in ("html", "md", "json"):
        text = written(form, pages(narrowed)).decode()
        assert "POS" in text
        assert "Mobile app revamp" not in text
        assert "UAT sign-off" not in text


def test_a_narrowed_file_leaves_out_pages_of_everybody() -> None:
    """A page that cannot be narrowed would tell of the others."""
    kinds = kinds_of(PAGES, Filters(client="kite"), sees_people=True)

    assert kinds
    assert all("client" in kind.filters and not kind.is_of_people for kind in kinds)


def test_rows_are_gone_through_once_and_their_notes_are_kept(ask: Ask) -> None:
    """A note in row 2,000 has no column of its own any more: it stands in its cell."""
    rows = (Row([Cell(f"{n}", f"{n}", notes=["late"] if n == 1999 else ())]) for n in range(2000))
    listed = Table("list", "List", [Column("n", "N")], rows)

    assert read_csv(written("csv", made_up(ask(), listed)))[-1] == ["1999 (late)"]
