"""A page as a file, from the web: the same filters, the same clients, and a line in the log."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Engine

from report.asked import Reader
from report.pages import PAGES
from report.site import Site
from tests.report.asking import EVERYBODY, MARCO, Asking
from tests.report.exports.writing import Ask


@dataclass(frozen=True)
class Taken(Asking):
    """What was said to have been taken away."""

    taken: tuple[list[str], ...] = ([],)

    def site(self, **how: Any) -> Site:
        """With a log."""

        def note(reader: Reader, what: str, _address: str) -> None:
            self.taken[0].append(f"{reader.name}: {what}")

        return super().site(exported=note, **how)


@pytest.fixture
def asking(engine: Engine, ask: Ask) -> Taken:
    """The firm of `ask`."""
    return Taken(engine, EVERYBODY, ([],))


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("xlsx", b"PK"),
        ("csv&table=portfolio/projects", b"\xef\xbb\xbf"),
        ("md", b"# Portfolio"),
        ("html", b"<!doctype"),
    ],
)
def test_a_page_is_had_as_a_file(asking: Taken, form: str, begins: bytes) -> None:
    """With a name that every system takes."""
    answer = asking.get(f"/portfolio?format={form}")

    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert answer.headers["content-disposition"] == f'attachment; filename="portfolio-2026-11-24.{form.split("&")[0]}"'
    # Of what is compressed on its way nobody knows the length beforehand.
    told = answer.headers.get("content-length")
    assert (told is None) == (answer.headers.get("content-encoding") == "gzip")
    assert told in (None, str(len(answer.content)))


def test_the_page_leads_to_its_files_with_its_filters(asking: Taken) -> None:
    """What is narrowed on the screen is narrowed in the file."""
    page = asking.page("/portfolio", client="kite")

    assert 'href="/portfolio?client=kite&amp;lang=en&amp;format=xlsx"' in page
    assert "Mobile app revamp" not in asking.get("/portfolio", client="kite", format="md").text


@pytest.mark.parametrize("query", [{"format": "doc"}, {"format": "csv"}, {"format": "csv", "table": "nothing"}])
def test_a_file_that_there_is_not_is_refused_in_words(asking: Taken, query: dict[str, str]) -> None:
    """With what there is."""
    answer = asking.get("/portfolio", **query)

    assert answer.status_code == 400
    assert "csv" in answer.text or "portfolio/projects" in answer.text


def test_a_bd_manager_takes_away_own_clients_alone(asking: Taken) -> None:
    """In no form, from no page, by no address."""
    mine = replace(asking, reader=MARCO)

    for kind in (kind for kind in PAGES if kind.is_in_menu):
        for form in ("md", "json"):
            for query in ({}, {"client": "kite"}, {"bd": "sandy"}):
                answer = mine.get(kind.path, format=form, **query)
                assert "POS" not in answer.text
                assert "Paper Kite" not in answer.text


def test_who_took_what_away_is_noted(asking: Taken) -> None:
    """The page, the form, and what it was narrowed to; a page that is only read is not."""
    mine = replace(asking, reader=MARCO)
    mine.page("/portfolio")
    mine.get("/portfolio", format="md", bd="marco")

    assert asking.taken[0] == ["marco: /portfolio?format=md&bd=marco"]
