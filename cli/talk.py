"""How commands speak: the answer on standard output, the talk on standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sync.engine import Progress, RunResult

answer = Console(soft_wrap=True, highlight=False, markup=False)
talk = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


def say(line: str) -> None:
    """A line of talk."""
    talk.print(line)


def warn(line: str) -> None:
    """A line of talk that somebody should read."""
    talk.print(f"warning: {line}", style="yellow")


def print_json(value: Any) -> None:
    """The answer for a program."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], none: str) -> None:
    """The answer for a person; `none` where there is no row. What comes from a vendor is shown, never interpreted."""
    made = Table(*columns, box=None, header_style="bold", pad_edge=False)
    count = 0
    for row in rows:
        made.add_row(*(Text(_printable(str(cell))) for cell in row))
        count += 1
    answer.print(made if count else none)


def _printable(text: str) -> str:
    """Without control characters: a task's title must not steer a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)


class RunTalk:
    """Progress of a sync: a line per stream, as it is begun; on a terminal or not, the same words."""

    def __init__(self) -> None:
        self._shown: set[tuple[str, str, str]] = set()

    def __call__(self, progress: Progress) -> None:
        """Say what is being read, once for each stream of each part."""
        at = (progress.source, progress.stream, progress.part)
        if at not in self._shown and talk.is_terminal:
            self._shown.add(at)
            where = f" of {progress.part}" if progress.part else ""
            say(f"{progress.source}: {progress.stream}{where} … {progress.records} records so far")


def say_runs(runs: Sequence[RunResult]) -> None:
    """How each source's run ended."""
    for run in runs:
        match run.outcome:
            case "ok":
                say(f"{run.source}: {run.records} records read, {run.changed} changed, {run.requests} requests")
            case "busy":
                say(f"{run.source}: {run.error}")
            case _:
                warn(f"{run.source}: {run.outcome}: {run.error}")
        for warning in run.warnings:
            warn(f"{run.source}: {warning}")
