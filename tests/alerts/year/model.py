"""What should have been told, to whom and when: worked out from the plan and from counted minutes alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from tests.alerts.year.fates import LIMIT_HOURS, Fate, Promise, Ticket, Wait
from tests.alerts.year.looks import Looks
from tests.alerts.year.minutes import ZONE
from tests.alerts.year.staff import HEAD, LINES, MANAGERS, OFFICES
from tests.alerts.year.telling import Span, Telling, Told

CRITICAL_AFTER = 7
"""Days late; from then on a promise is critical."""
FIRST_LINES = 20
"""Working days on which a BD manager reads that nothing needs them, unless they chose otherwise."""
WEEK_ENDS = 4 * 60
"""Minutes of work before the end of a week, in which it is summed up."""
NO_LINE = frozenset({"ended", "went up"})
"""What is no morning line: it is told below an earlier message."""


@dataclass(frozen=True)
class Model:
    """The year as it should go."""

    looks: Looks
    fates: Sequence[Fate]

    def all_told(self) -> list[Told]:
        """All that is told in the year."""
        told = [told for fate in self.fates for told in self.told(fate)]
        return [*told, *self._lines(told), *self._weeks()]

    def told(self, fate: Fate) -> Iterator[Told]:
        """All that is told about it."""
        spans = list(_joined(span for span in self.spans(fate) if span.begins < span.ends))
        for episode, span in enumerate(spans, 1):
            following = spans[episode].begins if episode < len(spans) else len(self.looks)
            yield from Telling(self.looks, fate, span, episode).told(following)

    # --- What is wrong, and when ---

    def spans(self, fate: Fate) -> Iterator[Span]:
        """Every time that it is."""
        match fate:
            case Promise(due_on=due_on, done_at=done_at, agreed=None):
                yield self._late(due_on, done_at)
            case Promise(due_on=due_on, done_at=done_at, agreed=(recorded_at, agreed_on)):
                yield self._late(due_on, recorded_at)
                yield self._late(agreed_on, done_at, recorded_at)
            case Ticket():
                for wait in fate.waits:
                    yield from self._unanswered(fate, wait)

    def _late(self, due_on: date, over_at: datetime | None, known_at: datetime | None = None) -> Span:
        midnight = datetime.combine(due_on + timedelta(days=1), time(), ZONE)
        begins = self.looks.first_from(max(midnight, known_at or midnight))
        return Span(begins, self.looks.first_from(over_at), midnight + timedelta(days=CRITICAL_AFTER))

    def _unanswered(self, ticket: Ticket, wait: Wait) -> Iterator[Span]:
        """More than the hours allowed have been worked, where those work who must answer, as it is known then: what
        is entered afterwards may take it back. What is urgent is allowed none."""
        since, limit = wait.since, 0 if ticket.urgent else 60 * LIMIT_HOURS[ticket.severity]
        over, last = self.looks.first_readable(wait.answered_at), len(self.looks)
        for rounds in self.looks.stages:
            begins = max(rounds.start, self.looks.first_from(since))
            while begins < rounds.stop and not self._is_over_the_limit(ticket, since, limit, begins):
                begins += 1
            begins = self.looks.first_readable(self.looks.at[begins]) if begins < rounds.stop else last
            if begins < min(rounds.stop, over):
                ends = over if rounds.stop == last else min(rounds.stop, over)
                yield Span(begins, ends, withdrawn=ends < over)

    def _is_over_the_limit(self, ticket: Ticket, since: datetime, limit: float, number: int) -> bool:
        now = self.looks.at[number]
        if ticket.urgent:
            return now > since
        return self.looks.calendar(ticket.client.office, number).worked(since, now) > limit

    # --- What tells of no alert ---

    def _lines(self, told: Iterable[Told]) -> Iterator[Told]:
        """In the first round of a manager's working day that has no news for them, and where not all can be checked."""
        news = defaultdict[str, set[datetime]](set)
        for one in told:
            if one.reason not in NO_LINE:
                news[one.reader].add(one.at)
        for reader in MANAGERS:
            done: date | None = None
            for number, now in enumerate(self.looks.at):
                if done == self.looks.today(number) or not self.looks.is_there(reader, number):
                    continue
                day = self.looks.calendar(OFFICES[reader], number).days_begun(self.looks.at[0], now)
                is_wanted = LINES.get(reader, day <= FIRST_LINES) or self.looks.is_down(number)
                if now in news[reader] or (day and is_wanted):
                    done = self.looks.today(number)
                    if now not in news[reader]:
                        yield Told(now, reader, "", 0, "nothing")

    def _weeks(self) -> Iterator[Told]:
        """A manager reads of the week when it ends, the head of BD when the next one begins; the first is no whole
        one."""
        for reader in (*MANAGERS, HEAD):
            done = self.looks.today(0)
            for number, now in enumerate(self.looks.at):
                today = self.looks.today(number)
                monday = today - timedelta(days=today.weekday())
                if done >= monday or not self.looks.is_there(reader, number):
                    continue
                ends = datetime.combine(monday + timedelta(days=7), time(), ZONE)
                if reader == HEAD or self.looks.calendar(OFFICES[reader], number).worked(now, ends) <= WEEK_ENDS:
                    done = today
                    yield Told(now, reader, "", 0, "weekly")


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Where no round sees that something is over before it is wrong anew, it has never been over."""
    last: Span | None = None
    for span in spans:
        if last is not None and span.begins <= last.ends:
            last = replace(last, ends=span.ends, withdrawn=span.withdrawn)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last
