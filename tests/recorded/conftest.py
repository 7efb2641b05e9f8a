"""These tests need records that vendors really sent, which are not ours: `make test-recorded RECORDED=folder`."""

import os
from pathlib import Path

import pytest

FOLDER = os.environ.get("MILEPOST_TEST_RECORDED", "")

collect_ignore_glob = [] if FOLDER else ["test_*.py"]


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder with a folder for each vendor."""
    return Path(FOLDER)
