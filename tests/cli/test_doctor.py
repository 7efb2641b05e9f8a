"""`milepost doctor`: each thing that goes wrong in a year is one line that says what to do."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from cli.findings import clock
from sandbox.http import Fault
from tests.cli.home import Home

Broken = Callable[[Home], object]


def lines(home: Home) -> tuple[int, list[str]]:
    said = home.run("doctor")
    return said.code, said.out.splitlines()


def test_all_is_well_after_a_sync_and_a_backup(home: Home) -> None:
    """One line each, none of them for anybody to act upon."""
    home.run("sync")
    home.run("backup")

    code, said = lines(home)

    assert code == 0
    assert [line.split()[0] for line in said] == ["ok"] * len(said)
    subjects = [line[7:].partition(": ")[0] for line in said]
    assert {"settings", "database", "disk", "backups", "delivery", "boards", "holidays"} <= set(subjects)


def test_before_the_first_sync_it_says_what_comes_next(home: Home) -> None:
    """And makes no database by looking."""
    code, said = lines(home)

    assert code == 0
    assert any(line.startswith("look   database: there is none") for line in said)
    assert not home.database.exists()


def revoked(home: Home) -> None:
    home.sandbox.trello.revoke()


def ended(home: Home) -> None:
    home.change("comment_back = true", 'comment_back = true\nexpires = "2020-01-01"')


def ends_soon(home: Home) -> None:
    soon = datetime.now(UTC) + timedelta(days=9)  # noqa: TID251  the command asks the real clock
    home.change("comment_back = true", f'comment_back = true\nexpires = "{soon:%Y-%m-%d}"')


def readable(home: Home) -> None:
    home.database.chmod(0o644)


def damaged(home: Home) -> None:
    home.database.write_bytes(b"this was a database once" * 1000)


def without_backups(home: Home) -> None:
    next((home.folder / "backups").iterdir()).unlink()


def old_backups(home: Home) -> None:
    made = next((home.folder / "backups").iterdir())
    made.rename(made.with_name("milepost-20200101T000000Z.db"))


@pytest.mark.parametrize(
    ("happens", "code", "line"),
    [
        (revoked, 1, r"wrong  boards: .*TRELLO_TOKEN"),
        (ended, 1, r"wrong  delivery: token: ended on 2020-01-01.*renew it"),
        (ends_soon, 0, r"look   delivery: token: ends on .*, in \d+ days: renew it"),
        (readable, 0, r"look   database: others may open it .*chmod 600"),
        (damaged, 1, r"wrong  database: .*put a backup in its place"),
        (without_backups, 0, r"look   backups: there is none: `milepost backup`"),
        (old_backups, 0, r"look   backups: 1 kept, the latest .*: see why"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_happens_is_seen(home: Home, happens: Broken, code: int, line: str) -> None:
    """With what to do; what only deserves a look is no failure for a timer."""
    home.run("sync")
    home.run("backup")
    happens(home)

    ended_with, said = lines(home)

    assert ended_with == code
    assert [one for one in said if re.match(line, one)], said


def test_a_vendors_clock_is_asked_by_its_own_answers(home: Home) -> None:
    """A machine without NTP drifts by minutes a month."""
    then = datetime.now(UTC) + timedelta(minutes=7)  # noqa: TID251  the command asks the real clock
    told = {"Date": format_datetime(then, usegmt=True)}
    add = Fault(".*", 0, times=1_000, alter=lambda reply: replace(reply, headers={**reply.headers, **told}))
    home.sandbox.trello.app.faults.append(add)

    _, said = lines(home)

    assert any(re.match(r"look   boards: clock: the vendor's is 4[12]\d s ahead of ours", line) for line in said)


@pytest.mark.parametrize(
    ("skew", "line"),
    [
        (timedelta(seconds=-3), "ok crm: clock: the vendor's is 3 s behind ours"),
        (timedelta(minutes=7), "look crm: clock: the vendor's is 420 s ahead of ours: set this machine's clock by NTP"),
        (timedelta(hours=8), "wrong crm: clock: the vendor's is 28800 s ahead of ours: changes may be missed"),
    ],
)
def test_clocks_that_disagree_are_told_by_how_much(skew: timedelta, line: str) -> None:
    """Up to the look-back they cost nothing; beyond, changes fall between two reads."""
    found = clock("crm", skew)

    assert f"{found.level} {found.what}: {found.text}".startswith(line)


def test_a_source_that_was_never_read_is_wrong(home: Home) -> None:
    """Its figures are nowhere, and nobody sees that they are missing."""
    home.run("sync", "delivery")

    code, said = lines(home)

    assert code == 1
    assert any(line.startswith("wrong  boards: data: never read") for line in said)
