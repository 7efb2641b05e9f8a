"""What telling costs: `python -m bench.alerts [--deliveries N] [--rounds N]`. The last line is one JSON object.

- `render_ms`: milliseconds of CPU to write a message about ten alerts in one of the three languages and to give it the
  form of a mail, text and HTML. Median over the languages and rounds.
- `deliveries_per_s`: messages a second from the outbox into a list: claimed, handed over and recorded, each before the
  next one, in the database that the hub has. `--deliveries` of them (5,000) wait; best of the rounds.
- `http_deliveries_per_s`: the same through one channel over HTTP: a Teams workflow in another process that takes what
  comes, and whose own limit of four a second is lifted. A fifth as many.

The table tells the CPU of each too: on a machine that others use, that changes less than the time by the clock.
"""

import argparse
import http.server
import json
import multiprocessing
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter, process_time
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Engine, func, insert, select
from sqlmodel import SQLModel

from alerts.channels.base import Channel, Outgoing, Receipt
from alerts.channels.mail import compose
from alerts.channels.pace import Pace
from alerts.channels.teams import Teams, TeamsSettings
from alerts.facts import Facts
from alerts.messages import Item, Message, Says
from alerts.outbox import DELIVERY, deliver
from alerts.routing import Reader
from alerts.writer import Writer
from config.clock import system_clock
from config.settings import CalendarSettings, Language, PersonSettings, Route, Secret, Settings
from rules.working_time import calendars
from unify.engine import open_engine, writing
from unify.freshness import Freshness

NOW = datetime(2025, 11, 25, 1, tzinfo=UTC)
LANGUAGES: tuple[Language, ...] = ("en", "zh-Hant-HK", "zh-Hans-CN")
ALERTS = 10
SETTINGS = Settings(
    coordinator="may",
    people={"may": PersonSettings(name="May Chan", email="may@acme.example")},
    routes=(Route(to=("list:bd",)),),
    calendars={"mainland": CalendarSettings(holidays="CN")},
)


def item(number: int) -> Item:
    """A milestone of one of three clients, some days late."""
    client = f"Client {number % 3}"
    facts = Facts(
        {
            "key": f"delivery/issue/{number}",
            "name": f"UAT sign-off {number}",
            "url": f"https://acme.atlassian.example/browse/APP-{number}",
            "source": "delivery",
            "source_kind": "jira",
            "project_name": "Portal",
            "client": f"client/{number % 3}",
            "client_names": {"en": client},
            "owner_name": "Raymond Ho",
            "status": "In Progress",
            "deadline_on": "2025-11-17",
            "due_on": "2025-11-17",
            "baseline_on": "2025-10-31",
            "days_overdue": 8,
            "working_days_overdue": 6,
            "open_items": 4,
            "total_items": 31,
        }
    )
    fingerprint = f"milestone-overdue:{number}"
    return Item(
        fingerprint,
        "milestone",
        "milestone-overdue",
        "delivery",
        client,
        "warning",
        facts,
        NOW,
        lambda *_: Says("", "", ""),
    )


def messages() -> Iterator[tuple[Reader, Message]]:
    """A message about ten alerts in each language."""
    read = Freshness("delivery", "jira", "Jira", NOW, timedelta(minutes=8), stale=False)
    writer = Writer(SETTINGS, {"delivery": read}, calendars(SETTINGS, NOW), NOW)
    items = [item(number) for number in range(ALERTS)]
    while True:
        for language in LANGUAGES:
            reader = Reader("person/may", "May Chan", "may@acme.example", language)
            yield reader, writer.many(items, reader, {})


def render_ms(rounds: int) -> float:
    """Of one message, from facts to a whole mail."""
    written, sender, took = messages(), Address("Milepost", addr_spec="hub@acme.example"), []
    next(written)  # calendars, templates and texts are read once
    for number in range(3 * rounds):
        began = process_time()
        reader, message = next(written)
        compose(Outgoing(f"alert-{number}", reader, message), sender, "", NOW).as_bytes()
        took.append((process_time() - began) * 1000)
    return median(took)


@dataclass
class Listed:
    """A channel that keeps what it is sent."""

    sent: list[str] = field(default_factory=list)

    def check(self) -> str:
        """Nothing is between us."""
        return "a list"

    def send(self, outgoing: Outgoing) -> Receipt:
        """Keep the key."""
        self.sent.append(outgoing.key)
        return {"number": len(self.sent)}

    def update(self, receipt: Receipt, outgoing: Outgoing, shown: Message) -> Receipt:
        """Nothing is ever over here."""
        return receipt

    def find(self, outgoing: Outgoing) -> Receipt | None:
        """Nobody asks."""
        return None


def fill(engine: Engine, count: int, *, to_group: bool) -> None:
    """An outbox in which `count` messages wait for the channel `out`."""
    reader, message = next(messages())
    reader = Reader("", "", "", "en") if to_group else reader
    payload = {"message": message.to_json(), "reader": asdict(reader), "channels": []}
    row: dict[str, Any] = {
        "channel": "out",
        "recipient": reader.key,
        "kind": "alert",
        "payload": payload,
        "state": "waiting",
    }
    row |= {"created_at": NOW, "not_before": NOW, "attempts": 0, "last_error": "", "receipt": {}}
    with writing(engine) as connection:
        connection.execute(insert(DELIVERY), [{**row, "key": f"alert-{number:024x}"} for number in range(count)])


def deliveries_per_s(channel: Channel, count: int, *, to_group: bool) -> tuple[float, float]:
    """How many messages a second leave an outbox in which `count` wait, and the milliseconds of CPU for each."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/milepost.db")
        SQLModel.metadata.create_all(engine)
        fill(engine, count, to_group=to_group)
        known = calendars(SETTINGS, NOW)  # the hub makes them once a year
        began, worked = perf_counter(), process_time()
        done = deliver(
            engine,
            SETTINGS,
            {"out": channel},
            {},
            calendars=lambda: known,
            clock=lambda: NOW,
            wall=system_clock,
            redact=str,
            stop=threading.Event(),
        )
        took, cpu_s = perf_counter() - began, process_time() - worked
        with engine.connect() as connection:
            sent = connection.scalar(select(func.count()).where(DELIVERY.c.state == "sent"))
        engine.dispose()
    if not done.sent == sent == count:
        raise SystemExit(f"{done.sent} of {count} were sent, {sent} recorded: {done.parked[:1]}")
    return count / took, cpu_s / count * 1000


class Taking(http.server.BaseHTTPRequestHandler):
    """Takes whatever is posted."""

    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        """As the library's; an answer in two pieces would wait 40 ms for an acknowledgement."""
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_POST(self) -> None:
        """202, as a workflow says it."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def take(port: Connection) -> None:
    """Serve until somebody ends the process; `port` is told where."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    port.send(server.server_port)
    server.serve_forever()


@contextmanager
def robot() -> Iterator[Teams]:
    """A channel over HTTP to another process of this machine, as fast as it can."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=take, args=(there,), daemon=True)
    server.start()
    webhook = Secret(reference="bench", value=SecretStr(f"http://127.0.0.1:{here.recv()}/workflows/1"))
    stop = threading.Event()
    channel = Teams(TeamsSettings(name="out", webhook=webhook), system_clock, stop, str, Pace(((10**9, 1.0),), stop))
    try:
        yield channel
    finally:
        channel.close()
        server.kill()
        server.join()


TARGETS = {"render_ms": "under 5", "deliveries_per_s": "2,000", "http_deliveries_per_s": "500"}


def table(figures: Mapping[str, float], cpu_ms: Mapping[str, float]) -> Iterator[str]:
    """The figures beside what they are to reach."""
    yield f"{'':<24}{'measured':>12}{'to reach':>12}{'CPU ms each':>14}"
    for name, value in figures.items():
        yield f"{name:<24}{value:>12,.2f}{TARGETS[name]:>12}{cpu_ms[name]:>14.2f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and say it."""
    parser = argparse.ArgumentParser(prog="bench.alerts")
    parser.add_argument("--deliveries", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(arguments)
    rendered = render_ms(10 * asked.rounds)
    listed, listed_ms = max(deliveries_per_s(Listed(), asked.deliveries, to_group=False) for _ in range(asked.rounds))
    with robot() as channel:
        count = max(1, asked.deliveries // 5)
        posted, posted_ms = max(deliveries_per_s(channel, count, to_group=True) for _ in range(asked.rounds))
    figures = {"render_ms": rendered, "deliveries_per_s": listed, "http_deliveries_per_s": posted}
    cpu_ms = {"render_ms": rendered, "deliveries_per_s": listed_ms, "http_deliveries_per_s": posted_ms}
    print("\n".join(table(figures, cpu_ms)))
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
