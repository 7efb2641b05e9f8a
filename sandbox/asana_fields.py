"""Asana's choice of fields: compact records, `opt_fields` with dots and brackets, pages with offsets that expire."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]
Tree = dict[str, Any]
"""Name of a field -> the fields wanted of it; {}: in compact form."""

COMPACT = ("gid", "resource_type", "resource_subtype", "name")
COMPACT_STORY = ("gid", "resource_type", "resource_subtype", "created_at", "created_by", "text", "type")
COMPACT_MEMBERSHIP = ("gid", "resource_type", "user", "workspace")

OPT_IN = frozenset({"html_text", "html_notes", "created_by", "dependencies"})
"""Of a whole task or story: what comes only when it is named."""

_PATH = re.compile(r"[a-z_0-9]+(\.[a-z_0-9]+)*")


class BadFields(ValueError):
    """`opt_fields` that cannot be read."""


def parse(opt_fields: str) -> Tree:
    """The tree that `opt_fields` asks for: "a.(b|c),d" is a.b, a.c and d. Raises BadFields."""
    tree: Tree = {}
    for path in _spelt_out(opt_fields.replace(" ", "")):
        if not _PATH.fullmatch(path):
            raise BadFields(path)
        branch = tree
        for name in path.split("."):
            branch = branch.setdefault(name, {})
    return tree


def _spelt_out(text: str) -> Iterator[str]:
    """The single paths that `text` stands for."""
    for piece in _pieces(text):
        start, end = piece.find("("), _end_of_group(piece)
        if start < 0 or end < 0:
            yield piece
            continue
        for choice in _spelt_out(piece[start + 1 : end]):
            yield from _spelt_out(piece[:start] + choice + piece[end + 1 :])


def _pieces(text: str) -> Iterator[str]:
    """`text` between the commas and bars that stand in no bracket."""
    depth, begun = 0, 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign in ",|" and depth == 0:
            yield text[begun:place]
            begun = place + 1
    yield text[begun:]


def _end_of_group(piece: str) -> int:
    """Where the first bracket closes; -1 where there is none, or it never does."""
    depth = 0
    for place, sign in enumerate(piece):
        depth += (sign == "(") - (sign == ")")
        if sign == ")" and depth == 0:
            return place
    return -1


def select(thing: Any, tree: Tree) -> Any:
    """`thing` with the wanted fields only; unknown ones are passed over without a word, and the gid always comes."""
    if isinstance(thing, list):
        return [select(each, tree) for each in thing]
    if not isinstance(thing, Mapping):
        return thing
    if not tree:
        return compact(thing)
    shown = {"gid": thing["gid"]} if "gid" in thing else {}
    return shown | {name: select(thing[name], branch) for name, branch in tree.items() if name in thing}


def compact(thing: Mapping[str, Any]) -> Json:
    """What Asana shows of a record that nobody asked more of."""
    if "gid" not in thing:  # dates, memberships: no record of its own
        return {name: select(value, {}) for name, value in thing.items()}
    names = {"story": COMPACT_STORY, "workspace_membership": COMPACT_MEMBERSHIP}.get(thing["resource_type"], COMPACT)
    return {name: select(thing[name], {}) for name in names if name in thing}


def whole(thing: Mapping[str, Any]) -> Json:
    """A single record when no fields are named: everything but what is opt-in, inner records compact."""
    return {name: select(value, {}) for name, value in thing.items() if name not in OPT_IN or _always(thing, name)}


def _always(thing: Mapping[str, Any], name: str) -> bool:
    """A story tells who wrote it without being asked; a task does not."""
    return name == "created_by" and thing["resource_type"] == "story"


class Offsets:
    """Pages of lists, one after the other, by tokens that say nothing and do not live for ever."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, int]] = {}
        self._serial = 0

    def expire(self) -> None:
        """No token given so far is good any more."""
        self._known.clear()

    def give(self, what: str, start: int) -> str:
        """A token for the rest of the list `what` from `start` on."""
        self._serial += 1
        token = f"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.{self._serial:06d}"
        self._known[token] = (what, start)
        return token

    def take(self, what: str, token: str) -> int | None:
        """Where the list goes on; None for a token that is not, or no longer, good for it."""
        of, start = self._known.get(token, ("", 0))
        return start if of == what else None
