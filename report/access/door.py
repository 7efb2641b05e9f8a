"""What stands before every page: who asks, and whether what is posted comes from a page of ours."""

import hmac
import logging
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alerts.links import PATH as LINKS
from config.clock import Clock
from config.values import is_loopback
from report.access.cookies import Cookies
from report.access.entrance import Entrance
from report.access.readers import keep_reader
from report.access.sessions import IDLE, RENEW, Session
from report.api.problem import problem
from report.asked import Reader
from unify.engine import StoreError

log = logging.getLogger(__name__)

SIGN_IN = "/sign-in"
_OPEN = ("/healthz", SIGN_IN)
_API = "/api/"
"""Programs ask there, and are told as its document says."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST_BYTES = 1_000_000


def proves_itself(path: str, signed: Sequence[str]) -> bool:
    """Whether that address carries its own proof of who it was given to: nobody signs in for it."""
    return path.startswith((LINKS, *signed))


class Door:
    """Says who reads (`report.access.readers.reader_of`), and lets in nobody else.

    Without an `entrance` nobody signs in, and everybody who reaches this machine's own address reads all.
    `signed`: the beginnings of addresses that prove themselves, beside those of the links in mails.
    """

    def __init__(
        self, app: ASGIApp, *, entrance: Entrance | None, cookies: Cookies, clock: Clock, signed: Sequence[str] = ()
    ) -> None:
        self.app = app
        self._entrance = entrance
        self._cookies = cookies
        self._clock = clock
        self._signed = signed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or send whoever asks to where they sign in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        session = Session.read(self._cookies.read(request, "session"), self._clock()) if self._entrance else None
        try:
            reader = await run_in_threadpool(self._reader, session)
        except StoreError as unreadable:
            log.error("it could not be read who asks: %s", unreadable)
            busy = _said(503, "The report cannot be read now; the hub's log says why.", scope["path"])
            await busy(scope, receive, send)
            return
        if reader is not None:
            keep_reader(request, reader)
        elif not _is_open(scope["path"], self._signed):
            await _to_sign_in(request)(scope, receive, send)
            return
        await self.app(scope, receive, self._renewing(send, session) if reader and session else send)

    def _reader(self, session: Session | None) -> Reader | None:
        if self._entrance is None:
            return Reader(form_token=self._cookies.form_token(""))
        reader = self._entrance.reader_in(session) if session else None
        return replace(reader, form_token=self._cookies.form_token(session.id)) if reader and session else None

    def _renewing(self, send: Send, session: Session) -> Send:
        """Write the session's cookie anew once in a while; an answer that writes it itself knows better."""
        now = self._clock()
        if now - session.seen < RENEW:
            return send

        async def renewed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "set-cookie" not in headers:
                    written = Response()
                    self._cookies.put(written, "session", session.seen_at(now).told, IDLE)
                    headers.append("set-cookie", written.headers["set-cookie"])
            await send(message)

        return renewed


class Posted:
    """Refuses what a page of somebody else has a browser post: it says of itself that it comes from elsewhere, or it
    cannot know the token that each of our forms carries (the field `token`, else the header X-Form-Token)."""

    def __init__(self, app: ASGIApp, *, public_url: str, signed: Sequence[str] = ()) -> None:
        self.app = app
        self._own = _origin(public_url) if public_url else None
        self._signed = signed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] in _SAFE or proves_itself(path, self._signed):
            await self.app(scope, receive, send)
            return
        if not self._is_ours(Headers(scope=scope)):
            await _refused("This was sent from a page of another site.")(scope, receive, send)
            return
        request = Request(scope, receive)
        # To sign in rides on no session, and may follow on another one.
        reader = None if path == SIGN_IN else getattr(request.state, "reader", None)
        body = await _body(request)
        if body is None:
            await PlainTextResponse("That is too much.", status_code=413)(scope, receive, send)
        elif isinstance(reader, Reader) and not hmac.compare_digest(_token(request, body), reader.form_token.encode()):
            await _refused("This page was open for too long: load it anew, and send it again.")(scope, receive, send)
        else:
            await self.app(scope, _again(body, receive), send)

    def _is_ours(self, headers: Headers) -> bool:
        """As browsers say it. Those that are old enough to say nothing of the site say from which page it comes."""
        if (site := headers.get("sec-fetch-site")) is not None:
            return site == "same-origin"
        try:
            origin, host = _origin(headers.get("origin", "")), urlsplit(f"//{headers.get('host', '')}")
            here = is_loopback(host.hostname or "") and origin == ("http", host.hostname, host.port or 80)
        except ValueError:  # no port
            return False
        return here or (self._own is not None and origin == self._own)


def _is_open(path: str, signed: Sequence[str]) -> bool:
    return path in _OPEN or path.startswith(f"{SIGN_IN}/") or proves_itself(path, signed)


def _to_sign_in(request: Request) -> Response:
    """A page leads to the sign-in, and back to where somebody wanted to go; a program is told in a word."""
    path = request.scope["path"]  # the address as a whole begins with what the Host header says
    if "text/html" not in request.headers.get("accept", "") or path.startswith(_API):
        return _said(401, "Sign in first.", path)
    query = request.scope["query_string"].decode("latin-1")
    wanted = quote(path, safe="/:@") + (f"?{query}" if query else "")
    onward = f"?next={quote(wanted, safe='')}" if request.method in _SAFE and wanted != "/" else ""
    return RedirectResponse(f"{SIGN_IN}{onward}", status_code=303)


def _said(status: int, why: str, path: str) -> Response:
    return problem(status, why) if path.startswith(_API) else PlainTextResponse(why, status_code=status)


def _refused(why: str) -> Response:
    return PlainTextResponse(why, status_code=403)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


async def _body(request: Request) -> bytes | None:
    """All of it; None where that is more than any form of ours."""
    sent = b""
    async for piece in request.stream():
        sent += piece
        if len(sent) > _MOST_BYTES:
            return None
    return sent


def _token(request: Request, body: bytes) -> bytes:
    if (said := request.headers.get("x-form-token")) is not None:
        return said.encode()
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return b""
    return parse_qs(body.decode("utf-8", "replace")).get("token", [""])[-1].encode()


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read already, for whoever answers."""
    told = False

    async def receive_again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again
