"""How a stand-in for Asana understands what is sent: bodies, texts, limits and instants; and how it refuses."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.asana_state import Json

Query = Mapping[str, str]

MOST, UNPAGED = 100, 1000


class Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"errors": [{"message": message, "help": "For more information, see the API docs."}], **more}


def sent_in(content: bytes) -> Json:
    """What a request's body wraps in `data`."""
    if not content:
        return {}
    try:
        data = json.loads(content).get("data", {})
    except (ValueError, AttributeError):
        raise Refused(400, "Could not parse request data, invalid JSON") from None
    return data if isinstance(data, dict) else {}


def text_in(sent: Json) -> str:
    """A comment's text: plain, and not rich at the same time."""
    text = sent.get("text")
    if not isinstance(text, str) or not text or "html_text" in sent:
        raise Refused(400, "You must supply exactly one of text, html_text")
    return text


def limit_in(query: Query, there_are: int) -> int | None:
    """How many a page may hold; None where none is asked for, which is refused for a long list."""
    limit = query.get("limit")
    if limit is None and there_are > UNPAGED:
        raise Refused(400, "The result is too large. You should use pagination (may require specifying a limit)")
    if limit is not None and not (limit.isdigit() and 1 <= int(limit) <= MOST):
        raise Refused(400, f"limit: Must be between 1 and {MOST} inclusive")
    return None if limit is None else int(limit)


def instant_in(query: Query, name: str) -> datetime | None:
    """An instant that was asked for; without an offset it is UTC."""
    if name not in query:
        return None
    try:
        at = datetime.fromisoformat(query[name])
    except ValueError:
        raise Refused(400, f"{name}: Not a valid datetime: {query[name]}") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
