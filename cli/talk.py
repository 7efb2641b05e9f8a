"""How commands speak: the answer on standard output, the talk on standard error."""

import json
import os
import sys
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cli.exit_codes import WRONG
from connectors.scope import count
from report.structured import plain
from sync.engine import Progress, RunResult


class _Talk(Console):
    """Talk that nobody hears any more stops nothing: rich would raise SystemExit in whatever thread it was said."""

    def on_broken_pipe(self) -> None:
        """Say the rest to nobody, what is still held back too."""
        nobody = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nobody, self.file.fileno())
        os.close(nobody)


answer = Console(soft_wrap=True, highlight=False, markup=False)
talk = _Talk(stderr=True, soft_wrap=True, highlight=False, markup=False)

_UNBOUNDED = 10_000
"""Columns of a pipe: what a program reads is neither cut nor folded."""


def say(line: str) -> None:
    """A line of talk."""
    talk.print(printable(line))


def warn(line: str) -> None:
    """A line of talk that somebody should read."""
    talk.print(f"warning: {printable(line)}", style="yellow")


def refuse(line: str) -> int:
    """Say why nothing was done, and what to type or write instead; the code to end with."""
    talk.print(printable(line), style="red")
    return WRONG


def waiting(delayed: int, parked: int) -> str:
    """What became of messages that are not sent: "1 waits, 0 need a person"."""
    return f"{count(delayed, 'waits', 'wait')}, {count(parked, 'needs a person', 'need a person')}"


def print_json(value: Any) -> None:
    """The answer for a program."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], none: str) -> None:
    """The answer for a person; `none` where there is no row. What comes from a vendor is shown, never interpreted."""
    made = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    count = 0
    for row in rows:
        made.add_row(*(Text(printable(str(cell))) for cell in row))
        count += 1
    if count:
        _print(made)
    else:
        answer.print(none)


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """The answer for a person about one thing, a line for each fact that is known."""
    made = Table.grid(padding=(0, 2))
    for name, fact in facts:
        if fact:
            made.add_row(Text(name, style="bold"), Text(printable(str(fact))))
    _print(made)


def _print(made: Table) -> None:
    if answer.is_terminal:
        answer.print(made, soft_wrap=False)
    else:
        Console(width=_UNBOUNDED).print(made)


def local(at: datetime | None, zone: tzinfo) -> str:
    """An instant as a table shows it; empty for none."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""


def printable(text: str) -> str:
    """Without control characters: a task's title must not steer a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)


class RunTalk:
    """Progress of a sync, told by several threads at once: on a terminal a moving line for each source, elsewhere a
    plain line for each stream as it is begun. A context manager; called with each step."""

    def __init__(self, console: Console = talk) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._begun: set[tuple[str, str]] = set()
        self._tasks: dict[str, TaskID] = {}
        self._bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TextColumn("{task.fields[records]} records"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, progress: Progress) -> None:
        """Show how far one source is."""
        with self._lock:
            if self._console.is_terminal:
                where = f" of {progress.part}" if progress.part else ""
                self._move(progress.source, f"{progress.source}: {progress.stream}{where}", progress.records)
            elif (progress.source, progress.stream) not in self._begun:
                self._begun.add((progress.source, progress.stream))
                self._console.print(f"{progress.source}: reading {progress.stream}")

    def _move(self, source: str, description: str, records: int) -> None:
        if source not in self._tasks:
            self._tasks[source] = self._bars.add_task("", total=None, records=0)
        self._bars.update(self._tasks[source], description=printable(description), records=records)


def say_runs(runs: Sequence[RunResult]) -> None:
    """How each source's run ended; what is the same for several of them, such as a full disk, once."""
    failed: dict[str, list[str]] = {}
    for run in runs:
        if run.outcome == "failed":
            failed.setdefault(run.error, []).append(run.source)
    for run in runs:
        match run.outcome:
            case "ok":
                read, asked = count(run.records, "record"), count(run.requests, "request")
                say(f"{run.source}: {read} read, {run.changed} changed, {asked}")
            case "busy":
                say(run.error)
            case "stopped":
                kept = "what was read is kept, the next run goes on there"
                warn(f"{run.source}: stopped after {count(run.records, 'record')}; {kept}")
            case "failed" if run.error in failed:
                warn(f"{', '.join(failed.pop(run.error))}: failed: {run.error}")
        for warning in run.warnings:
            warn(f"{run.source}: {warning}")
