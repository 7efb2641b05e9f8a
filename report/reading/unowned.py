"""What belongs to nobody yet: its alerts reach the coordinator alone."""

from collections.abc import Sequence

from sqlalchemy import false, func, select

from report.asked import Asked
from report.rows import ProjectRow
from unify.derived import IDENTITY_LINK, PROJECT, SOURCE
from unify.freshness import tool_name


def read_projects_without_client(asked: Asked) -> Sequence[ProjectRow]:
    """In the order of their names; none for a reader who sees only clients of theirs."""
    if not asked.scope.is_all:
        return ()
    link = IDENTITY_LINK.c
    suggested = (
        select(func.min(link.to_key))
        .where(link.kind == "project_client", link.status == "suggested", link.from_key == PROJECT.c.key)
        .scalar_subquery()
    )
    statement = (
        select(PROJECT.c.key, PROJECT.c.name, PROJECT.c.url, SOURCE.c.kind, suggested.label("suggested"))
        .join(SOURCE, SOURCE.c.name == PROJECT.c.source)
        .where(
            PROJECT.c.client_key.is_(None),
            PROJECT.c.deleted_at.is_(None),
            PROJECT.c.archived == false(),
            SOURCE.c.active,
        )
        .order_by(PROJECT.c.name, PROJECT.c.key)
    )
    return [
        ProjectRow(row.key, row.name, row.url, tool_name(row.kind), row.suggested)
        for row in asked.connection.execute(statement)
    ]


def read_clients_without_bd(asked: Asked) -> Sequence[str]:
    """Their keys; none for a reader who sees only clients of theirs."""
    return [key for key, client in asked.clients.items() if client.bd is None] if asked.scope.is_all else ()
