"""A vendor that is down or hangs: who waits is told, the others are read, and a signal ends it at once."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sandbox.http import Fault
from tests.cli.home import Home

A_WHILE_S = 40
"""Much longer than an end takes, and shorter than the time-out of a minute that it must not wait for."""

NO_ANSWER = r"warning: delivery: 127\.0\.0\.1:\d+ has not answered yet; waiting for up to 60 s"
DOWN = r"warning: delivery: 127\.0\.0\.1:1 refuses the connection: .*; trying again for up to (90|8\d) s"
IN_THE_LOG = r"[-\d]+ [:,\d]+ WARNING connectors\.waiting: "


class Waiting:
    """A command under way in a process of its own."""

    def __init__(self, child: "subprocess.Popen[str]") -> None:
        self._child = child
        self.said: list[str] = []

    def says(self, *patterns: str) -> None:
        """Wait until standard error has a line of each, in any order."""
        wanted = set(patterns)
        assert self._child.stderr is not None
        for line in self._child.stderr:
            self.said.append(line.rstrip())
            wanted = {pattern for pattern in wanted if not re.fullmatch(pattern, self.said[-1])}
            if not wanted:
                return
        raise AssertionError(f"it ended without {wanted}: {self.said}")

    def ends_by(self, number: signal.Signals) -> int:
        """Its code, once it obeyed the signal."""
        self._child.send_signal(number)
        code = self._child.wait(A_WHILE_S)
        assert self._child.stderr is not None
        self.said += self._child.stderr.read().splitlines()
        return code


@contextmanager
def begun(home: Home, *arguments: str) -> Iterator[Waiting]:
    """`milepost ARGUMENTS`, ended at the latest with the block."""
    command = [sys.executable, "-m", "milepost", *arguments, "-c", str(home.config)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment
    ) as child:
        try:
            yield Waiting(child)
        finally:
            child.kill()


@pytest.mark.parametrize(
    ("arguments", "number", "code"),
    [(("run",), signal.SIGINT, 1), (("sync",), signal.SIGTERM, 1), (("serve", "--port", "0"), signal.SIGTERM, 0)],
    ids=["run", "sync", "serve"],
)
def test_a_vendor_that_hangs_is_told_and_holds_up_no_end(
    home: Home, arguments: tuple[str, ...], number: signal.Signals, code: int
) -> None:
    """A service manager kills what does not end: here nothing is left half done."""
    home.sandbox.jira.app.faults.append(Fault("", delay_s=3600, times=1000))

    with begun(home, *arguments) as process:
        process.says((IN_THE_LOG if "serve" in arguments else "warning: ") + NO_ANSWER.removeprefix("warning: "))
        ended = process.ends_by(number)

    assert ended == code, process.said
    assert "Traceback" not in "".join(process.said)
    assert [run["outcome"] for run in home.rows("sync_run") if run["source"] == "delivery"] == ["stopped"]
    assert {run["outcome"] for run in home.rows("sync_run")} <= {"ok", "stopped"}
    assert home.rows("lease") == []


@pytest.mark.parametrize("arguments", [("run",), ("run", "--dry-run"), ("sync",)], ids=" ".join)
def test_a_vendor_that_is_down_is_told_while_the_others_are_read(home: Home, arguments: tuple[str, ...]) -> None:
    """A minute and a half of silence is taken for a hang: which source, why, and how long at most."""
    home.change(home.sandbox.url("jira"), "http://127.0.0.1:1/jira")

    with begun(home, *arguments) as process:
        process.says(DOWN, "boards: reading cards")
        code = process.ends_by(signal.SIGINT)

    assert code == 1
    assert ("run" in arguments) == ("stopped before the rules looked: nobody was told anything" in process.said)
    assert {row["source"] for row in home.rows("work_item")} == {"boards"}
    assert len([line for line in process.said if "trying again" in line]) == 1
