"""The sandbox's door: what every vendor's stand-in does with a request before the vendor's own rules."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.http import Door, Fault, Reply, answer, basic, bearer, text
from tests.connectors.serving import serving


class Counter:
    """An app whose state shows whether a request was carried out."""

    def __init__(self) -> None:
        self.count = 0
        self.door = Door([Route("/count", self.up, methods=["POST"]), Route("/count", self.show)], self.refuse)

    def refuse(self, request: Request) -> Response | None:
        return None if bearer(request) == "good" else text("invalid token", 401)

    async def up(self, request: Request) -> Response:
        self.count += 1
        return answer({"count": self.count})

    async def show(self, request: Request) -> Response:
        return answer({"count": self.count, "odd": "\ud800"})


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def client(counter: Counter) -> Iterator[httpx.Client]:
    with (
        serving(counter.door) as url,
        httpx.Client(base_url=url, headers={"Authorization": "Bearer good"}, trust_env=False) as made,
    ):
        yield made


def test_a_stranger_is_refused(client: httpx.Client) -> None:
    """Sign-in comes before any route."""
    refusal = client.get("/count", headers={"Authorization": "Bearer bad"})

    assert (refusal.status_code, refusal.text) == (401, "invalid token")


def test_a_fault_comes_as_often_and_as_late_as_planned(counter: Counter, client: httpx.Client) -> None:
    """A test says exactly which requests fail."""
    counter.door.faults.append(Fault("GET /count", status=503, headers={"Retry-After": "9"}, after=1, times=2))

    answers = [client.get("/count") for _ in range(4)]

    assert [one.status_code for one in answers] == [200, 503, 503, 200]
    assert answers[1].headers["Retry-After"] == "9"


def test_a_write_can_succeed_though_its_answer_is_lost(counter: Counter, client: httpx.Client) -> None:
    """The doubt after which a connector looks for its own comment."""
    counter.door.faults.append(Fault("POST /count", status=504, handled=True))

    assert client.post("/count").status_code == 504
    assert counter.count == 1


def test_an_answer_can_break_off_in_the_middle(counter: Counter, client: httpx.Client) -> None:
    """Half a page is no page."""
    counter.door.faults.append(Fault("GET /count", status=200, body='{"cou', cut=True))

    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/count")


def test_a_connection_can_be_reset_after_so_many_bytes(counter: Counter, client: httpx.Client) -> None:
    """What a firewall does: no end, no farewell."""
    counter.door.faults.append(Fault("GET /count", status=0, reset_after=4))

    with pytest.raises(httpx.ReadError, match="reset"):
        client.get("/count")


def test_an_answer_can_come_a_few_bytes_at_a_time(counter: Counter, client: httpx.Client) -> None:
    """Slow, and whole in the end."""
    counter.door.faults.append(Fault("GET /count", status=0, drip=3, delay_s=0.001))

    with client.stream("GET", "/count") as response:
        pieces = list(response.iter_raw())

    assert len(pieces) > 1
    assert b"".join(pieces) == b'{"count":0,"odd":"\\ud800"}'


def test_a_true_answer_can_be_altered_and_the_state_moved_before_it(counter: Counter, client: httpx.Client) -> None:
    """Totals that lie, tokens that repeat, and somebody who edits between two pages."""

    def somebody_counts() -> None:
        counter.count += 1

    def doubled(reply: Reply) -> Reply:
        return replace(reply, body=reply.body.replace(b'"count":1', b'"count":2'))

    counter.door.faults.append(Fault("GET /count", status=0, meanwhile=somebody_counts, alter=doubled))

    assert [client.get("/count").json()["count"] for _ in range(2)] == [2, 1]


def test_every_request_is_noted(counter: Counter, client: httpx.Client) -> None:
    """Tests count requests, and look for secrets in addresses."""
    client.get("/count", params={"fields": "name"})

    assert [str(seen) for seen in counter.door.log] == ["GET /count?fields=name"]


def test_a_lone_surrogate_travels(client: httpx.Client) -> None:
    """Vendors do send half an emoji; UTF-8 alone could not."""
    assert b"\\ud800" in client.get("/count").content


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Basic aHViQGFjbWUuZXhhbXBsZTpzZWNyZXQ=", ("hub@acme.example", "secret")),
        ("Basic not-base64", None),
        ("Bearer secret", None),
        ("", None),
    ],
)
def test_basic_and_bearer_are_told_apart(header: str, expected: tuple[str, str] | None) -> None:
    """A token in the wrong kind of header is refused, as it would be at the vendor."""
    request = Request({"type": "http", "headers": [(b"authorization", header.encode())]})

    assert basic(request) == expected
    assert bearer(request) == ("secret" if header.startswith("Bearer") else None)
