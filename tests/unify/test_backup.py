"""A backup is whole and like the database, or it is not there."""

import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.unify.test_pages import save
from tests.unify.tiny import NOON, card, dump, new_database
from unify.backup import Backup, back_up, backups_of, taken_at
from unify.engine import StoreError, open_engine, sqlite_path, writing


def take(engine: Engine, *, keep: int = 7, days: int = 0, room: int = 10**12) -> Backup:
    return back_up(database_of(engine), keep, NOON + timedelta(days=days), lambda _: room)


def database_of(engine: Engine) -> Path:
    path = sqlite_path(engine)
    assert path is not None
    return path


def names(engine: Engine) -> list[str]:
    return sorted(path.name for path in (database_of(engine).parent / "backups").iterdir())


def test_a_restored_backup_is_the_database_as_it_stood(engine: Engine, tmp_path: Path) -> None:
    """The one thing that a backup is for. What came later is not in it."""
    save(engine, card("c1"), card("c2", "Pilot"))
    before = dump(engine)

    made = take(engine)
    save(engine, card("c3"))

    made.path.rename(tmp_path / "restored.db")
    restored = open_engine(f"sqlite:///{tmp_path / 'restored.db'}")
    assert dump(restored) == before
    restored.dispose()
    assert dump(engine) != before


def test_it_is_one_file_for_its_owner_alone(engine: Engine) -> None:
    """It holds clients' words; and who copies it elsewhere must not need to know of other files that belong to it."""
    save(engine, card("c1"))

    made = take(engine)

    assert names(engine) == [made.path.name] == ["milepost-20261123T040000Z.db"]
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700
    assert taken_at(made.path) == NOON


def test_every_row_is_compared(engine: Engine) -> None:
    """A number that an admin may hold against what `status` says; more rows than are compared at a time."""
    save(engine, *(card(f"c{number}") for number in range(1200)))

    made = take(engine)

    with closing(sqlite3.connect(made.path)) as copy:
        tables = [name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert made.rows == sum(copy.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables)
    assert made.rows > 2400


def test_the_oldest_make_room(engine: Engine) -> None:
    """Kept for ever, they would fill the disk that the hub writes to; what is no backup is nobody's to remove."""
    for day in range(4):
        last = take(engine, keep=3, days=day)
    (last.path.parent / "milepost-by-hand.db").write_bytes(b"")

    assert [path.name[9:17] for path in backups_of(database_of(engine))] == ["20261124", "20261125", "20261126"]
    assert [path.name[9:17] for path in last.removed] == ["20261123"]
    assert "milepost-by-hand.db" in names(engine)


def test_a_clock_that_was_set_back_does_not_cost_the_new_one(engine: Engine) -> None:
    """By its name it is the oldest."""
    take(engine, keep=1, days=3)

    made = take(engine, keep=1)

    assert backups_of(database_of(engine)) == [made.path]


@pytest.fixture
def writer(engine: Engine) -> Iterator[threading.Event]:
    """Somebody who writes all the time, two rows in one transaction; has written once when it is handed over."""
    stop, begun = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with writing(engine) as connection:
                for name in ("a", "b"):
                    connection.exec_driver_sql(
                        "INSERT INTO hub_state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                        (name, str(number)),
                    )
            begun.set()

    thread = threading.Thread(target=write)
    thread.start()
    assert begun.wait(10)
    yield begun
    stop.set()
    thread.join()


@pytest.mark.usefixtures("writer")
def test_it_is_taken_while_others_write(engine: Engine) -> None:
    """Nobody stops a hub for it. Either all of a transaction is in it or nothing."""
    save(engine, *(card(f"c{number}") for number in range(500)))

    for day in range(5):
        made = take(engine, days=day)
        with closing(sqlite3.connect(made.path)) as copy:
            assert len(copy.execute("SELECT DISTINCT value FROM hub_state WHERE name IN ('a', 'b')").fetchall()) == 1


def test_without_room_nothing_is_begun(engine: Engine) -> None:
    """The disk that a backup fills is the one the hub writes to; what was kept before stays."""
    first = take(engine)

    with pytest.raises(StoreError, match=r"no room for a backup in .*backups: it needs [\d.]+ MB, 0\.0 MB are free"):
        take(engine, keep=1, days=1, room=1000)

    assert names(engine) == [first.path.name]


def test_a_damaged_database_is_not_taken_for_a_backup(engine: Engine) -> None:
    """It would push the last good one out."""
    save(engine, *(card(f"c{number}", "n" * 900) for number in range(300)))
    first = take(engine, keep=1)
    engine.dispose()
    database = database_of(engine)
    content = bytearray(database.read_bytes())
    content[-40 * 4096 : -30 * 4096] = b"\xff" * (10 * 4096)
    database.write_bytes(content)

    with pytest.raises(StoreError, match="is damaged"):
        take(engine, keep=1, days=1)

    assert names(engine) == [first.path.name]


def test_what_a_killed_one_left_goes(engine: Engine) -> None:
    """A half copy is never taken for a whole one, and does not lie there for years."""
    folder = take(engine).path.parent
    for name in (".milepost-20261122T040000Z.db.part", ".milepost-20261122T040000Z.db.part-wal"):
        (folder / name).write_bytes(b"half")

    made = take(engine, days=1, keep=1)

    assert names(engine) == [made.path.name]


def test_two_at_once_do_not_disturb_each_other(engine: Engine) -> None:
    """The night's, and somebody before an upgrade."""
    import fcntl
    import os

    folder = take(engine).path.parent
    held = os.open(folder, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)

    with pytest.raises(StoreError, match="Another backup is under way"):
        take(engine, days=1)

    os.close(held)
    assert len(names(engine)) == 1


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A mistyped path must not give an empty backup."""
    with pytest.raises(StoreError, match="There is no database at"):
        back_up(tmp_path / "milepost.db", 7, NOON)

    assert list(tmp_path.iterdir()) == []


def test_other_databases_of_the_folder_keep_theirs(tmp_path: Path) -> None:
    """Two hubs beside each other."""
    other = new_database(tmp_path, "milepost-old.db")
    engine = new_database(tmp_path)
    kept = take(other)

    take(engine, keep=1)
    take(engine, keep=1, days=1)

    assert kept.path.exists()
    assert backups_of(database_of(other)) == [kept.path]
    engine.dispose()
    other.dispose()
