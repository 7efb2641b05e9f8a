"""`milepost serve`: the jobs in the background, the report in front."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import Any, Literal

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from alerts.acts import Desk
from cli.access import access, refusal
from cli.desk import HubDesk
from cli.exit_codes import FAILED, OK
from cli.feed import feed_addresses
from cli.hub import Hub
from cli.logs import log_with_times
from cli.opening import Config, read_config
from cli.sockets import listening
from cli.talk import answer, refuse, say, warn
from config.loading import ConfigError
from report.access.audit import Audit
from report.access.readers import reader_of
from report.acting import Acting
from report.api.app import PATH as API
from report.api.app import api
from report.charts.draw import warm
from report.feed import PATH as FEEDS
from report.feed import Feed
from report.server import server
from report.site import Site
from rules.rule import RuleErrors
from sync.schedule import Schedule

_BEFORE_DRAWING_S = 3.0
_Wish = Literal["end", "again", "stop watching"]
_WISHES: Mapping[signal.Signals, _Wish] = {signal.SIGTERM: "end", signal.SIGINT: "end", signal.SIGHUP: "again"}


def serve_forever(path: Path, host: str, port: int) -> int:
    """Serve until SIGINT or SIGTERM; SIGHUP reads the settings again, and keeps the old ones if they are wrong."""
    log_with_times()
    first = read_config(path)
    if why_not := refusal(first.settings, host):
        return refuse(why_not)
    served = _Served(first, host)
    try:
        listener = _listen(host, port)
    except OSError as taken:
        warn(f"port {port} of {host} cannot be had ({os.strerror(taken.errno or 0)}): choose another with --port")
        return FAILED
    asked: SimpleQueue[_Wish] = SimpleQueue()
    # A queue, for it alone may be written to by a signal that comes in the middle of anything.
    for number, wish in _WISHES.items():
        signal.signal(number, partial(_put, asked, wish))
    watcher = threading.Thread(target=served.follow, args=(path, asked), name="signals", daemon=True)
    with listener:
        watcher.start()
        try:
            while (config := served.next()) is not None:
                _serve(config, listener, served)
        finally:
            asked.put("stop watching")
            watcher.join()
    return OK


def _put(asked: "SimpleQueue[_Wish]", wish: _Wish, _number: int, _frame: FrameType | None) -> None:
    asked.put(wish)


def _serve(config: Config, listener: socket.socket, served: "_Served") -> None:
    """Serve with these settings until `served` says it is enough."""
    stop = threading.Event()
    with Hub(config.settings, config.rules, redactor=config.redactor, stop=stop) as hub:
        schedule: Schedule
        schedule = Schedule(hub.jobs(lambda name: schedule.soon(name)))
        desk = HubDesk(hub, lambda name: schedule.soon(name))
        web = _Web(_app(hub, demo=False, desk=desk))
        served.begin(stop, web)
        schedule.start()
        with listening(hub, desk):
            try:
                answer.print(f"report: {_address(listener)}")
                web.run([listener.dup()])  # uvicorn closes what it is given; the next settings are served from here too
            finally:
                stop.set()
                schedule.stop()


class _Served:
    """What is served now and what is wished for next: told by signals, in a thread of its own."""

    def __init__(self, first: Config, host: str) -> None:
        self._host = host
        self._lock = threading.Lock()
        self._next: Config | None = first
        self._finish: Callable[[], None] = lambda: None
        self._ended = False

    def next(self) -> Config | None:
        """The settings to serve with from now on; None: no more."""
        with self._lock:
            chosen, self._next = self._next, None
            return None if self._ended else chosen

    def begin(self, stop: threading.Event, web: uvicorn.Server) -> None:
        """From now on a wish ends this serving: every wait, retry and page loop obeys `stop`."""

        def finish() -> None:
            stop.set()
            web.should_exit = True

        with self._lock:
            self._finish = finish
            if self._ended or self._next is not None:
                finish()

    def follow(self, path: Path, asked: "SimpleQueue[_Wish]") -> None:
        """Do what the signals ask for, until told to stop watching."""
        while (wish := asked.get()) != "stop watching":
            if wish == "end":
                with self._lock:
                    self._ended = True
                    self._finish()
                say("stopping; what was read is kept …")  # last: whatever becomes of the word, it ends
            else:
                self._renew(path)

    def _renew(self, path: Path) -> None:
        try:
            fresh = read_config(path)
        except (ConfigError, RuleErrors) as wrong:
            warn(f"the settings were not taken, the old ones stay:\n{wrong}")
            return
        if why_not := refusal(fresh.settings, self._host):
            warn(f"the settings were not taken, the old ones stay:\n{why_not}")
            return
        with self._lock:
            self._next = fresh
            self._finish()
        say("the settings were read again")


@contextmanager
def serving(hub: Hub, host: str, port: int, *, demo: bool) -> Iterator[str]:
    """The report of `hub` from a thread of its own, while the caller does something else; yields its address."""
    web = _Web(_app(hub, demo=demo))
    with _listen(host, port) as listener:
        thread = threading.Thread(target=web.run, args=([listener],), name="report", daemon=True)
        thread.start()
        try:
            yield _address(listener)
        finally:
            web.should_exit = True
            thread.join()


class _Web(uvicorn.Server):
    """Uvicorn that leaves signals to us: its own way raises them again when it has ended, and the process would die
    of them before the page in hand is committed."""

    def __init__(self, app: Starlette) -> None:
        # No access log: whoever reads the address of a link could act by it.
        how: dict[str, Any] = {"log_config": None, "access_log": False, "lifespan": "off", "ws": "none"}
        # A proxy keeps idle connections to us for a minute, and must not meet one that we are just closing.
        super().__init__(uvicorn.Config(app, **how, timeout_keep_alive=75, timeout_graceful_shutdown=5))

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve; what draws is made ready a little later, so that neither the start nor a reader waits for it."""
        drawing = threading.Timer(_BEFORE_DRAWING_S, warm)
        drawing.daemon = True
        drawing.start()
        try:
            super().run(sockets)
        finally:
            drawing.cancel()
            drawing.join()  # where it has begun: what is loaded then must not meet the end of the program

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _app(hub: Hub, *, demo: bool, desk: Desk | None = None) -> Starlette:
    """With the pages behind the links of mails, where somebody acts and there are any."""
    acting = Acting(hub.links, hub.reader, hub.settings, desk, hub.clock).routes() if hub.links and desk else []
    audit = Audit(hub.engine, hub.settings, hub.wall)
    site = Site(hub.reader, hub.settings, hub.moment, hub.rules, reader_of, is_demo=demo, exported=audit.exported)
    feeds = Feed(site, feed_addresses(hub)).routes() if hub.settings.public_url else []
    who = access(hub, signed=(FEEDS,))
    return server(
        health=hub.health,
        public_url=hub.settings.public_url,
        doors=who.doors,
        pages=[*site.routes(), Mount(API, api(site)), *feeds, *acting, *who.routes],
    )


def _listen(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
