"""The form of a message in Slack: Block Kit, and mrkdwn in which no text of others becomes a mention or a link.

docs.slack.dev/reference/block-kit and messaging/formatting-message-text, read 22 Nov 2026. Limits: 3,000 characters a
section, 150 a header. Buttons need a public address: there are none.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from alerts.messages import Entry, Line, Message
from alerts.plain_text import cut

_HEADER_CHARS, _SECTION_CHARS = 150, 2900
_NO_BREAK = "\u200b"
"""Between a mark and its neighbour: there is no backslash in mrkdwn."""
_MARKS = "*_~`"


def form(message: Message) -> dict[str, Any]:
    """A message as Block Kit, and as the text of the notification."""
    over = bool(message.entries) and all(entry.ended for entry in message.entries)
    title = f"✓ {message.title}" if over else message.title
    # A header takes no mark-up at all, so that a title needs no escaping there.
    header = {"type": "plain_text", "text": cut(title, _HEADER_CHARS), "emoji": False}
    blocks: list[dict[str, Any]] = [{"type": "header", "text": header}]
    if body := _within([text for row in message.rows for text in _row(message, row)]):
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": body}})
    if footer := _within([_line(line) for line in message.footer]):
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": footer}]})
    return {"text": escape(f"{title}\n{message.body()}"), "blocks": blocks}


def _within(lines: Sequence[str]) -> str:
    """`lines` as far as a section holds them: whole ones, since half a link would swallow what follows."""
    kept = ""
    for line in lines:
        if len(kept) + len(line) >= _SECTION_CHARS:
            break
        kept = f"{kept}\n{line}" if kept else line
    return kept


def _row(message: Message, row: Sequence[Entry]) -> list[str]:
    """The lines about one alert, or that of a client; what is over is struck through, with the reason below."""
    ended = [escape(entry.ended) for entry in row if entry.ended]
    if spans := message.spans(row):
        return ["".join(_struck(text) if over else escape(text) for text, over in spans), *ended]
    [entry] = row
    if not entry.ended:
        return [_line(line) for line in entry.lines]
    return [*(_struck(line.text) for line in entry.lines if not line.url), *ended]


def _struck(text: str) -> str:
    return f"~{escape(text)}~"


def _line(line: Line) -> str:
    return link(line.url, line.text) if line.url else escape(line.text)


def escape(text: str) -> str:
    """`text` shown as it is: no mention, no link, no formatting."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", f"{_NO_BREAK}&gt;")
    return "".join(f"{_NO_BREAK}{char}" if char in _MARKS else char for char in escaped)


def link(url: str, label: str) -> str:
    """A link whose address and label cannot end it early."""
    address = quote(url, safe="/:?#[]@!$&'()*+,;=%-._~").replace("&", "&amp;")
    return f"<{address}|{escape(label)}>"
