"""A client that gets another BD manager for good takes its open alerts along."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from alerts.facts import Facts
from alerts.life import OPEN, Cause, Event, in_place
from alerts.store import Stored
from rules.evaluate import Finding


def handovers(alerts: Mapping[str, Stored], findings: Mapping[str, Finding], now: datetime) -> Iterator[Event]:
    """Of the open `alerts` those whose finding names another BD manager than was known of them: who had none before
    loses nobody, and who stands in for somebody changes nothing."""
    for key, finding in findings.items():
        alert = alerts[key]
        before, after = Facts(alert.facts).text("bd"), Facts(finding.facts).text("bd")
        if alert.known.life.state in OPEN and before and after and before != after:
            yield in_place(alert.known, Cause.HANDED_OVER, before, now)


def has_left(alert: Stored, reader: str, readers: Collection[str]) -> bool:
    """Whether it was that reader's and is another's now, and they are none of its `readers` in another role: they are
    told nothing more."""
    return reader in alert.known.life.left and reader not in readers
