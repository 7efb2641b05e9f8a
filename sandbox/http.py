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
import socket
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

Refuse = Callable[[Request], Response | None]
"""The sign-in: an answer to somebody who may not pass, None for all others."""


@dataclass(frozen=True)
class Reply:
    """An answer as it goes over the wire. `headers` are named in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Fault:
    """Answer requests whose "METHOD /path" matches `where` (a regular expression) otherwise than usual.

    The first `after` matching ones pass, then `times` are hit, each after `delay_s`. `status` 0 gives the true answer,
    which `alter` may change; what `meanwhile` does to the vendor's state is done before. `handled` carries the request
    out although its answer is lost. An answer is `cut` in the middle, or its connection is reset after `reset_after`
    bytes of the body, or it comes in `drip` bytes at a time with `delay_s` before each.
    """

    where: str
    status: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | bytes = ""
    delay_s: float = 0.0
    times: int = 1
    after: int = 0
    cut: bool = False
    handled: bool = False
    alter: Callable[[Reply], Reply] | None = None
    meanwhile: Callable[[], None] | None = None
    reset_after: int | None = None
    drip: int | None = None

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
        if fault is None:
            await self._pass(request, send)
            return
        await asyncio.sleep(fault.delay_s)
        if fault.meanwhile is not None:
            with self.lock:
                fault.meanwhile()
        body = fault.body.encode() if isinstance(fault.body, str) else fault.body
        reply = Reply(fault.status, fault.headers, body)
        if fault.handled or not fault.status:
            true = await self._true_reply(request)
            reply = reply if fault.status else true
        await _send(fault, fault.alter(reply) if fault.alter else reply, scope, send)

    async def _pass(self, request: Request, send: Send) -> None:
        with self.lock:
            refusal = self._refuse(request) if self._refuse else None
            await (refusal or self._routes)(request.scope, request.receive, send)

    async def _true_reply(self, request: Request) -> Reply:
        """What the vendor would have answered."""
        told: list[Message] = []

        async def listen(message: Message) -> None:
            told.append(message)

        await self._pass(request, listen)
        start = told[0]
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
        return Reply(start["status"], headers, b"".join(one.get("body", b"") for one in told[1:]))


class Wire(H11Protocol):
    """HTTP that shows an app its own connection, so that a fault can reset it: `scope["state"]["transport"]`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """As uvicorn's. Asyncio sets TCP_NODELAY only where a socket names its protocol, and one of
        `socket.create_server` does not: a small answer in two writes would wait 40 ms for an acknowledgement."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "transport": transport}


async def _send(fault: Fault, reply: Reply, scope: Scope, send: Send) -> None:
    headers = {name.lower(): value for name, value in reply.headers.items()}
    headers["content-length"] = str(len(reply.body) + fault.cut)
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    if fault.reset_after is not None:
        await send(_piece(reply.body[: fault.reset_after]))
        _reset(scope["state"]["transport"])
        return
    step = fault.drip or max(len(reply.body), 1)
    for start in range(0, len(reply.body), step):
        if fault.drip:
            await asyncio.sleep(fault.delay_s)
        await send(_piece(reply.body[start : start + step]))
    if not fault.cut:
        await send({"type": "http.response.body", "body": b""})


def _piece(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": True}


def _reset(transport: asyncio.Transport) -> None:
    """End a connection without a farewell: the other side reads ECONNRESET."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


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
