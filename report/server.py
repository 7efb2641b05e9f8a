"""The report over HTTP: the pages that it is given, and a health check; who may ask at all."""

import logging
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.values import is_loopback
from report.html import POLICY
from unify.engine import StoreError

log = logging.getLogger(__name__)

_HOST = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


_ZIPPED = ("application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_SMALLER = Middleware(
    GZipMiddleware, compresslevel=5, exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, *_ZIPPED)
)
"""Pages are tables, a tenth as large compressed. Whoever would guess at a form's token by the size of an answer has to
have our cookie sent from elsewhere, which SameSite does not let them."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the hub does its work: `problems` names what does not, for a person."""

    problems: tuple[str, ...] = ()


def server(
    *,
    health: Callable[[], Health],
    pages: Sequence[BaseRoute],
    public_url: str = "",
    doors: Sequence[Middleware] = (),
) -> Starlette:
    """The application; `health` is asked anew for each request. `pages`: those of a `Site` and its API, those behind
    the links of mails, and those of signing in. `doors` stand before all of them."""

    def healthz(request: Request) -> Response:
        """Nobody signs in for it: what does not work is told on this machine alone. A Host header alone is what anybody
        writes; an address alone may be a proxy's, which passes on for whom it asks, or not."""
        found, named = health().problems, _name(request.headers["host"].encode())
        is_here = named in LOOPBACK and request.client is not None and is_loopback(request.client.host)
        told = "\n".join(found) if is_here else "milepost status says what does not work"
        return PlainTextResponse(told if found else "ok", status_code=503 if found else 200)

    routes = [Route("/healthz", healthz), *pages]
    headers = _headers(https=urlsplit(public_url).scheme == "https")
    guard = Middleware(Guard, hosts=allowed_hosts(public_url), headers=headers)

    def failed(_: Request, _problem: Exception) -> Response:
        """It is answered outside of the guard. What happened is in the log."""
        told = {name.decode(): value.decode() for name, value in headers}
        return PlainTextResponse("Something went wrong; the hub's log says what.", status_code=500, headers=told)

    handlers = {StoreError: _unreadable, Exception: failed}
    return Starlette(routes=routes, middleware=[guard, _SMALLER, *doors], exception_handlers=handlers)


def allowed_hosts(public_url: str) -> frozenset[str]:
    """Whom the page answers to: loopback names, and the host of `public_url`."""
    public = urlsplit(public_url).hostname or ""
    return LOOPBACK | {f"[{public}]" if ":" in public else public} - {""}


def _unreadable(_: Request, problem: Exception) -> Response:
    log.error("the report could not be read: %s", problem)
    return PlainTextResponse("The report cannot be read now; the hub's log says why.", status_code=503)


class Guard:
    """Answers only to our own host names, and tells the browser to trust nothing that the page does not carry.

    Another Host header is a rebinding attack or a mistake in a proxy: 421, so that neither reads client data.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], headers: Sequence[tuple[bytes, bytes]]) -> None:
        self.app = app
        self.hosts = hosts
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", [])
                named = {name for name, _ in own}  # a page may have a policy of its own, as strict
                message["headers"] = [*own, *(header for header in self.headers if header[0] not in named)]
            await send(message)

        hosts = [_name(value) for header, value in scope["headers"] if header == b"host"]
        if len(hosts) == 1 and hosts[0] in self.hosts:
            await self.app(scope, receive, guarded)
        else:
            refusal = PlainTextResponse("This address is not served here; set public_url to it.", status_code=421)
            await refusal(scope, receive, guarded)


def _name(host: bytes) -> str:
    """A Host header without its port; "" for what is none: some read an address out of it."""
    found = _HOST.fullmatch(host.decode("latin-1").lower())
    return found[1] if found else ""


def _headers(*, https: bool) -> list[tuple[bytes, bytes]]:
    """Of every answer. Where a page leads, nobody is told from where; our own pages are, for of a form that is posted
    with no word of that, nobody could tell whether it is ours."""
    told = {
        "content-security-policy": f"{POLICY}; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
    }
    if https:
        told["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in told.items()]
