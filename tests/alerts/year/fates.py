"""What happens to each promise and each client's message in the year: planned, so that nobody has to ask the hub."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from config.settings import Severity
from tests.alerts.year.minutes import ZONE

LIMIT_HOURS: dict[Severity, float] = {"info": 16, "warning": 8, "high": 4, "critical": 2}
"""Working hours until an answer is late: the hub's own defaults, as domain experts state them."""


@dataclass(frozen=True, slots=True)
class Client:
    """Whose it is: who looks after them, and by which calendar they are answered."""

    name: str
    bd: str
    office: str


CLIENTS = (
    Client("bank", "marco", "HK"),
    Client("kite", "sandy", "HK"),
    Client("boat", "kevin", "CN"),
    Client("gate", "sandy", "CN"),
)
"""The last is answered on mainland days, and its BD manager reads on those of Hong Kong."""
OFFICES = {"may": "HK", "marco": "HK", "sandy": "HK", "kevin": "CN"}
"""By whose days each of ours reads."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A milestone: due, maybe agreed anew, maybe done."""

    number: int
    client: Client
    due_on: date
    done_at: datetime | None
    agreed: tuple[datetime, date] | None = None
    """When it was recorded, and the new date."""

    @property
    def key(self) -> str:
        return f"delivery/issue/{self.number}"


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

    @property
    def key(self) -> str:
        return f"crm/ticket/{self.number}"


Fate = Promise | Ticket


def fates(chance: random.Random, count: int, first: date, days: int) -> list[Fate]:
    """`count` of them, three milestones to one ticket, over so many days from `first` on."""
    return [
        _promise(chance, number, first, days) if number % 4 else _ticket(chance, number, first, days)
        for number in range(1, count + 1)
    ]


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
    done_at = None if chance.random() < 0.1 else _instant(chance, max(due_on, agreed[1] if agreed else due_on) + late)
    return Promise(number, client, due_on, done_at, agreed)


def _ticket(chance: random.Random, number: int, first: date, days: int) -> Ticket:
    """Written at any hour, answered within hours or days; one client in five writes again."""
    severity: Severity = chance.choice(("info", "warning", "warning", "high", "critical"))
    at = _instant(chance, first + timedelta(days=chance.randrange(days)), any_hour=True)
    return Ticket(number, chance.choice(CLIENTS), severity, tuple(_waits(chance, at)))


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
        at = answered_at + timedelta(minutes=chance.randrange(60, 60 * 24 * 5))


def _instant(chance: random.Random, on: date, *, any_hour: bool = False) -> datetime:
    hour = chance.randrange(24) if any_hour else chance.randrange(9, 19)
    return datetime.combine(on, time(hour, chance.randrange(60)), ZONE)
