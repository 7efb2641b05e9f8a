"""A disk that fills up, writes that fail, a file that others lock or that may not be written."""

import resource
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, event

from sync.engine import RunResult
from tests.faults.firm import NOW, firm
from tests.faults.length import LONG, short_or_long
from tests.faults.rig import Rig
from tests.faults.truth import dump, is_intact
from unify.engine import StoreError

WRITES = ("INSERT", "UPDATE", "DELETE")

STEP = short_or_long(23, 1)
"""Every write fails in turn in the long form; in the short one some, beginning elsewhere for each kind."""

CASES = [(True, False), (False, True), *([(True, True), (False, False)] if LONG else [])]
"""(the database was filled before, the disk stays broken)"""


@pytest.fixture
def small(rig: Rig) -> Rig:
    """A firm that is read with few writes: one project, two items."""
    return Rig(rig.kind, rig.line, rig.empty, firm(rig.kind, projects=1, items=2))


@contextmanager
def listening(engine: Engine, name: str, listener: Callable[..., None]) -> Iterator[None]:
    """`listener` hears of what an engine does."""
    event.listen(engine, name, listener)
    try:
        yield
    finally:
        event.remove(engine, name, listener)


def stumble(rig: Rig) -> RunResult | StoreError:
    """How a run ended, be it by what the store raises."""
    try:
        return rig.sync()
    except StoreError as refusal:
        return refusal


@pytest.mark.parametrize(("known", "lasting"), CASES)
def test_whichever_write_fails_the_next_run_makes_it_whole(small: Rig, known: bool, lasting: bool) -> None:
    """In a first run and in a later one, for once or from then on: no page is half there, no cursor ahead of it."""
    if known:
        assert small.sync().outcome == "ok"
        small.people.edit(1, NOW)
    start = small.hub.database.read_bytes()
    nth = len(small.kind) % STEP
    while _fails_at(small, nth, lasting=lasting):
        assert is_intact(small.hub.database)
        small.recover()
        small.new_database().write_bytes(start)
        nth += STEP

    assert nth > STEP


def _fails_at(rig: Rig, nth: int, *, lasting: bool) -> bool:
    """Run with the `nth` write refused; whether there was one."""
    written = 0

    def refuse(_connection: object, cursor: sqlite3.Cursor, statement: str, *_rest: object) -> None:
        nonlocal written
        if not statement.lstrip().startswith(WRITES):
            return
        refused = written == nth or (lasting and written > nth)
        cursor.connection.execute(f"PRAGMA query_only = {int(refused)}")
        written += 1

    with listening(rig.hub.engine, "before_cursor_execute", refuse):
        run = stumble(rig)
    assert written <= nth or isinstance(run, StoreError)
    return written > nth


def test_whichever_commit_meets_a_full_disk_the_next_run_makes_it_whole(small: Rig) -> None:
    """The log of the database may grow no further: the operating system itself refuses the write."""
    nth = len(small.kind) % STEP
    while _is_full_at(small, nth):
        assert is_intact(small.hub.database)
        small.recover()
        small.new_database()
        nth += STEP

    assert nth > STEP


def _is_full_at(rig: Rig, nth: int) -> bool:
    """Run on a disk that is full from the `nth` commit on; whether there was one."""
    commits = 0

    def fill(_connection: Connection) -> None:
        nonlocal commits
        if commits == nth:
            log = rig.hub.database.with_name(f"{rig.hub.database.name}-wal")
            limit(log.stat().st_size if log.exists() else 0)
        commits += 1

    with file_size_limit() as limit, listening(rig.hub.engine, "commit", fill):
        run = stumble(rig)
    # The last commits of a run write where the log has room already.
    assert commits <= nth + 2 or isinstance(run, StoreError)
    return commits > nth


@contextmanager
def file_size_limit() -> Iterator[Callable[[int], None]]:
    """Gives what limits the size of every file that this process writes, until the end."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 1, 2])
def test_a_database_that_cannot_grow_says_so_and_goes_on_when_it_can(rig: Rig, room: int) -> None:
    """So many pages of 4 KB are left; then SQLite itself finds the disk full."""

    with sqlite3.connect(rig.hub.database) as opened:
        (pages,) = opened.execute("PRAGMA page_count").fetchone()
    opened.close()

    def confine(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + room}")

    with listening(rig.hub.engine, "begin", confine), pytest.raises(StoreError, match="no room left"):
        rig.sync()

    assert is_intact(rig.hub.database)
    rig.recover()


def test_a_lock_that_somebody_holds_is_told_and_nothing_is_lost(rig: Rig) -> None:
    """Another program writes for longer than we wait."""
    assert rig.sync().outcome == "ok"
    rig.people.edit(0, NOW)
    before = dump(rig.hub.database)
    other = sqlite3.connect(rig.hub.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreError, match="locked by another program"):
            rig.sync(lock_wait_s=0.05)
        assert dump(rig.hub.database) == before
    finally:
        other.execute("ROLLBACK")
        other.close()

    rig.recover()


def test_a_lock_that_is_let_go_in_time_is_waited_for(rig: Rig) -> None:
    """Whoever takes the lock in the middle of a run holds it up, and no more."""
    other = sqlite3.connect(rig.hub.database, isolation_level=None, check_same_thread=False)

    def hold_for_a_moment() -> None:
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.1, other.execute, ["ROLLBACK"]).start()

    rig.break_items(status=0, meanwhile=hold_for_a_moment)
    try:
        assert rig.sync().outcome == "ok"
        rig.must_be_true()
    finally:
        other.close()


def test_a_file_that_may_not_be_written_is_told_and_left_alone(rig: Rig) -> None:
    """Somebody changed its permissions, or mounted its disk to be read only."""
    assert rig.sync().outcome == "ok"
    rig.people.edit(0, NOW)
    before = dump(rig.hub.database)

    def forbid(connection: sqlite3.Connection, _entry: object) -> None:
        connection.execute("PRAGMA query_only = ON")  # what the file's mode does to all but root

    with listening(rig.hub.engine, "connect", forbid), pytest.raises(StoreError, match="cannot be written"):
        rig.sync()

    assert dump(rig.hub.database) == before
    rig.recover()
