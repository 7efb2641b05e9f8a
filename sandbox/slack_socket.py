"""Slack's Socket Mode: the websocket that it pushes presses of buttons and sent forms through.

https://docs.slack.dev/apis/events-api/using-socket-mode and reference/interaction-payloads (checked November 2026).
`apps.connections.open` gives an address with a ticket for one connection; envelopes go to one of the connections that
are open and want an acknowledgement within three seconds; before Slack ends a connection it says so, with the reason.
"""

import asyncio
import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import HTTPConnection
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.slack_wire import Json, Refused

APP_TOKEN = "xapp-1-sandbox-token"
ACKNOWLEDGED_WITHIN_S = 3.0
"""Later, and whoever pressed sees a warning."""
MODAL_BLOCKS = 100

_WAIT_S = 10.0


class Unacknowledged(Exception):
    """Nobody took the envelope in time: Slack shows whoever pressed that something went wrong."""


@dataclass
class View:
    """A form that was opened, and by which user."""

    id: str
    user: str
    shown: Json


@dataclass
class Ephemeral:
    """A message that one user alone sees, and only for now."""

    channel: str
    user: str
    text: str


@dataclass
class _Envelope:
    told: threading.Event = field(default_factory=threading.Event)
    answer: Json = field(default_factory=dict)


class SocketMode:
    """The app's websockets, and what users do: `press` a button of a message, `submit` a form."""

    def __init__(self) -> None:
        self.app_tokens = {APP_TOKEN}
        self.views: list[View] = []
        self.ephemerals: list[Ephemeral] = []
        self.acknowledged: list[str] = []
        """Ids of envelopes, in the order of their acknowledgement."""
        self.opened = 0
        """How many websockets there have been."""
        self.connected = threading.Event()
        self.tickets: set[str] = set()
        self.route = WebSocketRoute("/link/", self._link)
        self._numbers = itertools.count(1)
        self._open: list[tuple[WebSocket, asyncio.AbstractEventLoop]] = []
        self._envelopes: dict[str, _Envelope] = {}
        self._triggers: dict[str, str] = {}
        """Who pressed, by trigger: each opens one form."""

    # --- methods of the Web API

    def connections_open(self, request: HTTPConnection) -> Json:
        """The address of a websocket."""
        ticket = f"ticket-{next(self._numbers)}"
        self.tickets.add(ticket)
        root = request.scope.get("root_path", "")
        return {"url": f"ws://{request.headers['host']}{root}/link/?ticket={ticket}&app_id=A0MILEPOST"}

    def views_open(self, given: Mapping[str, Any]) -> Json:
        """Open a form for whoever pressed."""
        user = self._triggers.pop(str(given.get("trigger_id") or ""), None)
        shown = given.get("view")
        if user is None:
            raise Refused("invalid_trigger_id")
        if not isinstance(shown, dict) or len(shown.get("blocks", ())) > MODAL_BLOCKS:
            raise Refused("invalid_arguments")
        view = View(f"V{next(self._numbers):09d}", user, shown)
        self.views.append(view)
        return {"view": {"id": view.id, **shown}}

    def post_ephemeral(self, given: Mapping[str, Any]) -> Json:
        """Tell one user alone."""
        self.ephemerals.append(Ephemeral(str(given["channel"]), str(given["user"]), str(given.get("text") or "")))
        return {"message_ts": f"{next(self._numbers)}.000000"}

    # --- what users do

    def press(self, user: str, channel: str, message: Json, action: str) -> Json:
        """`user` (an id) presses the button whose action_id begins with `action`; what was acknowledged.

        Raises LookupError where the message has no such button, Unacknowledged.
        """
        button = next(one for one in buttons_of(message) if str(one["action_id"]).startswith(action))
        trigger = f"trigger-{next(self._numbers)}"
        self._triggers[trigger] = user
        payload = {
            "type": "block_actions",
            "user": _user(user),
            "container": {"type": "message", "message_ts": message["ts"], "channel_id": channel},
            "trigger_id": trigger,
            "channel": {"id": channel, "name": "directmessage"},
            "message": message,
            "state": {"values": {}},
            "actions": [{**button, "action_ts": message["ts"]}],
        }
        return self.push(payload)

    def submit(self, view: View, values: Mapping[str, Mapping[str, Any]]) -> Json:
        """The user sends the form with `values` by block; each the one element's, as Slack has it."""
        inputs = {
            block["block_id"]: block["element"]["action_id"] for block in view.shown["blocks"] if "element" in block
        }
        state = {block: {action: dict(values.get(block, {}))} for block, action in inputs.items()}
        shown = {"id": view.id, **view.shown, "state": {"values": state}}
        return self.push({"type": "view_submission", "user": _user(view.user), "view": shown}, answers=True)

    def push(self, payload: Json, *, answers: bool = False) -> Json:
        """Send an envelope down the newest connection and wait for its acknowledgement."""
        id = f"envelope-{next(self._numbers)}"
        envelope = self._envelopes[id] = _Envelope()
        self._send({"envelope_id": id, "type": "interactive", "accepts_response_payload": answers, "payload": payload})
        if not envelope.told.wait(ACKNOWLEDGED_WITHIN_S):
            raise Unacknowledged(id)
        return envelope.answer

    def disconnect(self, reason: str) -> None:
        """Say that the connection ends soon ("warning", "refresh_requested"), or that the app takes no more
        ("link_disabled")."""
        self._send({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}})

    def drop(self) -> None:
        """Break every connection off without a word."""
        for socket, loop in list(self._open):
            asyncio.run_coroutine_threadsafe(socket.close(1011), loop).result(_WAIT_S)

    # --- the websocket

    async def _link(self, socket: WebSocket) -> None:
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self.tickets:
            await socket.close(4000)
            return
        self.tickets.remove(ticket)
        await socket.accept()
        mine = (socket, asyncio.get_running_loop())
        self._open.append(mine)
        self.opened += 1
        await socket.send_json({"type": "hello", "num_connections": len(self._open)})
        self.connected.set()
        try:
            while True:
                self._take(await socket.receive_json())
        except WebSocketDisconnect:
            pass
        finally:
            self._open.remove(mine)
            if not self._open:
                self.connected.clear()

    def _take(self, said: Json) -> None:
        envelope = self._envelopes.get(said.get("envelope_id", ""))
        if envelope is not None:
            self.acknowledged.append(said["envelope_id"])
            envelope.answer = said.get("payload") or {}
            envelope.told.set()

    def _send(self, message: Json) -> None:
        if not self.connected.wait(_WAIT_S):
            raise Unacknowledged("no app is connected")
        socket, loop = self._open[-1]
        asyncio.run_coroutine_threadsafe(socket.send_json(message), loop).result(_WAIT_S)


def buttons_of(message: Json) -> list[Json]:
    """Every button of a message, in its order."""
    found: list[Json] = []
    for block in message.get("blocks", ()):
        elements = block.get("elements", ()) if block["type"] == "actions" else (block.get("accessory"),)
        found += [element for element in elements if element and element.get("type") == "button"]
    return found


def _user(id: str) -> Json:
    return {"id": id, "username": id.lower(), "name": id.lower(), "team_id": "T0LANTERN"}
