"""The text of Jira's rich bodies: an Atlassian document (API v3), or text already (v2)."""

DEEPEST = 50
"""Documents of people nest a few levels; a hostile one must not exhaust the stack."""

_BLOCKS = frozenset(
    ("paragraph", "heading", "codeBlock", "listItem", "tableRow", "rule", "mediaSingle", "blockquote", "taskItem")
)
_PLAIN = frozenset(("type", "text"))
_INLINE = frozenset(("mention", "emoji", "status", "inlineCard"))


def read_document(body: object) -> tuple[str, bool]:
    """Plain text, a line for each block, and whether nothing is odd: a text, or a document whose parts are what they
    should be, as deep as it is read. Of an odd one what can be read."""
    if body is None or isinstance(body, str):
        return body or "", True
    pieces: list[str] = []
    is_sound = _collect(body, 0, pieces)
    return "\n".join([line for line in "".join(pieces).split("\n") if line.strip()]), is_sound


def _collect(node: object, depth: int, pieces: list[str]) -> bool:
    """Add the text of `node` and all below it to `pieces`; return whether nothing there is odd."""
    if not isinstance(node, dict):
        return False
    kind, text = node.get("type"), node.get("text")
    is_sound = (kind is None or isinstance(kind, str)) and (text is None or isinstance(text, str))
    if kind == "text":
        pieces.append(_text(text))
    elif kind == "hardBreak":
        pieces.append("\n")
    elif isinstance(kind, str) and kind in _INLINE:
        told = node.get("attrs")
        if isinstance(told, dict):
            pieces.append(_text(told.get("text")) or _text(told.get("shortName")) or _text(told.get("url")))
    children = node.get("content")
    if children is not None:
        is_sound &= isinstance(children, list) and depth < DEEPEST
        if isinstance(children, list) and depth < DEEPEST:
            for child in children:
                if type(child) is dict and child.keys() == _PLAIN and child["type"] == "text":  # as most are
                    is_sound &= child["text"] is None or type(child["text"]) is str
                    pieces.append(_text(child["text"]))
                else:
                    is_sound &= _collect(child, depth + 1, pieces)
    if isinstance(kind, str) and kind in _BLOCKS:
        pieces.append("\n")
    return is_sound


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
