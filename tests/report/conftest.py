"""A database with the small firm, for every test that asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.report.firm import firm


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """The firm without milestones or feedback."""
    engine = firm(tmp_path)
    yield engine
    engine.dispose()
