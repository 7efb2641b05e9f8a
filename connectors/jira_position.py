"""How far a project's issues were read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.answers import instant
from connectors.base import Cursor

RECENT, DAILY = timedelta(days=14), timedelta(days=1)
"""Whether a comment that is deleted moves its issue's `updated`, Jira does not say: with every day on which something
changed in a project, the issues that changed in its last two weeks are read once more."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a project's issues were read: every change up to `until`; `settled` once a later look found no more.

    `looked`: where `until` stood when the last two weeks were last read again.
    """

    until: datetime
    looked: datetime
    settled: bool = False

    @classmethod
    def load(cls, cursor: Cursor | None) -> "Position | None":
        """What a cursor of ours says; None for none, and for one of another version."""
        told = json.loads(cursor) if cursor is not None else {}
        if told.get("v") != 2:
            return None
        return cls(datetime.fromisoformat(told["until"]), datetime.fromisoformat(told["looked"]), told["settled"])

    def cursor(self) -> Cursor:
        """As it is kept."""
        told = {"v": 2, "until": self.until.isoformat(), "looked": self.looked.isoformat(), "settled": self.settled}
        return Cursor(json.dumps(told))

    @property
    def is_long_look_due(self) -> bool:
        """Whether a day of changes has passed since the last two weeks were read again."""
        return self.until - self.looked >= DAILY

    def shows_quiet(self, insight: Mapping[str, Any]) -> bool:
        """Whether what the list of projects says of the last change shows that nothing happened since.

        It counts only after another look at the same end, and not before the search has had its time to show all that
        changed until then: it is behind the list, and a late issue may have changed before one that was shown.
        """
        last = instant(insight.get("lastIssueUpdateTime"))
        return self.settled and last is not None and last <= self.until
