"""Findings, alerts and their life, and what is sent about them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class Evaluation(SQLModel, table=True):
    """That a rule has looked at a source: what it finds at a first look, or after a gap, was bad before we came."""

    __tablename__ = "evaluation"

    source: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    mapping_version: str = ""
    """Of the source's rows, when last looked at."""
    first_at: datetime
    last_at: datetime


class Alert(SQLModel, table=True):
    """One rule's finding about one subject. `AlertEvent` rows tell how it came to its state."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("rule", "subject"),)

    fingerprint: str = Field(primary_key=True)
    """`{rule}:{subject}`"""
    rule: str
    subject: str = Field(index=True)
    source: str
    client_key: str | None = None
    episode: int = 1
    """How often it has fired; 0: not yet."""
    state: str = "firing"
    """pending, firing, acknowledged, snoozed, resolved"""
    severity: str = "warning"
    urgent: bool = False
    adopted: bool = True
    """False: already bad at the first look; only the coordinator was told."""
    since: datetime
    """Start of this episode."""
    held_by: str | None = None
    """Who acknowledged or snoozed it: a key of [people], or the machine's user."""
    held_at: datetime | None = None
    held_until: datetime | None = None
    """End of a snooze."""
    held_while: str | None = None
    """The deadline, ISO, whose move ends a snooze."""
    level: int = 0
    """Escalations so far in this episode."""
    resolved_at: datetime | None = None
    resolve_reason: str | None = None
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """The view's columns when last seen, JSON: what the messages say."""


class AlertEvent(SQLModel, table=True):
    """A change of an alert's state: from, to, when, why, who."""

    __tablename__ = "alert_event"

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(foreign_key="alert.fingerprint", index=True)
    episode: int
    at: datetime
    from_state: str | None = None
    to_state: str
    severity: str
    reason: str
    actor: str = "milepost"
    until: datetime | None = None
    """End of a snooze."""
    held_while: str | None = None
    """The deadline, ISO, whose move ends a snooze."""
    note: str = ""
    """What the person said; to whom it was escalated."""


class Silence(SQLModel, table=True):
    """That nobody is told of the alerts that match all of what it names, for a time and a reason."""

    __tablename__ = "silence"
    __table_args__ = (
        CheckConstraint("coalesce(rule, client, source, subject) IS NOT NULL", name="silence_names_something"),
    )

    id: int | None = Field(default=None, primary_key=True)
    rule: str | None = None
    client: str | None = None
    """A name in [clients]."""
    source: str | None = None
    """A name in [sources]."""
    subject: str | None = None
    begins_at: datetime
    ends_at: datetime = Field(index=True)
    reason: str
    created_by: str
    created_at: datetime
    ended_by: str | None = None
    """Who ended it early."""
    ended_at: datetime | None = None


class Delivery(SQLModel, table=True):
    """A row of the outbox: one message to one recipient by one channel, or one comment on one item."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("key"), Index("delivery_by_state", "state", "not_before"))

    id: int | None = Field(default=None, primary_key=True)
    key: str
    """The receiver can see it: Message-ID, Slack metadata, the comment's marker."""
    channel: str
    """A channel of the config, or `comment:{source}`."""
    recipient: str
    """A person's key, "" for a group channel, or the subject of a comment."""
    kind: str
    """alert, daily, nothing, weekly, summary, resolved, outage, outage_over, doubt, held, comment, comment_removed"""
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    state: str = "waiting"
    """waiting, sent, parked (a person must act), dropped, rehearsed (never sent)"""
    created_at: datetime
    not_before: datetime
    attempts: int = 0
    last_error: str = ""
    sent_at: datetime | None = None
    receipt: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What the channel needs to update it: Slack's channel and ts, a Message-ID, a comment's id."""
    after: int | None = Field(default=None, foreign_key="delivery.id")
    """The delivery whose thread it joins."""


class DeliveryAlert(SQLModel, table=True):
    """Which alerts, in which episode, a delivery told about."""

    __tablename__ = "delivery_alert"

    delivery_id: int = Field(primary_key=True, foreign_key="delivery.id")
    fingerprint: str = Field(primary_key=True, foreign_key="alert.fingerprint", index=True)
    episode: int = Field(primary_key=True)
    reason: str
