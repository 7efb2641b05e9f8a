"""The way to the vendors: one governor for each source, and the connectors that ask through it."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta

from cli.forecast import Forecast
from config.settings import Settings
from connectors.base import Connector, ConnectorError
from connectors.governor import Governor
from connectors.kinds import KINDS


class Vendors:
    """All sources of one settings file. Makes no request by itself, and loads an SDK only when it is needed."""

    def __init__(
        self, settings: Settings, *, stop: threading.Event, redact: Callable[[str], str], patience: timedelta
    ) -> None:
        """`patience` is what one call may spend on waiting and repeating."""
        self._settings = settings
        self._governors = {
            name: Governor(
                name,
                limits=KINDS[source.kind].limits,
                stop=stop,
                redact=redact,
                ca_file=source.ca_file,
                patience=patience,
            )
            for name, source in settings.sources.items()
        }
        # Apart from each other: a connector serves one thread, and comments are written beside a sync.
        self.readers: Mapping[str, Connector] = _Lazily(self._connect, settings.sources)
        # Where comments are off, what waits from before is not written either.
        commented = [name for name, source in settings.sources.items() if source.comment_back]
        self.commenters: Mapping[str, Connector] = _Lazily(self._connect, commented)

    def _connect(self, name: str) -> Connector:
        source = self._settings.sources[name]
        return KINDS[source.kind].connect(source, self._governors[name])

    def requests(self, name: str) -> int:
        """How many were made of that source."""
        return self._governors[name].requests

    def forecast(self, name: str) -> Forecast | None:
        """What reading everything of it takes at least, asked with a few requests; None: it does not answer."""
        connector, governor = self.readers[name], self._governors[name]
        began, made = time.monotonic(), governor.requests
        try:
            with governor.hurrying():
                connector.check()
                parts = [len(connector.parts(stream.name)) for stream in connector.streams()]
        except ConnectorError:  # told by the run that follows
            return None
        each_s = (time.monotonic() - began) / max(governor.requests - made, 1)
        return Forecast(name, sum(parts), timedelta(seconds=sum(parts) * each_s), parts=max(parts, default=0))

    def takes_comment(self, key: str) -> bool:
        """Whether the vendor has a place for a comment on the record behind a row."""
        source, stream, _ = key.split("/", 2)
        return stream == KINDS[self._settings.sources[source].kind].commented

    def close(self) -> None:
        """Close every connection."""
        for governor in self._governors.values():
            governor.close()


class _Lazily(Mapping[str, Connector]):
    """Connectors by source, each made when it is first asked for: the vendors' SDKs are slow to load."""

    def __init__(self, make: Callable[[str], Connector], names: Iterable[str]) -> None:
        self._make = make
        self._names = list(names)
        self._made: dict[str, Connector] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> Connector:
        with self._lock:
            if name not in self._made:
                if name not in self._names:
                    raise KeyError(name)
                self._made[name] = self._make(name)
            return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
