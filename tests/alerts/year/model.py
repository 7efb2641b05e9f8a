"""What should have been told, to whom and when: worked out from the plan and from counted minutes alone.

It knows the promises that the product makes (`docs/alerts.md`), and neither its tables nor its code.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from tests.alerts.year.fates import LIMIT_HOURS, OFFICES, Fate, Promise, Ticket
from tests.alerts.year.minutes import ZONE, Minutes

CRITICAL_AFTER = 7
"""Days late; from then on a promise is critical."""
REPEATED = {"milestone-overdue": 3, "feedback-unhandled": 1}
"""Working days of the reader after which it is told again."""
NO_NEWS_AFTER = timedelta(days=14)
"""An end that nobody could be told of is no news any more."""
FAR = datetime(2026, 12, 31, tzinfo=ZONE)


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """That somebody was told, in which round."""

    at: datetime
    reader: str
    subject: str
    episode: int
    reason: str


@dataclass(frozen=True, slots=True)
class Span:
    """That something is wrong: from the first round that could see it to the first that sees it is over."""

    begins: int
    ends: int
    """Numbers of rounds; beyond the last where it has no end."""
    critical_from: datetime
    """Of a milestone: when it becomes critical."""


@dataclass(frozen=True)
class Model:
    """The year as it should go. `rounds` are the instants at which the hub looks."""

    rounds: Sequence[datetime]
    offices: Mapping[str, Minutes]
    down: tuple[datetime, datetime]
    """When the CRM could not be read."""
    fates: Sequence[Fate]

    def all_told(self) -> list[Told]:
        """All that is told in the year."""
        return [told for fate in self.fates for told in self.told(fate)]

    def told(self, fate: Fate) -> Iterator[Told]:
        """All that is told about it."""
        spans = list(_joined(span for span in self._spans(fate) if span.begins < span.ends))
        for episode, span in enumerate(spans, 1):
            following = spans[episode].begins if episode < len(spans) else len(self.rounds)
            yield from self._of_span(fate, span, episode, following)

    # --- What is wrong, and when ---

    def _spans(self, fate: Fate) -> Iterator[Span]:
        match fate:
            case Promise(due_on=due_on, done_at=done_at, agreed=agreed):
                if agreed is None:
                    yield self._late(due_on, done_at)
                else:
                    yield self._late(due_on, agreed[0])
                    yield self._late(agreed[1], done_at, agreed[0])
            case Ticket():
                for wait in fate.waits:
                    yield self._unanswered(fate, wait.since, wait.answered_at)

    def _late(self, due_on: date, over_at: datetime | None, known_at: datetime | None = None) -> Span:
        midnight = datetime.combine(due_on + timedelta(days=1), time(), ZONE)
        begins = bisect_left(self.rounds, max(midnight, known_at or midnight))
        critical = midnight + timedelta(days=CRITICAL_AFTER)
        return Span(begins, bisect_left(self.rounds, over_at or FAR), critical)

    def _unanswered(self, ticket: Ticket, since: datetime, answered_at: datetime | None) -> Span:
        """More than the hours allowed have been worked, where those work who must answer."""
        office, limit = self.offices[ticket.client.office], 60 * LIMIT_HOURS[ticket.severity]
        begins = bisect_left(self.rounds, since)
        while begins < len(self.rounds) and office.worked(since, self.rounds[begins]) <= limit:
            begins += 1
        return Span(self._readable(begins), self._readable(bisect_left(self.rounds, answered_at or FAR)), FAR)

    def _readable(self, number: int) -> int:
        """The first round from that one on at which the CRM can be read."""
        if number < len(self.rounds) and self.down[0] <= self.rounds[number] < self.down[1]:
            return bisect_left(self.rounds, self.down[1])
        return number

    # --- Who is told of it, and when ---

    def _of_span(self, fate: Fate, span: Span, episode: int, following: int) -> Iterator[Told]:
        rule = "milestone-overdue" if isinstance(fate, Promise) else "feedback-unhandled"
        reader = "may" if isinstance(fate, Ticket) and fate.severity == "info" else fate.client.bd
        days = self.offices[OFFICES[reader]]
        last: datetime | None = None
        for number in range(span.begins, min(span.ends, len(self.rounds))):
            now = self.rounds[number]
            if not days.is_working(now) or (isinstance(fate, Ticket) and self.down[0] <= now < self.down[1]):
                continue
            if last is None:
                if not self._waits_for_the_line(fate, span, number, days):
                    reason, last = "first", now
                    yield Told(now, reader, fate.key, episode, reason)
            elif last < self._seen(span.critical_from) <= now:
                last = now
                yield Told(now, reader, fate.key, episode, "worse")
            elif days.days_begun(last, now) >= REPEATED[rule]:
                last = now
                yield Told(now, reader, fate.key, episode, "repeat")
        if last is not None:
            yield from self._end(fate, span, episode, following, reader)

    def _waits_for_the_line(self, fate: Fate, span: Span, number: int, days: Minutes) -> bool:
        """What is not pressing goes with the first line of a morning after it came up."""
        now = self.rounds[number]
        pressing = fate.severity != "info" if isinstance(fate, Ticket) else now >= self._seen(span.critical_from)
        before = self.rounds[number - 1] if number == span.begins else self.rounds[span.begins]
        return not pressing and days.morning_after(before) > now

    def _seen(self, at: datetime) -> datetime:
        """The round that sees what is so from `at` on."""
        number = bisect_left(self.rounds, at)
        return self.rounds[number] if number < len(self.rounds) else FAR

    def _end(self, fate: Fate, span: Span, episode: int, following: int, reader: str) -> Iterator[Told]:
        """Whoever was told of it is told that it is over, at work, unless it is not over any more by then."""
        days = self.offices[OFFICES[reader]]
        for number in range(span.ends, min(following, len(self.rounds))):
            now = self.rounds[number]
            if now >= self.rounds[span.ends] + NO_NEWS_AFTER:
                return
            if days.is_working(now):
                yield Told(now, reader, fate.key, episode, "ended")
                return


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Where no round sees that something is over before it is wrong anew, it has never been over."""
    last: Span | None = None
    for span in spans:
        if last is not None and span.begins <= last.ends:
            last = replace(last, ends=span.ends)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def rounds(first: datetime, last: datetime, instants: Sequence[datetime]) -> list[datetime]:
    """When the hub looks: every hour by day, every three hours at night, and when something happens."""
    grid, at = set(instants), first
    while at < last:
        if 8 <= at.hour < 19 or at.hour % 3 == 0:
            grid.add(at)
        at += timedelta(hours=1)
    found = sorted(grid)
    return found[bisect_left(found, first) : bisect_right(found, last)]
