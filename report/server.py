"""The report over HTTP: one page, its JSON, and a health check. Nothing here writes."""

import base64
import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.language import negotiate
from config.settings import Language
from report.overview import Overview
from report.page import CSS, Page, render
from report.structured import as_json

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the hub does its work: `problems` names what does not, for a person."""

    problems: tuple[str, ...] = ()


def server(
    *,
    overview: Callable[[], Overview],
    health: Callable[[], Health],
    language: Language,
    public_url: str = "",
    demo: bool = False,
) -> Starlette:
    """The application. `overview` and `health` are asked anew for each request; `language` is the default one."""

    def page(request: Request) -> Response:
        whole = overview()
        person = request.query_params.get("bd")
        wanted = _language(request, language)
        shown = Page.of(whole, wanted, person=person, demo=demo, address=_address(wanted, language))
        return HTMLResponse(render(shown))

    def structured(request: Request) -> Response:
        return JSONResponse(as_json(overview(), person=request.query_params.get("bd")))

    def healthz(_: Request) -> Response:
        found = health().problems
        return PlainTextResponse("\n".join(found) or "ok", status_code=503 if found else 200)

    routes = [Route("/", page), Route("/report.json", structured), Route("/healthz", healthz)]
    app = Starlette(routes=routes)
    app.add_middleware(Guard, hosts=allowed_hosts(public_url))
    return app


def allowed_hosts(public_url: str) -> frozenset[str]:
    """Whom the page answers to: loopback names, and the host of `public_url`."""
    public = urlsplit(public_url).hostname
    return LOOPBACK | ({public} if public else frozenset())


def _language(request: Request, default: Language) -> Language:
    asked = request.query_params.get("lang")
    return negotiate(asked) if asked else default


def _address(wanted: Language, default: Language) -> Callable[[str | None], str]:
    """Links to the page narrowed to a person, keeping the language that was asked for."""
    keep = [] if wanted == default else [f"lang={wanted}"]
    return lambda person: "?" + "&".join([*([f"bd={person}"] if person else []), *keep])


class Guard:
    """Answers only to our own host names, and tells the browser to trust nothing that the page does not carry.

    Another Host header is a rebinding attack or a mistake in a proxy: 421, so that neither reads client data.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name not in self.hosts:
            refusal = PlainTextResponse("This address is not served here; set public_url to it.", status_code=421)
            await refusal(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        await self.app(scope, receive, guarded)


_STYLE = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
_HEADERS = [
    (b"content-security-policy",
     f"default-src 'none'; style-src 'sha256-{_STYLE}'; base-uri 'none'; form-action 'none'; "
     "frame-ancestors 'none'".encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]  # fmt: skip
