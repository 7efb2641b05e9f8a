"""`milepost backup`: one line for whoever reads the mail of a timer, and code 1 where there is no new copy."""

import resource
import shutil

from tests.cli.home import Home, run_child


def test_what_was_backed_up_can_be_put_back(home: Home) -> None:
    """The steps of docs/operations.md: the database is gone, the copy takes its place, and the hub goes on from it."""
    assert home.run("sync").code == 0
    before = home.rows("work_item")

    said = home.run("backup")
    path = said.out.partition(": ")[0]
    for name in ("milepost.db", "milepost.db-wal", "milepost.db-shm"):
        (home.folder / name).unlink(missing_ok=True)
    shutil.move(path, home.database)

    assert said.code == 0
    assert "rows compared with the original" in said.out
    assert home.rows("work_item") == before
    assert home.run("sync").code == 0


def test_a_full_disk_is_one_line_and_no_half_copy(home: Home) -> None:
    """Whatever write it is that fails; the copies of before are what is left."""
    home.run("sync")
    home.run("backup")
    kept = sorted(path.name for path in (home.folder / "backups").iterdir())

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (128 * 1024, 128 * 1024))

    said = run_child("backup", "-c", str(home.config), preexec_fn=no_room)

    assert said.code == 1
    assert len(said.err.strip().splitlines()) == 1
    assert "could not be written" in said.err
    assert sorted(path.name for path in (home.folder / "backups").iterdir()) == kept


def test_before_the_first_sync_there_is_nothing_to_keep(home: Home) -> None:
    """And no database is made by looking for one."""
    said = home.run("backup")

    assert said.code == 1
    assert "`milepost sync` makes it" in said.err
    assert not home.database.exists()
