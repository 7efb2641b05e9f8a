"""What each reader was told of an alert, as the deliveries of its present episode say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.deliveries import NEWS, RISEN, Identity, Past
from alerts.life import fingerprint
from alerts.store import Stored

_FOLLOWS = {"milestone-slipped": ("milestone-overdue", "date moved")}
"""Rule -> the rule, and the end of its alert, whose message says all that this one would: nobody is told twice."""


@dataclass(frozen=True, slots=True)
class History:
    """What was told of `alerts`."""

    alerts: Mapping[str, Stored]
    past: Mapping[str, Sequence[Past]]

    def news(self, alert: Stored, identity: Identity) -> list[datetime]:
        """When that reader was told that it is open, or went up; [] where they were not."""
        told = self.past.get(alert.known.fingerprint, ())
        news = [one.at for one in told if one.identity == identity and one.kind in (*NEWS, RISEN)]
        return news + self._told_as_an_end(alert, identity)

    def arrivals(self, alert: Stored, identity: Identity) -> list[datetime]:
        """When messages that told that reader that it is open, or went up, were sent: some wait for the morning."""
        told = self.past.get(alert.known.fingerprint, ())
        return [one.sent_at for one in told if one.identity == identity and one.kind in (*NEWS, RISEN) and one.sent_at]

    def is_on_its_way(self, alert: Stored, identity: Identity) -> bool:
        """Whether a message that tells them of it has not gone out yet: to write it again would double it."""
        told = self.past.get(alert.known.fingerprint, ())
        return any(one.identity == identity and one.kind in NEWS and one.state == "waiting" for one in told)

    def is_end_told(self, alert: Stored, identity: Identity) -> bool:
        """Whether that reader was told that it is over; what was told before that, was told of another end."""
        over_at = alert.known.life.resolved_at
        told = self.past.get(alert.known.fingerprint, ())
        ends = (one.at for one in told if one.identity == identity and one.kind == "resolved")
        return any(at >= (over_at or at) for at in ends)

    def told_by(self, fingerprint: str) -> dict[Identity, Past]:
        """The last message about the alert that each of its readers got, or will get."""
        roots: dict[Identity, Past] = {}
        for past in self.past.get(fingerprint, ()):
            if past.kind in NEWS and past.state in ("sent", "waiting", "rehearsed"):
                roots[past.identity] = past
        return roots

    def _told_as_an_end(self, alert: Stored, identity: Identity) -> list[datetime]:
        """When the reader was told, as the end of what it follows, how this alert began; [] where nobody did so."""
        rule, reason = _FOLLOWS.get(alert.known.rule, ("", ""))
        before = self.alerts.get(fingerprint(rule, alert.subject))
        if before is None or before.known.life.resolve_reason != reason:
            return []
        over_at = before.known.life.resolved_at
        heard = any(past.identity == identity for past in self.past.get(before.known.fingerprint, ()))
        return [over_at] if heard and over_at and over_at <= alert.known.life.since else []
