"""One first round of the demo's day, for all tests that only look at it."""

from collections.abc import Iterator

import pytest

from cli.hub import RoundResult
from tests.journey.day import Day, day


@pytest.fixture(scope="package")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Day, RoundResult]]:
    """The day after its first round; the tests that use it only look."""
    with day(tmp_path_factory.mktemp("morning")) as opened:
        yield opened, opened.first_round()
