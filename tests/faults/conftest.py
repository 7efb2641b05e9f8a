"""One address for all cases of a worker, one empty database to copy, and a rig for every kind of tool."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.serving import serving
from tests.faults.firm import KINDS, firm
from tests.faults.rig import Line, Rig
from tests.unify.tiny import new_database


@pytest.fixture(scope="session")
def line() -> Iterator[Line]:
    made = Line()
    with serving(made) as url:
        made.url = url
        yield made


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    new_database(folder, "empty.db").dispose()
    return folder / "empty.db"


@pytest.fixture(params=KINDS)
def rig(request: pytest.FixtureRequest, line: Line, empty: Path) -> Rig:
    """Every kind in turn."""
    return Rig(request.param, line, empty, firm(request.param))
