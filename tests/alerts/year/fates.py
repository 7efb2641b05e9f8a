"""What happens to each promise and each client's message in the year: planned, so that nobody has to ask the hub."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from config.settings import Severity
from tests.alerts.year.minutes import ZONE
from tests.alerts.year.staff import CLIENTS, COORDINATOR, Client

LIMIT_HOURS: dict[Severity, float] = {"info": 16, "warning": 8, "high": 4, "critical": 2}
"""Working hours until an answer is late: the hub's own defaults, as domain experts state them."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody takes it, should it be open then; with `until`, they put it off till then."""

    at: datetime
    by: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """A milestone: due, maybe agreed anew, maybe done."""

    number: int
    client: Client
    due_on: date
    done_at: datetime | None
    agreed: tuple[datetime, date] | None = None
    """When it was recorded, and the new date."""
    hands: Sequence[Hand] = ()
    touched: Sequence[datetime] = ()
    """When somebody worked on it in its tool, and did not end it."""

    @property
    def key(self) -> str:
        return f"delivery/issue/{self.number}"

    @property
    def alert(self) -> str:
        """Its fingerprint."""
        return f"milestone-overdue:{self.key}"


@dataclass(frozen=True, slots=True)
class Wait:
    """A client who wrote, and when they were answered."""

    since: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A piece of feedback, with every wait of its client."""

    number: int
    client: Client
    severity: Severity
    waits: Sequence[Wait]
    urgent: bool = False
    hands: Sequence[Hand] = ()
    touched: Sequence[datetime] = ()
    wrote: Sequence[datetime] = ()
    """When the client of what is urgent wrote once more, before they were answered."""

    @property
    def key(self) -> str:
        return f"crm/ticket/{self.number}"

    @property
    def alert(self) -> str:
        """Its fingerprint."""
        return f"feedback-unhandled:{self.key}"


Fate = Promise | Ticket


def fates(chance: random.Random, count: int, first: date, days: int) -> list[Fate]:
    """`count` of them, three milestones to one ticket, over so many days from `first` on; every tenth ticket is
    urgent."""
    found: list[Fate] = []
    for number in range(1, count + 1):
        if number % 4:
            found.append(_promise(chance, number, first, days))
        elif number % 40:
            found.append(_ticket(chance, number, first, days))
        else:
            found.append(_urgent(chance, number, first, days))
    return found


def _promise(chance: random.Random, number: int, first: date, days: int) -> Promise:
    """One in four is late, by days or weeks; of these some are agreed anew, in time or too late, some never end."""
    due_on = first + timedelta(days=chance.randrange(days))
    client = chance.choice(CLIENTS)
    if chance.random() < 0.75:
        return Promise(number, client, due_on, _instant(chance, due_on - timedelta(days=chance.randrange(0, 5))))
    late = timedelta(days=chance.choice((1, 1, 2, 3, 5, 8, 13, 30)))
    agreed = None
    if chance.random() < 0.3:
        recorded_on = due_on + timedelta(days=chance.randrange(-3, 4))
        agreed = (_instant(chance, recorded_on), recorded_on + timedelta(days=chance.randrange(2, 10)))
    wrong_on = max(due_on, agreed[1] if agreed else due_on)
    done_at = None if chance.random() < 0.1 else _instant(chance, wrong_on + late)
    hands = _hands(chance, client, _instant(chance, wrong_on + timedelta(days=1)))
    return Promise(number, client, due_on, done_at, agreed, hands, _touched(chance, hands))


def _ticket(chance: random.Random, number: int, first: date, days: int) -> Ticket:
    """Written at any hour, answered within hours or days; one client in five writes again."""
    severity: Severity = chance.choice(("info", "warning", "warning", "high", "critical"))
    at = _instant(chance, first + timedelta(days=chance.randrange(days)), any_hour=True)
    client, waits = chance.choice(CLIENTS), tuple(_waits(chance, at))
    hands = _hands(chance, client, at)
    return Ticket(number, client, severity, waits, hands=hands, touched=_touched(chance, hands))


def _urgent(chance: random.Random, number: int, first: date, days: int) -> Ticket:
    """Taken within minutes or within two hours, answered within a day; every other client writes once more."""
    at = _instant(chance, first + timedelta(days=chance.randrange(days)), any_hour=True)
    client = chance.choice(CLIENTS)
    taken = Hand(at + timedelta(minutes=chance.choice((5, 20, 50, 100))), chance.choice((client.bd, COORDINATOR)))
    wrote = (at + timedelta(minutes=chance.randrange(10, 150)),) if chance.random() < 0.5 else ()
    answered_at = at + timedelta(hours=chance.choice((3, 6, 26)), minutes=chance.randrange(60))
    return Ticket(number, client, "critical", (Wait(at, answered_at),), urgent=True, hands=(taken,), wrote=wrote)


def _waits(chance: random.Random, at: datetime) -> Iterator[Wait]:
    while True:
        hours = chance.choice((1, 2, 4, 20, 30, 50, 100, 200))
        answered_at = at + timedelta(hours=hours, minutes=chance.randrange(60))
        if chance.random() < 0.05:
            yield Wait(at, None)
            return
        yield Wait(at, answered_at)
        if chance.random() < 0.8:
            return
        at = answered_at + timedelta(minutes=chance.randrange(60 * 6, 60 * 24 * 5))  # the hub looks in between


def _hands(chance: random.Random, client: Client, at: datetime) -> Sequence[Hand]:
    """Of every second, some time after `at`; of these some are put off by the BD manager, and some taken a second
    time."""
    if chance.random() < 0.5:
        return ()
    at += timedelta(hours=chance.choice((2, 4, 8, 24, 30, 50)), minutes=chance.randrange(60))
    by = chance.choice((client.bd, client.bd, COORDINATOR))
    until = None
    if by == client.bd and chance.random() < 0.4:
        until = at + timedelta(days=chance.randrange(1, 7), hours=chance.randrange(12))
    again = (Hand(at + timedelta(days=chance.randrange(3, 9)), by),) if chance.random() < 0.5 else ()
    return (Hand(at, by, until), *again)


def _touched(chance: random.Random, hands: Sequence[Hand]) -> Sequence[datetime]:
    """Of every third that is taken, a day or so later."""
    return (hands[0].at + timedelta(hours=chance.randrange(4, 50)),) if hands and chance.random() < 0.3 else ()


def _instant(chance: random.Random, on: date, *, any_hour: bool = False) -> datetime:
    hour = chance.randrange(24) if any_hour else chance.randrange(9, 19)
    return datetime.combine(on, time(hour, chance.randrange(60)), ZONE)
