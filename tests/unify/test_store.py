"""The database is opened in one way, brought up to date once, and says clearly what is wrong with it."""

import os
import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Engine, Inspector, inspect
from sqlmodel import SQLModel

from unify.engine import StoreError, open_engine, writing
from unify.migrate import migrate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hub" / "milepost.db"


@pytest.fixture
def database(path: Path) -> Path:
    """A database up to date, closed again."""
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


def test_the_file_and_its_folder_are_ours_alone(database: Path) -> None:
    """It holds clients' names and words."""
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert stat.S_IMODE(database.parent.stat().st_mode) == 0o700


def test_four_threads_count_to_800(path: Path) -> None:
    """SQLAlchemy's own transactions on SQLite silently lose more than half of these."""
    engine = open_engine(f"sqlite:///{path}")
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE tally (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO tally VALUES (0)")

    def count() -> None:
        for _ in range(200):
            with writing(engine) as connection:
                n = connection.exec_driver_sql("SELECT n FROM tally").scalar_one()
                connection.exec_driver_sql("UPDATE tally SET n = ?", (n + 1,))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM tally").scalar_one() == 800
    engine.dispose()


def test_every_connection_is_set_up_the_same(database: Path) -> None:
    """WAL lets readers read while a page is written; foreign keys hold only where they are switched on."""
    engine = open_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint", "busy_timeout")
        }
    engine.dispose()

    assert found == {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "wal_autocheckpoint": 4000,
        "busy_timeout": 30_000,
    }


def test_a_reader_reads_while_a_page_is_written(database: Path) -> None:
    """The report must not wait for a sync, nor a sync for the report."""
    writer = open_engine(f"sqlite:///{database}")
    reader = open_engine(f"sqlite:///{database}", read_only=True, lock_wait_s=0)

    with writing(writer) as connection, reader.connect() as reading:
        connection.exec_driver_sql("INSERT INTO client (key, names, calendar, confidential) VALUES ('c', '{}', '', 0)")
        assert reading.exec_driver_sql("SELECT count(*) FROM client").scalar_one() == 0

    writer.dispose()
    reader.dispose()


def test_a_reader_cannot_write(database: Path) -> None:
    """Rules and report are read-only by construction, not by promise."""
    engine = open_engine(f"sqlite:///{database}", read_only=True)

    with engine.connect() as connection, pytest.raises(StoreError, match="cannot be written"):
        connection.exec_driver_sql("DELETE FROM client")
    engine.dispose()


def test_a_path_may_hold_any_character(tmp_path: Path) -> None:
    """A read-only database is opened by a URI, where ? and % mean something."""
    path = tmp_path / "100% 客戶?#" / "milepost.db"
    path.parent.mkdir()
    url = URL.create("sqlite", database=str(path))
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()

    reader = open_engine(url, read_only=True)
    with reader.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM client").scalar_one() == 0
    reader.dispose()


# --- what can be wrong with it ------------------------------------------------------------------------------------


def test_a_missing_database_names_the_command_that_makes_it(path: Path) -> None:
    """`milepost status` before the first sync is no accident worth a traceback."""
    with pytest.raises(StoreError, match="milepost sync"):
        open_engine(f"sqlite:///{path}", read_only=True)


def test_a_locked_database_says_so(database: Path) -> None:
    """Somebody's SQL browser holds the lock: name it and the cure."""
    engine = open_engine(f"sqlite:///{database}", lock_wait_s=0.01)
    with closing(sqlite3.connect(database)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreError, match=rf"{database} is locked by another program: end that one"):
            write_something(engine)
    engine.dispose()


@pytest.mark.parametrize("content", [b"this is no database, but long enough to look for a header" * 40])
def test_a_file_that_is_no_database_is_left_alone(path: Path, content: bytes) -> None:
    """A wrong path in the config must not cost somebody's file."""
    path.parent.mkdir()
    path.write_bytes(content)
    engine = open_engine(f"sqlite:///{path}")

    with pytest.raises(StoreError, match="not a SQLite database, or is damaged"):
        migrate(engine)
    engine.dispose()

    assert path.read_bytes() == content


def test_a_damaged_database_says_so(database: Path) -> None:
    """Half a disk page of noise: the message says to put a backup in its place."""
    with database.open("r+b") as file:
        file.seek(200)
        file.write(os.urandom(8000))
    engine = open_engine(f"sqlite:///{database}")

    with pytest.raises(StoreError, match="damaged"):
        write_something(engine)
    engine.dispose()


def test_a_full_disk_says_so_and_leaves_nothing_half_written(database: Path) -> None:
    """SQLite's own limit on pages stands in for the disk's."""
    engine = open_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    with pytest.raises(StoreError, match="no room left"):
        fill(engine)

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM client").scalar_one() == 0
    engine.dispose()


def test_a_folder_that_cannot_be_written_says_so(path: Path) -> None:
    """A file where a folder is expected, as root may write everywhere else."""
    path.parent.write_text("a file")

    with pytest.raises(StoreError, match="cannot be made"):
        open_engine(f"sqlite:///{path}")


# --- revisions ----------------------------------------------------------------------------------------------------


def test_the_revisions_make_exactly_the_tables_of_the_models(database: Path, tmp_path: Path) -> None:
    """What differs would be found by a user, on the day of an upgrade."""
    migrated = open_engine(f"sqlite:///{database}")
    modelled = open_engine(f"sqlite:///{tmp_path / 'models.db'}")
    with writing(modelled) as connection:
        SQLModel.metadata.create_all(connection)

    with migrated.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    assert anatomy(inspect(migrated)) == anatomy(inspect(modelled))
    migrated.dispose()
    modelled.dispose()


def test_migrating_twice_is_migrating_once(database: Path) -> None:
    """Every start of the program asks."""
    engine = open_engine(f"sqlite:///{database}")
    migrate(engine)
    engine.dispose()

    assert [file.name for file in database.parent.iterdir()] == ["milepost.db"]


def test_a_newer_database_is_refused_in_one_line(database: Path) -> None:
    """An older program would write rows that the newer one cannot explain."""
    set_revision(database, "0999")
    engine = open_engine(f"sqlite:///{database}")

    with pytest.raises(StoreError, match=r"newer Milepost \(revision 0999; this one knows \d+\)") as refusal:
        migrate(engine)
    engine.dispose()

    assert "\n" not in str(refusal.value)


def test_a_copy_is_kept_before_a_later_revision(database: Path, tmp_path: Path) -> None:
    """A migration that goes wrong on real data must cost a minute, not the data."""
    later = shutil.copytree(str(files("unify.migrations")), tmp_path / "later")
    revision = f'revision = "9999"\ndown_revision = "{revision_of(database)}"\n\n\ndef upgrade() -> None:\n    pass\n'
    (later / "versions" / "r9999_nothing.py").write_text(revision)
    engine = open_engine(f"sqlite:///{database}")
    write_something(engine)

    migrate(engine, later)

    engine.dispose()
    copy = database.with_name("milepost.db.before-9999")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert (revision_of(copy), revision_of(database)) == ("0001", "9999")
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT count(*) FROM client").fetchone() == (1,)


def anatomy(inspector: Inspector) -> dict[str, object]:
    """Everything that makes two databases the same, but for the order of constraints."""
    return {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in inspector.get_columns(table)],
            inspector.get_pk_constraint(table)["constrained_columns"],
            sorted(str(index) for index in inspector.get_indexes(table)),
            sorted(str(key["constrained_columns"]) for key in inspector.get_foreign_keys(table)),
            sorted(str(unique["column_names"]) for unique in inspector.get_unique_constraints(table)),
        )
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def write_something(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO client (key, names, calendar, confidential) VALUES ('c', '{}', '', 0)")


def fill(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO client (key, names, calendar, confidential) VALUES ('c', ?, '', 0)", ("x" * 1_000_000,)
        )


def set_revision(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def revision_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
