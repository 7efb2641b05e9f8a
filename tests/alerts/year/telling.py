"""Of one alert: who is told of it in which round, and why. What people are promised, in the order in which it counts.

Written from what the trade expects (`domain.md`, part 4) and from `docs/alerts.md`; it knows neither tables nor code.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.alerts.year.fates import Fate, Hand, Promise, Ticket
from tests.alerts.year.looks import Looks
from tests.alerts.year.staff import COORDINATOR, DIRECTOR, HEAD, OFFICES, stand_in

REPEATED = {Promise: 3, Ticket: 1}
"""Working days of the reader after which it is told again."""
URGENT_REPEATED = timedelta(minutes=15)
LEFT_LYING = 16 * 60
"""Minutes, of those who must act, after which what was taken fires again if nothing was done."""
NO_NEWS_AFTER = timedelta(days=14)
"""An end that nobody could be told of is no news any more."""
LADDERS: Mapping[str, Sequence[tuple[str, int]]] = {
    "warning": ((HEAD, 16 * 60),),
    "high": ((HEAD, 4 * 60), (DIRECTOR, 8 * 60)),
    "critical": ((HEAD, 2 * 60), (DIRECTOR, 4 * 60)),
    "urgent": ((HEAD, 30), (DIRECTOR, 30)),
}
"""To whom it goes that nobody takes for so many working minutes; of what is urgent, minutes by the clock."""


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """That somebody was told, in which round."""

    at: datetime
    reader: str
    subject: str
    """"" of what tells of no alert."""
    episode: int
    reason: str


@dataclass(frozen=True, slots=True)
class Span:
    """That something is wrong: from the first round that could see it to the first that sees it is over."""

    begins: int
    ends: int
    """Numbers of rounds; beyond the last where it has no end."""
    critical_from: datetime | None = None
    """Of a milestone: when it becomes critical."""
    withdrawn: bool = False
    """It is over only because somebody entered, later, that the office was closed."""


@dataclass
class Telling:
    """One alert, from the round in which it opens on."""

    looks: Looks
    fate: Fate
    span: Span
    episode: int
    _last: dict[str, datetime] = field(default_factory=dict)
    """When each reader last heard of it."""
    _first_at: datetime | None = None
    """When the first of them did."""
    _hand: Hand | None = None
    """Who has it now."""
    _held_at: datetime | None = None
    _again_at: datetime | None = None
    """When it fired again after somebody had it."""
    _raised: list[str] = field(default_factory=list)
    """To whom it went up, and when the last time."""
    _raised_at: datetime | None = None

    def told(self, following: int) -> Iterator[Told]:
        """All of it. `following`: the round in which it opens the next time."""
        for number in range(self.span.begins, min(self.span.ends, len(self.looks))):
            self._fires_again(number)
            if self._urgent or not self._unreadable(number):
                self._goes_up(number)
                for reader in self._readers(number):
                    if reason := self._reason(reader, number):
                        yield self._tell(number, reader, reason)
        if not (self._severity(self.span.begins) == "info" and self.span.withdrawn):
            yield from self._ends(following)

    def _tell(self, number: int, reader: str, reason: str) -> Told:
        now = self._last[reader] = self.looks.at[number]
        self._first_at = self._first_at or now
        return Told(now, reader, self.fate.key, self.episode, reason)

    # --- What it is ---

    @property
    def _urgent(self) -> bool:
        return isinstance(self.fate, Ticket) and self.fate.urgent

    def _severity(self, number: int) -> str:
        if isinstance(self.fate, Ticket):
            return self.fate.severity
        return "critical" if number >= self._critical else "warning"

    @property
    def _critical(self) -> int:
        return self.looks.first_from(self.span.critical_from)

    @property
    def _worse_at(self) -> datetime | None:
        """When it became critical, where it was not so from the beginning."""
        return self.looks.at[self._critical] if self.span.begins < self._critical < len(self.looks) else None

    def _unreadable(self, number: int) -> bool:
        return isinstance(self.fate, Ticket) and self.looks.is_down(number)

    # --- Who has it ---

    def _fires_again(self, number: int) -> None:
        """Before the round somebody may take it; in the round a hand may be over."""
        now = self.looks.at[number]
        for hand in self.fate.hands:
            is_same = self._hand is not None and self._hand.until is None and hand.until is None
            if number > self.span.begins and self.looks.first_from(hand.at) == number and not is_same:
                self._hand, self._held_at = hand, now
        if self._hand is None:
            return
        if self._hand.until is not None:
            over = self._hand.until <= now
        else:
            over = not self._unreadable(number) and self._left_lying(number)
        if over:
            self._hand, self._held_at, self._again_at = None, None, now

    def _left_lying(self, number: int) -> bool:
        assert self._held_at is not None
        done = (self.looks.at[one] for one in self._changes() if one <= number)
        since = max((self._held_at, *done))
        return self.looks.calendar(self.fate.client.office, number).worked(since, self.looks.at[number]) >= LEFT_LYING

    def _changes(self) -> Iterator[int]:
        """The rounds that see something new in the tool or the CRM."""
        match self.fate:
            case Promise(agreed=agreed, touched=touched):
                yield from map(self.looks.first_from, touched)
                yield self.looks.first_from(agreed[0] if agreed else None)
            case Ticket(waits=waits, touched=touched, wrote=wrote):
                instants = (*touched, *wrote, *(one for wait in waits for one in (wait.since, wait.answered_at)))
                yield from map(self.looks.first_readable, instants)

    # --- Who is told ---

    def _readers(self, number: int) -> list[str]:
        """Each once: whose it is, who is on duty, those it went up to, or who stands in for them."""
        is_for_may = self._severity(number) == "info"
        named = [COORDINATOR if is_for_may else self.fate.client.bd, *([COORDINATOR] if self._urgent else ())]
        today = self.looks.today(number)
        return list(dict.fromkeys(stand_in(name, today) or COORDINATOR for name in (*named, *self._raised)))

    def _goes_up(self, number: int) -> None:
        """To the next level that is there and does not know, once those below have had it for long enough."""
        severity = "urgent" if self._urgent else self._severity(number)
        levels = LADDERS.get(severity, ())[len(self._raised) :]
        if self._hand is not None or self._first_at is None or not levels:
            return
        now, readers = self.looks.at[number], self._readers(number)
        begun = (self._first_at, self._worse_at, self._again_at, self._raised_at)
        since = max(at for at in begun if at is not None and at <= now)
        calendar = self.looks.calendar(OFFICES[readers[-1 if self._raised else 0]], number)
        passed = (now - since) // timedelta(minutes=1) if self._urgent else calendar.worked(since, now)
        if passed < levels[0][1]:
            return
        for name, _ in levels:
            to = stand_in(name, self.looks.today(number))
            if to is not None and to not in {*self._last, *readers}:
                if self._urgent or self.looks.is_working(to, number):
                    self._raised.append(to)
                    self._raised_at = now
                return

    def _reason(self, reader: str, number: int) -> str:
        """Why they are told in that round; "" where they are not."""
        if not self._urgent and not self.looks.is_working(reader, number):
            return ""
        now, last = self.looks.at[number], self._last.get(reader)
        put_off = self._hand is not None and self._hand.until is not None
        is_theirs = self._hand is not None and self._hand.by == reader
        if last is None and not put_off and not is_theirs:
            return "" if self._waits_for_the_line(reader, number) else "first"
        if last is not None and self._wrote_since(last, number):
            return "the client wrote again"
        known = max(at for at in (last, self._held_at) if at is not None)
        if self._worse_at is not None and known < self._worse_at <= now:
            return "worse"
        if self._hand is not None:
            return ""
        if self._again_at is not None and self._again_at > known:
            return "" if self._waits_for_the_line(reader, number) else "fires again"
        if self._raised_at is not None and self._raised_at > known:
            return "first" if reader == self._raised[-1] else "went up"
        return "repeat" if self._is_repeated(reader, known, number) else ""

    def _is_repeated(self, reader: str, last: datetime, number: int) -> bool:
        now = self.looks.at[number]
        if self._urgent:
            return now - last >= URGENT_REPEATED
        begun = self.looks.calendar(OFFICES[reader], number).days_begun(last, now)
        return begun >= REPEATED[type(self.fate)]

    def _waits_for_the_line(self, reader: str, number: int) -> bool:
        """What is not pressing goes with the first line of a morning after it came up, or fired again."""
        usual = ("critical",) if isinstance(self.fate, Promise) else ("warning", "high", "critical")
        if self._severity(number) in usual:
            return False
        now, came = self.looks.at[number], self._again_at or self.looks.at[self.span.begins]
        before = came if came < now else self.looks.at[number - 1] if number else None
        return before is not None and self.looks.calendar(OFFICES[reader], number).morning_after(before) > now

    def _wrote_since(self, last: datetime, number: int) -> bool:
        if not isinstance(self.fate, Ticket):
            return False
        seen = (self.looks.first_readable(one) for one in self.fate.wrote)
        return any(one <= number and self.looks.at[one] > last for one in seen)

    def _ends(self, following: int) -> Iterator[Told]:
        """Whoever was told of it is told that it is over, at work, unless it is not over any more by then."""
        for reader in list(self._last):
            for number in range(self.span.ends, min(following, len(self.looks))):
                now = self.looks.at[number]
                if now >= self.looks.at[self.span.ends] + NO_NEWS_AFTER:
                    break
                if self.looks.is_working(reader, number):
                    yield Told(now, reader, self.fate.key, self.episode, "ended")
                    break
