"""`milepost serve`, in a process of its own: the page, the signals, and the end."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO

import httpx
import pytest

from tests.cli.home import Home

PATIENCE_S = 60


@contextmanager
def serving(home: Home) -> Iterator["Process"]:
    """`milepost serve` on any free port, ended at the latest with the block."""
    arguments = [sys.executable, "-m", "milepost", "serve", "--port", "0", "-c", str(home.config)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as child:
        try:
            yield Process(child)
        finally:
            child.kill()


class Process:
    """A serving child; `address` is that of its report."""

    def __init__(self, child: "subprocess.Popen[str]") -> None:
        self.child = child
        self.address = self._line(child.stdout, "report: ").removeprefix("report: ")

    def _line(self, stream: IO[str] | None, beginning: str) -> str:
        assert stream is not None
        for line in stream:
            if line.startswith(beginning):
                return line.strip()
        raise AssertionError(f"it ended without {beginning!r}: {self.child.stderr and self.child.stderr.read()}")

    def says(self, beginning: str) -> str:
        """Wait for a line on standard error that begins so."""
        return self._line(self.child.stderr, beginning)

    def serves_again(self) -> None:
        """Wait until it tells its address once more."""
        assert self._line(self.child.stdout, "report: ") == f"report: {self.address}"

    def get(self, path: str = "") -> httpx.Response:
        """What a browser on this machine gets."""
        return httpx.get(self.address + path, timeout=PATIENCE_S)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.child.send_signal(number)

    def ends(self) -> int:
        """Its code, within seconds."""
        return self.child.wait(PATIENCE_S)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_and_ends_cleanly(home: Home, number: signal.Signals) -> None:
    """A restart of the machine must not cost a page: code 0, no run left in the middle, a sound database."""
    with serving(home) as process:
        page = process.get()
        process.signal(number)
        code = process.ends()

    assert (page.status_code, code) == (200, 0)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert {run["outcome"] for run in home.rows("sync_run")} <= {"ok", "stopped"}
    assert home.rows("lease") == []
    with closing(sqlite3.connect(home.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_another_host_is_refused(home: Home) -> None:
    """Whoever points a name of theirs at this machine reads nothing."""
    with serving(home) as process:
        answer = httpx.get(process.address, headers={"host": "evil.example"}, timeout=PATIENCE_S)

    assert answer.status_code == 421


def test_wrong_new_settings_leave_the_old_ones(home: Home) -> None:
    """Somebody edits the file at noon: all is served as before, and the mistake is told."""
    with serving(home) as process:
        home.change('coordinator = "may"', 'coordinator = "nobody"')
        process.signal(signal.SIGHUP)
        said = process.says("warning: the settings were not taken, the old ones stay:")
        mistake = process.says(str(home.config))
        page = process.get()
        process.signal(signal.SIGTERM)
        code = process.ends()

    assert said
    assert "coordinator" in mistake
    assert (page.status_code, code) == (200, 0)


def test_it_obeys_signals_when_nobody_reads_its_talk_any_more(home: Home) -> None:
    """The word about wrong settings, or about stopping, ended the thread that signals are told to: it never stopped."""
    with serving(home) as process:
        assert process.child.stderr is not None
        process.child.stderr.close()
        home.change('coordinator = "may"', 'coordinator = "nobody"')
        process.signal(signal.SIGHUP)
        process.signal(signal.SIGTERM)
        code = process.ends()

    assert code == 0


def test_right_new_settings_are_taken_at_the_same_address(home: Home) -> None:
    """No bookmark breaks, and the page is in the new language."""
    with serving(home) as process:
        before = process.get().text
        home.change('language = "en"', 'language = "zh-Hant-HK"')
        process.signal(signal.SIGHUP)
        process.serves_again()
        after = process.get().text
        process.signal(signal.SIGTERM)
        code = process.ends()

    assert '<html lang="en-HK">' in before
    assert '<html lang="zh-Hant-HK">' in after
    assert code == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "hub.acme.example"])
def test_it_refuses_to_be_reached_by_others(home: Home, host: str) -> None:
    """Nobody is asked to sign in: said before anything is opened."""
    said = home.run("serve", "--host", host)

    assert said.code == 2
    assert "set enabled = true under [sign_in]" in said.err
    assert not home.database.exists()


def test_a_port_that_is_taken_is_one_line(home: Home) -> None:
    """Two programs, one port: what to do."""
    with serving(home) as process:
        port = process.address.rsplit(":", 1)[1].strip("/")
        said = home.run("serve", "--port", port)

    assert said.code == 1
    assert said.err.splitlines()[-1].endswith("cannot be had (Address already in use): choose another with --port")
