"""A small firm for the tests: May coordinates, Marco and Kevin are BD managers, the bank is confidential in groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from sqlalchemy import Engine, insert, select, update
from sqlmodel import SQLModel

from alerts.channels.base import DeliveryError, Outgoing, Receipt
from alerts.messages import Message
from alerts.outbox import DELIVERY
from alerts.store import ALERT
from config.settings import (
    CalendarSettings,
    ClientSettings,
    PersonSettings,
    Route,
    Secret,
    Settings,
    SourceSettings,
)
from rules.evaluate import Finding, Outcome
from rules.load import load_rules
from rules.rule import Rule
from rules.working_time import WorkingTime, calendars
from unify.engine import open_engine
from unify.freshness import Freshness

HK = ZoneInfo("Asia/Hong_Kong")


def hk(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """An instant of November 2026, told in Hong Kong time."""
    return datetime(2026, 11, day, hour, minute, tzinfo=HK).astimezone(UTC)


TUESDAY = hk(24)
"""Tue 24 Nov 2026 09:00: the first working minute of that day."""


def source(name: str, kind: str, **values: Any) -> SourceSettings:
    """A source with a token that nobody uses."""
    return SourceSettings(name=name, kind=kind, token=Secret(reference="env:TOKEN", value=SecretStr("t")), **values)


def settings(**changes: Any) -> Settings:
    """The firm's config; every alert goes to the BD manager by mail, unless `changes` says otherwise."""
    values: dict[str, Any] = {
        "folder": Path("/nowhere"),
        "language": "en",
        "coordinator": "may",
        "team_domains": ("lanternquay.example",),
        "calendars": {"mainland": CalendarSettings(holidays="CN", hours=("09:00-12:00", "13:00-18:00"))},
        "sources": {
            "delivery": source("delivery", "jira"),
            "boards": source("boards", "trello"),
            "crm": source("crm", "hubspot"),
        },
        "people": {
            "may": PersonSettings(name="May Chan", email="may@lanternquay.example"),
            "marco": PersonSettings(name="Marco Yip", email="marco@lanternquay.example"),
            "sandy": PersonSettings(name="莫詠珊", email="sandy@lanternquay.example", language="zh-Hant-HK"),
            "kevin": PersonSettings(
                name="罗建明", email="kevin@lanternquay.example", language="zh-Hans-CN", calendar="mainland"
            ),
        },
        "clients": {
            "bank": ClientSettings(
                name={"en": "Bank of Nine Ferries", "zh-Hant-HK": "九渡銀行", "zh-Hans-CN": "九渡银行"},
                bd="marco",
                confidential=True,
            ),
            "kite": ClientSettings(
                name={"en": "Paper Kite Stores", "zh-Hant-HK": "紙鳶百貨", "zh-Hans-CN": "纸鸢百货"}, bd="sandy"
            ),
            "boat": ClientSettings(name={"en": "Slow Boat Freight", "zh-Hans-CN": "慢船物流"}, bd="kevin"),
        },
        "routes": (Route(to=("email:bd",)),),
        "first_run": "send",
    }
    return Settings(**{**values, **changes})


@cache
def rule(name: str) -> Rule:
    """A rule of the shipped library."""
    return {rule.id: rule for rule in load_rules(settings())}[name]


@cache
def working_time() -> Mapping[str, WorkingTime]:
    """The firm's calendars."""
    return calendars(settings(), TUESDAY)


def milestone(number: int = 1, **facts: Any) -> Finding:
    """The UAT sign-off of the bank, eight days late on that Tuesday; `facts` change what is known of it."""
    subject = f"delivery/issue/{number}"
    known: dict[str, Any] = {
        "key": subject,
        "name": "UAT sign-off",
        "url": f"https://lanternquay.atlassian.example/browse/NFA-{number}",
        "source": "delivery",
        "source_kind": "jira",
        "project": "delivery/project/10",
        "project_name": "Mobile app revamp",
        "client": "client/bank",
        "client_names": {"en": "Bank of Nine Ferries"},
        "bd": "person/marco",
        "bd_name": "Marco Yip",
        "owner": "person/raymond@lanternquay.example",
        "owner_name": "Raymond Ho",
        "status_category": "in_progress",
        "status": "In Progress",
        "client_facing": True,
        "due_on": "2026-11-16",
        "due_at": None,
        "deadline_on": "2026-11-16",
        "deadline_at": "2026-11-16T15:59:59.999999+00:00",
        "baseline_on": "2026-10-30",
        "agreed_on": None,
        "slip_days": 17,
        "moves": 2,
        "moved_at": "2026-11-05T03:00:00+00:00",
        "moved_by_name": "Raymond Ho",
        "open_items": 4,
        "total_items": 31,
        "calendar": "default",
        "overdue": True,
        "days_overdue": 8,
        "working_days_overdue": 6,
        **facts,
    }
    severity = known.pop("severity", "critical")
    return Finding("milestone-overdue", known["key"], known["source"], known["client"], severity, known)


def feedback(number: int = 1, **facts: Any) -> Finding:
    """What Paper Kite wrote on Friday and nobody answered; `facts` change what is known of it."""
    known: dict[str, Any] = {
        "key": f"crm/ticket/{number}",
        "subject": "收據列印太慢",
        "text": "收據列印太慢，門店排隊",
        "url": f"https://app.hubspot.example/ticket/{number}",
        "source": "crm",
        "source_kind": "hubspot",
        "origin": "ticket",
        "client": "client/kite",
        "client_names": {"en": "Paper Kite Stores"},
        "bd": "person/sandy",
        "bd_name": "莫詠珊",
        "owner": None,
        "owner_name": None,
        "author": "潘詠琳",
        "severity": "warning",
        "urgent": False,
        "status_category": "todo",
        "waiting_since": "2026-11-20T08:30:00+00:00",
        "answered": False,
        "calendar": "default",
        "limit_hours": 8.0,
        "waited_hours": 9.5,
        "unhandled": True,
        **facts,
    }
    return Finding("feedback-unhandled", known["key"], known["source"], known["client"], known["severity"], known)


RULES = (
    "milestone-overdue",
    "feedback-unhandled",
    "milestone-at-risk",
    "milestone-due-soon",
    "milestone-slipped",
)
"""The first two have words and comments of their own."""


def of(rule: str, severity: str, **facts: Any) -> Finding:
    """What another rule on milestones found about the bank's UAT sign-off, which is not overdue."""
    ahead = {"overdue": False, "days_overdue": None, "working_days_overdue": None}
    return replace(milestone(**{**ahead, "severity": severity, **facts}), rule=rule)


def outcomes(*findings: Finding, failed: str = "") -> list[Outcome]:
    """What the rules found that are at work in these tests; the rule `failed` did not run to its end."""
    found = []
    for name in RULES:
        mine = [finding for finding in findings if finding.rule == name]
        found.append(Outcome(rule(name), error="too slow") if name == failed else Outcome(rule(name), mine))
    return found


def freshness(now: datetime, stale: Sequence[str] = (), **versions: str) -> dict[str, Freshness]:
    """Every source read eight minutes ago; those in `stale` two hours ago."""
    labels = {"delivery": "Jira", "boards": "Trello", "crm": "HubSpot"}
    found = {}
    for name, label in labels.items():
        age = timedelta(hours=2) if name in stale else timedelta(minutes=8)
        version = versions.get(name, "1")
        kind = label.lower()
        found[name] = Freshness(name, kind, label, now - age, age, name in stale, mapping_version=version)
    return found


def database(folder: Path) -> Engine:
    """An empty database with every table."""
    engine = open_engine(f"sqlite:///{folder / 'milepost.db'}")
    SQLModel.metadata.create_all(engine)
    return engine


def put(engine: Engine, table: str, *rows: Mapping[str, Any]) -> None:
    """Write `rows`, each filled up with what its table needs."""
    fixed: dict[str, Any] = {}
    for column in SQLModel.metadata.tables[table].columns:
        if not column.nullable and not column.primary_key:
            fixed[column.name] = _empty(str(column.type))
    with engine.begin() as connection:
        for row in rows:
            connection.execute(insert(SQLModel.metadata.tables[table]).values({**fixed, **row}))


def _empty(type_: str) -> Any:
    match type_:
        case "JSON":
            return []
        case "BOOLEAN":
            return False
        case "INTEGER" | "FLOAT":
            return 0
        case _:
            return ""


def change(engine: Engine, table: str, key: str, **values: Any) -> None:
    """Change a row."""
    changed = SQLModel.metadata.tables[table]
    with engine.begin() as connection:
        connection.execute(update(changed).where(changed.c.key == key).values(values))


def milestone_row(number: int = 1, **values: Any) -> dict[str, Any]:
    """The row behind `milestone(number)`; its day ends at midnight, unless `values` say otherwise."""
    day = values.get("deadline_on") or date(2026, 11, 16)
    return {
        "key": f"delivery/issue/{number}",
        "source": "delivery",
        "vendor_id": str(number),
        "project_key": "delivery/project/10",
        "kind": "item",
        "name": "UAT sign-off",
        "status_category": "in_progress",
        "due_on": date(2026, 11, 16),
        "deadline_on": day,
        "deadline_at": datetime(day.year, day.month, day.day, tzinfo=HK) + timedelta(days=1),
        **values,
    }


def feedback_row(number: int = 1, **values: Any) -> dict[str, Any]:
    """The row behind `feedback(number)`."""
    key = f"crm/ticket/{number}"
    return {
        "key": key,
        "source": "crm",
        "vendor_id": str(number),
        "origin": "ticket",
        "status_category": "todo",
        **values,
    }


@dataclass
class Inbox:
    """A channel that keeps what it is sent; `failures` are raised first, one for each attempt."""

    sent: list[Outgoing] = field(default_factory=list)
    updated: list[tuple[Receipt, Outgoing, Message]] = field(default_factory=list)
    failures: list[DeliveryError] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    can_be_asked: bool = False

    def check(self) -> str:
        """Nothing is between us."""
        return "a list"

    def send(self, outgoing: Outgoing) -> Receipt:
        """Keep it."""
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(outgoing)
        return {"number": len(self.sent)}

    def update(self, receipt: Receipt, outgoing: Outgoing, shown: Message) -> Receipt:
        """Keep the news."""
        if self.failures:
            raise self.failures.pop(0)
        self.updated.append((receipt, outgoing, shown))
        return receipt

    def find(self, outgoing: Outgoing) -> Receipt | None:
        """What was kept under the key, where it may be asked."""
        self.asked.append(outgoing.key)
        kept = [number for number, one in enumerate(self.sent, 1) if one.key == outgoing.key]
        return {"number": kept[0]} if kept and self.can_be_asked else None

    def titles(self) -> list[str]:
        """What the messages are called."""
        return [outgoing.message.title for outgoing in self.sent]

    def of(self, person: str) -> list[Outgoing]:
        """What one person got."""
        return [outgoing for outgoing in self.sent if outgoing.reader.key == f"person/{person}"]


def deliveries(engine: Engine, **where: Any) -> list[dict[str, Any]]:
    """Rows of the outbox, oldest first."""
    chosen = select(DELIVERY).order_by(DELIVERY.c.id)
    for name, value in where.items():
        chosen = chosen.where(DELIVERY.c[name] == value)
    with engine.begin() as connection:
        return [dict(row) for row in connection.execute(chosen).mappings()]


def alerts(engine: Engine) -> list[dict[str, Any]]:
    """Alerts by fingerprint."""
    with engine.begin() as connection:
        return [dict(row) for row in connection.execute(select(ALERT).order_by(ALERT.c.fingerprint)).mappings()]
