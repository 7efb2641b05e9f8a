"""The sources as a page may tell of them: one of some clients tells nothing of what other people's boards hold."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import FromClause, func, select

from report.asked import Asked
from report.rows import SourceRow
from unify.derived import FEEDBACK, MILESTONE, PROJECT, WORK_ITEM, fetch, table_of
from unify.tables import MappingProblem

_PROBLEM = table_of(MappingProblem)
_OWNED = (PROJECT, WORK_ITEM, MILESTONE, FEEDBACK)
"""What else a tool holds is on nobody's page."""


def read_sources_for(asked: Asked) -> Sequence[SourceRow]:
    """All of the config, in its order; whole on a page of everything, otherwise as `narrowed`."""
    if asked.scope.is_all:
        return asked.sources
    problems = _problems(asked)
    return [narrowed(row, problems.get(row.name, 0)) for row in asked.sources]


def narrowed(row: SourceRow, problems: int) -> SourceRow:
    """A source without what tells of other people's boards, as the tool's own words do: they name projects and who
    signs in. `problems`: fields that could not be read of one's own."""
    return replace(
        row,
        error="",
        problems=problems,
        doubts=tuple(replace(doubt, part="", examples=()) for doubt in row.doubts),
        incomplete=tuple(replace(tally, part="", absent=()) for tally in row.incomplete),
    )


def _problems(asked: Asked) -> Mapping[str, int]:
    """How many fields of each source could not be read in records of the clients of this page."""
    problem = _PROBLEM.c
    key = problem.source + "/" + problem.stream + "/" + problem.vendor_id
    records: FromClause = _PROBLEM
    for table in _OWNED:
        records = records.outerjoin(table, table.c.key == key)
    whose = func.coalesce(*(table.c.client_key for table in _OWNED))
    counted = select(problem.source, func.count().label("fields")).select_from(records)
    rows = fetch(asked.connection, counted.where(asked.scope.allows(whose)).group_by(problem.source))
    return {row["source"]: row["fields"] for row in rows}
