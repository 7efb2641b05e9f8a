"""Whole messages: one alert, several in one, what a first look found, how it ended, and the comment in the tool."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from alerts.messages import TEXTS, Entry, Item, Line, Message
from alerts.phone_size import fit, fits
from alerts.plain_text import gapped
from alerts.routing import Reader
from alerts.wording import Scene, Wording
from config.language import ago, clock, day, instant
from config.settings import SEVERITIES, Language


@dataclass(frozen=True, slots=True)
class Writer(Scene):
    """Writes messages."""

    # --- Whole messages ---

    def one(self, item: Item, reader: Reader, note: tuple[str, str] = ("", "")) -> Message:
        """The message about one alert."""
        wording = Wording(self, item, reader)
        lines = [Line(text) for text in wording.body() if text]
        if note[0]:
            lines.insert(0, self._note(reader.language, *note))
        lines = [*lines, *([wording.vendor_link()] if wording.vendor_link().url else [])]
        footer = self._freshness(reader.language, [item.source])
        return fit(Message(reader.language, wording.title(), (Entry(item.fingerprint, tuple(lines)),), footer))

    def many(self, items: Sequence[Item], reader: Reader, notes: Mapping[str, tuple[str, str]]) -> Message:
        """The message about several alerts, one line each, the worst first. `notes` by fingerprint."""
        clients = {item.client for item in items}
        key = "daily.title" if "" not in clients else "daily.title_items"
        count = len(clients) if "" not in clients else len(items)
        title = TEXTS.say(reader.language, key, day=day(reader.language, self.today, self.today), count=count)
        said = [self._note(reader.language, *note) for note in dict.fromkeys(notes.values()) if note[0]]
        footer = (
            *said[:1],
            *self._report_link(reader.language),
            *self._freshness(reader.language, [item.source for item in items]),
        )
        return self._listed(title, self._numbered(items, reader, Wording.in_list_with_next), reader.language, footer)

    def summary(self, items: Sequence[Item], reader: Reader) -> Message:
        """What the first look found, for the coordinator alone."""
        kinds = [item.on if item.rule in ("milestone-overdue", "feedback-unhandled") else "other" for item in items]
        overdue, feedback = kinds.count("milestone"), kinds.count("feedback")
        counts = TEXTS.say(
            reader.language, "summary.counts", overdue=overdue, feedback=feedback, other=len(items) - overdue - feedback
        )
        footer = (
            Line(counts),
            Line(TEXTS.say(reader.language, "summary.only_you")),
            *self._report_link(reader.language),
            *self._freshness(reader.language, [item.source for item in items]),
        )
        title = TEXTS.say(reader.language, "summary.title", count=len(items))
        return self._listed(title, self._numbered(items, reader, Wording.in_list), reader.language, footer)

    def ended(self, items: Sequence[Item], reader: Reader) -> Message:
        """That alerts are over, each with its reason."""
        wordings = [Wording(self, item, reader) for item in items]
        if len(wordings) == 1:
            [wording] = wordings
            entry = Entry(wording.item.fingerprint, (Line(wording.end_text()),))
            return fit(Message(reader.language, wording.end_title(), (entry,)))
        entries = [Entry(wording.item.fingerprint, (Line(wording.end_in_list()),)) for wording in wordings]
        return self._listed(TEXTS.say(reader.language, "ended.titles", count=len(items)), entries, reader.language)

    def end_mark(self, item: Item, reader: Reader) -> str:
        """One alert's end, as the message that told of it shows it from then on."""
        return Wording(self, item, reader).end_text()

    def comment(self, item: Item) -> str:
        """The comment in the tool: fixed words that anybody may read."""
        language = self.settings.language
        if item.on == "feedback":
            return TEXTS.say(language, "comment.feedback")
        due = item.facts.day("deadline_on")
        assert due is not None, "an overdue milestone has a deadline"
        return TEXTS.say(language, "comment.overdue", due=day(language, due, self.today))

    # --- Parts ---

    def _note(self, language: Language, key: str, name: str) -> Line:
        """Why this reader gets it."""
        shown = gapped(name, language)
        return Line(TEXTS.say(language, f"note.{key}", what=shown, who=shown))

    def _numbered(self, items: Sequence[Item], reader: Reader, line: Callable[[Wording, int], str]) -> list[Entry]:
        """What `line` says of each of `items`, the worst first."""
        wordings = [Wording(self, item, reader) for item in worst_first(items)]
        return [
            Entry(wording.item.fingerprint, (Line(line(wording, number)),))
            for number, wording in enumerate(wordings, 1)
        ]

    def _listed(
        self, title: str, entries: Sequence[Entry], language: Language, footer: tuple[Line, ...] = ()
    ) -> Message:
        """`entries` as far as there is room, and how many more there are."""
        message = Message(language, title, tuple(entries), footer)
        for shown in range(len(entries) - 1, 0, -1):
            if fits(message):
                return message
            hidden = tuple(Entry(entry.fingerprint, ()) for entry in entries[shown:])
            more = Line(TEXTS.say(language, "daily.more", count=len(hidden)))
            message = Message(language, title, (*entries[:shown], *hidden), (more, *footer))
        return fit(message)

    def _report_link(self, language: Language) -> tuple[Line, ...]:
        url = self.settings.public_url
        return (Line(TEXTS.say(language, "link.report"), url),) if url else ()

    def _freshness(self, language: Language, sources: Iterable[str]) -> tuple[Line, ...]:
        """When the sources that the message is about were read; and every source that could not be checked."""
        told = [self.freshness[name] for name in dict.fromkeys(sources) if name in self.freshness]
        fresh = [(source.label, source.read_at) for source in told if not source.stale and source.read_at]
        said = []
        if len(fresh) == 1:
            [(label, at)] = fresh
            said.append(
                TEXTS.say(language, "fresh", source=label, clock=clock(at, self.zone), ago=ago(language, self.now - at))
            )
        elif fresh:
            names = TEXTS.say(language, "comma").join(label for label, _ in fresh)
            oldest = clock(min(at for _, at in fresh), self.zone)
            said.append(TEXTS.say(language, "fresh.several", clock=oldest, sources=names))
        for source in self.freshness.values():
            if source.stale and source.read_at:
                at_text = instant(language, source.read_at, self.zone, self.today)
                said.append(TEXTS.say(language, "fresh.stale", source=source.label, at=at_text))
            elif source.stale:
                said.append(TEXTS.say(language, "fresh.never", source=source.label))
        # In one line, however many are stale: a phone shows eight.
        return (Line(TEXTS.say(language, "joint").join(said)),) if said else ()


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
