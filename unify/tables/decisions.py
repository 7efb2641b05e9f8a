"""What people told the hub: dates that a client agreed to, answers given elsewhere, when an office was closed."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel


class Agreement(SQLModel, table=True):
    """A date that the client accepted, recorded with its reference (`milepost agree`)."""

    __tablename__ = "agreement"

    id: int | None = Field(default=None, primary_key=True)
    milestone_key: str = Field(index=True)
    agreed_on: date
    reference: str
    recorded_at: datetime
    recorded_by: str


class Answer(SQLModel, table=True):
    """An answer given outside the tools (`milepost answered`)."""

    __tablename__ = "answer"

    id: int | None = Field(default=None, primary_key=True)
    feedback_key: str = Field(index=True)
    answered_at: datetime
    how: str
    recorded_at: datetime
    recorded_by: str
    note_id: str | None = None
    """Of the note written to the CRM, where that is allowed."""


class Closure(SQLModel, table=True):
    """When the offices of a region were closed out of turn: a typhoon, black rain (`milepost calendar close`)."""

    __tablename__ = "closure"

    id: int | None = Field(default=None, primary_key=True)
    region: str
    """As a calendar of the config calls it: HK, CN, or its own `region`."""
    begins_at: datetime
    ends_at: datetime
    reason: str
    recorded_at: datetime
    recorded_by: str
    lifted_at: datetime | None = None
    """It was entered wrongly: since then no clock heeds it."""
    lifted_by: str | None = None
