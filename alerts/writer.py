"""Whole messages: one alert, several in one, what a first look found, how it ended, and the comment in the tool."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import zip_longest

from alerts.ending_words import EndWording
from alerts.feedback_words import FeedbackWording
from alerts.messages import TEXTS, Entry, Item, Line, Message
from alerts.overdue_words import OverdueWording
from alerts.phone_size import TITLE_WIDTH, fit, fits, shorten, width_of
from alerts.plain_text import cut, gapped, one_line
from alerts.routing import Reader
from alerts.wording import Scene, Wording
from config.language import ago, clock, day, instant
from config.settings import SEVERITIES, Language

Note = tuple[str, str]
"""Why a reader gets it: the key of the text, and the name in it; ("", "") where there is nothing to explain."""

_WORDINGS: Mapping[str, type[Wording]] = {"milestone-overdue": OverdueWording, "feedback-unhandled": FeedbackWording}
_MOST_SHOWN = 40
"""More lines than ever fit: what lies behind need not be tried."""
_NOTE_CHARS = 120
_JUST_READ = timedelta(minutes=5)
"""Until then the time of the reading says enough."""


@dataclass(frozen=True, slots=True)
class Writer(Scene):
    """Writes messages."""

    # --- Whole messages ---

    def one(self, item: Item, reader: Reader, note: Note = ("", "")) -> Message:
        """The message about one alert."""
        wording = self._wording(item, reader)
        lines = [*self._notes(reader.language, [note]), *(Line(text) for text in wording.body() if text)]
        link = wording.vendor_link()
        lines += [link] if link.url else []
        footer = self._freshness(reader.language, [item.source])
        return fit(Message(reader.language, wording.title(), (Entry(item.fingerprint, tuple(lines)),), footer))

    def many(self, items: Sequence[Item], reader: Reader, notes: Mapping[str, Note]) -> Message:
        """The message about several alerts, the worst first: a line for each client, as many as the title says.

        Where one has no client each alert has its own. `notes` by fingerprint.
        """
        clients = {item.client for item in items}
        groups = _by_client(items) if "" not in clients else [[item] for item in worst_first(items)]
        key = "daily.title" if "" not in clients else "daily.title_items"
        title = TEXTS.say(reader.language, key, day=day(reader.language, self.today, self.today), count=len(groups))
        footer = (
            *self._notes(reader.language, notes.values()),
            *self._report_link(reader.language),
            *self._freshness(reader.language, self.freshness),
        )
        wordings = [[self._wording(item, reader) for item in group] for group in groups]
        return self._listed(title, partial(_lines, wordings), len(items), reader.language, footer)

    def summary(self, items: Sequence[Item], reader: Reader) -> Message:
        """What the first look found, for the coordinator alone."""
        kinds = [item.on if item.rule in _WORDINGS else "other" for item in items]
        overdue, feedback = kinds.count("milestone"), kinds.count("feedback")
        counts = TEXTS.say(
            reader.language, "summary.counts", overdue=overdue, feedback=feedback, other=len(items) - overdue - feedback
        )
        footer = (
            Line(counts),
            Line(TEXTS.say(reader.language, "summary.only_you")),
            *self._report_link(reader.language),
            *self._freshness(reader.language, self.freshness),
        )
        title = TEXTS.say(reader.language, "summary.title", count=len(items))
        lines = [
            replace(self._wording(item, reader).entry(number), step="")
            for number, item in enumerate(worst_first(items), 1)
        ]
        return self._listed(title, partial(_first, lines), len(lines), reader.language, footer)

    def ended(self, items: Sequence[Item], reader: Reader) -> Message:
        """That alerts are over, each with its reason."""
        ends = [EndWording(self._wording(item, reader)) for item in items]
        footer = self._freshness(reader.language, [item.source for item in items])
        if len(ends) == 1:
            [end] = ends
            entry = Entry(items[0].fingerprint, tuple(Line(text) for text in end.lines()))
            return fit(Message(reader.language, end.title(), (entry,), footer))
        entries = [Entry(item.fingerprint, (Line(end.in_list()),)) for item, end in zip(items, ends, strict=True)]
        title = self._ended_title(items, reader)
        return self._listed(title, partial(_first, entries), len(entries), reader.language, footer)

    def end_mark(self, item: Item, reader: Reader) -> str:
        """One alert's end, as the message that told of it shows it from then on."""
        return EndWording(self._wording(item, reader)).text()

    def comment(self, item: Item) -> str:
        """The comment in the tool: fixed words that anybody may read."""
        language = self.settings.language
        if item.on == "feedback":
            return TEXTS.say(language, "comment.feedback")
        due = item.facts.day("deadline_on")
        assert due is not None, "an overdue milestone has a deadline"
        return TEXTS.say(language, "comment.overdue", due=day(language, due, self.today))

    # --- Parts ---

    def _wording(self, item: Item, reader: Reader) -> Wording:
        return _WORDINGS.get(item.rule, Wording)(self, item, reader)

    def _ended_title(self, items: Sequence[Item], reader: Reader) -> str:
        """How many are over, and whose: a lock screen shows nothing else."""
        wordings = (self._wording(item, reader) for item in items)
        names = TEXTS.say(reader.language, "comma").join(
            dict.fromkeys(wording.client or wording.what for wording in wordings)
        )
        room = TITLE_WIDTH - width_of(TEXTS.say(reader.language, "ended.titles", count=len(items), names=""))
        return TEXTS.say(reader.language, "ended.titles", count=len(items), names=shorten(one_line(names), room))

    def _notes(self, language: Language, notes: Iterable[Note]) -> list[Line]:
        """Why this reader gets it: a line for each reason, with every name that it holds for."""
        names: dict[str, dict[str, None]] = {}
        for key, name in notes:
            if key:
                names.setdefault(key, {})[name] = None
        comma = TEXTS.say(language, "comma")
        shown = {key: gapped(cut(comma.join(named), _NOTE_CHARS), language) for key, named in names.items()}
        return [Line(TEXTS.say(language, f"note.{key}", what=named, who=named)) for key, named in shown.items()]

    def _listed(
        self,
        title: str,
        write: Callable[[int], Sequence[Entry]],
        count: int,
        language: Language,
        footer: tuple[Line, ...] = (),
    ) -> Message:
        """As many of `count` alerts as there is room for, and how many more there are.

        `write` gives the entries of all of them, with lines for so many.
        """
        message = Message(language, title, tuple(write(count)), footer)
        for shown in range(min(count - 1, _MOST_SHOWN), 0, -1):
            if fits(message):
                return message
            more = Line(TEXTS.say(language, "daily.more", count=count - shown))
            message = Message(language, title, tuple(write(shown)), (more, *footer))
        return fit(message)

    def _report_link(self, language: Language) -> tuple[Line, ...]:
        url = self.settings.public_url
        return (Line(TEXTS.say(language, "link.report"), url),) if url else ()

    def _freshness(self, language: Language, sources: Iterable[str]) -> tuple[Line, ...]:
        """When the sources that the message is about were read; and every source that could not be checked."""
        told = [self.freshness[name] for name in dict.fromkeys(sources) if name in self.freshness]
        read = [(source.label, source.read_at) for source in told if not source.stale and source.read_at]
        stale = [source for source in self.freshness.values() if source.stale]
        said = [self._read(language, read, all_of_them=len(read) == len(self.freshness))] if read else []
        for source in stale:
            if source.read_at:
                at = instant(language, source.read_at, self.zone, self.today)
                said.append(TEXTS.say(language, "fresh.stale", source=source.label, at=at))
            else:
                said.append(TEXTS.say(language, "fresh.never", source=source.label))
        # In one line, however many are stale: a phone shows eight.
        return (Line(TEXTS.say(language, "joint").join(said)),) if said else ()

    def _read(self, language: Language, read: Sequence[tuple[str, datetime]], all_of_them: bool) -> str:
        """Since when what is told holds."""
        oldest = min(at for _, at in read)
        if len(read) == 1:
            age = self.now - oldest
            key = "fresh" if age > _JUST_READ else "fresh.just_read"
            return TEXTS.say(language, key, source=read[0][0], clock=clock(oldest, self.zone), ago=ago(language, age))
        names = TEXTS.say(language, "comma").join(label for label, _ in read)
        key = "fresh.all" if all_of_them else "fresh.several"
        return TEXTS.say(language, key, clock=clock(oldest, self.zone), sources=names)


def _first(entries: Sequence[Entry], shown: int) -> list[Entry]:
    """`entries`, the first `shown` of them with their lines."""
    return [*entries[:shown], *(replace(entry, lines=(), lead="") for entry in entries[shown:])]


def _by_client(items: Iterable[Item]) -> list[list[Item]]:
    """The alerts of each client, the worst first."""
    groups: dict[str, list[Item]] = {}
    for item in worst_first(items):
        groups.setdefault(item.client, []).append(item)
    return list(groups.values())


def _lines(groups: Sequence[Sequence[Wording]], shown: int) -> list[Entry]:
    """A line for each group, with the first `shown` alerts: the worst of each before anybody's second."""
    ranked = [wording for rank in zip_longest(*groups) for wording in rank if wording is not None]
    told = {wording.item.fingerprint for wording in ranked[:shown]}
    shared = [[wording for wording in group if wording.item.fingerprint in told] for group in groups]
    entries = [entry for number, group in enumerate(filter(None, shared), 1) for entry in _line(number, group)]
    return [*entries, *(Entry(wording.item.fingerprint, ()) for wording in ranked[shown:])]


def _line(number: int, group: Sequence[Wording]) -> list[Entry]:
    """The entries that share the line of one client."""
    first, *others = group
    return [first.entry(number), *(wording.entry_beside() for wording in others)]


def worst_first(items: Iterable[Item]) -> list[Item]:
    """The most severe first, then the longest late or waiting."""
    return sorted(
        items,
        key=lambda item: (
            -SEVERITIES.index(item.severity),
            -item.facts.count("days_overdue"),
            -item.facts.amount("waited_hours"),
            item.client,
            item.fingerprint,
        ),
    )
