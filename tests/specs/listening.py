"""Listen to what our own connectors and channels ask of a stand-in, and to what it answers."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.base import Connector, Cursor, Ref
from tests.connectors.contract import read_all
from tests.specs.openapi import Document


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer. `sent`: the body, decoded; None where there is none."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    sent: Any
    status: int
    answer: Any

    def __str__(self) -> str:
        """ "GET /boards"."""
        return f"{self.method} {self.path}"


class Listening:
    """Stands before an app and keeps every exchange."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.exchanges: list[Exchange] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, both ways."""
        asked, answered, status = bytearray(), bytearray(), [0]

        async def hear() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def say(message: Message) -> None:
            status[0] = message.get("status", status[0])
            answered.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, hear, say)
        query = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        sent = _decoded(bytes(asked), headers.get("content-type", ""))
        answer = json.loads(answered) if answered else None
        self.exchanges.append(Exchange(scope["method"], scope["path"], query, sent, status[0], answer))


def _decoded(body: bytes, kind: str) -> Any:
    if not body:
        return None
    return json.loads(body) if kind.startswith("application/json") else dict(parse_qsl(body.decode()))


def unlike(document: Document, exchanges: Sequence[Exchange], path: Callable[[str], str] = str) -> list[str]:
    """What in these exchanges is not as the document says, each once; `path` writes a path as the document does."""
    found: dict[str, None] = {}
    for one in exchanges:
        try:
            template = document.template(one.method, path(one.path))
        except KeyError:
            found[f"{one}: no such call"] = None
            continue
        asked = document.request_mistakes(one.method, template, [name for name, _ in one.query], one.sent)
        answered = document.mistakes(one.method, template, one.status, one.answer)
        found |= {f"{one.method} {template}: {mistake}": None for mistake in [*asked, *answered]}
    return list(found)


def live_through(connector: Connector, item: Ref, touch: Callable[[], object]) -> None:
    """Ask all that the hub ever asks: who, everything, what `touch` changed, what is still there, and our comment."""
    cursors: dict[tuple[str, str], Cursor] = {}
    connector.check()
    read_all(connector, cursors)
    touch()
    read_all(connector, cursors)
    for stream in connector.streams():
        for part in connector.parts(stream.name):
            assert any(connector.living_ids(stream.name, part))
    posted = connector.comment(item, "The date has passed.", "a1.1", None)
    connector.comment(item, "This is waiting for an answer.", "a1.1", posted)
    connector.comment(item, None, "a1.1", posted)
