"""Every request passes the governor: what it repeats, how long it waits, where it refuses to go, what it says."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
import urllib3
from limits.strategies import MovingWindowRateLimiter

from connectors.base import AccessDenied, ConnectorError, RateLimited, Stopped, VendorUnavailable
from connectors.exchange import Answer, Final, retry_after_s
from connectors.governor import Governor
from connectors.transports import over_httpx, over_requests, over_urllib3
from connectors.waiting import Notices

SECRET = "s3cr3t-of-the-token"
BREAKS_OFF, HANGS = 0, -1
"""In place of a status."""


@dataclass
class Scripted:
    """A vendor that answers by a script, then 200 for ever; `seen` are the requests it got."""

    url: str = ""
    script: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    """Set when a request came that is left without an answer."""
    over: threading.Event = field(default_factory=threading.Event)
    """Set when the test is over, and nothing needs to hang any more."""

    def then(self, status: int, **headers: str) -> None:
        """Answer so, once; underscores in names are hyphens."""
        self.script.append((status, {name.replace("_", "-"): value for name, value in headers.items()}))


@pytest.fixture
def vendor() -> Iterator[Scripted]:
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            script.seen.append((self.command, self.path, dict(self.headers)))
            status, headers = script.script.pop(0) if script.script else (200, {})
            if status == HANGS:
                script.arrived.set()
                script.over.wait(60)
            if status in (BREAKS_OFF, HANGS):  # after having taken the request
                self.close_connection = True
                return
            body = json.dumps({"status": status}).encode()
            self.send_response_only(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # the names that http.server calls

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield script
    script.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Waits:
    """Stands for the stop event's wait: remembers, moves the limiter's clock, sleeps not."""

    clock: time_machine.Traveller
    pauses: list[float] = field(default_factory=list)
    stops: bool = False

    def __call__(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        self.clock.shift(timedelta(seconds=seconds))
        return self.stops


@pytest.fixture
def waits() -> Iterator[Waits]:
    with time_machine.travel("2026-11-24T01:00:00Z", tick=False) as clock:
        yield Waits(clock)


Make = Callable[..., Governor]


@pytest.fixture
def make(waits: Waits) -> Make:
    def governor(**options: Any) -> Governor:
        defaults: dict[str, Any] = {
            "limits": ["1000/second"],
            "stop": threading.Event(),
            "redact": lambda text: text.replace(SECRET, "***"),
            "wait": waits,
        }
        return Governor("boards", **defaults | options)

    return governor


Ask = Callable[..., tuple[int, bytes]]


def by_requests(governor: Governor, base_url: str, final: Final | None = None) -> tuple[Ask, Callable[[], None]]:
    session = over_requests.session(governor, base_url, final)

    def ask(method: str, url: str) -> tuple[int, bytes]:
        answer = session.request(method, url)
        return answer.status_code, answer.content

    return ask, session.close


def by_urllib3(governor: Governor, base_url: str, final: Final | None = None) -> tuple[Ask, Callable[[], None]]:
    pool = urllib3.PoolManager()
    over_urllib3.govern(pool, governor, base_url, final)

    def ask(method: str, url: str) -> tuple[int, bytes]:
        answer = pool.request(method, url, headers={"Accept": "application/json"}, timeout=None)
        return answer.status, answer.data

    return ask, pool.clear


def by_httpx(governor: Governor, base_url: str, final: Final | None = None) -> tuple[Ask, Callable[[], None]]:
    client = over_httpx.client(governor, base_url, {"Accept": "application/json"}, final)

    def ask(method: str, url: str) -> tuple[int, bytes]:
        answer = client.request(method, url)
        return answer.status_code, answer.content

    return ask, client.close


@pytest.fixture(params=[by_requests, by_urllib3, by_httpx])
def transport(request: pytest.FixtureRequest) -> Iterator[Callable[..., Ask]]:
    """Builds an `ask` over each of the libraries in turn."""
    closing = []

    def build(governor: Governor, base_url: str, final: Final | None = None) -> Ask:
        ask: Ask
        ask, close = request.param(governor, base_url, final)
        closing.append(close)
        return ask

    yield build
    for close in closing:
        close()


Transport = Callable[..., Ask]


def test_a_read_is_repeated_until_the_vendor_is_back(
    vendor: Scripted, transport: Transport, make: Make, waits: Waits
) -> None:
    """A vendor's hiccup is nobody's business; the pauses double and every attempt is counted."""
    for status in (503, BREAKS_OFF, 502):
        vendor.then(status)
    governor = make()

    status, body = transport(governor, vendor.url)("GET", f"{vendor.url}/1/boards?fields=name")

    assert (status, json.loads(body)) == (200, {"status": 200})
    assert governor.requests == len(vendor.seen) == 4
    assert [1 <= waits.pauses[0] < 1.4, 2 <= waits.pauses[1] < 2.7, 4 <= waits.pauses[2] < 5.3] == [True] * 3


def test_a_read_that_stays_refused_ends_as_unavailable_without_the_query(
    vendor: Scripted, transport: Transport, make: Make, waits: Waits
) -> None:
    """Patience has an end, and what is said then shows where, but no parameter of the URL."""
    for _ in range(50):
        vendor.then(503)

    with pytest.raises(VendorUnavailable, match="answered 503 to GET /1/boards") as refusal:
        transport(make(), vendor.url)("GET", f"{vendor.url}/1/boards?token={SECRET}")

    assert "token" not in str(refusal.value)
    assert sum(waits.pauses) <= 90


def test_a_write_is_not_repeated_after_a_doubt(vendor: Scripted, transport: Transport, make: Make) -> None:
    """After a 5xx or a broken connection the comment may stand: only its author can look for its marker."""
    ask = transport(make(), vendor.url)
    for status in (500, BREAKS_OFF):
        vendor.then(status)
        with pytest.raises(VendorUnavailable):
            ask("POST", f"{vendor.url}/comments")

    assert len(vendor.seen) == 2


def test_a_write_that_the_limit_refused_is_repeated(
    vendor: Scripted, transport: Transport, make: Make, waits: Waits
) -> None:
    """429 says that nothing was taken, so that repeating cannot double anything."""
    vendor.then(429, Retry_After="7")

    status, _ = transport(make(), vendor.url)("POST", f"{vendor.url}/comments")

    assert (status, len(vendor.seen)) == (200, 2)
    assert 7 <= waits.pauses[0] < 10


def test_a_write_that_never_left_is_repeated(transport: Transport, make: Make, waits: Waits) -> None:
    """A refused connection took nothing."""
    with pytest.raises(VendorUnavailable, match="refuses the connection: check the URL and the network"):
        transport(make(), "http://127.0.0.1:1")("POST", "http://127.0.0.1:1/comments")

    assert len(waits.pauses) > 1


def test_a_post_that_reads_is_repeated(vendor: Scripted, transport: Transport, make: Make) -> None:
    """Searches by POST change nothing; their caller says so."""
    vendor.then(503)
    governor = make()

    with governor.reading():
        status, _ = transport(governor, vendor.url)("POST", f"{vendor.url}/search")

    assert (status, len(vendor.seen)) == (200, 2)


def test_a_limit_that_outlasts_patience_says_when_to_come_back(
    vendor: Scripted, transport: Transport, make: Make, waits: Waits
) -> None:
    """Half an hour is the scheduler's to wait, not a thread's: it is raised at once with the vendor's own wish."""
    vendor.then(429, Retry_After="1800")

    with pytest.raises(RateLimited) as refusal:
        transport(make(), vendor.url)("GET", f"{vendor.url}/x")

    assert refusal.value.retry_after == timedelta(minutes=30)
    assert waits.pauses == []


def test_a_refusal_without_a_word_waits_for_the_window(
    vendor: Scripted, transport: Transport, make: Make, waits: Waits
) -> None:
    """Trello sends no Retry-After: asking again within its ten seconds earns a ban for the whole key."""
    vendor.then(429)

    transport(make(limits=["100/10 seconds", "100/15 minutes"]), vendor.url)("GET", f"{vendor.url}/x")

    assert 10 <= waits.pauses[0] <= 13


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "12"}, 12.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "Tue, 24 Nov 2026 01:00:40 GMT", "Date": "Tue, 24 Nov 2026 01:00:00 GMT"}, 40.0),
        ({"Retry-After": "Tue, 24 Nov 2026 00:59:00 GMT", "Date": "Tue, 24 Nov 2026 01:00:00 GMT"}, 0.0),
        ({"Retry-After": "Tue, 24 Nov 2026 01:00:40 GMT"}, None),
    ],
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, a date by the vendor's own clock, zero, or nothing of use."""
    assert retry_after_s(headers) == seconds


def test_a_retry_after_of_zero_still_pauses(vendor: Scripted, transport: Transport, make: Make, waits: Waits) -> None:
    """Some servers say 0 and mean it badly: without a floor we would hammer them."""
    vendor.then(429, Retry_After="0")

    transport(make(), vendor.url)("GET", f"{vendor.url}/x")

    assert waits.pauses[0] >= 1


def test_requests_keep_to_every_limit(vendor: Scripted, transport: Transport, make: Make, waits: Waits) -> None:
    """The vendor's own figures, kept before it has to refuse us; the narrower of two limits rules."""
    ask = transport(make(limits=["100/second", "3/10 seconds"]), vendor.url)

    for _ in range(7):
        ask("GET", f"{vendor.url}/x")

    assert 20 <= sum(waits.pauses) <= 30


def test_a_batch_takes_the_turns_of_what_it_holds(
    vendor: Scripted, transport: Transport, make: Make, waits: Waits
) -> None:
    """The vendor counts ten GETs in one request as ten."""
    governor = make(limits=["10/10 seconds"])
    ask = transport(governor, vendor.url)

    for _ in range(2):
        governor.spend(9)
        ask("GET", f"{vendor.url}/batch")

    assert len(vendor.seen) == governor.requests == 2
    assert 9 <= sum(waits.pauses) <= 12


def test_a_clock_that_is_set_back_stops_nothing_for_longer_than_a_window(
    vendor: Scripted, transport: Transport, make: Make, waits: Waits
) -> None:
    """An hour's correction by NTP must not be an hour's silence."""
    ask = transport(make(limits=["2/10 seconds"]), vendor.url)
    ask("GET", f"{vendor.url}/x")
    ask("GET", f"{vendor.url}/x")
    waits.clock.shift(timedelta(hours=-1))

    ask("GET", f"{vendor.url}/x")

    assert sum(waits.pauses) <= 10


def test_a_redirect_is_refused(vendor: Scripted, transport: Transport, make: Make) -> None:
    """Following one would hand the credential to whoever the answer names."""
    vendor.then(302, Location="https://elsewhere.example/login")

    with pytest.raises(AccessDenied, match="redirect, which is not followed: check the URL"):
        transport(make(), vendor.url)("GET", f"{vendor.url}/x")

    assert len(vendor.seen) == 1


def test_an_address_that_the_vendor_gave_is_refused(vendor: Scripted, transport: Transport, make: Make) -> None:
    """A `next` link or `self` path may name any host; only the configured one gets our credential."""
    ask = transport(make(), "https://tool.example")

    with pytest.raises(AccessDenied, match=r"not the configured tool\.example"):
        ask("GET", f"{vendor.url}/x")

    assert vendor.seen == []


def test_a_credential_never_travels_unencrypted(transport: Transport, make: Make) -> None:
    """Loopback is the one place where http will do."""
    with pytest.raises(AccessDenied, match="https://"):
        transport(make(), "http://tool.example")("GET", "http://tool.example/x")


def test_a_name_that_does_not_exist_says_what_to_check(transport: Transport, make: Make, waits: Waits) -> None:
    """A mistyped URL and a missing network look alike from here: say both."""
    with pytest.raises(VendorUnavailable, match="cannot be found: check the URL and the network"):
        transport(make(patience=timedelta(0)), "https://nowhere.invalid")("GET", "https://nowhere.invalid/x")


def test_what_is_said_is_redacted(vendor: Scripted, transport: Transport, make: Make) -> None:
    """Trello has a token in a path; no error, and nothing under it, may show it."""
    vendor.then(500)

    with pytest.raises(ConnectorError) as refusal:
        transport(make(), vendor.url)("POST", f"{vendor.url}/1/tokens/{SECRET}")

    assert SECRET not in str(refusal.value)
    assert "/1/tokens/***" in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_other_statuses_go_back_to_the_connector(vendor: Scripted, transport: Transport, make: Make) -> None:
    """What a 401, 403 or 404 means, only the connector can tell."""
    ask = transport(make(), vendor.url)
    for status in (400, 401, 403, 404, 410):
        vendor.then(status)
        assert ask("GET", f"{vendor.url}/x")[0] == status


def test_an_answer_that_no_repetition_mends_goes_back_at_once(
    vendor: Scripted, transport: Transport, make: Make, waits: Waits
) -> None:
    """A daily quota, or a question that is too large, also come as 429."""

    def final(answer: Answer) -> bool:
        return b"429" in answer.body

    vendor.then(429)

    status, _ = transport(make(), vendor.url, final)("GET", f"{vendor.url}/x")

    assert (status, waits.pauses) == (429, [])


def test_a_stop_ends_the_waiting(vendor: Scripted, transport: Transport, make: Make, waits: Waits) -> None:
    """SIGTERM during a minute's pause is obeyed now."""
    waits.stops = True
    vendor.then(503)

    with pytest.raises(Stopped):
        transport(make(), vendor.url)("GET", f"{vendor.url}/x")


def test_a_stop_ends_the_waiting_for_an_answer(vendor: Scripted, transport: Transport, make: Make) -> None:
    """A minute's time-out is no reason to be killed: we leave while the vendor still keeps the connection open."""
    vendor.then(HANGS)
    stop = threading.Event()

    def stop_on_arrival() -> None:
        vendor.arrived.wait(30)
        stop.set()

    threading.Thread(target=stop_on_arrival).start()

    with pytest.raises(Stopped):
        transport(make(stop=stop), vendor.url)("GET", f"{vendor.url}/x")

    assert not vendor.over.is_set()


def test_waiting_for_an_answer_costs_patience(vendor: Scripted, transport: Transport, make: Make, waits: Waits) -> None:
    """ "For up to 90 s" must hold for a vendor that hangs too: seven time-outs of a minute each are no patience."""
    vendor.then(HANGS)
    governor = make(timeout=(0.4, 0.4), patience=timedelta(seconds=1.35))  # less than 0.4 and the shortest pause

    with pytest.raises(VendorUnavailable, match="did not answer in time"):
        transport(governor, vendor.url)("GET", f"{vendor.url}/x")

    assert waits.pauses == []


def test_what_hurries_waits_for_nothing(vendor: Scripted, transport: Transport, make: Make, waits: Waits) -> None:
    """A courtesy must not cost a minute and a half, and then the real thing as long again."""
    vendor.then(503)
    governor = make()

    with governor.hurrying(), pytest.raises(VendorUnavailable):
        transport(governor, vendor.url)("GET", f"{vendor.url}/x")

    assert waits.pauses == []


def test_waiting_is_told_once_until_the_vendor_answers(
    vendor: Scripted, transport: Transport, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """Who watches a terminal must know why nothing happens, and how long that may last; but not at every attempt."""
    for _ in range(4):
        vendor.then(503)
    ask = transport(make(), vendor.url)

    with caplog.at_level("INFO", "connectors"):
        ask("GET", f"{vendor.url}/1/boards?token={SECRET}")
        ask("GET", f"{vendor.url}/1/boards")

    away, back = [record.getMessage() for record in caplog.records]
    host = vendor.url.removeprefix("http://")
    assert re.fullmatch(rf"boards: {host} answered 503 to GET /1/boards; trying again for up to 8\d s", away), away
    assert back == "boards: answers again"


def test_a_moment_s_waiting_is_not_told(
    vendor: Scripted, transport: Transport, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """A hiccup is nobody's business."""
    vendor.then(503)

    with caplog.at_level("INFO", "connectors"):
        transport(make(), vendor.url)("GET", f"{vendor.url}/x")

    assert caplog.records == []


def test_an_answer_that_takes_long_is_told(vendor: Scripted, make: Make, caplog: pytest.LogCaptureFixture) -> None:
    """A vendor that hangs is neither up nor down for a minute."""
    vendor.then(HANGS)
    ask, close = by_httpx(make(timeout=(2.5, 2.5), patience=timedelta()), vendor.url)

    with pytest.raises(VendorUnavailable):
        ask("GET", f"{vendor.url}/x")
    close()

    (told,) = [record.getMessage() for record in caplog.records]
    assert told.endswith("has not answered yet; waiting for up to 2 s")


def test_a_vendor_that_is_always_slow_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """A first read of a thousand slow pages is no thousand lines."""
    notices = Notices("boards")
    for _ in range(2):
        notices.slow("boards: it has not answered yet")
        notices.answered()

    assert len(caplog.records) == 1


def test_nothing_is_sent_once_stopped(vendor: Scripted, transport: Transport, make: Make) -> None:
    """The page in hand was committed; the next is not begun."""
    stop = threading.Event()
    stop.set()

    with pytest.raises(Stopped):
        transport(make(stop=stop), vendor.url)("GET", f"{vendor.url}/x")

    assert vendor.seen == []


def test_every_request_says_who_asks(vendor: Scripted, transport: Transport, make: Make) -> None:
    """A vendor's admin who looks at the log sees our name, not an SDK's."""
    transport(make(), vendor.url)("GET", f"{vendor.url}/x")

    assert vendor.seen[0][2]["User-Agent"] == "milepost"


def test_a_proxy_is_taken_from_the_environment(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many firms reach the vendors through a proxy only; loopback and NO_PROXY go straight."""
    for name in ("NO_PROXY", "no_proxy", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.acme.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")

    assert make().proxy_for("https://api.trello.com/1") == "http://proxy.acme.example:3128"
    assert make().proxy_for("https://inside.example/x") is None


# --- several threads that read one source


def test_the_limit_holds_for_all_readers_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are read side by side, and the vendor counts what one credential sends. By the real clock: on one that
    only waiting moves, threads never wait at the same time."""
    governor = Governor("boards", limits=["20/1 second"], stop=threading.Event(), redact=str)
    turns: list[float] = []
    hit = MovingWindowRateLimiter.hit

    def noted(*asked: Any) -> bool:
        let_through = hit(*asked)
        if let_through:
            turns.append(time.time())
        return let_through

    monkeypatch.setattr(MovingWindowRateLimiter, "hit", noted)
    readers = [threading.Thread(target=governor.spend, args=(10,)) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    most = max(sum(at <= turn < at + 1 for turn in turns) for at in turns)
    assert len(turns) == 80
    assert most <= 20 + len(readers), "each is noted a moment after it was taken"


def test_while_the_vendor_wants_to_be_left_alone_no_other_reader_asks_it(make: Make, vendor: Scripted) -> None:
    """A second thread that goes on asking is what turns a 429 into a ban."""
    asleep, go_on = threading.Event(), threading.Event()

    def wait(seconds: float) -> bool:
        asleep.set()
        return not go_on.wait(20)

    governor = make(wait=wait)
    session = over_requests.session(governor, vendor.url)
    vendor.then(429, Retry_After="7")
    first = threading.Thread(target=session.get, args=(vendor.url + "/first",))
    second = threading.Thread(target=session.get, args=(vendor.url + "/second",))
    first.start()
    assert asleep.wait(20)
    second.start()
    second.join(0.3)
    asked_meanwhile = [path for _, path, _ in vendor.seen]
    go_on.set()
    first.join()
    second.join()

    assert asked_meanwhile == ["/first"]
    assert sorted(path for _, path, _ in vendor.seen) == ["/first", "/first", "/second"]
