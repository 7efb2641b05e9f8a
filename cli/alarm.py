"""That the hub itself fails, told to the coordinator past the outbox, which may be what is broken.

A round or a go over the outbox that fails again and again (a full disk, a mistake of ours) tells nobody by itself.
After ten minutes, and in the coordinator's working time, the first channel that takes it tells them once, and once more
when all works again. A hub that is not running at all is noticed by its heartbeat.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from alerts.channels.base import Channel, DeliveryError, Outgoing
from alerts.messages import Message
from alerts.own_failures import failing, works_again
from alerts.routing import People, Reader
from config.clock import Clock
from config.language import instant
from config.settings import Settings
from connectors.base import Stopped
from unify.engine import StoreError

_LASTS = timedelta(minutes=10)

log = logging.getLogger(__name__)


class Alarm:
    """Remembers since when which job fails. Jobs run in threads of their own."""

    def __init__(
        self,
        settings: Settings,
        channels: Mapping[str, Channel],
        wall: Clock,
        redact: Callable[[str], str],
        is_working: Callable[[str, datetime], bool],
    ) -> None:
        """`is_working`: whether it is working time by that calendar."""
        self._settings = settings
        self._channels = channels
        self._wall = wall
        self._redact = redact
        self._is_working = is_working
        self._lock = threading.Lock()
        self._failing: dict[str, datetime] = {}
        self._told: datetime | None = None
        """Since when what was told of fails; None: nothing was."""

    def around(self, job: str, run: Callable[[], object]) -> Callable[[], None]:
        """`run`, with its failure noted, and raised on for whoever logs it."""

        def watched() -> None:
            try:
                run()
            except Stopped:
                raise
            except Exception as error:
                self.failed(job, error)
                raise
            self.worked(job)

        return watched

    def failed(self, job: str, error: Exception) -> None:
        """`job` failed; whoever has to know is told once, when that has lasted."""
        with self._lock:
            since, now = self._failing.setdefault(job, self._wall()), self._wall()
            reader = People(self._settings, {}).coordinator()
            if self._told or now - since < _LASTS or not self._is_working(reader.calendar, now):
                return
            said = str(error) if isinstance(error, StoreError) else f"{type(error).__name__} (see the log)"
            if self._send(reader, failing(reader, self._at(since, reader), self._redact(said))):
                self._told = since

    def worked(self, job: str) -> None:
        """`job` works; who was told of a failure hears when none is left."""
        with self._lock:
            self._failing.pop(job, None)
            if self._told is None or self._failing:
                return
            reader = People(self._settings, {}).coordinator()
            if self._send(reader, works_again(reader, self._at(self._told, reader))):
                self._told = None

    def _send(self, reader: Reader, message: Message) -> bool:
        """By the first channel that takes it; False: none did, and the next failure tries again."""
        outgoing = Outgoing(f"own-{self._wall():%Y%m%d%H%M%S}", reader, message)
        for name, settings in self._settings.channels.items():
            if settings.reaches == "group":
                continue
            try:
                self._channels[name].send(outgoing)
            except DeliveryError as refused:
                log.warning("the coordinator cannot be told by %s: %s", name, self._redact(str(refused)))
            else:
                return True
        return False

    def _at(self, at: datetime, reader: Reader) -> str:
        return instant(reader.language, at, self._settings.zone, self._wall().astimezone(self._settings.zone).date())
