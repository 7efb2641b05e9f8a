"""How a stand-in for Trello understands what is asked: ids, fields, filters, limits and bounds."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sandbox.trello_state import Json

Query = Mapping[str, str]

CARD_FILTERS: dict[str, Callable[[Json, bool], bool]] = {
    "all": lambda card, listed: True,
    "open": lambda card, listed: not card["closed"],
    "closed": lambda card, listed: bool(card["closed"]),
    "visible": lambda card, listed: not card["closed"] and listed,
    "none": lambda card, listed: False,
}

_ID = re.compile(r"[0-9a-f]{24}")


class Refused(Exception):
    """An answer other than 200, in plain text."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(body)
        self.status = status
        self.body = body


NOT_FOUND = (404, "The requested resource was not found.")


def checked(id: str) -> str:
    """An id; 400 for what is none."""
    if _ID.fullmatch(id) is None:
        raise Refused(400, "invalid id")
    return id


def text_in(query: Query) -> str:
    """A comment's text, within Trello's bounds."""
    if not 1 <= len(query.get("text", "")) <= 16384:
        raise Refused(400, "invalid value for text")
    return query["text"]


def limit_of(query: Query, usual: int) -> int:
    """How many are asked for: a thousand at most."""
    limit = query.get("limit", str(usual))
    if not limit.isdigit() or int(limit) > 1000:
        raise Refused(400, "invalid value for limit")
    return int(limit)


def select(thing: Json, fields: str) -> Json:
    """The fields asked for; the id always."""
    if fields == "all":
        return dict(thing)
    return {key: value for key, value in thing.items() if key == "id" or key in fields.split(",")}


def is_of(action: Json, kind: str) -> bool:
    """Whether an action is of a type as filters write it: `updateCard`, or `updateCard:due` for one field."""
    name, _, changed = kind.partition(":")
    return kind == "all" or (action["type"] == name and (not changed or changed in action["data"].get("old", {})))


def is_between(id: str, query: Query, at: str = "") -> bool:
    """`since` and `before` are ids or dates; ids are compared by their time of creation, then by themselves."""
    for bound, inside in (("since", 1), ("before", -1)):
        if value := query.get(bound):
            mine, theirs = (id, value) if _ID.fullmatch(value) else (at or _made_at(id), value)
            if (mine > theirs) - (mine < theirs) != inside:
                return False
    return True


def _made_at(id: str) -> str:
    """The second of creation that an id tells, as ISO 8601."""
    return datetime.fromtimestamp(int(id[:8], 16), tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
