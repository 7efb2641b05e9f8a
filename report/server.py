"""The report over HTTP: the pages that it is given, and a health check; who may ask at all."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from report.html import POLICY
from unify.engine import StoreError

log = logging.getLogger(__name__)

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the hub does its work: `problems` names what does not, for a person."""

    problems: tuple[str, ...] = ()


def server(*, health: Callable[[], Health], pages: Sequence[Route], public_url: str = "") -> Starlette:
    """The application; `health` is asked anew for each request. `pages`: those of a `Site`, and those behind the links
    of mails, which alone write."""

    def healthz(_: Request) -> Response:
        found = health().problems
        return PlainTextResponse("\n".join(found) or "ok", status_code=503 if found else 200)

    routes = [Route("/healthz", healthz), *pages]
    app = Starlette(routes=routes, exception_handlers={StoreError: _unreadable})
    app.add_middleware(Guard, hosts=allowed_hosts(public_url))
    return app


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

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", [])
                named = {name for name, _ in own}  # a page may have a policy of its own, as strict
                message["headers"] = [*own, *(header for header in _HEADERS if header[0] not in named)]
            await send(message)

        hosts = [_name(value) for header, value in scope["headers"] if header == b"host"]
        if len(hosts) == 1 and hosts[0] in self.hosts:
            await self.app(scope, receive, guarded)
        else:
            refusal = PlainTextResponse("This address is not served here; set public_url to it.", status_code=421)
            await refusal(scope, receive, guarded)


def _name(host: bytes) -> str:
    """A Host header without its port."""
    text = host.decode("latin-1").lower()
    return text if text.endswith("]") else text.rsplit(":", 1)[0]


_HEADERS = [
    (b"content-security-policy", f"{POLICY}; frame-ancestors 'none'".encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
