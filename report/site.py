"""The pages over HTTP: each is read in one transaction of a read-only engine, and shown in the words of its reader."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from config.language import negotiate
from config.settings import Language, Settings
from report.asked import Asked, NoSuchThing, Reader
from report.document import Document
from report.filters import Filters, WrongFilter
from report.html import render
from report.pages import PAGES
from report.pages.kind import PageKind
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

    def routes(self) -> list[Route]:
        """One for each page."""
        return [Route(kind.path.replace("{of}", "{of:path}"), self._answers(kind)) for kind in PAGES]

    def _answers(self, kind: PageKind) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            reader = self.reader_of(request)
            if kind.is_of_people and not reader.sees_people:
                raise HTTPException(404)
            try:
                filters = Filters.read(request.query_params)
            except WrongFilter as wrong:
                raise HTTPException(400, str(wrong)) from wrong
            with self.engine.connect() as connection:
                asked = Asked(
                    connection=connection,
                    settings=self.settings,
                    moment=self.moment(),
                    rules=self.rules,
                    reader=reader,
                    language=self._language(request, reader),
                    filters=filters,
                    of=request.path_params.get("of", ""),
                    is_demo=self.is_demo,
                )
                try:
                    document = noticed(kind.show(kind.read(asked), asked), asked)
                except NoSuchThing as nothing:
                    raise HTTPException(404, str(nothing)) from nothing
                return HTMLResponse(render(document, asked, kind, self._menu(reader)))

        return answer

    def _menu(self, reader: Reader) -> list[PageKind]:
        return [kind for kind in PAGES if kind.is_in_menu and (reader.sees_people or not kind.is_of_people)]

    def _language(self, request: Request, reader: Reader) -> Language:
        asked = request.query_params.get("lang")
        return negotiate(asked) if asked else reader.language or self.settings.language


def noticed(document: Document, asked: Asked) -> Document:
    """With what must be known before anything on it is believed."""
    if asked.asks_for_others:
        return replace(document, notices=[asked.t("filter.of_others"), *document.notices])
    return document
