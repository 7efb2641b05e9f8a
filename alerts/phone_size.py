"""Fitting a phone: a title that tells it before the cut, a body that needs no scrolling."""

from collections.abc import Callable
from unicodedata import east_asian_width

BODY_CHARS, BODY_LINES = 600, 8
"""Of a message, as it is read: its title is the first of the lines, and an address is not read."""
TITLE_WIDTH, WIDE = 40, 40 / 22
"""40 Latin or 22 Chinese characters are seen of a subject before a phone cuts it."""


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

    Client and `what` give way, the longer one first; what follows them is what the reader must see.
    """
    key = key if client else f"{key}_no_client"
    spare = width - width_of(say(key, client="", what="", **values))
    client_width, what_width = width_of(client), width_of(what)
    if client_width + what_width > spare:
        client_width = max(spare - what_width, min(client_width, spare / 2)) if client else 0.0
        what_width = spare - client_width
    return say(key, client=shorten(client, client_width), what=shorten(what, what_width), **values)
