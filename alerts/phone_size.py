"""Fitting a phone: a title that tells it before the cut, a body that needs no scrolling."""

from collections.abc import Callable, Iterator
from unicodedata import east_asian_width

BODY_CHARS, BODY_LINES = 600, 8
"""Of a message, as it is read: its title is the first of the lines, and an address is not read."""
TITLE_WIDTH, WIDE = 40, 40 / 22
"""40 Latin or 22 Chinese characters are seen of a subject before a phone cuts it."""

_LEAST_NAMED = 10
"""In fewer columns a client and a matter are not known again."""
_BREAKS, _MARKS = " ，。、：；！？", " ,.:;，。、：；！？"
"""Where a name may be cut, and what then does not stand at its end. A dot may be part of a number."""


def width_of(text: str) -> float:
    """Its columns on a phone, in Latin characters."""
    return sum(WIDE if east_asian_width(char) in "WF" else 1 for char in text)


def shorten(text: str, width: float) -> str:
    """`text` in at most `width` columns, cut between words where there are any."""
    if width_of(text) <= width:
        return text
    kept = text
    while kept and width_of(kept) + 1 > width:
        kept = kept[:-1]
    words, space, _ = kept.rpartition(" ")
    if space and not text[len(kept) :].startswith(" ") and len(words) >= len(kept) // 2:
        kept = words
    return kept.rstrip(" ,.:;，：") + "…"


def titled(
    say: Callable[..., str], key: str, client: str, what: str, width: float = TITLE_WIDTH, **values: object
) -> str:
    """The title that `key` says (`…_no_client` without one), shortened until all of it shows within `width`.

    Client and `what` give way, by whole words; what follows them is what the reader must see.
    """
    key = key if client else f"{key}_no_client"
    spare = width - width_of(say(key, client="", what="", **values))
    for shown_client, shown_what in _forms(client, what, spare):
        if width_of(shown_client) + width_of(shown_what) <= spare:
            return say(key, client=shown_client, what=shown_what, **values)
    client_width = min(width_of(client), spare / 2)
    shortened = shorten(client, client_width), shorten(what, spare - client_width)
    return say(key, client=shortened[0], what=shortened[1], **values)


def fitting(render: Callable[[str, str], str], client: str, what: str, width: float = TITLE_WIDTH) -> str:
    """What `render` makes of client and `what`, shortened as by `titled`; cut at its end where words of its own leave
    too little room for both."""
    whole = render(client, what)
    if width_of(whole) <= width:
        return whole
    spare = width - (width_of(whole) - width_of(client) - width_of(what))
    if spare < _LEAST_NAMED or not what:
        return shorten(whole, width)
    client_width = min(width_of(client), spare / 2)
    last = shorten(client, client_width), shorten(what, spare - client_width)
    said = (render(*form) for form in (*_forms(client, what, spare), last))
    return next((title for title in said if width_of(title) <= width), shorten(whole, width))


def _forms(client: str, what: str, width: float) -> Iterator[tuple[str, str]]:
    """Both whole; `what` cut, but for its number; the client by its first words, as people call it; both cut."""
    yield client, what
    cut_whats = [(f"{head}…", what[len(head) :]) for head in _heads(what, width)]
    yield from ((client, head) for head, lost in cut_whats if not any(char.isdigit() for char in lost))
    # Without a mark: its first words are a name by themselves, and the whole of it stands in the body.
    clients = [head for head in _heads(client, width) if " " in head and not head.rpartition(" ")[2][0].islower()]
    yield from ((head, what) for head in clients)
    yield from ((name, head) for name in (client, *clients) for head, _ in cut_whats)


def _heads(text: str, width: float) -> list[str]:
    """How `text` begins, by whole words or clauses, the longest first, as far as `width` holds them."""
    ends = [place for place, char in enumerate(text) if char in _BREAKS]
    heads = dict.fromkeys(text[:end].rstrip(_MARKS) for end in reversed(ends))
    return [head for head in heads if head and width_of(head) <= width]
