"""Who decided what: the snoozes, silences, agreed dates and answers given elsewhere that the head of BD is told of."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Connection, select

from alerts.facts import Facts
from alerts.life import Cause
from alerts.silences import Match, every_silence
from alerts.store import ALERT, ALERT_EVENT
from unify.derived import AGREEMENT, ANSWER, FEEDBACK, MILESTONE

Kind = Literal["snoozed", "silenced", "agreed", "answered"]


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of one person about alerts or what they are about."""

    kind: Kind
    at: datetime
    """When it was decided or recorded."""
    by: str
    """A key of [people], or the machine's user."""
    subject: str
    """The key of what it is about; of a silence "" unless it names one."""
    name: str
    """What people call that; "" of a silence."""
    client: str
    """A name in [clients]; "" for none, or where a silence names none."""
    until: datetime | None = None
    """The end of a snooze or of a silence, as it was set; of an answer when it was given; None: till the due date
    moves, or of an agreement."""
    on: date | None = None
    """The date that was agreed."""
    why: str = ""
    """What the person said: the note, the reason, the reference, how it was answered."""
    match: Match | None = None
    """What a silence hides."""
    client_facing: bool = True
    """False where it is about a date that no client was promised."""


def decided(connection: Connection, since: datetime, until: datetime) -> list[Decided]:
    """What people decided in [`since`, `until`), the oldest first.

    A snooze that was set anew is told as it was set last; one that was handed back, or a silence that was ended early,
    was decided all the same.
    """
    found = [
        *_snoozes(connection, since, until),
        *_silences(connection, since, until),
        *_agreements(connection, since, until),
        *_answers(connection, since, until),
    ]
    return sorted(found, key=lambda one: (one.at, one.kind, one.subject))


def _snoozes(connection: Connection, since: datetime, until: datetime) -> list[Decided]:
    events = select(ALERT_EVENT, ALERT.c.subject, ALERT.c.client_key, ALERT.c.facts).join(
        ALERT, ALERT.c.fingerprint == ALERT_EVENT.c.fingerprint
    )
    chosen = events.where(ALERT_EVENT.c.reason == Cause.SNOOZED, ALERT_EVENT.c.at >= since, ALERT_EVENT.c.at < until)
    last: dict[tuple[str, int, str], Decided] = {}
    for row in connection.execute(chosen.order_by(ALERT_EVENT.c.id)).mappings():
        facts = Facts(row["facts"])
        last[row["fingerprint"], row["episode"], row["actor"]] = Decided(
            kind="snoozed",
            at=row["at"],
            by=row["actor"],
            subject=row["subject"],
            name=facts.text("name") or facts.text("subject"),
            client=_client(row["client_key"]),
            until=None if row["held_while"] else row["until"],
            why=row["note"],
            client_facing=facts.is_true("client_facing", default=True),
        )
    return list(last.values())


def _silences(connection: Connection, since: datetime, until: datetime) -> list[Decided]:
    return [
        Decided(
            kind="silenced",
            at=one.created_at,
            by=one.created_by,
            subject=one.match.subject or "",
            name="",
            client=one.match.client or "",
            until=one.ends_at,
            why=one.reason,
            match=one.match,
        )
        for one in every_silence(connection)
        if since <= one.created_at < until
    ]


def _agreements(connection: Connection, since: datetime, until: datetime) -> list[Decided]:
    of = AGREEMENT.join(MILESTONE, MILESTONE.c.key == AGREEMENT.c.milestone_key, isouter=True)
    chosen = select(AGREEMENT, MILESTONE.c.name, MILESTONE.c.client_key, MILESTONE.c.client_facing).select_from(of)
    within = (AGREEMENT.c.recorded_at >= since, AGREEMENT.c.recorded_at < until)
    return [
        Decided(
            kind="agreed",
            at=row["recorded_at"],
            by=row["recorded_by"],
            subject=row["milestone_key"],
            name=row["name"] or "",
            client=_client(row["client_key"]),
            on=row["agreed_on"],
            why=row["reference"],
            client_facing=row["client_facing"] is not False,
        )
        for row in connection.execute(chosen.where(*within)).mappings()
    ]


def _answers(connection: Connection, since: datetime, until: datetime) -> list[Decided]:
    of = ANSWER.join(FEEDBACK, FEEDBACK.c.key == ANSWER.c.feedback_key, isouter=True)
    chosen = select(ANSWER, FEEDBACK.c.subject, FEEDBACK.c.client_key).select_from(of)
    within = (ANSWER.c.recorded_at >= since, ANSWER.c.recorded_at < until)
    return [
        Decided(
            kind="answered",
            at=row["recorded_at"],
            by=row["recorded_by"],
            subject=row["feedback_key"],
            name=row["subject"] or "",
            client=_client(row["client_key"]),
            until=row["answered_at"],
            why=row["how"],
        )
        for row in connection.execute(chosen.where(*within)).mappings()
    ]


def _client(key: str | None) -> str:
    return (key or "").removeprefix("client/")
