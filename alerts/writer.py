"""Whole messages: one alert, several in one, what a first look found, how it ended, and the comment in the tool."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import zip_longest

from alerts.ahead import Due
from alerts.ahead_words import due_line
from alerts.ending_words import EndWording
from alerts.escalation import Rise
from alerts.feedback_words import FeedbackWording
from alerts.left_out import fit_to_tell
from alerts.level_words import goes_up, taken_over_title, went_up, went_up_title
from alerts.messages import TEXTS, Count, End, Entry, Item, Line, Message, left_out, with_log_in
from alerts.overdue_words import OverdueWording
from alerts.phone_size import BODY_LINES, TITLE_WIDTH, shorten, width_of
from alerts.plain_text import cut, gapped, one_line, spaced
from alerts.routing import Reader, tool_language
from alerts.wording import Scene, Wording
from config.language import ago, clock, day, instant
from config.settings import SEVERITIES, Language

Note = tuple[str, str]
"""Why a reader gets it: the key of the text, and the name in it; ("", "") where there is nothing to explain."""

_WORDINGS: Mapping[str, type[Wording]] = {"milestone-overdue": OverdueWording, "feedback-unhandled": FeedbackWording}
_NOTE_CHARS = 120
_MOST_IN_FULL = 20
"""Of very many alerts in one message: a mail is to stay below 100 KB, and so is its row in the outbox."""
_JUST_READ = timedelta(minutes=5)
"""Until then the time of the reading says enough."""


@dataclass(frozen=True, slots=True)
class Writer(Scene):
    """Writes messages."""

    # --- Whole messages ---

    def one(self, item: Item, reader: Reader, note: Note = ("", ""), rise: Rise | None = None) -> Message:
        """The message about one alert. `rise`: where it goes if nobody takes it."""
        wording = self._wording(item, reader)
        lines = [
            *self._notes(reader.language, [note]),
            *(Line(text) for text in (wording.asked(), wording.hands(), *wording.body()) if text),
        ]
        lines += [Line(goes_up(self, reader.language, rise))] if rise else []
        link = wording.vendor_link()
        lines += [link] if link.url else []
        footer = self.freshness_lines(reader.language, [item.source])
        entry = Entry(item.fingerprint, tuple(lines), on=item.on, episode=item.episode, barred=wording.barred())
        return Message(reader.language, wording.title(), (entry,), footer).fitted()

    def many(
        self, items: Sequence[Item], reader: Reader, notes: Mapping[str, Note], due: Sequence[Due] | None = None
    ) -> Message:
        """The message about several alerts, the worst first, a client's together; the title counts the clients.

        Where one has no client, or all of it is the reader's own work, it counts the matters. What may only go wrong
        stands below all that has, and is not counted beside it. `notes` by fingerprint; `due`: what the reader's
        clients were promised for the rest of the week, None: the reader answers for none.
        """
        early = [item for item in items if item.rule in _EARLY]
        early = [] if len(early) == len(items) else worst_first(early)
        needs = [item for item in items if item not in early]
        own = (
            all(item.facts.text("owner") == reader.key != item.facts.text("bd") for item in needs) and reader.key != ""
        )
        by_client = all(item.client for item in needs) and not own
        groups = _by_client(needs) if by_client else [[item] for item in worst_first(needs)]
        entries = [[self._wording(item, reader).entry() for item in group] for group in groups]
        entries.append([self._wording(item, reader).early_entry() for item in early])
        flat = [entry for group in entries for entry in group]
        today = day(reader.language, self.today, self.today)
        whom = {entry.whom for entry in flat if not entry.early}
        who = whom.pop() if len(whom) == 1 else ""
        if who:  # the title says it once for all
            entries = [[replace(entry, whom="") for entry in group] for group in entries]
            flat = [entry for group in entries for entry in group]
        count = Count(today, clients=by_client, group=not reader.key, who=who)
        footer = (
            *self._notes(reader.language, notes.values()),
            *((Line(due_line(self, reader, due)),) if due is not None else ()),
            *self._report_link(reader.language),
        )
        fresh = self.freshness_lines(reader.language, self.freshness)
        message = Message(reader.language, count.title(reader.language, flat), tuple(flat), footer, count)
        # The worst of each client before anybody's second.
        ranked = [entry for rank in zip_longest(*entries[:-1]) for entry in rank if entry is not None]
        told = {item.fingerprint: item for item in items}
        ordered = _most_telling([*ranked, *entries[-1]], told, by_client=by_client)
        return _listed(message, ordered, self._way(reader), fresh)

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
            *self.freshness_lines(reader.language, self.freshness),
        )
        title = TEXTS.say(reader.language, "summary.title", count=len(items))
        entries = [self._wording(item, reader).in_summary(n) for n, item in enumerate(worst_first(items), 1)]
        return _listed(Message(reader.language, title, tuple(entries), footer), entries, self._way(reader))

    def ended(self, items: Sequence[Item], reader: Reader) -> Message:
        """That alerts are over, each with its reason."""
        ends = [EndWording(self._wording(item, reader)) for item in items]
        footer = self.freshness_lines(reader.language, [item.source for item in items])
        if len(ends) == 1:
            [end] = ends
            entry = Entry(items[0].fingerprint, tuple(Line(text) for text in end.lines()))
            return Message(reader.language, end.title(), (entry,), footer).fitted()
        entries = [Entry(item.fingerprint, (Line(end.in_list()),)) for item, end in zip(items, ends, strict=True)]
        title = self._titled(items, reader, "ended.titles")
        way = self._way(reader, "milepost alerts list --all")
        return _listed(Message(reader.language, title, tuple(entries), footer), entries, way)

    def risen(self, items: Sequence[Item], reader: Reader, names: Mapping[str, str]) -> Message:
        """That alerts went up, each to whom `names` says."""
        wordings = [(self._wording(item, reader), went_up(reader.language, names[item.fingerprint])) for item in items]
        if len(items) == 1:
            [(wording, said)] = wordings
            return Message(reader.language, went_up_title(wording), (Entry(items[0].fingerprint, (Line(said),)),))
        join = partial(TEXTS.say, reader.language, "ended.joined")
        entries = [
            Entry(wording.item.fingerprint, (Line(join(title=went_up_title(wording, 2 * TITLE_WIDTH), text=said)),))
            for wording, said in wordings
        ]
        title = self._titled(items, reader, "risen.titles")
        return _listed(Message(reader.language, title, tuple(entries)), entries, self._way(reader))

    def taken_over(self, item: Item, reader: Reader) -> Message:
        """That somebody else has it by now, for whoever had it."""
        wording = self._wording(item, reader)
        lines = (Line(wording.say("taken_over")), Line(wording.hands()))
        return Message(reader.language, taken_over_title(wording), (Entry(item.fingerprint, lines),))

    def end(self, item: Item, reader: Reader) -> End:
        """One alert's end, as the message that told of it shows it from then on."""
        end = EndWording(self._wording(item, reader)).end()
        return replace(end, fresh="".join(line.text for line in self.freshness_lines(reader.language, self.freshness)))

    def comment(self, item: Item) -> str:
        """The comment in the tool, in the language of those who must act: fixed words that anybody may read.

        In a CRM, which has no projects and which clients do not see, it names who waits.
        """
        facts = fit_to_tell(item.facts)
        language = tool_language(self.settings, facts.text("owner"), facts.text("bd"))
        if item.on == "feedback":
            at = instant(language, facts.at("waiting_since") or item.since, self.zone, self.today)
            who = "" if facts.text("project") else cut(facts.text("author"), _NOTE_CHARS)
            key = "comment.feedback_crm" if who else "comment.feedback"
            return TEXTS.say(language, key, at=at, who=gapped(who, language))
        due, due_at = facts.day("deadline_on"), facts.at("due_at")
        assert due is not None, "an overdue milestone has a deadline"
        if due_at is not None and self.day(due_at) == due == self.today:
            return TEXTS.say(language, "comment.overdue_today", clock=clock(due_at, self.zone))
        return TEXTS.say(language, "comment.overdue", due=day(language, due, self.today))

    # --- Parts ---

    def _wording(self, item: Item, reader: Reader) -> Wording:
        return _WORDINGS.get(item.rule, Wording)(self, item, reader)

    def _titled(self, items: Sequence[Item], reader: Reader, key: str) -> str:
        """How many they are, and whose: a lock screen shows nothing else."""
        wordings = (self._wording(item, reader) for item in items)
        names = list(dict.fromkeys(one_line(wording.client or wording.what) for wording in wordings))
        say = partial(TEXTS.say, reader.language, key, count=len(items))
        comma = TEXTS.say(reader.language, "comma")
        for shown in range(len(names), 0, -1):
            more = f" +{len(names) - shown}" if shown < len(names) else ""
            title = say(names=comma.join(names[:shown]) + more)
            if width_of(title) <= TITLE_WIDTH:
                return title
        return say(names=shorten(names[0], TITLE_WIDTH - width_of(say(names=""))))

    def _notes(self, language: Language, notes: Iterable[Note]) -> list[Line]:
        """Why this reader gets it: a line for each reason, with every name that it holds for."""
        names: dict[str, dict[str, None]] = {}
        for key, name in notes:
            if key:
                names.setdefault(key, {})[name] = None
        comma = TEXTS.say(language, "comma")
        shown = {key: gapped(cut(comma.join(named), _NOTE_CHARS), language) for key, named in names.items()}
        return [Line(TEXTS.say(language, f"note.{key}", what=named, who=named)) for key, named in shown.items()]

    def _report_link(self, language: Language) -> tuple[Line, ...]:
        url = self.settings.public_url
        return (Line(TEXTS.say(language, "link.report"), url),) if url else ()

    def _way(self, reader: Reader, command: str = "milepost alerts list") -> Callable[[str], Line]:
        """To say how many more there are, and how this reader sees them: the page, the coordinator's `command`, or
        the coordinator."""
        say, url = partial(TEXTS.say, reader.language), self.settings.public_url
        coordinator = self.settings.coordinator
        if url:
            return lambda more: Line(more, url, say("link.report"))
        if reader.key == f"person/{coordinator}":
            return lambda more: Line(say("more.type", more=more, command=command))
        who = spaced(self.settings.people[coordinator].name, reader.language)
        return lambda more: Line(say("more.ask", more=more, who=who))

    def freshness_lines(self, language: Language, sources: Iterable[str]) -> tuple[Line, ...]:
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


def _most_telling(ranked: Sequence[Entry], items: Mapping[str, Item], *, by_client: bool) -> list[Entry]:
    """`ranked`, but what is broken before the rest, of the rest the most severe first, and last of all what tells once
    more of a thing that is told of already; `by_client`: one of each client before all others, since the title counts
    those who need somebody."""
    seen: set[str] = set()
    counted: set[str] = set()
    places = {}
    for place, entry in enumerate(ranked):
        item, subject = items[entry.fingerprint], entry.fingerprint.partition(":")[2]
        broken = item.rule in _BROKEN
        severity = 0 if broken else -SEVERITIES.index(item.severity)
        stands_for = by_client and item.rule not in _EARLY and item.client not in counted
        places[entry.fingerprint] = (subject in seen, not stands_for, not broken, severity, place)
        seen.add(subject)
        counted |= {item.client} if stands_for else set()
    return sorted(ranked, key=lambda entry: places[entry.fingerprint])


def _by_client(items: Iterable[Item]) -> list[list[Item]]:
    """The alerts of each client, the worst first."""
    groups: dict[str, list[Item]] = {}
    for item in worst_first(items):
        groups.setdefault(item.client, []).append(item)
    return list(groups.values())


def _listed(
    message: Message, ranked: Sequence[Entry], way: Callable[[str], Line], fresh: Sequence[Line] = ()
) -> Message:
    """`message` with as many of `ranked`, its entries, as there is room for, and by `way` how many more there are.

    `fresh`, its last lines, tell too that links ask who is there, where one of those entries keeps its link. First the
    particulars give way, those of the last before those of the first, then whole matters.
    """
    count = len(ranked)
    most = min(count, BODY_LINES)

    def listed(step: tuple[int, int]) -> Message:
        shown, detailed = step
        kept = {entry.fingerprint: 2 if n < detailed else 1 for n, entry in enumerate(ranked[:shown])}
        entries = tuple(one.showing(one.lines[: kept.get(one.fingerprint, 0)]) for one in message.entries)
        more = way(left_out(message.language, entries)) if shown < count else None
        ends = (with_log_in(message.language, line.text, entries) for line in fresh)
        # A link beside the count leads where the one below would.
        footer = tuple(line for line in message.footer if not (more and more.url and line.url == more.url))
        return replace(message, entries=entries, footer=(*footer, *ends), more=more)

    def first_that_fits(steps: Sequence[tuple[int, int]]) -> int:
        return bisect_left(steps, True, key=lambda step: listed(step).fits)  # each is shorter than the one before

    particulars = [(most, n) for n in range(most, -1, -1)]
    matters = [(n, 0) for n in range(most - 1, 0, -1)]
    if (place := first_that_fits(particulars)) == len(particulars):
        place += first_that_fits(matters)
    steps = [*particulars, *matters]
    best = listed(steps[min(place, len(steps) - 1)])
    told = {entry.fingerprint for entry in ranked[:_MOST_IN_FULL]}
    some = (one if one.fingerprint in told else replace(one, whole=()) for one in best.entries)
    return replace(best, entries=tuple(some)).fitted()


_BROKEN = ("milestone-overdue", "feedback-unhandled")
"""A promised day has passed; a client has waited too long."""


_EARLY = frozenset(
    {
        *("client-silent", "contract-ending", "deal-at-risk", "effort-over", "item-blocked", "item-stale"),
        *("item-unassigned-due-soon", "milestone-at-risk", "milestone-due-soon", "milestone-on-day-off"),
        *("requirement-changed", "risk-high", "risk-without-response", "workload-over"),
    }
)
"""Rules that warn of what may go wrong."""


def worst_first(items: Iterable[Item]) -> list[Item]:
    """What is broken by now before what may break; of each the most severe first, then the longest late or waiting."""
    return sorted(
        items,
        key=lambda item: (
            item.rule not in _BROKEN,
            -SEVERITIES.index(item.severity),
            -item.facts.count("days_overdue"),
            -item.facts.amount("waited_hours"),
            item.client,
            item.fingerprint,
        ),
    )
