"""Alerts as the database keeps them: read what a round needs, write what it changes, with its events."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.engine import RowMapping

from alerts.life import Cause, Event, Known, Life, after, fold
from alerts.messages import Ending
from rules.evaluate import Finding
from unify.derived import table_of
from unify.tables import Alert, AlertEvent

ALERT = table_of(Alert)
ALERT_EVENT = table_of(AlertEvent)
_OF_EVENTS = [field.name for field in fields(Event)]

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
    def urgent_since(self) -> datetime | None:
        """When it opened, or last became worse, as what is urgent does when it becomes so; None: it is not urgent."""
        life = self.known.life
        return (life.worse_at or life.since) if self.urgent else None

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
    stored = _read(connection, is_of_interest(now))
    for key in found:
        if key not in stored:
            stored |= _read(connection, ALERT.c.fingerprint == key)
    return dict(sorted(stored.items()))


def read_alert(connection: Connection, fingerprint: str) -> Stored | None:
    """The alert, whatever its state; None: there is none."""
    return _read(connection, ALERT.c.fingerprint == fingerprint).get(fingerprint)


def read_openings(connection: Connection, alerts: Mapping[str, Stored], least: int) -> dict[str, list[datetime]]:
    """When each of `alerts` that opened `least` times or more did so, the earliest first."""
    often = [key for key, alert in alerts.items() if alert.known.life.episode >= least]
    found: dict[str, list[datetime]] = {}
    openings = select(ALERT_EVENT.c.at).where(ALERT_EVENT.c.reason.in_((Cause.FIRED, Cause.REOPENED, Cause.FIRST_LOOK)))
    for key in often:
        this = openings.where(ALERT_EVENT.c.fingerprint == key).order_by(ALERT_EVENT.c.id)
        found[key] = list(connection.scalars(this))
    return found


def is_of_interest(now: datetime) -> ColumnElement[bool]:
    """Alerts that are open, or whose end may still have to be told."""
    return (ALERT.c.state != "resolved") | (ALERT.c.resolved_at > now - ENDS_TOLD_WITHIN)


def _read(connection: Connection, which: ColumnElement[bool]) -> dict[str, Stored]:
    """Their rows, each with its life as the events of its present episode tell it."""
    rows = connection.execute(select(ALERT).where(which)).mappings().all()
    joined = ALERT_EVENT.join(
        ALERT, (ALERT.c.fingerprint == ALERT_EVENT.c.fingerprint) & (ALERT.c.episode == ALERT_EVENT.c.episode)
    )
    happened = select(*(ALERT_EVENT.c[name] for name in _OF_EVENTS)).select_from(joined).where(which)
    events = defaultdict[str, list[Event]](list)
    for row in connection.execute(happened.order_by(ALERT_EVENT.c.id)):
        events[row.fingerprint].append(Event(*row))
    return {row["fingerprint"]: _stored(row, events[row["fingerprint"]]) for row in rows}


def _stored(row: RowMapping, events: Sequence[Event]) -> Stored:
    life = fold(events)
    assert life is not None, "an alert is written with the event that made it"
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
            ends = key in endings and before.known.life.state != "pending"
            kept = {**before.facts, "ending": _ending(endings[key])} if ends else before.facts
            values = {**_of_life(life), "facts": kept}
            connection.execute(update(ALERT).where(ALERT.c.fingerprint == key).values(values))
            known = Known(key, before.known.rule, before.known.source, life)
            alerts[key] = Stored(known, before.subject, before.client, before.urgent, kept)
        connection.execute(insert(ALERT_EVENT).values(**asdict(event)))


def write_facts(connection: Connection, alerts: dict[str, Stored], findings: Mapping[str, Finding]) -> None:
    """Keep what open alerts' findings say now, where it differs from what they said."""
    for key, finding in findings.items():
        stored = alerts[key]
        if stored.known.life.state == "pending":
            continue  # what it says of how it ended last stands till it fires
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
    """Its columns; the rest of a life is read from the events."""
    return {name: value for name, value in asdict(life).items() if name in ALERT.c}


def _ending(ending: Ending) -> dict[str, Any]:
    return {
        "reason": ending.reason,
        "by": ending.by,
        "at": ending.at.isoformat() if ending.at else None,
        "new_on": ending.new_on.isoformat() if ending.new_on else None,
        "how": ending.how,
        "path": [on.isoformat() for on in ending.path],
    }
