"""Browsers that come to the report of the small firm, where everybody must sign in; a test moves the clock."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from argon2 import PasswordHasher
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from config.settings import Settings
from report.access import accounts
from report.access.audit import Entry, read_log
from report.access.cookies import Cookies
from report.access.door import Door, Posted
from report.access.entrance import Entrance
from report.access.oidc import Provider
from report.access.pages import SignInPages
from report.access.passwords import Passwords
from report.access.readers import reader_of
from report.server import Health, server
from report.site import Site
from tests.alerts.firm import TUESDAY
from tests.report.firm import moment
from unify.engine import writing

PUBLIC = "https://hub.acme.example"
PASSWORD = "correct horse battery"
OFFICE = "203.0.113.9"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORDS = Passwords(CHEAP)


@dataclass
class House:
    """The whole application, and the accounts of who has one."""

    engine: Engine
    settings: Settings
    public_url: str = PUBLIC
    provider: Provider | None = None
    passwords: Passwords = PASSWORDS
    now: datetime = TUESDAY
    app: Starlette = field(init=False)

    def __post_init__(self) -> None:
        known, public = self.settings, self.public_url
        cookies = Cookies("k" * 43, https=urlsplit(public).scheme == "https")
        entrance = Entrance(known, self.engine, self.engine, lambda: self.now, lambda: self.now.date(), self.passwords)
        site = Site(self.engine, known, lambda: moment(known), (), reader_of)
        doors = [
            Middleware(Door, entrance=entrance, cookies=cookies, clock=lambda: self.now),
            Middleware(Posted, public_url=public),
        ]
        signing_in = SignInPages(known, entrance, cookies, self.provider).routes()
        posting = [
            Route("/post", _post, methods=["POST"]),
            Route("/token", _token),
            Route("/a/{token}", _post, methods=["POST"]),
        ]
        self.app = server(
            health=Health,
            public_url=public,
            doors=doors,
            pages=[*site.routes(), *signing_in, *posting],
        )

    def add(self, *names: str) -> None:
        """Give them accounts."""
        with writing(self.engine) as connection:
            for name in names:
                accounts.add(self.settings, connection, name, PASSWORDS.hash(PASSWORD), "root", self.now)

    def log(self) -> list[Entry]:
        """What stands in the log, but for who got an account."""
        with self.engine.connect() as connection:
            return [one for one in read_log(connection, 100) if one.event != "added"]

    def pass_(self, **time: float) -> None:
        """Time goes by."""
        self.now += timedelta(**time)

    def browser(self, address: str = OFFICE) -> "Browser":
        """A new one."""
        return Browser(self.app, self.public_url, address)


class Browser:
    """Keeps cookies, says where it comes from as browsers do, and follows nothing."""

    def __init__(self, app: Starlette, public_url: str = PUBLIC, address: str = OFFICE) -> None:
        self.app = app
        self.base = public_url or "http://127.0.0.1:8080"
        self.address = address
        self.cookies = httpx.Cookies()

    def request(self, method: str, path: str, **how: Any) -> httpx.Response:
        """The answer to a request; `how` is httpx's."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(self.address, 50000))
            async with httpx.AsyncClient(transport=transport, base_url=self.base, cookies=self.cookies) as client:
                answer = await client.request(method, path, **how)
                self.cookies = client.cookies
                return answer

        return asyncio.run(asked())

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Open a page."""
        return self.request("GET", path, headers={"accept": "text/html", **headers})

    def post(self, path: str, site: str = "same-origin", **fields: str) -> httpx.Response:
        """Send a form of a page from that `site`."""
        headers = {"accept": "text/html", "sec-fetch-site": site}
        return self.request("POST", path, headers=headers, data=fields)

    def sign_in(self, name: str, password: str = PASSWORD, path: str = "/sign-in") -> httpx.Response:
        """Send the form of the sign-in page."""
        return self.post(path, name=name, password=password)

    @property
    def is_in(self) -> bool:
        """Whether it gets pages."""
        return self.get("/token").status_code == 200

    @property
    def token(self) -> str:
        """What forms of its session send along."""
        return self.get("/token").text


async def _post(request: Request) -> Response:
    return HTMLResponse((await request.body()).decode())


def _token(request: Request) -> Response:
    return HTMLResponse(reader_of(request).form_token)


def leads_to(answer: httpx.Response) -> str:
    """Where it sends the browser."""
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]
