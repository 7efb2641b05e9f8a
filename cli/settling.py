"""Keeping what is linked and derived true: to the rows that were touched, and to the settings when they changed."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime

import xxhash
from sqlalchemy import Connection, Engine

from config.clock import Clock
from config.settings import Settings
from rules.working_time import WorkingTime, calendar_of
from sync.settling import settle as settle_stored
from unify.closures import read_closures
from unify.derived import Touched
from unify.engine import writing
from unify.hub_state import SETTLED_TIMES, recall, remember
from unify.settle import settle

_SETTLED = "settled_with"

_NOT_SETTLED_WITH = {
    *("folder", "database", "public_url", "rules_dir", "feedback_hours", "stale_after", "first_run", "language"),
    *("keep_deleted_days", "channels", "routes", "rules", "sources"),
}
"""Settings that link and derive do not look at: when others change, everything is settled again."""


class Settling:
    """Links and derives by the settings of one hub. Twice is once."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        clock: Clock,
        calendars: Callable[[Connection, datetime], Mapping[str, WorkingTime]],
    ) -> None:
        """`calendars` gives the working calendars around an instant, by name."""
        self._settings = settings
        self._engine = engine
        self._clock = clock
        self._calendars = calendars

    def settle(self, connection: Connection, touched: Touched | None) -> None:
        """What `touched` (table -> keys) reaches; None: everything."""
        now = self._clock()
        known = self._calendars(connection, now)
        settle(
            connection,
            self._settings,
            touched,
            lambda calendar, a, b: calendar_of(known, calendar).days_between(a, b),
            now,
        )
        remember(connection, SETTLED_TIMES, str(int(recall(connection, SETTLED_TIMES) or 0) + 1))

    def settle_touched(self) -> None:
        """What a decision touched."""
        settle_stored(self._engine, self.settle)

    def settle_if_changed(self) -> None:
        """Everything, if people, clients, calendars, closures or the like are not what they were."""
        known = self._settings.model_dump(mode="json", exclude=_NOT_SETTLED_WITH)
        sources = self._settings.sources.items()
        known["commented"] = sorted(name for name, source in sources if source.client_comments_are_feedback)
        with writing(self._engine) as connection:
            known["closures"] = [repr(one) for one in read_closures(connection)]
            version = xxhash.xxh3_64_hexdigest(json.dumps(known, sort_keys=True).encode())
            if recall(connection, _SETTLED) != version:
                self.settle(connection, None)
                remember(connection, _SETTLED, version)
