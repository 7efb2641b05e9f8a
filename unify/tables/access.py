"""The accounts of those who may sign in to the report, and what became of them."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Login(SQLModel, table=True):
    """One of `[people]` as they sign in. Whether they may is asked of the settings each time."""

    __tablename__ = "login"

    name: str = Field(primary_key=True)
    """The key under `[people]`."""
    password_hash: str | None = None
    """Argon2id, with its salt and what it cost. None: no password of ours lets them in."""
    created_at: datetime
    password_changed_at: datetime | None = None
    sessions_valid_since: datetime
    """Who signed in before must do so again."""


class AuditEntry(SQLModel, table=True):
    """A line of the log that `milepost users log` shows. Kept for `keep_audit_days`."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    event: str
    """added, removed, password, signed_out, signed_in, failed, throttled, exported, forgotten"""
    who: str
    """Whose account it is about: the key under `[people]`; "" where nobody's name was given."""
    what: str = ""
    """By whom, and what else is to be known of it."""
    address: str = ""
    """The network address that it came from; "" for a command."""
