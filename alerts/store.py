"""Alerts as the database keeps them: read what a round needs, write what it changes, with its events."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.engine import RowMapping

from alerts.life import Cause, Event, Known, Life, after
from alerts.messages import Ending
from config.settings import SEVERITIES
from rules.evaluate import Finding
from unify.derived import table_of
from unify.tables import Alert, AlertEvent

ALERT = table_of(Alert)
ALERT_EVENT = table_of(AlertEvent)

ENDS_TOLD_WITHIN = timedelta(days=14)
"""An end that could not be told in that time is no news any more."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An alert as stored."""

    known: Known
    subject: str
    client: str
    """Its name in `[clients]`, "" for none."""
    urgent: bool
    facts: Mapping[str, Any]

    @property
    def ending(self) -> Ending | None:
        """Why it is over, once it is."""
        kept = self.facts.get("ending")
        if kept is None or self.known.life.state != "resolved":
            return None
        at, new_on = kept["at"], kept["new_on"]
        return Ending(
            kept["reason"],
            kept["by"],
            datetime.fromisoformat(at) if at else None,
            date.fromisoformat(new_on) if new_on else None,
            kept["how"],
            tuple(map(date.fromisoformat, kept["path"])),
        )


def read_alerts(connection: Connection, found: Collection[str], now: datetime) -> dict[str, Stored]:
    """Every alert that is open, ended lately, or found in this round."""
    lately = select(ALERT).where(is_of_interest(now))
    rows = {row["fingerprint"]: row for row in connection.execute(lately).mappings()}
    for key in found:
        if key not in rows:
            row = connection.execute(select(ALERT).where(ALERT.c.fingerprint == key)).mappings().first()
            rows |= {key: row} if row is not None else {}
    severities = _severities(connection, now)
    return {key: _stored(row, severities.get(key, [])) for key, row in sorted(rows.items())}


def is_of_interest(now: datetime) -> ColumnElement[bool]:
    """Alerts that are open, or whose end may still have to be told."""
    return (ALERT.c.state != "resolved") | (ALERT.c.resolved_at > now - ENDS_TOLD_WITHIN)


def _severities(connection: Connection, now: datetime) -> dict[str, list[tuple[datetime, str, str]]]:
    """When, how severe and why, each time that alerts of interest fired or changed in their present episode."""
    joined = ALERT_EVENT.join(
        ALERT, (ALERT.c.fingerprint == ALERT_EVENT.c.fingerprint) & (ALERT.c.episode == ALERT_EVENT.c.episode)
    )
    events = (
        select(*(ALERT_EVENT.c[name] for name in ("fingerprint", "at", "severity", "reason")))
        .select_from(joined)
        .where(ALERT_EVENT.c.to_state == "firing", is_of_interest(now))
        .order_by(ALERT_EVENT.c.id)
    )
    found = defaultdict[str, list[tuple[datetime, str, str]]](list)
    for key, at, severity, reason in connection.execute(events):
        found[key].append((at, severity, reason))
    return found


def _stored(row: RowMapping, severities: Sequence[tuple[datetime, str, str]]) -> Stored:
    became_worse = [at for at, _, reason in severities if reason == Cause.WORSE]
    life = Life(
        episode=row["episode"],
        state=row["state"],
        severity=row["severity"],
        adopted=row["adopted"],
        since=row["since"],
        worse_at=became_worse[-1] if became_worse else None,
        worst=max((severity for _, severity, _ in severities), key=SEVERITIES.index, default=row["severity"]),
        resolved_at=row["resolved_at"],
        resolve_reason=row["resolve_reason"],
    )
    known = Known(row["fingerprint"], row["rule"], row["source"], life)
    client = (row["client_key"] or "").removeprefix("client/")
    return Stored(known, row["subject"], client, row["urgent"], row["facts"])


def write_events(
    connection: Connection,
    alerts: dict[str, Stored],
    events: Iterable[Event],
    findings: Mapping[str, Finding],
    endings: Mapping[str, Ending],
) -> None:
    """Write `events` and the states they lead to; `alerts` then holds the alerts as they are now."""
    for event in events:
        key = event.fingerprint
        before = alerts.get(key)
        life = after(before.known.life if before else None, event)
        if before is None:
            finding = findings[key]
            row = {"fingerprint": key, "rule": finding.rule, "subject": finding.subject, "source": finding.source}
            connection.execute(insert(ALERT).values(**row, **_of_finding(finding), **_of_life(life)))
            known = Known(key, finding.rule, finding.source, life)
            alerts[key] = Stored(known, finding.subject, _client(finding), is_urgent(finding), dict(finding.facts))
        else:
            kept = {**before.facts, "ending": _ending(endings[key])} if key in endings else before.facts
            values = {**_of_life(life), "facts": kept}
            connection.execute(update(ALERT).where(ALERT.c.fingerprint == key).values(values))
            known = Known(key, before.known.rule, before.known.source, life)
            alerts[key] = Stored(known, before.subject, before.client, before.urgent, kept)
        connection.execute(insert(ALERT_EVENT).values(**asdict(event)))


def write_facts(connection: Connection, alerts: dict[str, Stored], findings: Mapping[str, Finding]) -> None:
    """Keep what open alerts' findings say now, where it differs from what they said."""
    for key, finding in findings.items():
        stored = alerts[key]
        told = (stored.client, stored.urgent, stored.facts)
        if told != (_client(finding), is_urgent(finding), dict(finding.facts)):
            connection.execute(update(ALERT).where(ALERT.c.fingerprint == key).values(_of_finding(finding)))
            alerts[key] = Stored(
                stored.known, stored.subject, _client(finding), is_urgent(finding), dict(finding.facts)
            )


def is_urgent(finding: Finding) -> bool:
    """Whether the mark of urgency that config names is set; the milestones' view has none: they never wake anybody."""
    return finding.facts.get("urgent") is True


def _client(finding: Finding) -> str:
    return (finding.client or "").removeprefix("client/")


def _of_finding(finding: Finding) -> dict[str, Any]:
    return {"client_key": finding.client, "urgent": is_urgent(finding), "facts": dict(finding.facts)}


def _of_life(life: Life) -> dict[str, Any]:
    """Its columns; how severe it was, and when it became worse, is read from the events."""
    return {name: value for name, value in asdict(life).items() if name not in ("worse_at", "worst")}


def _ending(ending: Ending) -> dict[str, Any]:
    return {
        "reason": ending.reason,
        "by": ending.by,
        "at": ending.at.isoformat() if ending.at else None,
        "new_on": ending.new_on.isoformat() if ending.new_on else None,
        "how": ending.how,
        "path": [on.isoformat() for on in ending.path],
    }
