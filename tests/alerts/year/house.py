"""The firm's config in the year, and its channels, which fail."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr

from alerts.channels.base import Outgoing, Permanent, Receipt, Transient
from alerts.channels.mail import EmailSettings
from alerts.channels.slack import SlackSettings
from alerts.messages import Message
from config.settings import (
    CalendarSettings,
    ClientSettings,
    PersonSettings,
    Route,
    RouteMatch,
    Secret,
    Settings,
)
from config.values import DateRange
from tests.alerts import firm
from tests.alerts.year.staff import AWAY, CLIENTS, COORDINATOR, COVER, DIRECTOR, HEAD, LINES, OFFICES


def settings() -> Settings:
    """The firm's config: what is critical goes to Slack and to mail where Slack fails, a client's mail has a gateway
    of its own, and the rest is mailed."""
    mainland = CalendarSettings(holidays="CN", hours=("09:00-12:00", "13:00-18:00"))
    named = {"HK": "default", "CN": "mainland"}
    token = Secret(reference="env:TOKEN", value=SecretStr("t"))
    mail = EmailSettings.model_validate({"host": "127.0.0.1", "security": "none", "from": "Hub <hub@acme.example>"})
    return Settings(
        coordinator=COORDINATOR,
        team_domains=("acme.example",),
        calendars={"mainland": mainland},
        sources={"delivery": firm.source("delivery", "jira"), "crm": firm.source("crm", "hubspot")},
        people={
            name: PersonSettings(
                name=name.title(),
                email=f"{name}@acme.example",
                calendar=named[office],
                role="head" if name == HEAD else "director" if name == DIRECTOR else "",
                away=tuple(DateRange(*days) for days in AWAY.get(name, ())),
                cover=COVER.get(name, ""),
                daily_line=LINES.get(name),
            )
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
