"""What every row made from a vendor's record has in common, its key above all."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


def row_key(source: str, stream: str, vendor_id: str) -> str:
    """The primary key of the row made from that record."""
    return f"{source}/{stream}/{vendor_id}"


BY_SHORT = "short"
"""In the place of a stream: the key names an item by what people call it, where the tool tells no id."""


def json_list() -> Any:
    """A column that holds a list of texts, empty unless said."""
    return Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class SourceRow(SQLModel):
    """What every row made from a vendor's record carries."""

    key: str = Field(primary_key=True)
    source: str
    vendor_id: str
    url: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    """The vendor's."""
    changed_here_at: datetime | None = None
    """Moves only when the content differs."""
    deleted_at: datetime | None = None
    delete_reason: str | None = None
    """deleted, archived, lost_access, out_of_scope"""
