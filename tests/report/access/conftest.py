"""The small firm, behind its door."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.firm import settings
from tests.report.access.browsing import House
from tests.report.firm import firm
from unify.engine import open_engine


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The firm's database, made once; Marco and May have passwords."""
    folder = tmp_path_factory.mktemp("firm")
    engine = firm(folder)
    House(engine, settings()).add("marco", "may")
    engine.dispose()
    return folder


@pytest.fixture
def house(tmp_path: Path, blank: Path) -> Iterator[House]:
    """The firm, with a database of its own."""
    shutil.copytree(blank, tmp_path, dirs_exist_ok=True)
    (file,) = tmp_path.glob("*.db")
    engine = open_engine(f"sqlite:///{file}")
    yield House(engine, settings())
    engine.dispose()
