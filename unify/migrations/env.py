"""What Alembic runs for every command; `unify.migrate` hands the connection in, inside its own transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import AutoString, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

import unify.tables  # noqa: F401  fills SQLModel.metadata


def render_type(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write SQLModel's types as what they are in the database: a revision must not change when SQLModel does."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_item=render_type,
)
context.run_migrations()
