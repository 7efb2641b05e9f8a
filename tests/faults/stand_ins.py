"""Every stand-in of the sandbox at once, in the process that does not die: each request and each mail is a point at
which whoever sent it can be killed, before it was taken or after it and before the answer."""

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.mail import MailSandbox
from sandbox.robots import PATHS, RobotsSandbox
from sandbox.server import MOUNTS
from sandbox.slack import SlackSandbox
from tests.alerts import firm
from tests.connectors.serving import serving
from tests.faults import firm as tools
from tests.faults.rig import BOXES
from tests.faults.wire import REAL, TOOLS, Places, subject

Told = Counter[tuple[str, str, str]]
"""Where, to whom, and what arrived there; how often."""
ASKED = frozenset({"chat", *TOOLS})
"""Where the hub can ask whether something arrived."""


class Fate:
    """When a child is killed: at the request of that number, before it is `taken` or after."""

    def __init__(self) -> None:
        self.requests = 0
        self._at: tuple[int, bool] | None = None
        self._child = 0
        self._is_known = threading.Event()

    def begin(self, at: tuple[int, bool] | None = None) -> None:
        """No request came yet."""
        self.requests, self._at = 0, at
        self._is_known.clear()

    def is_of(self, child: int) -> None:
        """Whom it awaits."""
        self._child = child
        self._is_known.set()

    def note(self) -> int:
        """A request came: its number."""
        self.requests += 1
        return self.requests - 1

    def strikes(self, number: int, *, taken: bool) -> bool:
        """Kill the child if that was to be."""
        if self._at != (number, taken):
            return False
        assert self._is_known.wait(60), "nobody said which process this request comes from"
        os.kill(self._child, signal.SIGKILL)
        return True


class Gate:
    """Before all stand-ins that speak HTTP."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate
        self.door: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it pass, or have it be the last."""
        assert self.door is not None
        number = self._fate.note()
        if self._fate.strikes(number, taken=False):
            return
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self.door(scope, receive, keep)
        if not self._fate.strikes(number, taken=True):
            for message in answer:
                await send(message)


class Mail(MailSandbox):
    """The mail server, each mail a request."""

    fate: Fate

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """A whole mail came."""
        number = self.fate.note()
        if self.fate.strikes(number, taken=False):
            return "451 later"
        answer = await super().handle_DATA(server, session, envelope)
        self.fate.strikes(number, taken=True)
        return answer


class StandIns:
    """Slack, the robots, the mail server and four tools; empty after each `begin`."""

    def __init__(self, fate: Fate, mail: Mail, gate: Gate, url: str) -> None:
        self.fate, self._mail, self._gate, self._url = fate, mail, gate, url
        self._plans = {kind: tools.firm(kind, projects=1, items=1) for kind in TOOLS}
        self.begin()

    @property
    def requests(self) -> int:
        """How many came since they began."""
        return self.fate.requests

    def begin(self, dies_at: tuple[int, bool] | None = None) -> None:
        """As if nobody had ever written there. `dies_at`: the request at which its sender dies, and whether it was
        taken."""
        self.fate.begin(dies_at)
        self._mail.received.clear()
        self._boxes: dict[str, Any] = {
            kind: BOXES[kind].from_plan(plan, lambda: tools.NOW) for kind, plan in self._plans.items()
        }
        people = {person.email: person.name for person in firm.settings().people.values()}
        self._slack = SlackSandbox(people, lambda: tools.NOW)
        minutes = count()
        self._robots = RobotsSandbox(lambda: REAL + timedelta(minutes=next(minutes)))  # never written to too often
        mounts = [Mount(MOUNTS[kind], app=box.app) for kind, box in self._boxes.items()]
        mounts += [Mount("/slack", app=self._slack.app), Mount("/robots", app=self._robots.app)]
        self._gate.door = Starlette(routes=mounts)

    @property
    def places(self) -> Places:
        """Where they are, and what they call what the story is about."""
        found = {kind: self._url + MOUNTS[kind] for kind in TOOLS}
        found |= {name: f"{self._url}/robots{PATHS[name]}" for name in ("wecom", "teams")}
        found |= {"slack": f"{self._url}/slack/api/", "mail port": str(self._mail.port)}
        for kind, box in self._boxes.items():
            plan = self._plans[kind]
            if plan.tickets:
                found[f"{kind} id"] = box.ticket_id(plan.tickets[0].number)
            else:
                number = plan.projects[0].items[0].number
                found[f"{kind} id"] = box.card_id(number) if kind == "trello" else str(box.state.by_number[number])
                found[f"{kind} project"] = box.project_ref(plan.projects[0])
        return found

    def put_rows(self, engine: Engine) -> None:
        """What the hub has read of it: by these it knows that a comment may be written there."""
        day = date(2026, 11, 16)
        for kind in ("jira", "trello", "asana"):
            key, project = subject(kind, self.places), f"{kind}/project/1"
            firm.put(engine, "project", {"key": project, "source": kind, "short": self.places[f"{kind} project"]})
            row = firm.milestone_row(1, key=key, source=kind, project_key=project, deadline_on=day)
            firm.put(engine, "milestone", row)
        firm.put(engine, "feedback", firm.feedback_row(4, key=subject("hubspot", self.places), source="hubspot"))
        account = {"key": "hubspot/owner/1", "source": "hubspot", "kind": "user", "active": True, "side": "team"}
        firm.put(engine, "account", account)

    def told(self) -> Told:
        """What stands everywhere now."""
        found: Told = Counter(("chat", one.channel, one.text) for one in self._slack.messages)
        found += Counter(("email", mail.recipients[0], str(mail.message["Subject"])) for mail in self._mail.received)
        for name, bodies in self._robots.taken.items():
            found += Counter((name, "", json.dumps(body)) for body in bodies)
        for kind, box in self._boxes.items():
            found += Counter((kind, "", one["text"]) for one in box.comments_posted)
        return found

    def keys(self, place: str, to: str, text: str) -> Counter[str]:
        """Under which keys that arrived, where nobody can be asked: Message-IDs; of a robot, its text ends in one."""
        if place != "email":
            return Counter({text: self.told()[place, to, text]})
        mails = (mail.message for mail in self._mail.received if mail.recipients[0] == to)
        return Counter(str(mail["Message-ID"]) for mail in mails if str(mail["Subject"]) == text)


@contextmanager
def standing() -> Iterator[StandIns]:
    """They listen as long as it is entered."""
    fate = Fate()
    gate, mail = Gate(fate), Mail(lambda: datetime(2026, 11, 24, tzinfo=firm.HK))
    mail.fate = fate
    mail.start()
    try:
        with serving(gate) as url:
            yield StandIns(fate, mail, gate, url)
    finally:
        mail.stop()
