"""A database that is locked, damaged, newer, on a full disk: one clear line, code 1, and no half page."""

import os
import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cli.failures import explain
from cli.opening import open_hub
from tests.cli.home import Home, run_child
from unify.engine import StoreError


def whole(database: Path) -> list[tuple[str]]:
    """What SQLite itself says of the file."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall()


def one_line(said: str) -> bool:
    return len(said.strip().splitlines()) == 1


def test_a_damaged_database_is_one_line(home: Home) -> None:
    """No traceback at two in the morning: which file, what is wrong, what to do."""
    home.database.write_bytes(b"this was a database once" * 1000)

    said = home.run("status")

    assert (said.code, one_line(said.err)) == (1, True)
    assert str(home.database) in said.err
    assert "put a backup in its place" in said.err


def test_a_newer_database_is_refused_in_one_line(home: Home) -> None:
    """An older program must not write into tables that it does not know."""
    home.run("status")
    with closing(sqlite3.connect(home.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    said = home.run("sync")

    assert (said.code, one_line(said.err)) == (1, True)
    assert "newer Milepost" in said.err


def test_a_locked_database_is_told(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody left a SQL browser open: how to find it."""
    home.run("status")
    with closing(sqlite3.connect(home.database, isolation_level=None)) as browser:
        browser.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as refusal, open_hub(home.config, lock_wait_s=0.01):
            pass

    assert explain(refusal.value) == 1
    assert "locked by another program" in capsys.readouterr().err


def test_a_folder_that_cannot_be_is_told(home: Home) -> None:
    """The path goes through a file."""
    home.change('language = "en"', 'language = "en"\ndatabase = "sqlite:///milepost.toml/hub.db"')

    said = home.run("sync")

    assert (said.code, one_line(said.err)) == (1, True)
    assert "milepost.toml/hub.db cannot be made" in said.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_database_that_may_not_be_written_is_told(home: Home) -> None:
    """Copied there by another user."""
    home.run("status")
    home.database.chmod(0o400)

    said = home.run("sync")

    assert (said.code, one_line(said.err)) == (1, True)
    assert "cannot be written" in said.err


@pytest.mark.parametrize("kib", [40, 260])
def test_a_full_disk_leaves_whole_pages_and_the_next_run_the_rest(home: Home, kib: int) -> None:
    """Whatever write it is that fails: code 1, a clear line, a sound database, and nothing lost once there is room."""

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (kib * 1024, kib * 1024))

    full = run_child("sync", "-c", str(home.config), preexec_fn=no_room)
    assert full.code == 1, full
    assert "Traceback" not in full.err
    assert f"The database {home.database}" in full.err
    assert whole(home.database) == [("ok",)]

    after = home.run("sync")

    assert after.code == 0
    assert len(home.rows("work_item")) == 3
    assert [row["outcome"] for row in home.rows("sync_run")][-2:] == ["ok", "ok"]


def test_a_report_that_cannot_be_written_leaves_the_old_one(home: Home) -> None:
    """A half page on a full disk would be believed."""
    target = home.folder / "report.html"
    assert home.run("report", "-o", str(target)).code == 0
    before = target.read_bytes()

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))

    said = run_child("report", "-c", str(home.config), "-o", str(target), preexec_fn=no_room)

    assert said.code == 1
    assert "Traceback" not in said.err
    assert target.read_bytes() == before
    assert sorted(path.name for path in home.folder.iterdir() if "report" in path.name) == ["report.html"]


def test_a_report_into_no_folder_is_one_line(home: Home) -> None:
    """A mistyped path is no mistake of ours."""
    said = home.run("report", "-o", str(home.folder / "nowhere" / "report.html"))

    assert (said.code, one_line(said.err)) == (1, True)
    assert "nowhere" in said.err
    assert "No such file or directory" in said.err
