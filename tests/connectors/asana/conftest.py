"""The stand-in for Asana, and connectors to it."""

from collections.abc import Iterator

import pytest

from sandbox.asana import AsanaSandbox
from tests.connectors.asana.firm import APP, Clock, Connect, connecting
from tests.factories import plan


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> AsanaSandbox:
    return AsanaSandbox.from_plan(plan(APP), clock)


@pytest.fixture
def connect(sandbox: AsanaSandbox) -> Iterator[Connect]:
    """Builds connectors to the sandbox; waits cost no time."""
    with connecting(sandbox) as make:
        yield make
