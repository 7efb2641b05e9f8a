"""What people told the hub: dates that a client agreed to, and answers given elsewhere."""

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
