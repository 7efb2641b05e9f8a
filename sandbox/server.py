"""One server on loopback with every stand-in: the vendors' APIs, Slack, the mail server, and pages to read it all."""

import socket
import threading
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, cast

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from sandbox import inbox
from sandbox.http import Door, Wire
from sandbox.mail import MailSandbox
from sandbox.plan import Plan
from sandbox.robots import PATHS, RobotsSandbox
from sandbox.slack import WEBHOOK_PATH, SlackSandbox

if TYPE_CHECKING:
    from sandbox.asana import AsanaSandbox
    from sandbox.hubspot import HubspotSandbox
    from sandbox.jira import JiraSandbox
    from sandbox.trello import TrelloSandbox

VENDORS = ("jira", "trello", "asana", "hubspot")

MOUNTS = {"jira": "/jira", "trello": "/trello/1", "asana": "/asana/api/1.0", "hubspot": "/hubspot"}

PATIENCE_S = 10


class VendorSandbox(Protocol):
    """What the demo asks of every vendor's stand-in."""

    app: Door

    @property
    def comments_posted(self) -> list[dict[str, Any]]:
        """What the hub wrote and left standing."""
        ...

    def account_id(self, person: str) -> str:
        """The account of a staff member or contact."""
        ...

    def project_ref(self, project: Any) -> str:
        """What a config calls a project."""
        ...


class RecordedSandbox(VendorSandbox, Protocol):
    """A stand-in that can serve recorded answers."""

    def holds(self) -> dict[str, int]:
        """How many records of each kind it has to give."""
        ...


class Sandbox:
    """Runs while it is entered; its addresses are known from then on."""

    def __init__(
        self,
        plan: Plan,
        clock: Callable[[], datetime],
        vendors: Collection[str] = VENDORS,
        *,
        recorded: Path | None = None,
    ) -> None:
        """`recorded`: a folder with records in `jira` and `trello`, which these two then serve in place of the plan."""
        self.plan = plan
        self.clock = clock
        self.mail = MailSandbox(clock)
        self.slack = SlackSandbox.from_plan(plan, clock)
        self.robots = RobotsSandbox(clock)
        self.vendors: dict[str, VendorSandbox] = {name: _vendor(name, plan, clock, recorded) for name in vendors}
        self.recorded: dict[str, dict[str, int]] = {}
        """How many recorded answers of each kind every vendor had to give before anybody wrote to it."""
        if recorded:
            self.recorded = {name: cast(RecordedSandbox, made).holds() for name, made in self.vendors.items()}
        mounts = [Mount(MOUNTS[name], app=cast(ASGIApp, made.app)) for name, made in self.vendors.items()]
        mounts += [Mount("/slack", app=self.slack.app), Mount("/robots", app=self.robots.app)]
        mounts += [Mount("/inbox", routes=inbox.routes(self.mail, self.slack))]
        self._server = Server(Starlette(routes=mounts))

    @property
    def jira(self) -> "JiraSandbox":
        """The stand-in for Jira."""
        return cast("JiraSandbox", self.vendors["jira"])

    @property
    def trello(self) -> "TrelloSandbox":
        """The stand-in for Trello."""
        return cast("TrelloSandbox", self.vendors["trello"])

    @property
    def asana(self) -> "AsanaSandbox":
        """The stand-in for Asana."""
        return cast("AsanaSandbox", self.vendors["asana"])

    @property
    def hubspot(self) -> "HubspotSandbox":
        """The stand-in for HubSpot."""
        return cast("HubspotSandbox", self.vendors["hubspot"])

    def url(self, vendor: str) -> str:
        """The base URL of a vendor's API, as the config takes it; of Slack's Web API for "slack"."""
        return self._server.address + ("/slack/api" if vendor == "slack" else MOUNTS[vendor])

    @property
    def webhook_url(self) -> str:
        """Slack's incoming webhook."""
        return f"{self._server.address}/slack{WEBHOOK_PATH}"

    def robot_url(self, name: str) -> str:
        """The webhook of a robot: wecom, dingtalk, feishu, teams."""
        return f"{self._server.address}/robots{PATHS[name]}"

    @property
    def inbox_url(self) -> str:
        """Where people read what was received."""
        return f"{self._server.address}/inbox/"

    def start(self) -> None:
        """Listen; returns when requests and mails are taken."""
        self.mail.start()
        self._server.start()

    def stop(self) -> None:
        """Close every connection and end both threads."""
        self._server.stop()
        self.mail.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _vendor(name: str, plan: Plan, clock: Callable[[], datetime], recorded: Path | None) -> VendorSandbox:
    """Imported here, so that a sandbox of one vendor does not load the others."""
    match name:
        case "jira":
            from sandbox.jira import JiraSandbox

            return JiraSandbox.from_recorded(recorded / name, clock) if recorded else JiraSandbox.from_plan(plan, clock)
        case "trello":
            from sandbox.trello import TrelloSandbox

            return (
                TrelloSandbox.from_recorded(recorded / name, clock)
                if recorded
                else TrelloSandbox.from_plan(plan, clock)
            )
        case "asana":
            from sandbox.asana import AsanaSandbox

            return AsanaSandbox.from_plan(plan, clock)
        case "hubspot":
            from sandbox.hubspot import HubspotSandbox

            return HubspotSandbox.from_plan(plan, clock)
    raise ValueError(f"no stand-in for {name!r}; there are {', '.join(VENDORS)}")


class Server:
    """Uvicorn in a thread, on a port that the system chose.

    A `Date` comes from the vendor that tells the time, by the story's clock, and from nobody else.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.address = ""
        # "auto": a websocket needs `wsproto`, which who develops has; the demo needs none.
        # An idle connection stays open for as long as at most vendors: one closed in the moment of the next request
        # would make that request be asked twice.
        config = uvicorn.Config(
            app,
            http=Wire,
            log_config=None,
            lifespan="off",
            ws="auto",
            date_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
        self._uvicorn = _Announcing(config)

    def start(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, args=(listener,), name="sandbox", daemon=True)
        self._thread.start()
        if not self._uvicorn.listening.wait(PATIENCE_S):
            raise TimeoutError("the sandbox did not start to listen")

    def stop(self) -> None:
        self._uvicorn.should_exit = True
        self._thread.join(PATIENCE_S)

    def _serve(self, listener: socket.socket) -> None:
        with listener:
            self._uvicorn.run([listener])


class _Announcing(uvicorn.Server):
    """A server that says when it listens, so that nobody has to ask again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, and then the announcement."""
        await super().startup(sockets)
        self.listening.set()
