"""A document as a page of HTML: every value is escaped, and nothing on it comes from elsewhere."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from config.language import place
from config.settings import Language
from report.asked import Asked
from report.document import Document
from report.filters import address
from report.page import CSS, OWN_NAMES
from report.pages.kind import PageKind

_HTML_LANGUAGES: Mapping[str, str] = {"en": "en-HK"}


def render(document: Document, asked: Asked, kind: PageKind, menu: Sequence[PageKind]) -> str:
    """The page of `kind`; `menu`: the pages that its menu leads to."""
    return _template().render(
        document=document,
        css=Markup(CSS),
        t=asked.t,
        html_lang=_HTML_LANGUAGES.get(asked.language, asked.language),
        as_of=asked.speech.at(asked.now),
        place=place(asked.language, asked.moment.zone),
        demo=asked.is_demo,
        menu=[(asked.t("page.today"), asked.to("/"), False)]
        + [(asked.t(f"page.{one.key}"), asked.to(one.path), one.key == kind.key) for one in menu],
        languages=[
            (name, _in(asked, kind, language), language, language == asked.language)
            for language, name in OWN_NAMES.items()
        ],
        here=kind.path,
    )


def _in(asked: Asked, kind: PageKind, language: Language) -> str:
    """The same page in another language."""
    return address(kind.path, asked.filters.query() | {"lang": language})


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template("document.html")
