"""One request and what comes of it, whatever library sends it: the words that governor and transports share."""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Call:
    """A request as the governor sees it. `base_url` is the configured address that it may go to."""

    method: str
    url: str
    base_url: str

    @property
    def host(self) -> str:
        """Where it goes, for messages."""
        return urlsplit(self.url).netloc

    def __str__(self) -> str:
        """Method and path: what a message may show. The query may hold secrets."""
        return f"{self.method} {urlsplit(self.url).path or '/'}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the governor sees it; `headers` is asked without regard to case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Final = Callable[[Answer], bool]
"""Says of an answer that no repetition mends it (a daily quota, too large a question): it goes back as it is."""


class Lost(Exception):
    """No answer came. `sent` False: the request certainly did not reach the vendor; `final`: repeating is no use."""

    def __init__(self, error: BaseException, unsent: tuple[type[BaseException], ...]) -> None:
        """`unsent` are the library's own errors that come before anything is sent."""
        causes = list(_causes(error))
        kinds = tuple(type(cause) for cause in causes)
        self.sent = not any(issubclass(kind, (*unsent, ConnectionRefusedError, socket.gaierror)) for kind in kinds)
        self.final = any(issubclass(kind, ssl.SSLCertVerificationError) for kind in kinds)
        super().__init__(self._words(kinds, type(error).__name__))

    def _words(self, kinds: tuple[type, ...], name: str) -> str:
        """What happened to the connection; never the library's own text, which may hold the URL with its query."""
        if self.final:
            return "shows a certificate that is not trusted here: check the URL, or name your own CA in ca_file"
        if any(issubclass(kind, socket.gaierror) for kind in kinds):
            return "cannot be found: check the URL and the network"
        if any(issubclass(kind, ConnectionRefusedError) for kind in kinds):
            return "refuses the connection: check the URL and the network"
        if "Timeout" in name or any(issubclass(kind, TimeoutError) for kind in kinds):
            return "did not answer in time"
        return f"cannot be reached, or broke off ({name}): check the network"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies under it. The libraries nest: by cause, by context, by `reason`, by first argument."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that the vendor asks us to wait; None when it does not say, or nothing readable.

    A date is compared with the answer's own Date, so that it is the vendor's clock on both sides.
    """
    text = (headers.get("Retry-After") or "").strip()
    if text.replace(".", "", 1).isdigit() and text.isascii():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        asked = until - parsedate_to_datetime(headers.get("Date") or "")
        return max(asked.total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
