"""The form of a message in Slack: Block Kit, and mrkdwn in which no text of others becomes a mention or a link.

docs.slack.dev/reference/block-kit and messaging/formatting-message-text, read 22 Nov 2026. Limits: 50 blocks, 3,000
characters a section, 150 a header, 75 the text of a button, 2,000 its value, 300 what it asks before it acts; some
13,000 in all blocks (not written down there). A button works only where its press can reach us: by Socket Mode.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import Any
from urllib.parse import quote

from alerts.acts import HOLDS, Verb, label, verbs
from alerts.messages import TEXTS, Entry, Held, Line, Message
from alerts.plain_text import cut
from config.settings import Language

_HEADER_CHARS, _SECTION_CHARS = 150, 2900
_MOST_SECTIONS, _BODY_CHARS, _VALUE_CHARS, _CONFIRM_CHARS = 40, 6000, 2000, 300
_NO_BREAK = "\u200b"
"""Between a mark and its neighbour: there is no backslash in mrkdwn."""
_MARKS = "*_~`"


def form(message: Message, *, buttons: bool = False, reader: str = "") -> dict[str, Any]:
    """A message as blocks, and the same as the text that phones and screen readers tell.

    It is ticked when all is over and nothing is left to do. `buttons`: below a message about one alert all that can be
    done about it, beside each alert of several the first of that; what somebody else than `reader` has is taken over
    only by whoever says so once more.
    """
    title = f"✓ {message.title}" if message.settled else message.title
    # A header takes no mark-up at all, so that a title needs no escaping there.
    header = {"type": "plain_text", "text": cut(title, _HEADER_CHARS), "emoji": False}
    parts = _parts(message, apart=buttons)
    blocks: list[dict[str, Any]] = [{"type": "header", "text": header}]
    for text, entry in parts:
        blocks.append(
            {"type": "section", "text": {"type": "mrkdwn", "text": text}, **_first_button(message, entry, reader)}
        )
    if buttons and len(message.entries) == 1:
        blocks += _all_buttons(message, message.entries[0], reader)
    footer = _within([_line(line) for line in message.foot])
    if footer:
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": footer}]})
    told = [escape(title), *(text for text, _ in parts), footer]
    return {"text": "\n".join(part for part in told if part), "blocks": blocks}


def _parts(message: Message, *, apart: bool) -> list[tuple[str, Entry | None]]:
    """The body in sections: one; or, `apart`, one for each of several alerts, with that alert."""
    each = [entry for _, entries in message.groups for entry in entries]
    if apart and 1 < len(each) <= _MOST_SECTIONS:
        parts = [(_within(lines), entry) for lines, entry in zip(_one_by_one(message), each, strict=True)]
        totals = accumulate(len(text) for text, _ in parts)
        return [part for part, total in zip(parts, totals, strict=True) if part[0] and total <= _BODY_CHARS]
    body = _within([line for head, entries in message.groups for line in _group(head, entries)])
    return [(body, None)] if body else []


def button_value(entry: Entry) -> str:
    """What a press tells us of the alert."""
    return f"{entry.episode} {entry.fingerprint}"


def _one_by_one(message: Message) -> Iterator[list[str]]:
    """The lines of each alert; the first of a client's stands below its name."""
    for head, entries in message.groups:
        lines = iter(entries)
        yield list(_group(head, [next(lines)]))
        yield from ([f"• {first}" if head else first, *more] for first, *more in map(_entry, lines))


def _all_buttons(message: Message, entry: Entry, reader: str) -> list[dict[str, Any]]:
    made = [_button(message, entry, verb, reader) for verb in _offered(entry)]
    return [{"type": "actions", "elements": made}] if made else []


def _first_button(message: Message, entry: Entry | None, reader: str) -> dict[str, Any]:
    offered = _offered(entry) if entry is not None else ()
    return {"accessory": _button(message, entry, offered[0], reader)} if entry is not None and offered else {}


def _offered(entry: Entry) -> tuple[Verb, ...]:
    """What can be done about it: nothing where a press could not tell which alert it means."""
    return () if len(button_value(entry)) > _VALUE_CHARS else verbs(entry)


def _button(message: Message, entry: Entry, verb: Verb, reader: str) -> dict[str, Any]:
    """An action's id may stand only once in a message."""
    number = message.entries.index(entry)
    made = {"type": "button", "action_id": f"{verb}:{number}", "text": _plain(label(verb, message.language))}
    if verb in HOLDS and entry.held and f"person/{entry.held.by}" != reader:
        made["confirm"] = _over(message.language, entry.held)
    return {**made, "value": button_value(entry)}


def _over(language: Language, held: Held) -> dict[str, Any]:
    """What is asked of whoever would take an alert from somebody."""
    say = partial(TEXTS.say, language)
    asked = _plain(cut(say("over.text", held=held.text), _CONFIRM_CHARS))
    answers = {"confirm": _plain(say("over.yes")), "deny": _plain(say("ask.cancel"))}
    return {"title": _plain(say("over.title")), "text": asked, **answers}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


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
    """The lines about one alert and who has it; what is over is struck through and leads nowhere, the reason below."""
    if entry.end is None:
        return [*map(_line, entry.lines), *([f"*{escape(entry.held.text)}*"] if entry.held else [])]
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
