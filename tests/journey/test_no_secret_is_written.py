"""No credential is in any byte that the hub writes or says, whatever goes wrong: the vendors' own words included."""

import base64
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest

from alerts.channels.kinds import open_channel
from cli.opening import read_config
from sandbox import asana, hubspot, jira, slack, trello
from sandbox.http import Fault
from sandbox.lantern_quay.people import OWN_DOMAIN
from tests.cli.home import run
from tests.journey.day import Day, day, tuesday

MAIL_PASSWORD = "pw-4f9c2e71d8a05b36"
SECRETS = (jira.TOKEN, trello.KEY, trello.TOKEN, asana.TOKEN, hubspot.TOKEN, slack.TOKEN, MAIL_PASSWORD)
TELLING = 12
"""So many characters of a secret in a row are too many: what is cut to a line must not leave the half of one."""

PIECE = TELLING // 2
"""Of a secret cut into such pieces, one stands whole in any part that is too long: those are looked for first."""

VENDORS = ("jira", "trello", "asana", "hubspot")


def forms(secret: str) -> list[str]:
    """As it stands in headers and addresses; in Basic's base64 behind a user."""
    basic = base64.b64encode(f"hub@{OWN_DOMAIN}:{secret}".encode()).decode()
    return [secret, quote(secret, safe=""), basic]


FORMS = tuple(form for secret in SECRETS for form in forms(secret))


def leaks(written: bytes) -> set[str]:
    """Parts of secrets that stand in `written`."""
    return {
        part
        for form in FORMS
        for at in range(0, len(form) - PIECE + 1, PIECE)
        if form[at : at + PIECE].encode() in written
        for start in range(max(0, at - TELLING + PIECE), min(at, len(form) - TELLING) + 1)
        if (part := form[start : start + TELLING]).encode() in written and not is_of_an_id(part)
    }


def is_of_an_id(part: str) -> bool:
    """Whether it is made of what ids and times are made of, which stand elsewhere too; in mails also in base64."""
    read = (part[start : start + (len(part) - start) // 4 * 4] for start in range(4))
    in_base64 = (base64.b64decode(whole) for whole in read if re.fullmatch(r"[A-Za-z0-9+/]+", whole))
    return set(part) <= set("0123456789/:%AF23") or any(set(digits) <= set(b"0123456789/:") for digits in in_base64)


ECHO = " ".join(form for secret in SECRETS if secret != MAIL_PASSWORD for form in forms(secret))
"""What a proxy or a debug page makes of our requests."""


def echoing(status: int, padding: int = 0) -> Fault:
    """An answer that says back what it was sent, in every place where a vendor words its refusals."""
    said = f"{'x' * padding} Authorization: Bearer {ECHO} key={trello.KEY}&token={trello.TOKEN}"
    told: dict[str, object] = {
        "message": said,
        "error": said,
        "errorMessages": [said],
        "errors": [{"message": said, "help": said}],
    }
    told |= {"category": said, "correlationId": ECHO, "response_metadata": {"messages": [said]}, "ok": False}
    return Fault(".*", status, {"Content-Type": "application/json"}, json.dumps(told), times=1_000_000)


def plain(status: int) -> Fault:
    """The same as text: how Trello refuses, and every proxy."""
    return Fault(".*", status, {"Content-Type": "text/html"}, f"<h1>{ECHO}</h1>", times=1_000_000)


TROUBLES = {
    **{f"{status}": echoing(status) for status in (400, 401, 403, 404, 409, 429, 500, 503)},
    **{f"400 cut after {padding}": echoing(400, padding) for padding in range(60, 200, 20)},
    **{f"page {status}": plain(status) for status in (200, 400, 401, 404, 500)},
    "redirect": Fault(".*", 302, {"Location": f"https://elsewhere.example/?token={trello.TOKEN}"}, times=1_000_000),
    "broken off": Fault(".*", 0, cut=True, times=1_000_000),
}


@pytest.fixture
def log() -> Iterator[StringIO]:
    """All that is logged, at DEBUG, of us and of every library."""
    lines, root = StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(lines), root.level
    make_record, hook, thread_hook = logging.getLogRecordFactory(), sys.excepthook, threading.excepthook
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)
    logging.setLogRecordFactory(make_record)
    sys.excepthook, threading.excepthook = hook, thread_hook


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Day]:
    """The firm's Tuesday, its vendors, Slack and a mail server that wants a password."""
    with day(tmp_path) as made:
        yield made


def written(folder: Path) -> bytes:
    """Everything below `folder` but the secrets' own files: database, log of it, backups, reports."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and "secrets" not in path.parts)


def ways_out(config: Path) -> str:
    """What every command says of what is stored."""
    commands = [["status"], ["status", "--json"], ["deliveries", "list", "--all"], ["deliveries", "list", "--json"]]
    commands += [["alerts", "list"], ["check"], ["doctor"], ["backup"], ["clients", "suggest"]]
    commands += [["report", "-o", str(config.parent / f"report.{form}"), "--format", form] for form in ("html", "json")]
    said = [run(*command, "-c", str(config)) for command in commands]
    return "\n".join(one.out + one.err for one in said)


def test_a_test_of_leaks_finds_them() -> None:
    """Else the others would hold for ever."""
    for start in range(len(jira.TOKEN) - TELLING + 1):
        assert leaks(b"so: " + jira.TOKEN[start : start + TELLING].encode() + b" ...")
    assert leaks(base64.b64encode(f"hub@{OWN_DOMAIN}:{jira.TOKEN}".encode()))
    assert not leaks(b"nothing here")


@pytest.mark.usefixtures("log")
def test_a_whole_round_writes_none(opened: Day, tmp_path: Path, log: StringIO) -> None:
    """Reads, messages, comments, report, backup, and what the libraries log of it."""
    opened.first_round()

    said = ways_out(tmp_path / "milepost.toml")

    assert log.getvalue()
    assert leaks(written(tmp_path)) == set()
    assert leaks(said.encode()) == set()
    assert leaks(log.getvalue().encode()) == set()


def test_whatever_a_vendor_says_back_none_is_written(
    opened: Day, tmp_path: Path, log: StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    """A refusal that echoes our headers, a page of a proxy, a lost connection with its address in the SDK's error."""
    opened.first_round()
    apps = [getattr(opened.sandbox, name).app for name in (*VENDORS, "slack")]

    for number, (trouble, fault) in enumerate(TROUBLES.items()):
        for app in apps:
            app.faults[:] = [fault]
        result = opened.round_at(tuesday(10, number))
        assert {run.outcome for run in result.runs} == {"failed"}, trouble
        errors = "\n".join(run.error for run in result.runs)
        assert leaks(errors.encode()) == set(), trouble
    said = ways_out(tmp_path / "milepost.toml")

    assert leaks(written(tmp_path)) == set()
    assert leaks(said.encode()) == set()
    assert leaks(log.getvalue().encode()) == set()
    assert leaks("".join(capfd.readouterr()).encode()) == set()


def test_a_mail_servers_password_is_in_no_error(opened: Day, tmp_path: Path, log: StringIO) -> None:
    """The server takes no password, or refuses it, and the message is parked with the reason."""
    config = tmp_path / "milepost.toml"
    (tmp_path / "secrets" / "mail").write_text(MAIL_PASSWORD, "utf-8")
    text = config.read_text("utf-8")
    config.write_text(
        text.replace('security = "none"', 'security = "none"\nuser = "hub"\npassword = "file:secrets/mail"')
    )
    read, hub = read_config(config), opened.hub

    hub.channels = {
        name: open_channel(one, opened.clock, hub.wall, hub.stop, read.redactor)
        for name, one in read.settings.channels.items()
    }
    opened.first_round()

    said = ways_out(config)
    assert [row for row in opened.rows("delivery") if row["last_error"]]
    assert leaks(written(tmp_path) + said.encode() + log.getvalue().encode()) == set()


@pytest.mark.usefixtures("opened")
def test_an_exception_that_nobody_catches_shows_none(capfd: pytest.CaptureFixture[str], log: StringIO) -> None:
    """In a thread, with an address of Trello's in its text, and in a traceback that is logged."""

    def stumble() -> None:
        raise RuntimeError(f"GET https://api.trello.com/1/cards?key={trello.KEY}&token={trello.TOKEN}")

    thread = threading.Thread(target=stumble)
    thread.start()
    thread.join()
    try:
        stumble()
    except RuntimeError:
        logging.getLogger("sync").exception("it failed with %s", {"Authorization": f"Bearer {hubspot.TOKEN}"})

    said = "".join(capfd.readouterr()) + log.getvalue()
    assert "RuntimeError" in said
    assert leaks(said.encode()) == set()
