"""These tests need the vendors' OpenAPI documents: `make test-specs SPECS=folder`; without it none is collected."""

import os
from pathlib import Path

import pytest

FOLDER = os.environ.get("MILEPOST_TEST_SPECS", "")

collect_ignore_glob = [] if FOLDER else ["test_*.py"]


@pytest.fixture(scope="session")
def specs() -> Path:
    """The folder with the documents."""
    return Path(FOLDER)
