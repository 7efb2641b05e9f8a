"""Pages asked for as a browser asks: over HTTP, of the small firm, on Tuesday 24 November 2026 at 09:00."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import httpx
from sqlalchemy import Engine
from starlette.applications import Starlette

from report.asked import Reader
from report.scope import Scope
from report.server import Health, server
from report.site import Site
from rules.load import load_rules
from rules.rule import Rule
from tests.alerts.firm import settings
from tests.report.firm import moment


@cache
def _rules() -> Sequence[Rule]:
    """Those that are shipped: to read them takes longer than any page."""
    return tuple(load_rules(settings()))


EVERYBODY = Reader()
MARCO = Reader("marco", Scope(frozenset({"client/bank"})), sees_people=False)
"""The BD manager of the bank, and of nobody else."""


@dataclass(frozen=True)
class Asking:
    """The whole application over `engine`, as `reader` meets it."""

    engine: Engine
    reader: Reader = EVERYBODY

    def as_(self, reader: Reader) -> "Asking":
        """The same for another."""
        return replace(self, reader=reader)

    def get(self, path: str, **query: str) -> httpx.Response:
        """The answer to a GET, whatever its status."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app())
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
                return await client.get(path, params=query or None)

        return asyncio.run(asked())

    def page(self, path: str, **query: str) -> str:
        """The page as HTML; fails where there is none."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.text

    def app(self) -> Starlette:
        """The application."""
        return server(health=Health, pages=self.site().routes())

    def site(self, **how: Any) -> Site:
        """Its pages."""
        known = settings()
        return Site(self.engine, known, lambda: moment(known), _rules(), lambda _: self.reader, **how)
