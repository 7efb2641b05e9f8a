"""What a message says, before a channel gives it its form: plain text in lines, in the reader's language.

A message is complete without a link. Vendor's text is only ever a value in one line of its own; a channel escapes it
in its own way.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from alerts.facts import Facts
from alerts.life import Hands
from alerts.phone_size import BODY_CHARS, BODY_LINES
from alerts.plain_text import cut
from config.language import Catalog
from config.settings import Language

TEXTS = Catalog.load(Path(__file__).parent / "texts")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. With `url` it ends in a link: on `label`, or, where there is none, on all of the text."""

    text: str
    url: str = ""
    label: str = ""

    def as_read(self) -> str:
        """As it is read where the link can be touched."""
        return f"{self.text} [{self.label}]".lstrip() if self.label else self.text

    def as_text(self, language: Language, *, with_address: bool) -> str:
        """As it is read where it cannot: with the address written out, or without the link."""
        if not self.url:
            return self.text
        if not with_address:
            return self.text if self.label else ""
        shown = TEXTS.say(language, "link.shown", label=self.label or self.text, url=self.url)
        return f"{self.text} [{shown}]".lstrip() if self.label else shown


@dataclass(frozen=True, slots=True)
class End:
    """That an alert is over, as the message that told of it shows it from then on."""

    text: str
    title: str
    """What a message about this alert alone is called from then on."""
    settled: bool = True
    """Nothing is left to do about it."""
    fresh: str = ""
    """How fresh that is: takes the place of the last line of the footer; "" where that says something else."""


@dataclass(frozen=True, slots=True)
class Held:
    """That a named person has an alert, as messages that can be changed show it."""

    state: str
    """acknowledged or snoozed"""
    text: str
    by: str = ""
    """Their key under [people], or this machine's user."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a message says of one alert. Among others: the matter with its next step, and one line of particulars."""

    fingerprint: str
    lines: tuple[Line, ...]
    client: str = ""
    """Whose it is, in a message about several: those of one stand together below its name."""
    whom: str = ""
    """Who of a group it waits for."""
    end: End | None = None
    """Filled in when it is over: channels that can, show it so."""
    early: bool = False
    """It may go wrong, and has not: no client is counted for it."""
    on: str = ""
    """The view that its rule reads, "" where nothing is to be decided about it; and which episode of it."""
    episode: int = 0
    barred: tuple[str, ...] = ()
    """What its reader may not do about it (`alerts.acts`)."""
    held: Held | None = None
    """Filled in while somebody has it."""
    whole: tuple[Line, ...] = ()
    """All there is to say of it, for channels with room; () where `lines` say that, or it is one of very many."""

    def showing(self, lines: tuple[Line, ...]) -> "Entry":
        """The same where there is room for `lines` alone."""
        return self if lines == self.lines else replace(self, lines=lines, whole=self.whole or self.lines)

    def rest(self, *, alone: bool) -> "Entry":
        """What `lines` had no room for; below the matter itself, unless it is told `alone`."""
        matter = () if alone and self.lines else self.whole[:1]
        return replace(self, lines=(*matter, *(line for line in self.whole if line not in (*matter, *self.lines))))

    @property
    def settled(self) -> bool:
        """It is over, and nothing is left to do about it."""
        return self.end is not None and self.end.settled

    def head(self, language: Language) -> str:
        """What it stands below; in a group first whom it waits for."""
        return TEXTS.say(language, "daily.head", who=self.whom, client=self.client) if self.whom else self.client

    def in_one_line(self, language: Language) -> Line:
        """Whose it is, the matter and its particulars."""
        matter, *more = self.lines
        told = TEXTS.say(language, "joint").join(line.text for line in (matter, *more) if line.text)
        links = [line for line in more if line.url]
        url, label = (links[0].url, links[0].label) if links else ("", "")
        return Line(TEXTS.say(language, "daily.line", head=self.head(language), told=told), url, label)


@dataclass(frozen=True, slots=True)
class Count:
    """What the title of a message about several counts, and how: so that it can count anew when some are over."""

    day: str
    """Of the message, in its words."""
    clients: bool
    """The clients; else the matters, because one of them has no client."""
    group: bool
    """Several read it: it names whom it waits for."""
    who: str = ""
    """Whom all of it waits for: the title of a group's message says so, once for all entries."""

    def title(self, language: Language, entries: Sequence[Entry]) -> str:
        """How many of `entries` still need somebody, and whom, where a group reads it."""
        left = [entry for entry in entries if not entry.settled and not entry.early]
        if not left:
            return TEXTS.say(language, "daily.settled", day=self.day)
        count = len({entry.client for entry in left}) if self.clients else len(left)
        whom = {entry.whom for entry in left}
        who = self.who or (whom.pop() if len(whom) == 1 else "")
        key = "daily.title" if self.clients else "daily.title_items"
        if self.group:
            key = f"{key}_who" if who else f"{key}_group"
        return TEXTS.say(language, key, day=self.day, count=count, who=who)


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one reader, in their language, in no channel's form yet."""

    language: Language
    title: str
    entries: tuple[Entry, ...]
    footer: tuple[Line, ...] = ()
    count: Count | None = None
    """None: the title counts nothing."""
    more: Line | None = None
    """How many entries have no lines, and how to see them; None: all have some."""

    @property
    def groups(self) -> list[tuple[str, list[Entry]]]:
        """The entries that have lines, those of one heading together."""
        return self._groups(entry for entry in self.entries if entry.lines)

    @property
    def foot(self) -> tuple[Line, ...]:
        """What stands below all groups."""
        return (*([self.more] if self.more else []), *self.footer)

    def below(self) -> tuple[Line, list[tuple[str, list[Entry]]]] | None:
        """For a channel with room: a heading, and below it, in groups, what the body had no room for."""
        rest = [one.rest(alone=len(self.entries) == 1) for one in self.entries if one.whole and one.end is None]
        if not rest:
            return None
        return with_log_in(self.language, TEXTS.say(self.language, "full"), rest), self._groups(rest)

    def with_room(self) -> "Message":
        """The same where `below` follows: what has no lines above stands there."""
        if self.more is None or any(not one.lines and not one.whole for one in self.entries):
            return self
        left = left_out(self.language, self.entries)
        return replace(self, more=Line(TEXTS.say(self.language, "more.below", more=left)))

    def _groups(self, shown: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
        return [(head, list(entries)) for head, entries in groupby(shown, key=lambda entry: entry.head(self.language))]

    @property
    def told(self) -> tuple[Line, ...]:
        """The body without its footer, in plain lines: each tells whose it is."""
        return tuple(
            line
            for entry in self.entries
            if entry.lines
            for line in ([entry.in_one_line(self.language)] if entry.client else entry.lines)
        )

    @property
    def lines(self) -> tuple[Line, ...]:
        """The body."""
        return (*self.told, *self.foot)

    @property
    def settled(self) -> bool:
        """All that it tells of is over, and nothing is left to do."""
        return bool(self.entries) and all(entry.settled for entry in self.entries)

    def as_text(self) -> str:
        """All of it as plain text."""
        return f"{self.title}\n{self.body()}"

    def body(self) -> str:
        """Every line but the title as plain text; links are written out where there is room for all of them."""
        whole = self._written(with_addresses=True)
        return whole if len(whole) <= BODY_CHARS else self._written(with_addresses=False)

    def _written(self, *, with_addresses: bool) -> str:
        lines = (line.as_text(self.language, with_address=with_addresses) for line in self.lines)
        return "\n".join(line for line in lines if line)

    def with_held(self, fingerprint: str, held: Held | None) -> "Message":
        """The same message when somebody has the alert `fingerprint`, or (None) nobody any more."""
        entries = (replace(one, held=held) if one.fingerprint == fingerprint else one for one in self.entries)
        return replace(self, entries=tuple(entries))

    def with_end(self, fingerprint: str, end: End) -> "Message":
        """The same message once the alert `fingerprint` is over; its title says what is true then."""
        entries = tuple(
            replace(entry, end=end) if entry.fingerprint == fingerprint else entry for entry in self.entries
        )
        if self.count is not None:
            title = self.count.title(self.language, entries)
        else:
            title = end.title if all(entry.end for entry in entries) else self.title
        fresh = with_log_in(self.language, end.fresh, entries)
        footer = (*self.footer[:-1], fresh) if end.fresh else self.footer
        return replace(self, entries=entries, title=title, footer=footer)

    @property
    def fits(self) -> bool:
        """Whether the body keeps within the bounds of a phone."""
        read = [line.as_read() for line in self.lines]
        return len(read) <= BODY_LINES - 1 and len("\n".join(read)) <= BODY_CHARS

    def fitted(self) -> "Message":
        """The same message, where it does not fit without links that stand alone, and then shortened until it does."""
        message = self
        if not message.fits:
            without = tuple(line for line in message.footer if not line.url)
            message = replace(
                message._each(lambda line: () if line.url and not line.label else (line,)), footer=without
            )
        for limit in (200, 120, 80, 50):
            if message.fits:
                break
            message = message._each(partial(_shortened, limit=limit))
        return message

    def _each(self, change: Callable[[Line], tuple[Line, ...]]) -> "Message":
        """The same message with every line of its entries changed."""
        changed = (one.showing(tuple(new for line in one.lines for new in change(line))) for one in self.entries)
        return replace(self, entries=tuple(changed))

    def to_json(self) -> dict[str, Any]:
        """As the outbox keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Message":
        """Back from the outbox."""
        count = Count(**kept["count"]) if kept["count"] else None
        more = Line(**kept["more"]) if kept.get("more") else None
        entries, footer = tuple(map(_entry, kept["entries"])), _lines(kept["footer"])
        return cls(kept["language"], kept["title"], entries, footer, count, more)


def with_log_in(language: Language, fresh: str, entries: Sequence[Entry]) -> Line:
    """How fresh a message is; and, where those that are open lead to their tools, that those ask who is there.

    In one line, however much there is to say: a phone shows eight.
    """
    linked = any(line.label for entry in entries if entry.end is None for line in entry.lines)
    said = [fresh, *([TEXTS.say(language, "link.log_in")] if linked else [])]
    return Line(TEXTS.say(language, "joint").join(said))


def left_out(language: Language, entries: Sequence[Entry]) -> str:
    """How many of `entries` have no lines: those that need somebody, as a title counts them, and early ones apart."""
    left = [entry for entry in entries if not entry.lines]
    early = sum(entry.early for entry in left)
    key = "more.both" if 0 < early < len(left) else "more.early" if early else "more"
    return TEXTS.say(language, key, count=len(left) - early, early=early)


def _shortened(line: Line, limit: int) -> tuple[Line, ...]:
    return (replace(line, text=cut(line.text, limit)),)


def _entry(kept: Mapping[str, Any]) -> Entry:
    end = End(**kept["end"]) if kept["end"] else None
    held = Held(**kept["held"]) if kept["held"] else None
    lines, whole = _lines(kept["lines"]), _lines(kept.get("whole", ()))
    read = {"lines": lines, "whole": whole, "end": end, "held": held, "barred": tuple(kept.get("barred", ()))}
    return Entry(**{**kept, **read})


def _lines(kept: Sequence[Mapping[str, Any]]) -> tuple[Line, ...]:
    return tuple(Line(**line) for line in kept)


@dataclass(frozen=True, slots=True)
class Ending:
    """Why an alert is over, as the database tells it."""

    reason: str
    """done, answered, answered elsewhere, closed, cancelled, date agreed, date moved, date removed, office closed,
    gone, cleared"""
    by: str = ""
    at: datetime | None = None
    new_on: date | None = None
    how: str = ""
    """The reference of an agreement, how an answer was given elsewhere, or what the office was closed for."""
    path: tuple[date, ...] = ()
    """Of a date that was moved: the first promise and every date that took its place; () where nobody knows."""


@dataclass(frozen=True, slots=True)
class Says:
    """What a rule itself says of a finding."""

    title: str
    matter: str
    """The same below the client's name: it does not name the client again."""
    why: str
    """Why it matters, and what to do about it."""


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
    says: Callable[[Language, Facts], Says]
    """For rules that have no texts of ours; of the facts that the reader may know."""
    ending: Ending | None = None
    episode: int = 1
    hands: Hands | None = None
