"""The record of runs: when each began, how it ended, and what the source is known by since."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from config.clock import Clock
from config.settings import SourceSettings
from connectors.base import ConnectorError, NotFound, VendorChanged
from sync.lease import LeaseLost
from unify.breaker import note_answer, note_failure
from unify.derived import SOURCE, table_of
from unify.engine import StoreError, writing
from unify.tables import SyncRun
from unify.upsert import Upserts

log = logging.getLogger(__name__)

_runs = table_of(SyncRun)


_NOT_THE_SOURCE = (StoreError, LeaseLost)
"""What ends a run, and says nothing of the vendor."""


class PartsMissing(NotFound):
    """Some of what the config names is not there, or not for us; all else was read."""


def of_parts(refused: Iterable[ConnectorError]) -> ConnectorError:
    """What parts were refused for, each reason once, as the error of a run that read all the others.

    Where one answer was not what the vendor documents, that is the vendor's failure, and no wish of the config's.
    """
    refused = list(refused)
    text = "; ".join(dict.fromkeys(str(one) for one in refused))
    return VendorChanged(text) if any(isinstance(one, VendorChanged) for one in refused) else PartsMissing(text)


class RunRecord:
    """One run over one source, from its begin on."""

    def __init__(self, engine: Engine, settings: SourceSettings, started: datetime, wall: Clock) -> None:
        """Record that it began; `wall` is real time. A run that is still "running" then was killed."""
        self._engine = engine
        self._settings = settings
        self._source = source = settings.name
        self._wall = wall
        with writing(engine) as connection:
            known = connection.execute(select(SOURCE.c.last_error).where(SOURCE.c.name == source))
            self._was_away = bool(known.scalar())
            values = {"name": source, "kind": settings.kind, "active": True, "last_tried_at": started}
            values["expires_on"] = settings.expires
            Upserts(engine.dialect).save(connection, "source", [values], {})
            killed = update(_runs).where(_runs.c.source == source, _runs.c.outcome == "running")
            connection.execute(killed.values(outcome="failed", error="the program ended in the middle of it"))
            begun = insert(_runs).values(source=source, started_at=started).returning(_runs.c.id)
            self.id: int = connection.execute(begun).scalar_one()

    def end(
        self,
        finished: datetime,
        outcome: str,
        error: str,
        refusal: Exception | None,
        *,
        requests: int,
        records: int,
        changed: int,
    ) -> None:
        """Record how it ended, `refusal` being what ended it: who fails again and again is asked less often.

        Say when the source goes away and when it is back, and not every time between.
        """
        counts = {"requests": requests, "records": records, "changed": changed}
        with writing(self._engine) as connection:
            ended = {"finished_at": finished, "outcome": outcome, "error": error, **counts}
            connection.execute(update(_runs).where(_runs.c.id == self.id).values(ended))
            if outcome == "ok":
                note(connection, self._source, last_ok_at=finished, last_error="")
            elif outcome == "failed":
                note(connection, self._source, last_error=error)
            if outcome == "ok" or isinstance(refusal, PartsMissing):
                note_answer(connection, self._source)
            elif refusal is not None and not isinstance(refusal, _NOT_THE_SOURCE):
                note_failure(connection, self._settings, refusal, self._wall())
        if outcome == "failed" and not self._was_away:
            log.warning("%s: %s", self._source, error.removeprefix(f"{self._source}: "))
        elif outcome == "ok" and self._was_away:
            log.info("%s is back", self._source)


def note(connection: Connection, source: str, **values: Any) -> None:
    """Write down of a source what was learnt of it."""
    connection.execute(update(SOURCE).where(SOURCE.c.name == source).values(values))
