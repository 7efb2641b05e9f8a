"""What others wrote, made safe to stand in a line of ours: no breaks, no turned direction, no longer than it may be."""

import unicodedata
from urllib.parse import quote, urlsplit

from config.settings import Language

_LOOKED_AT = 4000
_LONGEST_URL = 2000
"""More than any tool's; a longer one would be most of a mail."""
_SAFE_IN_URL = "/:?#[]@!$&'()*+,;=%-._~"


def one_line(text: str) -> str:
    """`text` without line breaks, control characters and marks that turn the direction of writing.

    No more of it than any line shows is looked at: a title of 100,000 characters took a tenth of a second.
    """
    shown = text[:_LOOKED_AT]
    if not shown.isprintable():  # of nearly every text nothing has to go
        spaced = (" " if unicodedata.category(char) in ("Cc", "Zl", "Zp", "Zs") else char for char in shown)
        shown = "".join(char for char in spaced if unicodedata.category(char) not in ("Cf", "Cs"))
    return " ".join(shown.split())


def safe_url(value: object) -> str:
    """An absolute http(s) address with everything else percent-encoded; "" for what is none."""
    if not isinstance(value, str) or len(value) > _LONGEST_URL:
        return ""
    try:
        address = quote(value.strip(), safe=_SAFE_IN_URL)
        parts = urlsplit(address)
        return address if parts.scheme in ("http", "https") and parts.hostname and not parts.username else ""
    except ValueError:  # also of half a character, which has no code in UTF-8
        return ""


def gapped(name: str, language: Language) -> str:
    """`name` as it stands before other words: in Chinese texts a Latin word has a gap after it."""
    return f"{name} " if language != "en" and name[-1:].isascii() and name[-1:].isalnum() else name


def spaced(name: str, language: Language) -> str:
    """`name` as it stands among other words: in Chinese texts a Latin word has a gap on either side."""
    begins = language != "en" and name[:1].isascii() and name[:1].isalnum()
    return f"{' ' if begins else ''}{gapped(name, language)}"


def cut(text: str, limit: int) -> str:
    """`text` in at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
