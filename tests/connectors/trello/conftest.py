"""The stand-in for Trello, and connectors to it."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from pydantic import SecretStr

from config.settings import Secret
from connectors.governor import Governor
from connectors.trello import Trello, TrelloSettings
from sandbox.trello import KEY, TOKEN, TrelloSandbox
from tests.connectors.serving import serving
from tests.connectors.trello.firm import Connect, firm
from tests.factories import STORY_NOW


@pytest.fixture
def sandbox() -> TrelloSandbox:
    # Every request and every change comes a second later than the one before.
    seconds = count()
    return TrelloSandbox.from_plan(firm(), lambda: STORY_NOW + timedelta(seconds=next(seconds)))


@pytest.fixture
def connect(sandbox: TrelloSandbox) -> Iterator[Connect]:
    """Builds connectors to the sandbox; waits cost no time."""
    governors: list[Governor] = []
    with serving(sandbox.app) as url:

        def make(**replaced: Any) -> Trello:
            for name in ("token", "key"):
                if name in replaced:
                    replaced[name] = Secret(reference=f"env:TRELLO_{name.upper()}", value=SecretStr(replaced[name]))
            defaults: dict[str, Any] = {
                "name": "boards",
                "url": url,
                "key": Secret(reference="env:TRELLO_KEY", value=SecretStr(KEY)),
                "token": Secret(reference="env:TRELLO_TOKEN", value=SecretStr(TOKEN)),
            }
            settings = TrelloSettings(**(defaults | replaced))
            governor = Governor(
                "boards",
                limits=["1000/second"],
                stop=threading.Event(),
                redact=lambda text: text.replace(TOKEN, "***"),
                wait=lambda seconds: False,
            )
            governors.append(governor)
            return Trello(settings, governor)

        yield make
        for governor in governors:
            governor.close()
