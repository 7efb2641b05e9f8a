"""Whole messages: one alert, several in one, what a first look found, how it ended, and the comment in the tool."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest

from alerts.messages import TEXTS, Entry, Item, Line, Message
from alerts.phone_size import fit, fits
from alerts.plain_text import gapped
from alerts.routing import Reader
from alerts.wording import Scene, Wording
from config.language import ago, clock, day, instant
from config.settings import SEVERITIES, Language

_MOST_SHOWN = 40
"""More lines than ever fit: what lies behind need not be tried."""


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
        """The message about several alerts, the worst first: a line for each client, as many as the title says.

        Where one has no client each alert has its own. `notes` by fingerprint.
        """
        clients = {item.client for item in items}
        groups = _by_client(items) if "" not in clients else [[item] for item in worst_first(items)]
        key = "daily.title" if "" not in clients else "daily.title_items"
        title = TEXTS.say(reader.language, key, day=day(reader.language, self.today, self.today), count=len(groups))
        said = [self._note(reader.language, *note) for note in dict.fromkeys(notes.values()) if note[0]]
        footer = (
            *said[:1],
            *self._report_link(reader.language),
            *self._freshness(reader.language, [item.source for item in items]),
        )
        wordings = [[Wording(self, item, reader) for item in group] for group in groups]
        return self._listed(title, partial(_lines, wordings), len(items), reader.language, footer)

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
        lines = [
            Entry(item.fingerprint, (Line(Wording(self, item, reader).in_list(number)),))
            for number, item in enumerate(worst_first(items), 1)
        ]
        return self._listed(title, partial(_first, lines), len(lines), reader.language, footer)

    def ended(self, items: Sequence[Item], reader: Reader) -> Message:
        """That alerts are over, each with its reason."""
        wordings = [Wording(self, item, reader) for item in items]
        if len(wordings) == 1:
            [wording] = wordings
            entry = Entry(wording.item.fingerprint, (Line(wording.end_text()),))
            return fit(Message(reader.language, wording.end_title(), (entry,)))
        entries = [Entry(wording.item.fingerprint, (Line(wording.end_in_list()),)) for wording in wordings]
        title = TEXTS.say(reader.language, "ended.titles", count=len(items))
        return self._listed(title, partial(_first, entries), len(entries), reader.language)

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


def _first(entries: Sequence[Entry], shown: int) -> list[Entry]:
    """`entries`, the first `shown` of them with their lines."""
    return [*entries[:shown], *(replace(entry, lines=()) for entry in entries[shown:])]


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
    """The entries that share the line of one client; at its end, what the reader does about all of them."""
    first, *others = group
    texts = [first.in_list(number), *(wording.in_brief() for wording in others)]
    for step in _next_steps(group):
        texts[-1] = first.say("daily.next", line=texts[-1], next=first.say(step))
    joints = ["", *[first.say("daily.also")] * len(others)]
    return [
        Entry(wording.item.fingerprint, (Line(text),), joint=joint)
        for wording, text, joint in zip(group, texts, joints, strict=True)
    ]


def _next_steps(group: Sequence[Wording]) -> list[str]:
    """The keys of what there is to do, each once; who answers a client tells them of the delay as well."""
    steps = dict.fromkeys(step for wording in group if (step := wording.next_step()))
    if {"next.line_overdue", "next.line_feedback"} <= steps.keys():
        rest = [step for step in steps if step == "next.line_own"]
        return ["next.line_both", *rest]
    return list(steps)


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
