"""What the README shows of `make demo` is what it prints, figures included."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from cli.demo import ROUND_EVERY, beginning, news, of_hub, of_tool, where_to_look
from cli.talk import say_runs
from cli.work import say_round
from sandbox import story
from sandbox.server import VENDORS
from tests.journey.day import Day, day, tuesday

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
PORT = re.compile(r"(?<=127\.0\.0\.1:)\d+")


def shown() -> list[str]:
    """The lines of the README; ports are another every time."""
    found = re.search(r"`make demo` prints .*?```console\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return PORT.sub("PORT", found[1]).splitlines()


def test_the_readme_shows_what_the_demo_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A figure that is wrong there is the first thing that a newcomer sees for themselves."""
    with day(tmp_path) as opened:
        first = beginning(opened.plan, opened.clock(), VENDORS)
        result = opened.first_round()
        say_runs(result.runs)
        say_round(result)
        after = where_to_look("http://127.0.0.1:PORT/", PORT.sub("PORT", opened.sandbox.inbox_url))
        printed = [first, *capsys.readouterr().err.splitlines(), *after.splitlines()]

        printed += until(opened, rounds=times(shown()[len(printed) :]))

    assert printed == shown()


def times(lines: list[str]) -> list[datetime]:
    """When the rounds were whose lines the README shows, and those between them: how long the first one took, and so
    on which minute all others fall, is another every time."""
    at = sorted({tuesday(int(line[:2]), int(line[3:5])) for line in lines if " hub: " in line})
    return [at[0] + number * ROUND_EVERY for number in range((at[-1] - at[0]) // ROUND_EVERY + 1)]


def until(opened: Day, rounds: list[datetime]) -> Iterator[str]:
    """What is printed to the last of those rounds."""
    happening, away = story.Story(opened.sandbox, story.tuesday()), set[str]()
    for at in rounds:
        yield from map(of_tool, happening.advance(at))
        yield from (of_hub(at, line) for line in news(opened.hub, opened.round_at(at), away))
