"""What a message says, before a channel gives it its form: plain text in lines, in the reader's language.

A message is complete without a link. Vendor's text is only ever a value in one line of its own; a channel escapes it
in its own way.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from alerts.facts import Facts
from config.language import Catalog
from config.settings import Language

TEXTS = Catalog.load(Path(__file__).parent / "texts")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; with `url`, the text is the label of a link."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a message says of one alert. `ended` is filled in when it is over: channels that can, show it so."""

    fingerprint: str
    lines: tuple[Line, ...]
    ended: str = ""
    joint: str = ""
    """What stands between it and the entry before where both share a line; "" where it begins its own."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one reader, in their language, in no channel's form yet."""

    language: Language
    title: str
    entries: tuple[Entry, ...]
    footer: tuple[Line, ...] = ()

    @property
    def rows(self) -> list[list[Entry]]:
        """The entries, those together that share a line."""
        rows: list[list[Entry]] = []
        for entry in self.entries:
            if entry.joint and rows:
                rows[-1].append(entry)
            else:
                rows.append([entry])
        return rows

    @property
    def told(self) -> tuple[Line, ...]:
        """The body without its footer."""
        told: list[Line] = []
        for first, *others in self.rows:
            told += first.lines
            for entry in others:
                told[-1] = Line(told[-1].text + entry.joint + "".join(line.text for line in entry.lines))
        return tuple(told)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The body."""
        return (*self.told, *self.footer)

    def as_text(self) -> str:
        """All of it as plain text."""
        return f"{self.title}\n{self.body()}"

    def body(self) -> str:
        """Every line but the title, links written out."""
        shown = (
            TEXTS.say(self.language, "link.shown", label=line.text, url=line.url) if line.url else line.text
            for line in self.lines
        )
        return "\n".join(shown)

    def with_end(self, fingerprint: str, ended: str) -> "Message":
        """The same message once the alert `fingerprint` is over."""
        entries = tuple(
            replace(entry, ended=ended) if entry.fingerprint == fingerprint else entry for entry in self.entries
        )
        return replace(self, entries=entries)

    def to_json(self) -> dict[str, Any]:
        """As the outbox keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Message":
        """Back from the outbox."""
        entries = tuple(
            Entry(**{**entry, "lines": tuple(Line(**line) for line in entry["lines"])}) for entry in kept["entries"]
        )
        return cls(kept["language"], kept["title"], entries, tuple(Line(**line) for line in kept["footer"]))


@dataclass(frozen=True, slots=True)
class Ending:
    """Why an alert is over, as the database tells it."""

    reason: str
    """done, answered, answered elsewhere, closed, cancelled, date agreed, date moved, gone, cleared"""
    by: str = ""
    at: datetime | None = None
    new_on: date | None = None
    how: str = ""
    """The reference of an agreement, or how an answer was given elsewhere."""


@dataclass(frozen=True, slots=True)
class Item:
    """One alert as a message needs it."""

    fingerprint: str
    on: str
    rule: str
    source: str
    client: str
    """Its name in `[clients]`, "" for none."""
    severity: str
    facts: Facts
    since: datetime
    title: Callable[[Language], str]
    """What the rule itself calls it: for rules that have no texts of ours."""
    ending: Ending | None = None
