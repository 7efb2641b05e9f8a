"""The hub through the year: rows that change as planned, the real rules, rounds and outbox, and channels that fail."""

import random
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, select, update

from alerts.channels.base import Outgoing, Permanent, Receipt, Transient
from alerts.channels.mail import EmailSettings
from alerts.channels.slack import SlackSettings
from alerts.messages import Message
from alerts.outbox import DELIVERY, DELIVERY_ALERT, deliver
from alerts.round import run_round
from bench.many_items import Row, add
from config.settings import CalendarSettings, ClientSettings, PersonSettings, Route, RouteMatch, Secret, Settings
from rules.evaluate import evaluate
from rules.moment import Moment
from rules.working_time import WorkingTime, calendars
from tests.alerts import firm
from tests.alerts.year.fates import CLIENTS, OFFICES, Fate, Promise, Ticket
from tests.alerts.year.minutes import ZONE
from tests.alerts.year.model import Told
from unify import tables
from unify.closures import Closed
from unify.derived import table_of
from unify.engine import writing

RULES = ("milestone-overdue", "feedback-unhandled")
_MILESTONE, _FEEDBACK = table_of(tables.Milestone), table_of(tables.Feedback)


def settings() -> Settings:
    """The firm's config: what is critical goes to Slack and to mail where Slack fails, a client's mail has a gateway
    of its own, and the rest is mailed."""
    mainland = CalendarSettings(holidays="CN", hours=("09:00-12:00", "13:00-18:00"))
    named = {"HK": "default", "CN": "mainland"}
    token = Secret(reference="env:TOKEN", value=SecretStr("t"))
    mail = EmailSettings.model_validate({"host": "127.0.0.1", "security": "none", "from": "Hub <hub@acme.example>"})
    return Settings(
        coordinator="may",
        team_domains=("acme.example",),
        calendars={"mainland": mainland},
        sources={"delivery": firm.source("delivery", "jira"), "crm": firm.source("crm", "hubspot")},
        people={
            name: PersonSettings(name=name.title(), email=f"{name}@acme.example", calendar=named[office])
            for name, office in OFFICES.items()
        },
        clients={
            one.name: ClientSettings(name=one.name.title(), bd=one.bd, calendar=named[one.office]) for one in CLIENTS
        },
        channels={
            "chat": SlackSettings(name="chat", token=token, channel="C1"),
            "gateway": mail.model_copy(update={"name": "gateway"}),
            "email": mail.model_copy(update={"name": "email"}),
        },
        routes=(
            Route(match=RouteMatch(severity="critical"), to=("chat:bd", "email:bd")),
            Route(match=RouteMatch(client="gate"), to=("gateway:bd", "email:bd")),
            Route(to=("email:bd",)),
        ),
        first_run="send",
    )


@dataclass
class Faulty:
    """A channel that fails as its `chance` says, and is broken for good at some times. `arrived` is what people see."""

    chance: random.Random
    broken: tuple[datetime, datetime]
    can_be_asked: bool
    now: Callable[[], datetime]
    arrived: list[tuple[datetime, Outgoing]] = field(default_factory=list)

    def check(self) -> str:
        """Nothing is between us."""
        return "a list"

    def send(self, outgoing: Outgoing) -> Receipt:
        """One in six is refused for now; of one in twenty nobody knows whether it arrived, which it did."""
        if self.broken[0] <= self.now() < self.broken[1]:
            raise Permanent("the token was revoked")
        thrown = self.chance.random()
        if thrown < 0.17:
            raise Transient("busy")
        self.arrived.append((self.now(), outgoing))
        if thrown < 0.22:
            raise Transient("the line broke", in_doubt=True)
        return {"key": outgoing.key}

    def update(self, receipt: Receipt, outgoing: Outgoing, shown: Message) -> Receipt:
        """News in the thread."""
        return self.send(outgoing)

    def find(self, outgoing: Outgoing) -> Receipt | None:
        """An earlier attempt that arrived, where the receiver can be asked."""
        known = any(one.key == outgoing.key for _, one in self.arrived)
        return {"key": outgoing.key} if known and self.can_be_asked else None


class World:
    """The hub and its database, with every change that is planned."""

    def __init__(self, folder: Path, fates: Sequence[Fate], typhoon: Closed, down: tuple[datetime, datetime]) -> None:
        self.engine = firm.database(folder)
        self.settings = settings()
        self.rules = [firm.rule(name) for name in RULES]
        self.now = datetime(2026, 1, 1, tzinfo=ZONE)
        self._typhoon, self._down = typhoon, down
        self._changes: dict[datetime, list[Callable[[Connection], object]]] = defaultdict(list)
        chance = random.Random(20261124)
        never = (datetime.max.replace(tzinfo=ZONE), datetime.max.replace(tzinfo=ZONE))
        week = (datetime(2026, 9, 7, tzinfo=ZONE), datetime(2026, 9, 14, tzinfo=ZONE))
        day = (datetime(2026, 9, 21, tzinfo=ZONE), datetime(2026, 9, 22, 11, tzinfo=ZONE))
        self.channels = {
            name: Faulty(random.Random(chance.random()), broken, asked, lambda: self.now)
            for name, broken, asked in (("chat", week, True), ("gateway", day, False), ("email", never, False))
        }
        with writing(self.engine) as connection:
            self._add_firm(connection)
            add(connection, tables.Milestone, (self._milestone(one) for one in fates if isinstance(one, Promise)))
        for fate in fates:
            self._plan(fate)

    @property
    def instants(self) -> list[datetime]:
        """When something changes."""
        return sorted(self._changes)

    def run(self, rounds: Sequence[datetime]) -> None:
        """Let the year pass."""
        kept = {closed: calendars(self.settings, rounds[0], closed) for closed in ((), (self._typhoon,))}
        waiting = sorted(self._changes.items(), key=lambda one: one[0], reverse=True)
        for self.now in rounds:
            with writing(self.engine) as connection:
                while waiting and waiting[-1][0] <= self.now:
                    for change in waiting.pop()[1]:
                        change(connection)
            known = kept[(self._typhoon,) if self.now >= self._typhoon.begins_at else ()]
            stale = ("crm",) if self._down[0] <= self.now < self._down[1] else ()
            fresh = {
                name: one for name, one in firm.freshness(self.now, stale).items() if name in self.settings.sources
            }
            found = evaluate(self.engine, self.rules, Moment.of(self.settings, known, self.now))
            run_round(self.engine, self.settings, found, fresh, known, self.now)
            self._deliver(known)

    def told(self) -> list[Told]:
        """What the outbox says that was told, in which round; each once, by whatever channel it went."""
        joined = DELIVERY.join(DELIVERY_ALERT, DELIVERY_ALERT.c.delivery_id == DELIVERY.c.id)
        columns = (DELIVERY.c.created_at, DELIVERY.c.recipient, *(DELIVERY_ALERT.c[name] for name in _OF_ALERT))
        kinds = ("alert", "daily", "resolved")
        with self.engine.connect() as connection:
            rows = connection.execute(select(*columns).select_from(joined).where(DELIVERY.c.kind.in_(kinds))).all()
        return sorted(
            {
                Told(at, who.removeprefix("person/"), key.split(":", 1)[1], episode, why)
                for at, who, key, episode, why in rows
            }
        )

    def _deliver(self, known: Mapping[str, WorkingTime]) -> None:
        deliver(
            self.engine,
            self.settings,
            self.channels,
            {},
            calendars=lambda: known,
            clock=lambda: self.now,
            wall=lambda: self.now,
            redact=lambda text: text,
            stop=threading.Event(),
        )

    # --- The rows, and how they change ---

    def _add_firm(self, connection: Connection) -> None:
        sources = [{"name": name, "kind": one.kind, "active": True} for name, one in self.settings.sources.items()]
        add(connection, tables.Source, iter(sources))
        add(connection, tables.Client, ({"key": f"client/{one.name}", "names": {"": one.name}} for one in CLIENTS))
        add(connection, tables.Person, ({"key": f"person/{name}", "name": name.title()} for name in OFFICES))

    def _whose(self, fate: Fate) -> Row:
        client = fate.client
        return {
            "key": fate.key,
            "source": fate.key.partition("/")[0],
            "vendor_id": str(fate.number),
            "client_key": f"client/{client.name}",
            "bd_person": f"person/{client.bd}",
            "calendar": self.settings.clients[client.name].calendar,
        }

    def _milestone(self, promise: Promise) -> Row:
        return {
            **self._whose(promise),
            "kind": "item",
            "name": f"Milestone {promise.number}",
            "status_category": "in_progress",
            "due_on": promise.due_on,
            "baseline_on": promise.due_on,
            **_deadline(promise.due_on),
        }

    def _plan(self, fate: Fate) -> None:
        match fate:
            case Promise(done_at=done_at, agreed=agreed):
                if agreed is not None:
                    self._change(agreed[0], _MILESTONE, fate, agreed_on=agreed[1], **_deadline(agreed[1]))
                if done_at is not None:
                    self._change(done_at, _MILESTONE, fate, status_category="done", done_at=done_at)
            case Ticket():
                first, *others = fate.waits
                row = {**self._whose(fate), "origin": "ticket", "subject": "Receipts", "severity": fate.severity}
                row |= {"status_category": "todo", "received_at": first.since, "waiting_since": first.since}
                at = self._readable(first.since)
                self._changes[at].append(lambda connection: add(connection, tables.Feedback, iter([row])))
                for wait in others:
                    self._change(wait.since, _FEEDBACK, fate, answered=False, handled=False, waiting_since=wait.since)
                for wait in fate.waits:
                    if wait.answered_at is not None:
                        over = {"answered": True, "handled": True, "waiting_since": None}
                        self._change(wait.answered_at, _FEEDBACK, fate, **over)

    def _change(self, at: datetime, table: Any, fate: Fate, **values: Any) -> None:
        where = table.c.key == fate.key
        at = self._readable(at) if isinstance(fate, Ticket) else at
        self._changes[at].append(lambda connection: connection.execute(update(table).where(where).values(**values)))

    def _readable(self, at: datetime) -> datetime:
        return self._down[1] if self._down[0] <= at < self._down[1] else at


_OF_ALERT = ("fingerprint", "episode", "reason")


def _deadline(on: date) -> Mapping[str, Any]:
    midnight = datetime.combine(on + timedelta(days=1), time(), ZONE)
    return {"deadline_on": on, "deadline_at": midnight - timedelta(microseconds=1)}
