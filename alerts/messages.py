"""What a message says, before a channel gives it its form: plain text in lines, in the reader's language.

A message is complete without a link. Vendor's text is only ever a value in one line of its own; a channel escapes it
in its own way.
"""

from collections.abc import Callable, Mapping, Sequence
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
    lead: str = ""
    """What begins the line of a client, in a message about several alerts: it is said of no single one."""
    joint: str = ""
    """What stands between it and the entry before where both share a line; "" where it begins its own."""
    step: str = ""
    """The key of what its reader does about it, told at the end of the line that it shares."""


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
        for row in self.rows:
            spans = self.spans(row)
            told += [Line("".join(text for text, _ in spans))] if spans else row[0].lines
        return tuple(told)

    def spans(self, row: Sequence[Entry]) -> list[tuple[str, bool]]:
        """A line about a client, in parts, each with whether it tells of an alert that is over; () for other lines."""
        if not row[0].lead:
            return []
        spans = [(row[0].lead, False)]
        for entry in row:
            spans += [(entry.joint, False), ("".join(line.text for line in entry.lines), bool(entry.ended))]
        steps = [TEXTS.say(self.language, step) for step in _steps(row)]
        said = "".join(TEXTS.say(self.language, "daily.next", next=step) for step in steps)
        spans.append((said + TEXTS.say(self.language, "daily.stop"), False))
        return [(text, over) for text, over in spans if text]

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


def _steps(row: Sequence[Entry]) -> list[str]:
    """The keys of what there is to do, each once; who answers a client tells them of the delay as well."""
    steps = dict.fromkeys(entry.step for entry in row if entry.step and not entry.ended)
    if {"next.line_overdue", "next.line_feedback"} <= steps.keys():
        return ["next.line_both", *(step for step in steps if step == "next.line_own")]
    return list(steps)


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
    path: tuple[date, ...] = ()
    """Of a date that was moved: the first promise and every date that took its place; () where nobody knows."""


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
