"""What the hub found, counted in its database: to be held against the sandbox's plan."""

from sqlalchemy import Connection, func, select

from cli.hub import Hub
from rules.views import FEEDBACK, MILESTONE, select_view
from unify import tables
from unify.derived import table_of

_PERSON = table_of(tables.Person)
_CLIENT = table_of(tables.Client)


def found(hub: Hub) -> dict[str, int]:
    """How many of everything: living rows, milestones that count, our own people; overdue and unhandled as the rules
    see them."""
    moment = hub.moment()
    milestones, feedback = select_view(MILESTONE, moment), select_view(FEEDBACK, moment)
    with hub.reader.connect() as connection:
        return {
            "projects": _living(connection, tables.Project),
            "work_items": _living(connection, tables.WorkItem),
            "milestones": len(milestones.read(connection)),
            "overdue_milestones": _matching(connection, milestones.statement.where(milestones.columns["overdue"])),
            "feedback": len(feedback.read(connection)),
            "unhandled_feedback": _matching(connection, feedback.statement.where(feedback.columns["unhandled"])),
            "people": _matching(connection, select(_PERSON).where(_PERSON.c.side == "team")),
            "clients": _matching(connection, select(_CLIENT)),
            "contacts": _living(connection, tables.Contact),
            "deals": _living(connection, tables.Deal),
        }


def _living(connection: Connection, model: type[tables.SourceRow]) -> int:
    table = table_of(model)
    return _matching(connection, select(table).where(table.c.deleted_at.is_(None)))


def _matching(connection: Connection, statement: object) -> int:
    return connection.execute(select(func.count()).select_from(statement.subquery())).scalar_one()  # type: ignore[attr-defined]  # a Select
