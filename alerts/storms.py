"""A storm: very many new alerts of one source in one round, as a changed mapping or a mass import makes them.

Readers still get one message each, with the worst and the count. The coordinator is asked whether that is right, and
the comments in the tool wait for a working day: what is mended by then leaves none. Nothing is lost.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from alerts.flapping import has_lasted
from alerts.life import Cause, Event
from alerts.store import Stored
from rules.working_time import WorkingTime
from unify.hub_state import recall_all, remember

MOST = 25
"""New alerts of one source between two looks at it: what a firm of a hundred people has in a month, within minutes."""

KIND = "storm"


@dataclass(frozen=True, slots=True)
class Storm:
    """Of one source; what fired since `at` belongs to it, as long as it lasts."""

    at: datetime
    count: int
    told: bool = False
    """The coordinator was asked."""

    def holds(self, alert: Stored) -> bool:
        """Whether the alert came with it."""
        return alert.known.life.since >= self.at


def note_storms(
    connection: Connection,
    alerts: Mapping[str, Stored],
    events: Iterable[Event],
    looked_before: Collection[tuple[str, str]],
    calendar: WorkingTime,
    now: datetime,
) -> None:
    """Remember where more than `MOST` alerts opened in this round; what a rule finds at its first look is no storm."""
    opened = (alerts[event.fingerprint].known for event in events if event.reason in (Cause.FIRED, Cause.REOPENED))
    counts = Counter(known.source for known in opened if (known.rule, known.source) in looked_before)
    lasting = read_storms(connection, calendar, now)
    for source, count in counts.items():
        if source and count > MOST:
            before = lasting.get(source, Storm(now, 0))
            keep(connection, source, Storm(before.at, before.count + count))


def read_storms(connection: Connection, calendar: WorkingTime, now: datetime) -> dict[str, Storm]:
    """Those that last, by source."""
    kept = ((source, json.loads(value)) for source, value in recall_all(connection, KIND).items())
    storms = {source: Storm(datetime.fromisoformat(at), count, told) for source, (at, count, told) in kept}
    return {source: storm for source, storm in storms.items() if not has_lasted(storm.at, now, calendar)}


def keep(connection: Connection, source: str, storm: Storm) -> None:
    """Remember the storm of `source` as it is now."""
    remember(connection, f"{KIND}/{source}", json.dumps([storm.at.isoformat(), storm.count, storm.told]))
