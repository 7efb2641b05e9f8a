"""Who reads while a sync writes sees what was before or what is after, and never something between."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from tests.faults.firm import NOW
from tests.faults.rig import Rig

COUNTED = ("work_item", "feedback", "milestone", "comment", "project", "account", "contact", "deal", "raw_record")


class Reader:
    """Looks at a database again and again, in a thread, as the report does: read only, one snapshot a look."""

    def __init__(self, database: Path) -> None:
        self.looks: list[dict[str, int]] = []
        self.dangling: list[int] = []
        self._database = database
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, isolation_level=None)) as reader:
            while not self._over.wait(0.001):
                reader.execute("BEGIN")
                counts = {table: self._count(reader, table) for table in COUNTED}
                reader.execute("COMMIT")
                self.looks.append(counts)

    @staticmethod
    def _count(reader: sqlite3.Connection, table: str) -> int:
        ((number,),) = reader.execute(f"SELECT count(*) FROM {table} WHERE deleted_at IS NULL")
        return int(number)


def test_a_reader_never_sees_less_than_before(rig: Rig) -> None:
    """In a first run tables only grow, page by page."""
    with Reader(rig.hub.database) as reader:
        assert rig.sync().outcome == "ok"

    assert len(reader.looks) > 3
    for table in COUNTED:
        counts = [look[table] for look in reader.looks]
        assert counts == sorted(counts), table
    rig.must_be_true()


def test_a_reader_never_sees_a_table_emptied_to_be_filled_again(rig: Rig) -> None:
    """Reading everything again, after many changes, takes nothing away in between."""
    assert rig.sync().outcome == "ok"
    for place in range(6):
        rig.people.edit(place, NOW)

    with Reader(rig.hub.database) as reader:
        assert rig.hub.sync(full=True).outcome == "ok"

    for table in COUNTED:
        counts = [look[table] for look in reader.looks]
        assert counts == sorted(counts), table
        assert len(set(counts)) <= 7, table
    rig.must_be_true()


def test_a_reader_sees_a_page_with_all_its_parts_or_not_at_all(rig: Rig) -> None:
    """Rows and the payloads they were made of are committed together."""
    with Reader(rig.hub.database) as reader:
        assert rig.sync().outcome == "ok"

    for look in reader.looks:
        if look["work_item"] or look["feedback"]:
            assert look["raw_record"] >= look["work_item"] + look["deal"]
    rig.must_be_true()
