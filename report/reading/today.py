"""What needs the reader today: what is late, who waits, what else fires, what changed, what comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import FromClause, func, select
from sqlmodel import SQLModel

from report.asked import Asked, NoSuchThing
from report.reading.firing import read_firing
from report.reading.lately import Changes, read_changes
from report.reading.promises import Promises, read_promises
from report.reading.unowned import read_clients_without_bd, read_projects_without_client
from report.reading.waiting import read_unhandled
from report.rows import AlertRow, FeedbackRow, ProjectRow, SourceRow
from rules.stopped import Stopped, read_stopped

_tables = SQLModel.metadata.tables


@dataclass(frozen=True, slots=True)
class Today:
    """The figures and rows, of what the reader may see and the filters leave."""

    promises: Promises
    unhandled: Sequence[FeedbackRow]
    """The longest waiting first."""
    alerts: Sequence[AlertRow]
    """What else fires, the worst first."""
    changes: Changes
    projects_without_client: Sequence[ProjectRow]
    clients_without_bd: Sequence[str]
    """Their keys."""
    stopped: Mapping[str, Stopped]
    """Rules that cannot be asked, by id: what they told before stays as it is."""
    sources: Sequence[SourceRow]
    """Of a reader's own clients: how many of their fields could not be read, and in which board nothing is said."""


def read_today(asked: Asked) -> Today:
    """All of it in one go. Raises NoSuchThing where who sees all asks for a client or a BD manager that nobody is: a
    page with nothing on it would read as "all is well"."""
    if asked.asks_for_others and asked.reader.scope.is_all:
        raise NoSuchThing("there is no client, or no BD manager with a client, of that name")
    promises, unhandled = read_promises(asked), read_unhandled(asked)
    listed = {row.key for row in promises.moved} | {row.key for row in unhandled}
    return Today(
        promises=promises,
        unhandled=unhandled,
        alerts=read_firing(asked, listed),
        changes=read_changes(asked),
        projects_without_client=read_projects_without_client(asked),
        clients_without_bd=read_clients_without_bd(asked),
        stopped=read_stopped(asked.connection) if asked.scope.is_all else {},
        sources=asked.sources if asked.scope.is_all else _narrowed(asked),
    )


def _narrowed(asked: Asked) -> Sequence[SourceRow]:
    """Sources as a BD manager sees them: in which board something is missing is of other people's clients too."""
    problems = _problems(asked)
    return [for_one(row, problems.get(row.name, 0)) for row in asked.sources]


def for_one(row: SourceRow, problems: int) -> SourceRow:
    """A source without what tells of other people's boards; `problems`: fields that could not be read of one's own."""
    return replace(
        row,
        problems=problems,
        doubts=tuple(replace(doubt, part="", examples=()) for doubt in row.doubts),
        incomplete=tuple(replace(tally, part="", absent=()) for tally in row.incomplete),
    )


def _problems(asked: Asked) -> Mapping[str, int]:
    """How many fields of each source could not be read in records of these clients: of projects, items, milestones and
    feedback; what else a tool holds is on nobody's page."""
    problem = _tables["mapping_problem"]
    key = problem.c.source + "/" + problem.c.stream + "/" + problem.c.vendor_id
    owned = [_tables[name] for name in ("project", "work_item", "milestone", "feedback")]
    records: FromClause = problem
    for table in owned:
        records = records.outerjoin(table, table.c.key == key)
    whose = func.coalesce(*(table.c.client_key for table in owned))
    counted = select(problem.c.source, func.count().label("fields")).select_from(records)
    rows = asked.connection.execute(counted.where(asked.scope.allows(whose)).group_by(problem.c.source))
    return {row.source: row.fields for row in rows}
