"""`milepost serve`: the jobs in the background, the report in front."""

import ipaddress
import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from cli.hub import Hub
from cli.main import OK, WRONG
from cli.opening import open_hub
from cli.talk import answer, say, warn
from report.server import server
from sync.schedule import Schedule

log = logging.getLogger(__name__)


def serve_forever(config: Path, host: str, port: int) -> int:
    """Serve until SIGINT or SIGTERM; SIGHUP reads the settings again, and keeps the old ones if they are wrong."""
    if not is_loopback(host):
        warn(f"{host} can be reached by others, and the report has no sign-in: serve on 127.0.0.1 behind a proxy")
        return WRONG
    again = threading.Event()
    signal.signal(signal.SIGHUP, lambda _number, _frame: again.set())
    while True:
        reload = _serve(config, host, port, again)
        if not reload:
            return OK
        say("settings were read again")


def _serve(config: Path, host: str, port: int, again: threading.Event) -> bool:
    """Serve with the settings as they are now; returns whether to begin anew with changed ones."""
    stop = threading.Event()
    with open_hub(config, stop=stop) as hub:
        schedule: Schedule
        schedule = Schedule(hub.jobs(lambda name: schedule.soon(name)))
        web = _Web(_app(hub, demo=False), stop)
        watcher = threading.Thread(target=_watch, args=(config, again, stop, web), name="settings", daemon=True)
        with socket.create_server((host, port), reuse_port=False) as listener:
            schedule.start()
            watcher.start()
            answer.print(f"report: {_address(listener)}")
            try:
                web.run([listener])
            finally:
                stop.set()
                again_asked = again.is_set()
                again.set()
                schedule.stop()
                watcher.join()
    again.clear()
    return again_asked


def _watch(config: Path, again: threading.Event, stop: threading.Event, web: uvicorn.Server) -> None:
    """When asked to, read the settings; only right ones end the present round of serving."""
    from cli.opening import read_settings
    from config.loading import ConfigError
    from rules.load import load_rules
    from rules.rule import RuleErrors

    while not stop.is_set():
        again.wait()
        if stop.is_set():
            return
        try:
            load_rules(read_settings(config).settings, config=str(config))
        except (ConfigError, RuleErrors) as wrong:
            warn(f"the settings were not taken, the old ones stay:\n{wrong}")
            again.clear()
            continue
        web.should_exit = True
        return


@contextmanager
def serving(hub: Hub, host: str, port: int, *, demo: bool) -> Iterator[str]:
    """The report of `hub` from a thread of its own, while the caller does something else; yields its address."""
    web = _Web(_app(hub, demo=demo), threading.Event())
    with socket.create_server((host, port)) as listener:
        thread = threading.Thread(target=web.run, args=([listener],), name="report", daemon=True)
        thread.start()
        try:
            yield _address(listener)
        finally:
            web.should_exit = True
            thread.join()


class _Web(uvicorn.Server):
    """Uvicorn, whose signals set the one stop event before it ends."""

    def __init__(self, app: Starlette, stop: threading.Event) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=5))
        self._stop = stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came: every wait, retry and page loop is to end."""
        self._stop.set()
        super().handle_exit(sig, frame)


def _app(hub: Hub, *, demo: bool) -> Starlette:
    return server(
        overview=hub.overview,
        health=hub.health,
        language=hub.settings.language,
        public_url=hub.settings.public_url,
        demo=demo,
    )


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}/"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
