"""A stand-in for Slack: the Web API methods that a notifier uses, Socket Mode, and one incoming webhook.

https://docs.slack.dev/reference/methods (checked November 2026). Refusals come as `{"ok": false}` with status 200, as
Slack's do; 429 and lost answers are planned as faults (`app.faults`, with `refusal` and `too_fast`). Messages are kept
in order, each with its edits.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.http import Door, Fault, answer, bearer, text
from sandbox.plan import Plan
from sandbox.slack_socket import SocketMode
from sandbox.slack_wire import BOT, Edit, Json, Posted, Refused, arguments, blocks_of, check, is_true, structured

TOKEN = "xoxb-sandbox-token"
CHANNEL = "C0LANTERN01"
CHANNEL_NAME = "bd-alerts"
WEBHOOK_PATH = "/services/T0LANTERN/B0LANTERN/sandbox-webhook-secret"

SCOPES = frozenset({"chat:write", "users:read", "users:read.email", "channels:history", "im:history", "im:write"})
HISTORY_LIMIT = 100
TEAM = "T0LANTERN"

_UNKNOWN_METHOD = "unknown_method"
_CONNECT = "apps.connections.open"
"""The one method that asks for the app's token, not the bot's."""


class SlackSandbox:
    """One workspace with one channel that the bot is in. People are found by e-mail; each has a DM with the bot."""

    def __init__(self, users: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        """`users`: names by e-mail."""
        self.clock = clock
        self.tokens = {TOKEN}
        self.scopes = set(SCOPES)
        self.channels = {CHANNEL: CHANNEL_NAME}
        self.archived: set[str] = set()
        self.messages: list[Posted] = []
        self.socket = SocketMode()
        self._users = {f"U{number:09d}": pair for number, pair in enumerate(sorted(users.items()), start=1)}
        self._methods: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], Json]]] = {
            "auth.test": ("", self._auth_test),
            "chat.postMessage": ("chat:write", self._post),
            "chat.update": ("chat:write", self._update),
            "users.lookupByEmail": ("users:read.email", self._lookup),
            "users.info": ("users:read", self._info),
            "conversations.history": ("channels:history", self._history),
            "conversations.open": ("im:write", self._open),
            "chat.postEphemeral": ("chat:write", self.socket.post_ephemeral),
            "views.open": ("", self.socket.views_open),
        }
        self.app = Door(
            [
                Route("/api/{method}", self._method, methods=["GET", "POST"]),
                Route("/services/{path:path}", self._webhook, methods=["POST"]),
                self.socket.route,
            ]
        )

    @classmethod
    def from_plan(cls, plan: Plan, clock: Callable[[], datetime]) -> "SlackSandbox":
        """The firm's workspace: its staff, none of its clients."""
        return cls({person.email: person.name for person in plan.staff}, clock)

    def user_id(self, email: str) -> str:
        """The id of the person with that e-mail."""
        return next(id for id, (known, _) in self._users.items() if known == email)

    def recipient(self, channel: str) -> str:
        """Whom a channel's messages reach: "#bd-alerts", or a person's name."""
        if channel in self.channels:
            return f"#{self.channels[channel]}"
        return self._users["U" + channel[1:]][1]

    def press(self, email: str, message: Posted, action: str) -> Json:
        """A person presses a button of `message`; see `SocketMode.press`."""
        return self.socket.press(self.user_id(email), message.channel, message.as_slack(with_metadata=True), action)

    def kept(self) -> list[Json]:
        """Every message in order, with what it said before, as JSON."""
        return [
            {
                "to": self.recipient(message.channel),
                "channel": message.channel,
                "ts": message.ts,
                "at": message.at.isoformat(),
                "text": message.text,
                "blocks": list(message.blocks),
                "thread_ts": message.thread_ts,
                "metadata": message.metadata,
                "edits": [{"at": edit.at.isoformat(), "text": edit.text} for edit in message.edits],
            }
            for message in self.messages
        ]

    # --- the Web API

    async def _method(self, request: Request) -> Response:
        name = request.path_params["method"]
        try:
            given = await arguments(request)
            if name == _CONNECT:
                self._sign_in(bearer(request), "", self.socket.app_tokens)
                return answer({"ok": True, **self.socket.connections_open(request)})
            scope, method = self._methods.get(name, (_UNKNOWN_METHOD, self._auth_test))
            self._sign_in(bearer(request) or given.get("token"), scope, self.tokens)
            return answer({"ok": True, **method(given)})
        except Refused as refused:
            return answer(refused.body)

    def _sign_in(self, token: str | None, scope: str, tokens: set[str]) -> None:
        if not token:
            raise Refused("not_authed")
        if token not in tokens:
            known = token in self.tokens | self.socket.app_tokens
            raise Refused("not_allowed_token_type" if known else "invalid_auth")
        if scope == _UNKNOWN_METHOD:
            raise Refused(_UNKNOWN_METHOD)
        if scope and scope not in self.scopes:
            raise Refused("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))

    def _auth_test(self, given: Mapping[str, Any]) -> Json:
        return {
            "url": "https://lanternquay.slack.com/",
            "team": "Lantern Quay Systems",
            "team_id": TEAM,
            "user": "milepost",
            "user_id": BOT,
            "bot_id": "B0MILEPOST",
        }

    def _lookup(self, given: Mapping[str, Any]) -> Json:
        for id, (email, name) in self._users.items():
            if email == str(given.get("email", "")).lower():
                return {"user": {"id": id, "name": email.partition("@")[0], "deleted": False, "real_name": name}}
        raise Refused("users_not_found")

    def _info(self, given: Mapping[str, Any]) -> Json:
        user = str(given.get("user") or "")
        if user not in self._users:
            raise Refused("user_not_found")
        email, name = self._users[user]
        profile = {"email": email} if "users:read.email" in self.scopes else {}
        return {"user": {"id": user, "team_id": TEAM, "deleted": False, "real_name": name, "profile": profile}}

    def _post(self, given: Mapping[str, Any]) -> Json:
        message = Posted(
            channel=self._channel(str(given.get("channel", ""))),
            ts=self._new_ts(),
            at=self.clock(),
            text=str(given.get("text") or ""),
            blocks=blocks_of(given),
            thread_ts=given.get("thread_ts"),
            metadata=structured(given.get("metadata")),
        )
        check(message.text, message.blocks)
        self.messages.append(message)
        return {
            "channel": message.channel,
            "ts": message.ts,
            "message": message.as_slack(with_metadata=True),
        }

    def _update(self, given: Mapping[str, Any]) -> Json:
        # An update needs the id of a conversation: neither a name nor a person will do.
        channel, ts = str(given.get("channel", "")), str(given.get("ts", ""))
        if channel not in self.channels and channel not in self._conversations():
            raise Refused("channel_not_found")
        message = next((one for one in self.messages if (one.channel, one.ts) == (channel, ts)), None)
        if message is None:
            raise Refused("message_not_found")
        if message.by_webhook:
            raise Refused("cant_update_message")
        new_text, new_blocks = str(given.get("text") or ""), blocks_of(given)
        check(new_text, new_blocks)
        message.edits.append(Edit(message.at, message.text, message.blocks))
        message.at, message.text, message.blocks = self.clock(), new_text, new_blocks
        if "metadata" in given:
            message.metadata = structured(given["metadata"])
        return {"channel": channel, "ts": ts, "text": new_text, "message": message.as_slack(with_metadata=True)}

    def _open(self, given: Mapping[str, Any]) -> Json:
        """The direct messages with one person. With several it would be a group's, which a notifier has no use for."""
        user = str(given.get("users") or "")
        if user not in self._users:
            raise Refused("user_not_found" if user else "users_list_not_supplied")
        return {"channel": {"id": self._channel(user)}}

    def _history(self, given: Mapping[str, Any]) -> Json:
        channel = str(given.get("channel", ""))
        direct = channel in self._conversations()
        if direct and "im:history" not in self.scopes:
            raise Refused("missing_scope", needed="im:history", provided=",".join(sorted(self.scopes)))
        if not direct and channel not in self.channels:
            raise Refused("channel_not_found")
        oldest, latest = float(given.get("oldest") or 0), float(given.get("latest") or "inf")
        inclusive = is_true(given.get("inclusive"))
        found = [
            message
            for message in reversed(self.messages)
            if message.channel == channel
            and message.thread_ts in (None, message.ts)  # replies live in their thread, not in the channel's history
            and (oldest < float(message.ts) < latest or (inclusive and float(message.ts) in (oldest, latest)))
        ]
        start = int(given.get("cursor") or 0)
        limit = min(int(given.get("limit") or HISTORY_LIMIT), 1000)
        more = len(found) > start + limit
        metadata = is_true(given.get("include_all_metadata"))
        return {
            "messages": [message.as_slack(with_metadata=metadata) for message in found[start : start + limit]],
            "has_more": more,
            "pin_count": 0,
            "channel_actions_ts": None,
            "channel_actions_count": 0,
            "response_metadata": {"next_cursor": str(start + limit) if more else ""},
        }

    def _channel(self, named: str) -> str:
        """The conversation that a channel's id or name, a person's id, or a DM's id means."""
        by_name = {f"#{name}": id for id, name in self.channels.items()}
        channel = by_name.get(named, named)
        if channel in self._users:
            return "D" + channel[1:]
        if channel in self.archived:
            raise Refused("is_archived")
        if channel not in self.channels and channel not in self._conversations():
            raise Refused("channel_not_found")
        return channel

    def _conversations(self) -> set[str]:
        return {"D" + id[1:] for id in self._users}

    def _new_ts(self) -> str:
        return f"{int(self.clock().timestamp())}.{len(self.messages) + 1:06d}"

    # --- the incoming webhook

    async def _webhook(self, request: Request) -> Response:
        if f"/services/{request.path_params['path']}" != WEBHOOK_PATH:
            return text("no_service", 404)
        try:
            given = json.loads(await request.body())
        except ValueError:
            given = None
        if not isinstance(given, dict):
            return text("invalid_payload", 400)
        if CHANNEL in self.archived:
            return text("channel_is_archived", 410)
        words = str(given.get("text") or "")
        try:
            blocks = blocks_of(given)
            check(words, blocks)
        except Refused as refused:
            return text(str(refused), 400)
        self.messages.append(Posted(CHANNEL, self._new_ts(), self.clock(), words, blocks, by_webhook=True))
        return text("ok", 200)


def refusal(error: str, *, times: int = 1, method: str = "chat.postMessage", handled: bool = False) -> Fault:
    """Slack says `{"ok": false}`; `handled`: the message was posted all the same (`fatal_error` may be such a case)."""
    body = json.dumps({"ok": False, "error": error})
    return Fault(_where(method), 200, {"content-type": "application/json"}, body, times=times, handled=handled)


def too_fast(retry_after_s: int, *, times: int = 1, method: str = "chat.postMessage") -> Fault:
    """429 with `Retry-After`."""
    headers = {"Retry-After": str(retry_after_s), "content-type": "application/json"}
    return Fault(_where(method), 429, headers, json.dumps({"ok": False, "error": "ratelimited"}), times=times)


def _where(method: str) -> str:
    return rf"/api/{method.replace('.', '[.]')}$"
