"""How Slack's Web API is spoken to: messages, arguments in three dresses, refusals with status 200, and limits."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

TEXT_LIMIT = 40_000
BLOCK_LIMIT = 50
SECTION_LIMIT = 3_000

BOT = "U0MILEPOST"

Json = dict[str, Any]


class Refused(Exception):
    """`{"ok": false, "error": …}`, with what else the answer says."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.body: Json = {"ok": False, "error": error, **more}


@dataclass(frozen=True)
class Edit:
    """What a message said before it was updated."""

    at: datetime
    text: str
    blocks: Sequence[Json]


@dataclass
class Posted:
    """A message that the hub posted. `by_webhook`: it can neither be edited nor asked for its `ts`."""

    channel: str
    ts: str
    at: datetime
    text: str
    blocks: Sequence[Json] = ()
    thread_ts: str | None = None
    metadata: Mapping[str, Any] | None = None
    by_webhook: bool = False
    edits: list[Edit] = field(default_factory=list)

    def as_slack(self, *, with_metadata: bool) -> Json:
        """The message as Slack's answers show it."""
        shown: Json = {"type": "message", "ts": self.ts, "user": BOT, "bot_id": "B0MILEPOST", "text": self.text}
        if self.blocks:
            shown["blocks"] = list(self.blocks)
        if self.thread_ts:
            shown["thread_ts"] = self.thread_ts
        if self.edits:
            shown["edited"] = {"user": BOT, "ts": self.ts}
        if with_metadata and self.metadata:
            shown["metadata"] = dict(self.metadata)
        return shown


async def arguments(request: Request) -> Mapping[str, Any]:
    """A method's arguments, by query, form or JSON: Slack takes all three."""
    given: dict[str, Any] = dict(request.query_params)
    body = await request.body()
    if body and request.headers.get("content-type", "").startswith("application/json"):
        try:
            sent = json.loads(body)
        except ValueError:
            raise Refused("invalid_json") from None
        if not isinstance(sent, dict):
            raise Refused("json_not_object")
        return given | sent
    return given | dict(parse_qsl(body.decode(), keep_blank_values=True))


def blocks_of(given: Mapping[str, Any]) -> Sequence[Json]:
    """The blocks of a message; none is an empty tuple."""
    blocks = structured(given.get("blocks"))
    if blocks is None:
        return ()
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    return blocks


def structured(value: Any) -> Any:
    """A structure; a form carries it as JSON in a string."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise Refused("invalid_blocks_format") from None


def is_true(value: Any) -> bool:
    """Whether a flag is set, in any of the three ways."""
    return value in (True, "true", "1", 1)


def check(words: str, blocks: Sequence[Json]) -> None:
    """Slack's own limits: too much is refused, not cut."""
    if not words and not blocks:
        raise Refused("no_text")
    if len(words) > TEXT_LIMIT:
        raise Refused("msg_too_long")
    complaints = (
        [f"no more than {BLOCK_LIMIT} items allowed [json-pointer:/blocks]"] if len(blocks) > BLOCK_LIMIT else []
    )
    for number, block in enumerate(blocks):
        if block.get("type") == "section" and len((block.get("text") or {}).get("text", "")) > SECTION_LIMIT:
            where = f"[json-pointer:/blocks/{number}/text/text]"
            complaints.append(f"must be less than {SECTION_LIMIT + 1} characters {where}")
    if complaints:
        raise Refused("invalid_blocks", response_metadata={"messages": complaints})
