"""The view's columns of a finding, read back from JSON with their types; and names as a reader may see them."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from config.settings import Language
from rules.working_time import OutsideCalendar, WorkingTime

_SAFE_IN_URL = "/:?#[]@!$&'()*+,;=%-._~"


class Facts:
    """Columns of a view by name. What is missing, or is not what its name promises, reads as None, "" or 0."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        """A text in one line, without what could change the look of its neighbours."""
        value = self._values.get(name)
        return one_line(value) if isinstance(value, str) else ""

    def day(self, name: str) -> date | None:
        """A date."""
        value = self._values.get(name)
        try:
            return date.fromisoformat(value[:10]) if isinstance(value, str) else None
        except ValueError:
            return None

    def at(self, name: str) -> datetime | None:
        """An instant, aware, in UTC."""
        value = self._values.get(name)
        try:
            at = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            return None
        return at.astimezone(UTC) if at is not None and at.tzinfo else None

    def count(self, name: str) -> int:
        """A whole number."""
        value = self._values.get(name)
        return int(value) if isinstance(value, int | float) else 0

    def amount(self, name: str) -> float:
        """A number."""
        value = self._values.get(name)
        return float(value) if isinstance(value, int | float) else 0.0

    def is_true(self, name: str, default: bool = False) -> bool:
        """A claim."""
        value = self._values.get(name, default)
        return default if value is None else bool(value)

    def url(self, name: str) -> str:
        """An http(s) address that is safe to show, or ""."""
        return safe_url(self._values.get(name))


def one_line(text: str) -> str:
    """`text` without line breaks, control characters and marks that turn the direction of writing."""
    shown = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp", "Zs") else char for char in text)
    return " ".join("".join(char for char in shown if unicodedata.category(char) not in ("Cf", "Cs")).split())


def safe_url(value: object) -> str:
    """An absolute http(s) address with everything else percent-encoded; "" for what is none."""
    if not isinstance(value, str):
        return ""
    address = quote(value.strip(), safe=_SAFE_IN_URL)
    try:
        parts = urlsplit(address)
        return address if parts.scheme in ("http", "https") and parts.hostname and not parts.username else ""
    except ValueError:
        return ""


def gapped(name: str, language: Language) -> str:
    """`name` as it stands before other words: in Chinese texts a Latin word has a gap after it."""
    return f"{name} " if language != "en" and name[-1:].isascii() and name[-1:].isalnum() else name


def cut(text: str, limit: int) -> str:
    """`text` in at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def began(on: str, facts: Facts, calendars: Mapping[str, WorkingTime]) -> datetime | None:
    """When what the flagship rules look for began: the deadline, or the end of the time allowed for an answer."""
    if on == "milestone":
        return facts.at("deadline_at")
    return limit_passed(facts, calendars)


def limit_passed(facts: Facts, calendars: Mapping[str, WorkingTime]) -> datetime | None:
    """When the working hours allowed for an answer were over, on the calendar of those who must answer."""
    since, limit = facts.at("waiting_since"), facts.amount("limit_hours")
    if since is None or not limit:
        return None
    calendar = calendars.get(facts.text("calendar"), calendars["default"])
    try:
        return calendar.after(limit, since)
    except OutsideCalendar:
        return None  # older than the calendar reaches
