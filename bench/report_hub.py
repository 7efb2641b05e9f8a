"""The hub of `bench.report`, in a process of its own: `python -m bench.report_hub FOLDER`.

Serves the pages of what FOLDER holds, a database and its settings, and says their address as its first line. On each
line of its input it reads a new source as `milepost serve` does, beside the pages, and says how that ended. It ends
with its input.
"""

import os
import sys
from pathlib import Path

from bench.many_items import NOW
from bench.measured import FIRM, SOURCE, TOKEN
from cli.opening import open_hub
from cli.serve import serving

STORED, LIVE = "bench", "live"
"""What the database holds already, and is never asked; and what is read beside the pages."""

_CLIENT = """
[clients.{number}]
name = "Client {number}"
bd = "{bd}"
projects = ["bench:P{number}", "bench:P{other}"]
"""

_PERSON = """
[people.{number}]
name = "Person {number}"
email = "person.{number}@acme.example"
"""

BD_MANAGERS = 10


def write_settings(folder: Path, url: str, projects: int) -> Path:
    """The settings of a firm whose clients have two projects each."""
    clients = projects // 2
    people = [_PERSON.format(number=f"p{number}") for number in range(BD_MANAGERS)]
    each = [
        _CLIENT.format(number=number, bd=f"p{number % BD_MANAGERS}", other=number + clients)
        for number in range(clients)
    ]
    path = folder / "milepost.toml"
    sources = [SOURCE.format(name=name, url=url, token=TOKEN) for name in (STORED, LIVE)]
    path.write_text("".join([FIRM, *sources, *people, *each]))
    return path


def main(folder: str) -> None:
    """Serve, and sync when told to."""
    settings = Path(folder) / "milepost.toml"
    with open_hub(settings, clock=lambda: NOW, environ={**os.environ, TOKEN: "bench"}) as hub:
        hub.evaluate()
        with serving(hub, "127.0.0.1", 0, demo=False) as address:
            print(address, flush=True)
            for _ in sys.stdin:
                (result,) = hub.sync([LIVE])
                print(result.error or f"{result.outcome} {result.records}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
