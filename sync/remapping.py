"""Mapping one source again from what is stored (`milepost remap`): no request is made."""

import threading
from collections.abc import Callable
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from config.clock import Clock, system_clock
from config.settings import SourceSettings
from connectors.base import Connector
from sync.lease import lease
from sync.settling import After, settle
from sync.tenant import own_accounts
from unify.engine import writing
from unify.mapping import Mapper, MappingContext
from unify.remap import load_vocabulary, remap


def remap_source(
    settings: SourceSettings,
    connector: Connector,
    mapper: Mapper,
    engine: Engine,
    *,
    zone: ZoneInfo,
    clock: Clock,
    stop: threading.Event,
    progress: Callable[[int], None] = lambda records: None,
    after: After | None = None,
    lease_clock: Clock = system_clock,
) -> int:
    """Map every stored record of the source again, link and derive what reads differently; return how many there are.

    Of the connector only the names of its streams are asked. Raises LeaseHeld if a run is at work on the source, and
    Stopped if cut short: the next run then maps the source again.
    """
    with lease(engine, settings.name, clock=lease_clock) as held:
        words = [stream.name for stream in connector.streams() if stream.vocabulary]
        with writing(engine) as connection:
            ours = own_accounts(connection, settings.name)
            vocabulary = load_vocabulary(connection, settings.name, words)
        context = MappingContext(settings.name, zone, settings, vocabulary, ours)
        count = remap(engine, mapper, context, clock=clock, stop=stop, committing=held.renew, progress=progress)
        if after is not None:
            settle(engine, after)
        return count
