"""A firm's rounds and deliveries in processes that will be killed: `python -m tests.faults.telling`, as `nursery`.

A child tells its story into one database and to receivers that outlive it: files that hold a line for each message that
arrived. Its points are the beginnings and commits of its transactions, and before and after each message arrives.
`tests.faults.wire` has another story told by the same means.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from alerts.channels.base import Outgoing, Permanent, Receipt, Transient
from alerts.messages import Message
from config.settings import Route, RouteMatch
from connectors.base import Ref
from rules.evaluate import Finding
from tests.alerts import firm
from tests.alerts.conftest import Hub
from unify.engine import open_engine

STORIES = ("persons", "fallback", "groups", "busy")
_STEP = timedelta(minutes=7)
"""Of real time between two steps: longer than what a killed process had in hand is kept for it."""

Pass = Callable[[], None]
Wish = Mapping[str, Any]
"""folder, story, step to begin with, how many lives there were before, the point at which it dies, warm; places."""
Tell = Callable[[Engine, Wish, Pass], None]


@dataclass
class Receiver:
    """A channel whose messages outlive the process. `asked`: it can be looked for a key there, and changed in place."""

    name: str
    file: Path
    passes: Pass
    asked: bool = False
    refuses: str = ""
    """Readers whom it knows nobody by."""
    busy: int = 0
    """How many messages it takes for certain before it says once that it may have taken one."""

    def check(self) -> str:
        """It is there."""
        return "a file"

    def send(self, outgoing: Outgoing) -> Receipt:
        """Take it."""
        if self.refuses and self.refuses == outgoing.reader.key:
            raise Permanent("nobody of that name")
        self._arrive("send", outgoing)
        if self.busy and len(self._lines()) == self.busy:
            raise Transient("timed out", in_doubt=True)
        return {"key": outgoing.key}

    def update(self, receipt: Receipt, outgoing: Outgoing, shown: Message) -> Receipt:
        """In place, or below."""
        self._arrive("edit" if self.asked else "send", outgoing)
        return receipt

    def find(self, outgoing: Outgoing) -> Receipt | None:
        """What arrived under the key."""
        arrived = self.asked and any(line["key"] == outgoing.key for line in self._lines() if line["verb"] == "send")
        return {"key": outgoing.key} if arrived else None

    def comment(self, on: Ref, text: str | None, key: str, known: str | None) -> str | None:
        """As a connector: it looks for its key first."""
        if text is not None and known is None and any(line["key"] == key for line in self._lines()):
            return key
        self._write("send" if known is None and text else "edit", on.id, key, text or "")
        return key if text else None

    def _arrive(self, verb: str, outgoing: Outgoing) -> None:
        self._write(verb, outgoing.reader.key, outgoing.key, outgoing.message.title)

    def _write(self, verb: str, reader: str, key: str, title: str) -> None:
        self.passes()
        line = {"channel": self.name, "verb": verb, "reader": reader, "key": key, "title": title}
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self.passes()

    def _lines(self) -> list[dict[str, str]]:
        return [line for line in arrived(self.file) if line["channel"] == self.name]


def arrived(file: Path) -> list[dict[str, str]]:
    """What every receiver took, in order."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def story(name: str) -> tuple[Sequence[Sequence[Finding]], Sequence[Route], Mapping[str, Any]]:
    """What is found in each step; the routes; what is special about the receivers, by name."""
    late, second = firm.milestone(), firm.milestone(2, name="Release 2.1")
    waits, more = firm.feedback(), firm.feedback(2, bd="person/kevin")
    steps: Sequence[Sequence[Finding]] = ([late, waits], [late, second, waits, more], [second, more], [late, more], [])
    mail, chat = Route(to=("email:bd",)), Route(to=("chat:bd", "email:bd"))
    match name:
        case "persons":
            return steps, (Route(match=RouteMatch(client="bank"), to=("chat:bd",)), mail), {}
        case "fallback":
            return steps, (chat,), {"chat": {"refuses": "person/marco"}}
        case "groups":
            return steps, (Route(to=("robot", "email:bd")),), {}
        case "busy":
            return steps, (chat, mail), {"chat": {"busy": 2}}
    raise ValueError(name)


def live(wish: Wish, tell: Tell) -> int:
    """A child's life: it tells its story from the step on that it is told. With `dies_at` it kills itself at that
    point."""
    passed = 0

    def passes(*_: object) -> None:
        nonlocal passed
        if passed == wish["dies_at"]:
            os.kill(os.getpid(), signal.SIGKILL)
        passed += 1

    folder = Path(wish["folder"])
    engine = open_engine(f"sqlite:///{folder / 'milepost.db'}")
    event.listen(engine, "begin", passes)
    event.listen(engine, "commit", passes)
    tell(engine, wish, passes)
    engine.dispose()
    (folder / "points").write_text(str(passed))
    return 0


def tell_files(engine: Engine, wish: Wish, passes: Pass) -> None:
    """The story that the wish names."""
    folder = Path(wish["folder"])
    steps, routes, special = story(wish["story"])
    names = ("email", "chat", "robot", "tool")
    made = {
        name: Receiver(name, folder / "arrived", passes, name in ("chat", "tool"), **special.get(name, {}))
        for name in names
    }
    sources = {**firm.settings().sources, "delivery": firm.source("delivery", "jira", comment_back=("NFA",))}
    hub = Hub(
        engine, firm.settings(routes=routes, sources=sources), others={**made}, commenters={"delivery": made["tool"]}
    )
    began = hub.wall
    for number, findings in list(enumerate(steps))[wish["step"] :]:
        (folder / "step").write_text(str(number))
        hub.wall = began + _STEP * (10 * number + 3 * wish["life"])
        hub.round(*findings, at=firm.TUESDAY + timedelta(minutes=number))
        hub.deliver()
        hub.wait(_STEP)
        hub.deliver()


def main(tell: Tell) -> None:
    """Make children that `tell` their story until nobody wishes for one."""
    for line in sys.stdin:
        wish = json.loads(line)
        if wish["warm"]:  # in this very process: what it loads and compiles, its children have
            _say(live(wish, tell))
            continue
        child = os.fork()
        if child == 0:
            os._exit(live(wish, tell))
        _say(child)
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(tell_files)
