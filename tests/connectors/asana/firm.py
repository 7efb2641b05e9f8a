"""A project of three tasks for tests: one late, two done; and connectors to it."""

import threading
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from pydantic import SecretStr

from config.settings import Secret
from connectors.asana import Asana, AsanaSettings
from connectors.base import Cursor, Page, Record
from connectors.governor import Governor
from sandbox.asana import TOKEN, AsanaSandbox
from sandbox.asana_state import WORKSPACE, Json, gid
from sandbox.plan import Move
from tests.connectors.contract import read_all, records
from tests.connectors.serving import serving
from tests.factories import STORY_NOW, at, item, message, project

Connect = Callable[..., Asana]
Cursors = dict[tuple[str, str], Cursor]

UAT = item(
    "UAT sign-off",
    "doing",
    milestone=True,
    assignee="lee",
    reporter="may",
    due=date(2026, 11, 20),
    moves=(Move(at("2026-11-10 11:00"), "may", date(2026, 11, 13), date(2026, 11, 20)),),
    messages=(message("lee", "2026-11-12 15:00", "Two cases are left."),),
)
PRINTER = item("Printer driver", "done", done_at=at("2026-11-06 17:00"), assignee="lee")
OLD = item("Kick-off", "done", done_at=at("2026-11-03 17:00"), due=date(2026, 11, 3))
APP = project("asana", [UAT, PRINTER, OLD], members=("may", "lee"))
PART = gid(1208, APP.number)


class Clock:
    """The server's."""

    def __init__(self) -> None:
        self.now = STORY_NOW

    def __call__(self) -> datetime:
        return self.now


class connecting:
    """Serves a sandbox, and builds connectors to it."""

    def __init__(self, sandbox: AsanaSandbox) -> None:
        self._serving = serving(sandbox.app)
        self._governors: list[Governor] = []

    def __enter__(self) -> Connect:
        self._url = self._serving.__enter__()
        return self._make

    def __exit__(self, *raised: Any) -> None:
        for governor in self._governors:
            governor.close()
        self._serving.__exit__(*raised)

    def _make(self, **replaced: Any) -> Asana:
        token = Secret(reference="env:ASANA_TOKEN", value=SecretStr(replaced.pop("token", TOKEN)))
        defaults: dict[str, Any] = {"name": "work", "url": self._url, "token": token}
        settings = AsanaSettings(**(defaults | replaced))
        governor = Governor(
            "work",
            limits=["1000/second"],
            stop=threading.Event(),
            redact=lambda text: text.replace(TOKEN, "***"),
            wait=lambda seconds: False,
        )
        self._governors.append(governor)
        return Asana(settings, governor)


def calls(sandbox: AsanaSandbox) -> list[str]:
    """Method and path of every request so far, which are then forgotten."""
    made = [f"{seen.method} {seen.path}".replace(PART, "P").replace(WORKSPACE, "W") for seen in sandbox.app.log]
    sandbox.app.log.clear()
    return made


def run(connector: Asana, cursors: Cursors | None = None) -> list[Page]:
    """A run as the sync does it."""
    connector.check()
    return read_all(connector, cursors)


def tasks(pages: list[Page]) -> dict[str, Record]:
    """The tasks of a run, by name."""
    return {str(record.payload["name"]): record for (stream, _), record in records(pages).items() if stream == "tasks"}


def many(count: int) -> list[Any]:
    """So many items."""
    return [item(f"Task {number}", assignee="lee") for number in range(count)]


def subtask(box: AsanaSandbox, parent: Json, name: str) -> Json:
    """A task that nobody put into a project."""
    made = item(name)
    return box.state.add_task(gid(1211, made.number), None, made, box.state.users[gid(1201, 1)], parent)
