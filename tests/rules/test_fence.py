"""The second fence: what a rule's query cannot do, should the language ever let something through."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, String, func, literal, select, text
from sqlalchemy.exc import DatabaseError

from rules.fence import TooSlow, fenced
from rules.language.portable import has_label
from rules.views.base import table
from tests.rules.rows import database, milestone, source
from unify import tables


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A file with ten milestones."""
    with database(tmp_path, source(), *(milestone(number) for number in range(10))) as opened:
        yield opened


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO person (key) VALUES ('x')",
        "DELETE FROM milestone",
        "DROP TABLE milestone",
        "CREATE TEMP TABLE t (x)",
        "ATTACH DATABASE ':memory:' AS other",
        "PRAGMA query_only = OFF",
        "SELECT body FROM raw_record",
        "SELECT sql FROM sqlite_master",
        "SELECT randomblob(1000000000)",
        "SELECT printf('%1000000d', 1)",
        "SELECT key FROM milestone WHERE name REGEXP 'a'",
        "SELECT readfile('/etc/passwd')",
        "SELECT load_extension('x')",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
    ],
)
def test_inside_the_fence_only_the_views_tables_can_be_read(engine: Engine, sql: str) -> None:
    """The second fence, should the language ever let something through."""
    with (
        engine.connect() as connection,
        connection.begin(),
        pytest.raises(DatabaseError, match=r"authoriz|prohibited|no such function"),
        fenced(connection, {"milestone"}, 10.0),
    ):
        connection.execute(text(sql))


def test_nothing_that_the_file_brings_along_is_trusted(engine: Engine) -> None:
    """A view or a default in a file from elsewhere could call a function that does harm."""
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA trusted_schema")).scalar() == 0
        assert connection.execute(text("PRAGMA query_only")).scalar() == 1


def test_labels_are_read_inside_the_fence(engine: Engine) -> None:
    """A list is a table of its own to SQLite, and its name no table of ours."""
    items = table(tables.WorkItem)
    labelled = select(items.c.key).where(has_label(items.c.labels, literal("client", String())))

    with engine.connect() as connection, connection.begin(), fenced(connection, {items.name}, 10.0):
        assert connection.execute(labelled).all() == []


def test_a_query_that_does_not_end_is_stopped_in_time(engine: Engine) -> None:
    """Half-way, and the connection can go on: the next rule asks on it."""
    many = " CROSS JOIN ".join(f"milestone AS m{number}" for number in range(20))

    with engine.connect() as connection, connection.begin():
        began = time.monotonic()
        with pytest.raises(TooSlow, match=r"longer than 0\.2 s"), fenced(connection, {"milestone"}, 0.2):
            connection.execute(text(f"SELECT count(*) FROM {many} WHERE m0.key || m19.key = ''"))

        assert time.monotonic() - began < 5
        assert connection.execute(text("SELECT count(*) FROM milestone")).scalar() == 10


def test_postgres_stops_a_slow_query_and_goes_on_in_the_same_transaction(postgres: Engine) -> None:
    """There an error ends the transaction, and with it every later rule of the pass."""
    with postgres.connect() as connection, connection.begin():
        with pytest.raises(TooSlow), fenced(connection, (), 0.2):
            connection.execute(select(func.pg_sleep(30)))
        with pytest.raises(DatabaseError), fenced(connection, (), 10.0):
            connection.execute(text("SELECT nothing"))

        assert connection.execute(text("SHOW statement_timeout")).scalar() == "0"


def test_the_fence_is_gone_afterwards(engine: Engine) -> None:
    """The connection goes back to a pool that others use."""
    with engine.connect() as connection, connection.begin():
        raw = connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        before = raw.getlimit(sqlite3.SQLITE_LIMIT_LENGTH)

        with fenced(connection, {"milestone"}, 0.0):
            connection.execute(text("SELECT key FROM milestone"))

        assert raw.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) == before
        assert connection.execute(text("SELECT count(*) FROM person")).scalar() == 0


def test_what_is_no_time_out_stays_what_it_is(engine: Engine) -> None:
    """Only an interruption is called too slow."""
    with (
        engine.connect() as connection,
        pytest.raises(DatabaseError),
        fenced(connection, {"milestone"}, 10.0),
    ):
        connection.execute(text("SELECT nothing FROM milestone"))
