"""The hub through the year: rows that change as planned, the real rules, rounds and outbox, and channels that fail."""

import random
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, update

from alerts.actions import acknowledge, snooze
from alerts.outbox import DELIVERY, DELIVERY_ALERT, deliver
from alerts.round import run_round
from bench.many_items import Row, add
from rules.evaluate import evaluate
from rules.moment import Moment
from rules.working_time import WorkingTime, calendars
from tests.alerts import firm
from tests.alerts.year.fates import Fate, Hand, Promise, Ticket
from tests.alerts.year.house import Faulty, settings
from tests.alerts.year.minutes import ZONE
from tests.alerts.year.staff import CLIENTS, OFFICES
from tests.alerts.year.telling import Told
from unify import tables
from unify.closures import Closed
from unify.decisions import Refused
from unify.derived import table_of
from unify.engine import writing

RULES = ("milestone-overdue", "feedback-unhandled")
_MILESTONE, _FEEDBACK = table_of(tables.Milestone), table_of(tables.Feedback)

NEVER = (datetime.max.replace(tzinfo=ZONE), datetime.max.replace(tzinfo=ZONE))
NO_CHAT = (datetime(2026, 9, 7, tzinfo=ZONE), datetime(2026, 9, 14, tzinfo=ZONE))
NO_GATEWAY = (datetime(2026, 9, 21, tzinfo=ZONE), datetime(2026, 9, 22, 11, tzinfo=ZONE))
_CHANNELS = (("chat", NO_CHAT, True), ("gateway", NO_GATEWAY, False), ("email", NEVER, False))
"""When each is broken, and whether it can be asked."""
_EVERY = timedelta(seconds=5)
"""How often the hub looks for what is due to be sent."""
TELLING = ("alert", "daily", "resolved", "risen", "nothing", "weekly")
"""Kinds of what the model foresees; all others are for the coordinator."""


class World:
    """The hub and its database, with every change that is planned."""

    def __init__(
        self, folder: Path, fates: Sequence[Fate], closures: Sequence[Closed], down: tuple[datetime, datetime]
    ) -> None:
        """`closures` come to be known at their `recorded_at`; during `down` the CRM cannot be read."""
        self.engine = firm.database(folder)
        self.settings = settings()
        self.rules = [firm.rule(name) for name in RULES]
        self.now = datetime(2026, 1, 1, tzinfo=ZONE)
        self._closures, self._down = closures, down
        self._changes: dict[datetime, list[Callable[[Connection], object]]] = defaultdict(list)
        self._calendars: dict[int, Mapping[str, WorkingTime]] = {}
        chance = random.Random(20261124)
        self.channels = {
            name: Faulty(random.Random(chance.random()), broken, asked, lambda: self.now)
            for name, broken, asked in (
                ("chat", NO_CHAT, True),
                ("gateway", NO_GATEWAY, False),
                ("email", NEVER, False),
            )
        }
        with writing(self.engine) as connection:
            self._add_firm(connection)
            add(connection, tables.Milestone, (self._milestone(one) for one in fates if isinstance(one, Promise)))
        for fate in fates:
            self._plan(fate)

    def run(self, rounds: Sequence[datetime]) -> None:
        """Let the year pass."""
        waiting = sorted(self._changes.items(), key=lambda one: one[0], reverse=True)
        for number, self.now in enumerate(rounds):
            with writing(self.engine) as connection:
                while waiting and waiting[-1][0] <= self.now:
                    for change in waiting.pop()[1]:
                        change(connection)
            known = self._known()
            stale = ("crm",) if self._down[0] <= self.now < self._down[1] else ()
            fresh = {
                name: one for name, one in firm.freshness(self.now, stale).items() if name in self.settings.sources
            }
            found = evaluate(self.engine, self.rules, Moment.of(self.settings, known, self.now))
            run_round(self.engine, self.settings, found, fresh, known, self.now)
            self._deliver(known, rounds[number + 1] if number + 1 < len(rounds) else NEVER[0])

    def told(self) -> list[Told]:
        """What the outbox says that was told, in which round; each once, by whatever channel it went."""
        joined = DELIVERY.outerjoin(DELIVERY_ALERT, DELIVERY_ALERT.c.delivery_id == DELIVERY.c.id)
        columns = (DELIVERY.c.created_at, DELIVERY.c.recipient, DELIVERY.c.kind)
        of_alert = (DELIVERY_ALERT.c[name] for name in ("fingerprint", "episode", "reason"))
        chosen = select(*columns, *of_alert).select_from(joined).where(DELIVERY.c.kind.in_(TELLING))
        with self.engine.connect() as connection:
            rows = connection.execute(chosen).all()
        return sorted(
            {
                Told(at, who.removeprefix("person/"), (alert or "").partition(":")[2], episode or 0, why or kind)
                for at, who, kind, alert, episode, why in rows
            }
        )

    def _known(self) -> Mapping[str, WorkingTime]:
        """The calendars, with the closures that somebody has entered by now."""
        entered = [one for one in self._closures if one.recorded_at is not None and one.recorded_at <= self.now]
        if len(entered) not in self._calendars:
            self._calendars[len(entered)] = calendars(self.settings, self.now, entered)
        return self._calendars[len(entered)]

    def _deliver(self, known: Mapping[str, WorkingTime], until: datetime) -> None:
        """As often as the hub would before the next round, as long as anything is due."""
        self._send(known)
        while (due := self._next_due()) is not None and (at := max(due, self.now + _EVERY)) < until:
            self.now = at
            self._send(known)

    def _send(self, known: Mapping[str, WorkingTime]) -> None:
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

    def _next_due(self) -> datetime | None:
        waiting = select(func.min(DELIVERY.c.not_before)).where(DELIVERY.c.state == "waiting")
        with self.engine.connect() as connection:
            due: datetime | None = connection.scalar(waiting)
        return due

    # --- The rows, and how they change ---

    def _add_firm(self, connection: Connection) -> None:
        sources = [{"name": name, "kind": one.kind, "active": True} for name, one in self.settings.sources.items()]
        add(connection, tables.Source, iter(sources))
        clients = (
            {"key": f"client/{one.name}", "names": {"": one.name}, "bd_person": f"person/{one.bd}"} for one in CLIENTS
        )
        add(connection, tables.Client, clients)
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
        for hand in fate.hands:
            self._plan_hand(fate, hand)
        match fate:
            case Promise(done_at=done_at, agreed=agreed):
                if agreed is not None:
                    self._change(agreed[0], _MILESTONE, fate, agreed_on=agreed[1], **_deadline(agreed[1]))
                for at in fate.touched:
                    self._change(at, _MILESTONE, fate, status_native="In review")
                if done_at is not None:
                    self._change(done_at, _MILESTONE, fate, status_category="done", done_at=done_at)
            case Ticket():
                first, *others = fate.waits
                row = {**self._whose(fate), "origin": "ticket", "subject": "Receipts", "severity": fate.severity}
                row |= {"status_category": "todo", "received_at": first.since, "waiting_since": first.since}
                row |= {"urgent": fate.urgent, "last_received_at": first.since}
                at = self._readable(first.since)
                self._changes[at].append(lambda connection: add(connection, tables.Feedback, iter([row])))
                for at in fate.touched:
                    self._change(at, _FEEDBACK, fate, status_native="Seen")
                for at in fate.wrote:
                    self._change(at, _FEEDBACK, fate, last_received_at=at)
                for wait in others:
                    self._change(wait.since, _FEEDBACK, fate, answered=False, handled=False, waiting_since=wait.since)
                for wait in fate.waits:
                    if wait.answered_at is not None:
                        over = {"answered": True, "handled": True, "waiting_since": None}
                        self._change(wait.answered_at, _FEEDBACK, fate, **over)

    def _plan_hand(self, fate: Fate, hand: Hand) -> None:
        def take(connection: Connection) -> None:
            try:
                if hand.until is None:
                    acknowledge(connection, self.settings, fate.alert, hand.by, self.now)
                else:
                    snooze(connection, self.settings, self._known(), fate.alert, hand.by, self.now, hand.until)
            except Refused:
                return  # it never was one

        self._changes[hand.at].append(take)

    def _change(self, at: datetime, table: Any, fate: Fate, **values: Any) -> None:
        where = table.c.key == fate.key
        at = self._readable(at) if isinstance(fate, Ticket) else at

        def change(connection: Connection) -> None:
            connection.execute(update(table).where(where).values(**values, changed_here_at=self.now))

        self._changes[at].append(change)

    def _readable(self, at: datetime) -> datetime:
        return self._down[1] if self._down[0] <= at < self._down[1] else at


def _deadline(on: date) -> Mapping[str, Any]:
    midnight = datetime.combine(on + timedelta(days=1), time(), ZONE)
    return {"deadline_on": on, "deadline_at": midnight - timedelta(microseconds=1)}
