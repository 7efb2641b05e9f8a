"""What the vendors' stand-ins share: planned faults, a log of requests, sign-in helpers, JSON answers.

A vendor's app is `Door(routes, refuse=…)`: each request is noted, meets the planned faults, then the sign-in, then its
route. Handlers are `async def` and never await in the middle of a change, so that they run one after another; what
another thread does to the same state (the story's verbs) happens under `door.lock`.
"""

import asyncio
import base64
import binascii
import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

Refuse = Callable[[Request], Response | None]
"""The sign-in: an answer to somebody who may not pass, None for all others."""


@dataclass
class Fault:
    """Answer requests whose "METHOD /path" matches `where` (a regular expression) otherwise than usual.

    The first `after` matching ones pass, then `times` are hit. `status` 0 lets the request pass after `delay_s`;
    `cut` breaks the connection off in the middle of the answer; `handled` carries the request out all the same, so
    that only its answer is lost.
    """

    where: str
    status: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    delay_s: float = 0.0
    times: int = 1
    after: int = 0
    cut: bool = False
    handled: bool = False

    def hits(self, call: str) -> bool:
        """Whether `call` meets it; counts."""
        if self.times <= 0 or re.search(self.where, call) is None:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return True


@dataclass(frozen=True)
class Seen:
    """A request that arrived. `path` is the vendor's own, below the sandbox's mount."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]

    def __str__(self) -> str:
        """ "GET /boards?fields=name"."""
        return f"{self.method} {self.path}" + (f"?{self.query}" if self.query else "")


class Door:
    """The ASGI app that stands before a vendor's routes."""

    def __init__(self, routes: Sequence[BaseRoute], refuse: Refuse | None = None) -> None:
        self.faults: list[Fault] = []
        self.log: list[Seen] = []
        self.lock = threading.RLock()
        self._refuse = refuse
        self._routes = Starlette(routes=list(routes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the request, then fault, sign-in or route."""
        if scope["type"] != "http":
            await self._routes(scope, receive, send)
            return
        request = Request(scope, receive)
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        self.log.append(Seen(request.method, path, request.url.query, dict(request.headers)))
        fault = next((fault for fault in self.faults if fault.hits(f"{request.method} {path}")), None)
        if fault is not None:
            await asyncio.sleep(fault.delay_s)
            if fault.handled:
                await self._routes(scope, receive, _nowhere)
            if fault.status:
                await _answer(fault, scope, receive, send)
                return
        with self.lock:
            refusal = self._refuse(request) if self._refuse else None
            await (refusal or self._routes)(scope, receive, send)


async def _nowhere(message: Any) -> None:
    """Takes the answer of a request whose answer is lost."""


async def _answer(fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    response = Response(fault.body, fault.status, dict(fault.headers))
    if not fault.cut:
        await response(scope, receive, send)
        return
    response.headers["content-length"] = str(len(fault.body) + 1)
    await send({"type": "http.response.start", "status": fault.status, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})


def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON as the vendors send it; ASCII only, so that a lone surrogate travels too."""
    return Response(json.dumps(data, separators=(",", ":")), status, dict(headers or {}), "application/json")


def text(body: str, status: int) -> Response:
    """Plain text, which some vendors refuse with."""
    return Response(body, status, media_type="text/plain")


def bearer(request: Request) -> str | None:
    """The token of `Authorization: Bearer …`."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind.lower() == "bearer" and token else None


def basic(request: Request) -> tuple[str, str] | None:
    """User and password of `Authorization: Basic …`."""
    kind, _, coded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None
