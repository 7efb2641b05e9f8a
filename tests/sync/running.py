"""One run over the tiny vendor, as every test here starts it."""

import threading
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from config.clock import Clock
from sync.engine import RunResult, sync_source
from tests.sync.vendor import Vendor
from tests.unify.tiny import NOON, TinyMapper, settings


def sync(
    engine: Engine,
    vendor: Vendor,
    *,
    now: datetime = NOON,
    clock: Clock | None = None,
    mapper: TinyMapper | None = None,
    config: dict[str, Any] | None = None,
    stop: threading.Event | None = None,
    **more: Any,
) -> RunResult:
    return sync_source(
        settings(**(config or {})),
        vendor,
        mapper or TinyMapper(),
        engine,
        zone=ZoneInfo("Asia/Hong_Kong"),
        clock=clock or (lambda: now),
        stop=stop or threading.Event(),
        **more,
    )
