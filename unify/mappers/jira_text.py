"""The text of Jira's rich bodies: an Atlassian document (API v3), or text already (v2)."""

from collections.abc import Mapping
from typing import Any

DEEPEST = 50
"""Documents of people nest a few levels; a hostile one must not exhaust the stack."""

_BLOCKS = frozenset(
    ("paragraph", "heading", "codeBlock", "listItem", "tableRow", "rule", "mediaSingle", "blockquote", "taskItem")
)
_INLINE = frozenset(("mention", "emoji", "status", "inlineCard"))


def is_document(body: object) -> bool:
    """Whether it is a text, or a document whose parts are what they should be, as deep as it is read."""
    return body is None or isinstance(body, str) or _is_node(body, 0)


def _is_node(node: object, depth: int) -> bool:
    if not isinstance(node, dict) or not all(isinstance(node.get(name), str | None) for name in ("type", "text")):
        return False
    children = node.get("content")
    if depth == DEEPEST or children is None:
        return children is None
    return isinstance(children, list) and all(_is_node(child, depth + 1) for child in children)


def document_text(body: object) -> str:
    """Plain text, a line for each block; "" for what is neither document nor text."""
    if isinstance(body, str):
        return body
    if not isinstance(body, dict):
        return ""
    pieces: list[str] = []
    _collect(body, 0, pieces)
    return "\n".join(line for line in "".join(pieces).split("\n") if line.strip())


def _collect(node: Mapping[str, Any], depth: int, pieces: list[str]) -> None:
    """Add the text of `node` and all below it to `pieces`."""
    kind = node.get("type")
    if kind == "text":
        pieces.append(_text(node.get("text")))
    elif kind == "hardBreak":
        pieces.append("\n")
    elif isinstance(kind, str) and kind in _INLINE:
        told = node.get("attrs")
        if isinstance(told, dict):
            pieces.append(_text(told.get("text")) or _text(told.get("shortName")) or _text(told.get("url")))
    children = node.get("content")
    if isinstance(children, list) and depth < DEEPEST:
        for child in children:
            if isinstance(child, dict):
                _collect(child, depth + 1, pieces)
    if isinstance(kind, str) and kind in _BLOCKS:
        pieces.append("\n")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
