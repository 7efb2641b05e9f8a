"""Where children are made that will be killed: a process of its own that has loaded everything and forks at a wish.

Run as `python -m tests.faults.nursery`. Each line on its standard input is a wish, and is answered by two lines: the
child's process id, and how it ended. A child reads one source into one database, as `milepost sync` would. It is forked
while no thread runs, and so finds every lock open.
"""

import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from cli.work import stop_on_signals
from tests.faults.hub import Hub, source_of


def hub_of(wish: dict[str, Any]) -> Hub:
    """The hub that a wish describes: kind, url, database, now, large."""
    now = datetime.fromisoformat(wish["now"])
    return Hub(source_of(wish["kind"], wish["url"]), Path(wish["database"]), lambda: now, large=wish["large"])


def live(wish: dict[str, Any]) -> int:
    """A child's life: the exit code. With `dies_at` it kills itself at that point of its transactions."""
    hub = hub_of(wish)
    hub.stop = stop_on_signals()
    if wish["dies_at"] is not None:
        _die_at(hub, wish["dies_at"])
    return 0 if hub.sync().outcome in ("ok", "stopped") else 1


def _die_at(hub: Hub, point: int) -> None:
    """Every begin and every commit is a point: before what it writes, and with all that it wrote but the commit."""
    passed = 0

    def pass_point(_connection: object) -> None:
        nonlocal passed
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)
        passed += 1

    event.listen(hub.engine, "begin", pass_point)
    event.listen(hub.engine, "commit", pass_point)


def main() -> None:
    """Make children until nobody wishes for one."""
    for line in sys.stdin:
        wish = json.loads(line)
        if wish["warm"]:  # in this very process: what it loads and compiles, its children have
            hub_of(wish).sync()
            _say(0)
            continue
        child = os.fork()
        if child == 0:
            os._exit(live(wish))
        _say(child)
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
