"""The pages over HTTP: each is read in one transaction of a read-only engine, and shown in the words of its reader."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from config.language import negotiate
from config.settings import Language, Settings
from report.asked import Asked, NoSuchThing, Reader, language_of
from report.document import Document
from report.exports.file import Part
from report.exports.web import Exported, as_file
from report.filters import Filters, WrongFilter
from report.html import render
from report.pages import PAGES
from report.pages.kind import PageKind
from report.reading.today import read_today
from report.structured import as_json
from rules.moment import Moment
from rules.rule import Rule

ReaderOf = Callable[[Request], Reader]
"""Who asks."""


@dataclass(frozen=True, slots=True)
class Site:
    """All the pages of a hub. `moment` is asked anew for each request."""

    engine: Engine
    settings: Settings
    moment: Callable[[], Moment]
    rules: Sequence[Rule]
    reader_of: ReaderOf
    is_demo: bool = False
    exported: Exported = lambda *_: None
    """Is told who takes what away as a file."""

    def routes(self) -> list[Route]:
        """One for each page, and the values of the first as JSON."""
        pages = [Route(kind.path.replace("{of}", "{of:path}"), self._answers(kind)) for kind in PAGES]
        return [*pages, Route("/report.json", self._structured)]

    def _answers(self, kind: PageKind) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            with self.asked(request) as asked:
                if kind.is_of_people and not asked.reader.sees_people:
                    raise HTTPException(404)
                if "format" in request.query_params:
                    whole = replace(asked, filters=replace(asked.filters, page=0))
                    return as_file(_part(kind, whole), whole, request, self.exported)
                return HTMLResponse(render(_part(kind, asked).document, asked, kind, self._menu(asked.reader)))

        return answer

    def _structured(self, request: Request) -> Response:
        with self.asked(request) as asked:
            return JSONResponse(as_json(read_today(asked), asked))

    @contextmanager
    def asked(self, request: Request) -> Iterator[Asked]:
        """By whom and for what: an address that means nothing is refused, and what is not there is not found."""
        reader = self.reader_of(request)
        try:
            filters = Filters.read(request.query_params)
        except WrongFilter as wrong:
            raise HTTPException(400, str(wrong)) from wrong
        with self.engine.connect() as connection:
            try:
                yield Asked(
                    connection=connection,
                    settings=self.settings,
                    moment=self.moment(),
                    rules=self.rules,
                    reader=reader,
                    language=self._language(request, reader, filters),
                    filters=filters,
                    of=request.path_params.get("of", ""),
                    is_demo=self.is_demo,
                )
            except NoSuchThing as nothing:
                raise HTTPException(404, str(nothing)) from nothing

    def _menu(self, reader: Reader) -> list[PageKind]:
        return [kind for kind in PAGES if kind.is_in_menu and (reader.sees_people or not kind.is_of_people)]

    def _language(self, request: Request, reader: Reader, filters: Filters) -> Language:
        asked = request.query_params.get("lang")
        return negotiate(asked) if asked else language_of(reader, filters.bd, self.settings)


def _part(kind: PageKind, asked: Asked) -> Part:
    values = kind.read(asked)
    return Part(kind, values, noticed(kind.show(values, asked), asked))


def noticed(document: Document, asked: Asked) -> Document:
    """With what must be known before anything on it is believed."""
    if asked.asks_for_others:
        return replace(document, notices=[asked.t("filter.of_others"), *document.notices])
    return document
