"""Makes children that tell a story and may be killed in it; see `tests.faults.telling` for what they do."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from tests.alerts import firm

ROOT = Path(__file__).parents[2]


class Teller:
    """Children that live in `folder`, one after another, each going on where the one before ended."""

    def __init__(
        self,
        folder: Path,
        rows: Callable[[Engine], None],
        module: str = "tests.faults.telling",
        places: Mapping[str, str] | None = None,
    ) -> None:
        """`rows` writes what the hub has read before the story begins; `module` tells it, to stand-ins at `places`."""
        self.folder = folder
        self._places = places or {}
        self._empty = folder / "empty.db"
        engine = firm.database(folder)
        rows(engine)
        engine.dispose()
        (folder / "milepost.db").rename(self._empty)
        command = [sys.executable, "-m", module]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def begin(self) -> None:
        """Nothing was found and nothing told yet."""
        for left in ("milepost.db-wal", "milepost.db-shm", "arrived", "step"):
            (self.folder / left).unlink(missing_ok=True)
        shutil.copyfile(self._empty, self.folder / "milepost.db")

    def live(
        self, story: str, dies_at: int | None = None, *, life: int = 0, born: Callable[[int], None] = lambda _: None
    ) -> int:
        """A child that goes on where the one before ended; its exit code, or minus the signal. `born` is told who it
        is."""
        step = self.folder / "step"
        self._wish(story, dies_at, int(step.read_text()) if step.exists() else 0, life, warm=False)
        born(self._answer())
        return self._answer()

    def undisturbed(self, story: str) -> int:
        """The story told without a child that could be killed; how many points it has."""
        self.begin()
        self._wish(story, None, 0, 0, warm=True)
        assert self._answer() == 0
        return int((self.folder / "points").read_text())

    def must_have_sent_all(self) -> None:
        """Nothing waits any more, and the file is sound."""
        with closing(sqlite3.connect(self.folder / "milepost.db")) as opened:
            assert opened.execute("SELECT count(*) FROM delivery WHERE state = 'waiting'").fetchone() == (0,)
            assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    def close(self) -> None:
        """No more children."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def _wish(self, story: str, dies_at: int | None, step: int, life: int, *, warm: bool) -> None:
        wish = {
            "folder": str(self.folder),
            "story": story,
            "dies_at": dies_at,
            "step": step,
            "life": life,
            "warm": warm,
            "places": self._places,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()

    def _answer(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())
