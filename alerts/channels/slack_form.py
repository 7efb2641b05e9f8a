"""The form of a message in Slack: Block Kit, and mrkdwn in which no text of others becomes a mention or a link.

docs.slack.dev/reference/block-kit and messaging/formatting-message-text, read 22 Nov 2026. Limits: 3,000 characters a
section, 150 a header. Buttons need a public address: there are none.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from alerts.messages import Entry, Line, Message
from alerts.plain_text import cut

_HEADER_CHARS, _SECTION_CHARS = 150, 2900
_NO_BREAK = "\u200b"
"""Between a mark and its neighbour: there is no backslash in mrkdwn."""
_MARKS = "*_~`"


def form(message: Message) -> dict[str, Any]:
    """A message as blocks, and the same as the text that phones and screen readers tell.

    It is ticked when all is over and nothing is left to do.
    """
    title = f"✓ {message.title}" if message.settled else message.title
    # A header takes no mark-up at all, so that a title needs no escaping there.
    header = {"type": "plain_text", "text": cut(title, _HEADER_CHARS), "emoji": False}
    blocks: list[dict[str, Any]] = [{"type": "header", "text": header}]
    if body := _within([line for head, entries in message.groups for line in _group(head, entries)]):
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": body}})
    if footer := _within([_line(line) for line in message.footer]):
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": footer}]})
    return {"text": "\n".join(part for part in (escape(title), body, footer) if part), "blocks": blocks}


def _within(lines: Sequence[str]) -> str:
    """`lines` as far as a section holds them: whole ones, since half a link would swallow what follows."""
    kept = ""
    for line in lines:
        if len(kept) + len(line) >= _SECTION_CHARS:
            break
        kept = f"{kept}\n{line}" if kept else line
    return kept


def _group(head: str, entries: Sequence[Entry]) -> Iterator[str]:
    """The lines about one client under its name, or those about a single alert."""
    if head:
        yield f"*{escape(head)}*"
    for entry in entries:
        first, *more = _entry(entry)
        yield f"• {first}" if head else first
        yield from more


def _entry(entry: Entry) -> list[str]:
    """The lines about one alert; what is over is struck through and leads nowhere, with the reason below."""
    if entry.end is None:
        return [_line(line) for line in entry.lines]
    struck = (line.text for line in entry.lines if line.text and (line.label or not line.url))
    return [*(f"~{escape(text)}~" for text in struck), escape(entry.end.text)]


def _line(line: Line) -> str:
    if not line.url:
        return escape(line.text)
    linked = link(line.url, line.label or line.text)
    return f"{escape(line.text)} {linked}".lstrip() if line.label else linked


def escape(text: str) -> str:
    """`text` shown as it is: no mention, no link, no formatting."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", f"{_NO_BREAK}&gt;")
    return "".join(f"{_NO_BREAK}{char}" if char in _MARKS else char for char in escaped)


def link(url: str, label: str) -> str:
    """A link whose address and label cannot end it early."""
    address = quote(url, safe="/:?#[]@!$&'()*+,;=%-._~").replace("&", "&amp;")
    return f"<{address}|{escape(label)}>"
