"""How each project and client was doing, day by day: no names and no texts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


class HealthDay(SQLModel, table=True):
    """A project or a client on a day, as it was seen last on it; docs/health.md tells what the colours mean."""

    __tablename__ = "health_day"

    key: str = Field(primary_key=True)
    """The project's or the client's."""
    day: date = Field(primary_key=True, index=True)
    client_key: str | None = None
    """Whose it was."""
    colour: str
    """red, amber, grey, green"""
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """The worst first: `kind`, `colour`, `size`, `key` of the row behind it, `project` where it is a client's, and
    `facts` as numbers and days."""
    native: str | None = None
    """What the tool itself said of the project, in its own word: it is no part of the colour."""
    computed_at: datetime
