"""A document as a page of HTML: every value is escaped, and nothing on it comes from elsewhere."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from config.language import instant, place
from config.settings import Language
from report.asked import Asked
from report.document import Block, Chart, Document, Facts, Lines, Table, tables_of
from report.filters import address
from report.pages.kind import PageKind

_TEMPLATES = Path(__file__).parent / "templates"
CSS = (_TEMPLATES / "report.css").read_text("utf-8")
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(CSS.encode()).digest()).decode()}'; "
    "img-src data:; base-uri 'none'; form-action 'self'"
)
"""A page's content security policy: its own style and drawings, and its filters; neither script nor request."""

OWN_NAMES: Mapping[Language, str] = {"en": "English", "zh-Hant-HK": "繁體中文", "zh-Hans-CN": "简体中文"}


def html_language(language: Language) -> str:
    """What a page says that its language is: a screen reader chooses its voice by it."""
    return "en-HK" if language == "en" else language


def render(document: Document, asked: Asked, kind: PageKind, menu: Sequence[PageKind] = ()) -> str:
    """The page of `kind`; `menu`: the pages that its menu leads to."""
    return _template("document.html").render(
        document=document,
        css=Markup(CSS),
        policy=POLICY,
        t=asked.t,
        language=asked.language,
        html_lang=html_language(asked.language),
        # With its year: on paper and in an old mail, no other date on it is complete.
        as_of=instant(asked.language, asked.now, asked.moment.zone, date.min),
        place=place(asked.language, asked.moment.zone),
        demo=asked.is_demo,
        who=asked.person_name(asked.reader.name),
        form_token=asked.reader.form_token,
        menu=[(asked.t(f"page.{one.key}"), asked.to(one.path), one.key == kind.key) for one in menu],
        languages=[
            (name, _in(asked, kind, language), language, language == asked.language)
            for language, name in OWN_NAMES.items()
        ],
        here=quote(kind.path.replace("{of}", asked.of), safe="/:@"),
        files=_files(document, asked, kind),
        kind_of=kind_of,
        data_uri=data_uri,
    )


def render_file(documents: Sequence[Document], asked: Asked, title: str, as_of: str) -> str:
    """Several pages as one that stands alone: with a list of contents, and without a menu."""
    return _template("file.html").render(
        documents=documents,
        title=title,
        as_of=as_of,
        css=Markup(CSS),
        policy=POLICY,
        t=asked.t,
        html_lang=html_language(asked.language),
        demo=asked.is_demo,
        kind_of=kind_of,
        data_uri=data_uri,
    )


def _in(asked: Asked, kind: PageKind, language: Language) -> str:
    """The same page in another language."""
    return address(
        kind.path.replace("{of}", asked.of), asked.filters.query(page=asked.filters.page) | {"lang": language}
    )


def _files(document: Document, asked: Asked, kind: PageKind) -> list[tuple[str, str]]:
    """The same as a file: what it is called, and where it is had. A CSV file holds one table."""
    names = {"pdf": "PDF", "xlsx": "Excel"}
    if len(list(tables_of(document.blocks))) == 1:
        names["csv"] = "CSV"
    query = asked.filters.query() | {"lang": asked.language}
    path = kind.path.replace("{of}", asked.of)
    return [(name, address(path, query | {"format": form})) for form, name in names.items()]


def kind_of(block: Block) -> str:
    """Which macro shows it."""
    match block:
        case Table():
            return "table"
        case Chart():
            return "chart"
        case Facts():
            return "facts"
        case Lines():
            return "lines"


def data_uri(svg: str) -> str:
    """A drawing that stands in the page itself, where nothing in it can run or be fetched."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template(name)
