"""Stand-ins for the robots of chat groups: WeCom, DingTalk, Feishu/Lark, and a workflow of Microsoft Teams.

As their vendors' documents say (read November 2026): the first three refuse with status 200 and a code in the body,
check their signatures against real time, count bytes, and mind how often they are written to; DingTalk then mutes its
robot for ten minutes. What they took is kept in order.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.http import Door, answer

Json = dict[str, Any]

WECOM_KEY = "5d0c2f1e-sandbox-wecom"
DINGTALK_TOKEN, DINGTALK_SECRET = "d" * 64, "SECsandbox0001"
FEISHU_TOKEN, FEISHU_SECRET = "7f3a-sandbox-feishu", "sandboxFeishu0001"
TEAMS_SIGNATURE = "sandbox-teams-signature"

PATHS = {
    "wecom": f"/cgi-bin/webhook/send?key={WECOM_KEY}",
    "dingtalk": f"/robot/send?access_token={DINGTALK_TOKEN}",
    "feishu": f"/open-apis/bot/v2/hook/{FEISHU_TOKEN}",
    "teams": f"/workflows/1/triggers/manual/paths/invoke?api-version=2016-06-01&sig={TEAMS_SIGNATURE}",
}
"""What follows the server's address in each robot's webhook."""

_AN_HOUR = timedelta(hours=1)
_MUTED = timedelta(minutes=10)


class RobotsSandbox:
    """One robot of each vendor, each in one group. `wall` is real time."""

    def __init__(self, wall: Callable[[], datetime]) -> None:
        self.wall = wall
        self.taken: dict[str, list[Json]] = {name: [] for name in PATHS}
        """Bodies by robot."""
        self.removed: set[str] = set()
        """Robots that somebody took out of their group."""
        self.signing: set[str] = {"dingtalk", "feishu"}
        """Robots that are secured by signature."""
        self._times: dict[str, list[datetime]] = {name: [] for name in PATHS}
        self._muted_until: datetime | None = None
        self.app = Door(
            [
                Route("/cgi-bin/webhook/send", self._wecom, methods=["POST"]),
                Route("/robot/send", self._dingtalk, methods=["POST"]),
                Route("/open-apis/bot/v2/hook/{token}", self._feishu, methods=["POST"]),
                Route("/workflows/{path:path}", self._teams, methods=["POST"]),
            ]
        )

    def forget(self) -> None:
        """As on the first day."""
        self.signing = {"dingtalk", "feishu"}
        self.removed.clear()
        self.app.faults.clear()
        self.app.log.clear()
        self._muted_until = None
        for name in PATHS:
            self.taken[name].clear()
            self._times[name].clear()

    async def _wecom(self, request: Request) -> Response:
        body = await _json(request)
        if request.query_params.get("key") != WECOM_KEY or "wecom" in self.removed:
            return _said(93000, "invalid webhook url, hint: [1760000000], from ip: 203.0.113.9")
        if self._is_too_fast("wecom", 20, 60):
            return _said(45009, "api freq out of limit, hint: [1760000000]")
        if body is None or body.get("msgtype") not in ("text", "markdown"):
            return _said(40008, "invalid message type")
        kind = body["msgtype"]
        if len(body[kind]["content"].encode()) > {"text": 2048, "markdown": 4096}[kind]:
            return _said(40058, f"{kind}.content exceed max length")
        return self._take("wecom", body)

    async def _dingtalk(self, request: Request) -> Response:
        raw, asked = await request.body(), request.query_params
        if asked.get("access_token") != DINGTALK_TOKEN or "dingtalk" in self.removed:
            return _said(300005, "token is not exist")
        if "dingtalk" in self.signing:
            signed = f"{asked.get('timestamp', '')}\n{DINGTALK_SECRET}".encode()
            if asked.get("sign") != _signature(DINGTALK_SECRET.encode(), signed):
                return _said(310000, "sign not match, more: [https://ding-doc.dingtalk.example]")
            if not self._is_recent(int(asked["timestamp"]) / 1000):
                return _said(310000, "invalid timestamp, more: [https://ding-doc.dingtalk.example]")
        if self._muted_until is not None and self.wall() < self._muted_until:
            return _said(130101, "send too fast, exceed 20 times per minute")
        if self._is_too_fast("dingtalk", 20, 60):
            self._muted_until = self.wall() + _MUTED
            return _said(130101, "send too fast, exceed 20 times per minute")
        body = await _json(request)
        if body is None or body.get("msgtype") not in ("text", "markdown"):
            return _said(400401, "param error")
        if len(raw) > 20_000:
            return _said(460101, "message too long, exceed 20000 bytes")
        return self._take("dingtalk", body)

    async def _feishu(self, request: Request) -> Response:
        raw, body = await request.body(), await _json(request)
        if request.path_params["token"] != FEISHU_TOKEN or "feishu" in self.removed:
            return _code(19001, "param invalid: incoming webhook access token invalid")
        if body is None or body.get("msg_type") not in ("text", "post", "interactive"):
            return _code(9499, "Bad Request", 400)
        if "feishu" in self.signing:
            timestamp = str(body.get("timestamp", "0"))
            fits = body.get("sign") == _signature(f"{timestamp}\n{FEISHU_SECRET}".encode(), b"")
            if not fits or not self._is_recent(int(timestamp)):
                return _code(19021, "sign match fail or timestamp is not within one hour from current time")
        if self._is_too_fast("feishu", 5, 1) or self._is_too_fast("feishu", 100, 60, counts=False):
            return _code(11232, "frequency limited")
        if len(raw) > 20 * 1024:
            return _code(19036, "request body too large")
        self.taken["feishu"].append(body)
        return answer({"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"})

    async def _teams(self, request: Request) -> Response:
        raw, body = await request.body(), await _json(request)
        if "teams" in self.removed:
            return answer({"error": {"code": "WorkflowNotFound"}}, 404)
        if request.query_params.get("sig") != TEAMS_SIGNATURE:
            return answer({"error": {"code": "DirectApiAuthorizationRequired"}}, 401)
        if self._is_too_fast("teams", 4, 1):
            return answer({"error": {"code": "WorkflowTriggerIsThrottled"}}, 429, {"Retry-After": "10"})
        if len(raw) > 28 * 1024:
            return answer({"error": {"code": "RequestEntityTooLarge"}}, 413)
        if body is None or body.get("type") != "message" or not body.get("attachments"):
            return answer({"error": {"code": "TriggerInputSchemaMismatch"}}, 400)
        self.taken["teams"].append(body)
        return Response(status_code=202)

    def _take(self, name: str, body: Json) -> Response:
        self.taken[name].append(body)
        return _said(0, "ok")

    def _is_too_fast(self, name: str, most: int, seconds: int, *, counts: bool = True) -> bool:
        """Whether this request is one too many; `counts` notes it."""
        now = self.wall()
        lately = [at for at in self._times[name] if at > now - timedelta(seconds=seconds)]
        if counts:
            self._times[name].append(now)
        return len(lately) >= most + (not counts)

    def _is_recent(self, timestamp_s: float) -> bool:
        return abs(self.wall().timestamp() - timestamp_s) < _AN_HOUR.total_seconds()


async def _json(request: Request) -> Json | None:
    """The body; None for what no robot takes."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return None
    try:
        body = json.loads(await request.body())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _signature(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _said(code: int, words: str) -> Response:
    return answer({"errcode": code, "errmsg": words})


def _code(code: int, words: str, status: int = 200) -> Response:
    return answer({"code": code, "msg": words, "data": {}}, status)
