"""What reading a source will take, to be said before it begins."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from connectors.scope import count
from unify.derived import table_of
from unify.tables import SyncRun

_RUN = table_of(SyncRun)


@dataclass(frozen=True, slots=True)
class Forecast:
    """`requests` and `takes` of the last good run, begun at `since`; of a first or full one, the least it can take."""

    source: str
    requests: int
    takes: timedelta
    since: datetime | None = None
    """None: everything is read."""
    parts: int = 0
    """Projects or boards that are read one by one, where everything is."""

    def __str__(self) -> str:
        seconds = max(1, round(self.takes.total_seconds()))
        if self.since is None:
            return (
                f"{self.source}: everything is read (projects or boards: {self.parts}), in at least "
                f"{count(self.requests, 'request')} and {seconds} s; later runs ask only for what changed"
            )
        return (
            f"{self.source}: what changed since {self.since:%Y-%m-%d %H:%M} is read; "
            f"the last run made {count(self.requests, 'request')} in {seconds} s"
        )


def last_good_run(connection: Connection, source: str, zone: ZoneInfo) -> Forecast | None:
    """What the last run that read everything took, its time told in `zone`; None: there was none."""
    statement = (
        select(_RUN.c.requests, _RUN.c.started_at, _RUN.c.finished_at)
        .where(_RUN.c.source == source, _RUN.c.outcome == "ok", _RUN.c.finished_at.is_not(None))
        .order_by(_RUN.c.id.desc())
        .limit(1)
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    return Forecast(source, row.requests, row.finished_at - row.started_at, since=row.started_at.astimezone(zone))
