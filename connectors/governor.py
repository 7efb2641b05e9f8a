"""The one place that every request to a vendor passes, whatever library sends it.

Here and nowhere else: rate limits, retries and their waiting, timeouts, "no redirect, no vendor-given address",
words for what failed, and the count of requests. A transport (`connectors.transports`) hands over one attempt at a
time; statuses that need to know the vendor (401, 403, 404 …) go back to the connector.

Reads are repeated: GET, HEAD, and whatever runs inside `reading()`. A write is repeated only where the vendor
certainly did not take it (no connection, 429); after any other doubt the caller looks for its marker first.

Whatever waits here, for a turn, for the next attempt or for an answer, obeys the stop event at once.
"""

import random
import threading
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from time import monotonic
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

import tenacity
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from connectors.answers import server_time
from connectors.base import AccessDenied, ConnectorError, RateLimited, Stopped, VendorUnavailable
from connectors.exchange import Answer, Call, Final, Lost, retry_after_s
from connectors.waiting import NOTICED_S, Notices, Patience, unless_stopped

USER_AGENT = "milepost"
CONNECT_S, READ_S = 10.0, 60.0
ANSWER_S = 300.0
"""How long one answer may take in all: far below what a lease lives, far above what an honest page needs."""
FLOOR_S, CEILING_S = 1.0, 30.0
"""The shortest pause before a repetition (some vendors say Retry-After: 0), and the longest we choose ourselves."""

PATIENCE = timedelta(seconds=90)
"""What one call may spend on waiting and repeating before it is given up; an attempt under way may end."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
TRANSIENT = frozenset({408, 423, 449})
"""Beside 5xx: the vendor gave up waiting for us, has the record locked just now, or asks for the same again."""

R = TypeVar("R")


class _Again(Exception):
    """An attempt that may be repeated; `error` is raised when patience ends, `asked_s` is the vendor's own wish."""

    def __init__(self, error: ConnectorError, asked_s: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.asked_s = asked_s


class Governor:
    """Requests of one source. Safe for the threads that read it and write comments to it."""

    def __init__(
        self,
        source: str,
        *,
        limits: Sequence[str],
        stop: threading.Event,
        redact: Callable[[str], str],
        ca_file: str = "",
        timeout: tuple[float, float] = (CONNECT_S, READ_S),
        patience: timedelta = PATIENCE,
        answer_s: float = ANSWER_S,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        """`limits` as "100/10 seconds"; `timeout` is (connect, read) in seconds; `patience` is what one call may
        spend waiting, `answer_s` what one answer may take in all; `wait` pauses for seconds and returns True when the
        hub stops (default: `stop.wait`)."""
        self.source = source
        self.ca_file = ca_file
        self.timeout = timeout
        self.requests = 0
        self.server_time: datetime | None = None
        """The vendor's clock, as its latest answer told it; None until one tells."""
        self._counting = threading.Lock()
        self._turns = threading.Lock()
        """Whoever holds it waits for its turn, or while the vendor wants to be left alone; all others wait behind."""
        self._given_up = 0
        """How many calls were given up: those that wait beside one give up too, at their next failure."""
        self._limits = [parse(text) for text in limits]
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._stop = stop
        self._redact = redact
        self._patience_s = patience.total_seconds()
        self._answer_s = answer_s
        self._wait = wait or stop.wait
        self._notices = Notices(source)
        self._closing: list[Callable[[], None]] = []
        self._reading: ContextVar[bool] = ContextVar("reading", default=False)
        self._hurrying: ContextVar[bool] = ContextVar("hurrying", default=False)

    # --- for connectors

    def close(self) -> None:
        """Close every connection that was governed."""
        while self._closing:
            self._closing.pop()()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is sent inside only reads, whatever its method: a search by POST may be repeated."""
        token = self._reading.set(True)
        try:
            yield
        finally:
            self._reading.reset(token)

    @contextmanager
    def hurrying(self) -> Iterator[None]:
        """What is sent inside is given up at once: it is not worth waiting for."""
        token = self._hurrying.set(True)
        try:
            yield
        finally:
            self._hurrying.reset(token)

    def brief(self, said: str, most: int = 200) -> str:
        """A vendor's own words for a message of ours: one line, without secrets, and only then cut.

        Some say back what they were sent; of a secret that is cut in two, the half would be recognised by nobody.
        """
        return " ".join(self._redact(said).split())[:most]

    def spend(self, requests: int) -> None:
        """Wait for so many more turns: a vendor counts a batch as the requests that it holds."""
        for _ in range(requests):
            self._take_turn()

    def proxy_for(self, base_url: str) -> str | None:
        """The proxy that the environment names for that address, for libraries that do not look themselves."""
        address = urlsplit(base_url)
        if urllib.request.proxy_bypass(address.netloc):
            return None
        return urllib.request.getproxies().get(address.scheme)

    # --- for transports

    def on_close(self, close: Callable[[], None]) -> None:
        """Have `close` end the connections of a session or client, once nobody asks any more."""
        self._closing.append(close)

    def send(self, call: Call, once: Callable[[], tuple[R, Answer]], final: Final | None = None) -> R:
        """Make `call` by `once`, again and again while that is safe, useful and within patience.

        `once` makes one attempt, body and all, and raises `Lost` when no answer came. Raises RateLimited,
        VendorUnavailable, AccessDenied (a redirect, a foreign address) or Stopped.
        """
        self._check_address(call)
        patience = Patience(0.0 if self._hurrying.get() else self._patience_s)
        given_up = self._given_up
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Again),
            wait=self._pause_s,
            stop=lambda state: state.upcoming_sleep > patience.left_s(state.idle_for) or self._given_up != given_up,
            before_sleep=lambda state: self._tell(state, patience),
            sleep=lambda seconds: self._pause(seconds, patience),
            reraise=True,
        )
        try:
            outcome: R = retrying(self._attempt, call, once, final, patience)
        except _Again as again:
            self._given_up += 1
            # Without its context: the libraries' errors hold URLs and headers.
            raise again.error from None
        self._notices.answered()
        return outcome

    def _attempt(self, call: Call, once: Callable[[], tuple[R, Answer]], final: Final | None, patience: Patience) -> R:
        reads = call.method in ("GET", "HEAD") or self._reading.get()
        self._take_turn()
        with self._counting:
            self.requests += 1
        try:
            with patience.spending():
                response, answer = unless_stopped(once, self._stop, lambda: self._tell_slow(call), self._answer_s)
        except Lost as lost:
            self._give_up_or_repeat(
                VendorUnavailable(self._say(f"{call.host} {lost}"), sent=lost.sent),
                repeat=(reads or not lost.sent) and not lost.final,
            )
        self.server_time = server_time(answer.headers) or self.server_time
        if final is not None and final(answer):
            return response
        if answer.status in REDIRECTS:
            raise AccessDenied(
                self._say(f"{call.host} answered {call} with a redirect, which is not followed: check the URL")
            )
        if answer.status == 429:
            asked_s = retry_after_s(answer.headers)
            pause_s = max(self._shortest_window_s if asked_s is None else asked_s, FLOOR_S)
            text = f"{call.host} limits our requests; it will take more in {pause_s:.0f} s"
            patience.is_limited = True
            raise _Again(RateLimited(self._say(text), timedelta(seconds=pause_s)), pause_s)
        if answer.status >= 500 or answer.status in TRANSIENT:
            error = VendorUnavailable(self._say(f"{call.host} answered {answer.status} to {call}"))
            self._give_up_or_repeat(error, repeat=reads, asked_s=retry_after_s(answer.headers))
        return response

    @staticmethod
    def _give_up_or_repeat(error: ConnectorError, *, repeat: bool, asked_s: float | None = None) -> NoReturn:
        if repeat:
            raise _Again(error, asked_s)
        raise error from None

    def _take_turn(self) -> None:
        """Wait until every limit has room.

        The limiter goes by the wall clock. Should that be set back, a window would stay full for as long; whoever
        has waited the window's whole length, with everybody else behind, has room by definition.
        """
        with self._turns:
            for limit in self._limits:
                for _ in range(limit.amount):
                    if self._window.hit(limit, self.source):
                        break
                    self._sleep(limit.get_expiry() / limit.amount)
                else:
                    self._window.clear(limit, self.source)
                    self._window.hit(limit, self.source)
        if self._stop.is_set():
            raise Stopped("stopped")

    @property
    def _shortest_window_s(self) -> float:
        """How long a refused source waits that was told nothing: what it may send in that time is ours to know."""
        return min((float(limit.get_expiry()) for limit in self._limits), default=FLOOR_S)

    def _pause_s(self, state: tenacity.RetryCallState) -> float:
        """The vendor's wish, but never less than a back-off that doubles; with jitter, so that sources spread."""
        fault = state.outcome.exception() if state.outcome else None
        asked_s = fault.asked_s if isinstance(fault, _Again) else None
        backoff_s: float = min(FLOOR_S * 2 ** (state.attempt_number - 1), CEILING_S)
        pause_s: float = max(asked_s or 0.0, backoff_s)
        return pause_s + random.uniform(0, min(pause_s * 0.3, 3.0))

    def _tell_slow(self, call: Call) -> None:
        self._notices.slow(self._say(f"{call.host} has not answered yet; waiting for up to {self.timeout[1]:.0f} s"))

    def _tell(self, state: tenacity.RetryCallState, patience: Patience) -> None:
        """Say why nothing happens, unless that is over in a moment. By now the pause to come counts as made."""
        fault = state.outcome.exception() if state.outcome else None
        if isinstance(fault, _Again) and patience.answers_s + state.idle_for > NOTICED_S:
            self._notices.away(fault.error, patience.left_s(state.idle_for - state.upcoming_sleep))

    def _pause(self, seconds: float, patience: Patience) -> None:
        """Wait before the next attempt; where the vendor limits us, nobody else asks it meanwhile."""
        if not patience.is_limited:
            self._sleep(seconds)
            return
        patience.is_limited = False
        began = monotonic()
        with self._turns:  # whoever held it until now may have waited for the same reason, and so for us too
            rest = seconds - (monotonic() - began)
            if rest > 0:
                self._sleep(rest)

    def _sleep(self, seconds: float) -> None:
        if self._wait(seconds):
            raise Stopped("stopped")

    def _check_address(self, call: Call) -> None:
        """The credential goes to the configured host only, and there only over https or within this machine."""
        scheme, host, _ = here = _origin(call.url)
        if here != _origin(call.base_url):
            configured = urlsplit(call.base_url).netloc
            raise AccessDenied(self._say(f"an answer points to {call.host}, which is not the configured {configured}"))
        if scheme != "https" and host not in ("127.0.0.1", "::1", "localhost"):
            raise AccessDenied(self._say(f"{call.host} is to be asked without encryption: write https:// in the URL"))

    def _say(self, text: str) -> str:
        return self._redact(f"{self.source}: {text}")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
