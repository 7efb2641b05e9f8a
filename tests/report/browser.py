"""What a browser makes of the page."""

from html.parser import HTMLParser
from typing import Any

from config.settings import Language
from report.overview import Overview
from report.page import Page, render


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


def seen(shown: Overview, language: Language = "en", **how: Any) -> Seen:
    """The page of an overview, as a reader meets it."""
    return Seen(render(Page.of(shown, language, **how)))
