"""What the report shows, as values: read at one moment, from the same views that the rules read.

Nothing here is in a language, and nothing is reckoned twice: a page, its JSON and a message that name the same figure
read the same definition (`rules.views`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from math import inf
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, FromClause, false, func, select
from sqlmodel import SQLModel

from config.settings import Language, PersonSettings, Settings
from report.firing import read_firing
from report.indicators import read_indicators
from report.reading.clients import read_clients
from report.reading.sources import read_sources
from report.rows import AlertRow, ClientRow, FeedbackRow, IndicatorRow, MilestoneRow, ProjectRow, SourceRow
from rules.moment import Moment
from rules.rule import Rule
from rules.views import FEEDBACK, MILESTONE, select_view
from rules.views.base import Row
from rules.working_time import OutsideCalendar
from unify.freshness import tool_name

DUE_SOON_DAYS = 30
_OPEN = ("todo", "in_progress", "unknown")
_tables = SQLModel.metadata.tables
_Shown = TypeVar("_Shown", MilestoneRow, FeedbackRow)


@dataclass(frozen=True, slots=True)
class Overview:
    """The report's figures and rows at `now`."""

    now: datetime
    today: date
    zone: ZoneInfo
    people: Mapping[str, str]
    """BD managers, by their name under [people]: what each is called."""
    languages: Mapping[str, Language]
    """In which each of them reads."""
    clients: Mapping[str, ClientRow]
    """By their keys."""
    projects_without_client: Sequence[ProjectRow]
    clients_without_bd: Sequence[str]
    coordinator: str
    """Who records what happened outside the tools: their name."""
    overdue: Sequence[MilestoneRow]
    """Client-facing ones, the longest overdue first."""
    moved_past_promise: Sequence[MilestoneRow]
    """Client-facing ones that are not overdue only because their date was moved: the promised day has passed, and the
    client's agreement to another one is not on record. The longest past first."""
    internal_overdue: int
    """How many more are overdue that no client was promised."""
    unhandled: Sequence[FeedbackRow]
    """The longest waiting first."""
    alerts: Sequence[AlertRow]
    """What else fires, the worst first."""
    due_soon: Sequence[MilestoneRow]
    """Client-facing, open, due within `DUE_SOON_DAYS`, the nearest first."""
    undated: Sequence[MilestoneRow]
    indicators: Sequence[IndicatorRow]
    """The latest month first."""
    sources: Sequence[SourceRow]
    problems: Mapping[tuple[str, str], int]
    """How many fields of a source could not be read in records of a BD manager's clients, by the keys of both."""

    def client_name(self, key: str | None, language: Language) -> str | None:
        """What the client is called in that language; None for no client."""
        client = self.clients.get(key or "")
        return client.name(language) if client else None

    def narrowed(self, person: str) -> "Overview":
        """Only what `person` (a name under [people]) answers for: nothing of other people's clients is left."""
        bd = f"person/{person}"
        return replace(
            self,
            people={name: called for name, called in self.people.items() if name == person},
            clients={key: client for key, client in self.clients.items() if client.bd == bd},
            projects_without_client=(),
            clients_without_bd=(),
            internal_overdue=0,
            overdue=[row for row in self.overdue if row.bd == bd],
            moved_past_promise=[row for row in self.moved_past_promise if row.bd == bd],
            unhandled=[row for row in self.unhandled if row.bd == bd],
            alerts=[row for row in self.alerts if row.bd == bd and row.client_facing and not row.is_of_the_house],
            due_soon=[row for row in self.due_soon if row.bd == bd],
            undated=[row for row in self.undated if row.bd == bd],
            indicators=[row for row in self.indicators if row.client and self.clients[row.client].bd == bd],
            sources=[_narrowed(row, self.problems.get((row.name, bd), 0)) for row in self.sources],
        )


def _narrowed(row: SourceRow, problems: int) -> SourceRow:
    """A source as a BD manager sees it: in which board something is missing is of other people's clients too."""
    return replace(
        row,
        problems=problems,
        doubts=tuple(replace(doubt, part="", examples=()) for doubt in row.doubts),
        incomplete=tuple(replace(tally, part="", absent=()) for tally in row.incomplete),
    )


def overview(engine: Engine, settings: Settings, moment: Moment, rules: Sequence[Rule]) -> Overview:
    """Read everything in one transaction of a read-only engine, so that the figures agree with each other.

    `rules` say what is told of their alerts.
    """
    with engine.connect() as connection:
        sources = read_sources(connection, settings, moment.now)
        return _overview(connection, settings, moment, rules, sources)


def _overview(
    connection: Connection, settings: Settings, moment: Moment, rules: Sequence[Rule], sources: Sequence[SourceRow]
) -> Overview:
    stale = {row.name for row in sources if row.stale}
    milestones = _milestones(connection, moment, stale)
    facing = [row for row, shown in milestones if shown["client_facing"]]
    soon = moment.today + timedelta(days=DUE_SOON_DAYS)
    late = {row.key for row, shown in milestones if shown["overdue"]}
    clients = read_clients(connection)
    people = _bd_managers(clients, settings)
    moved = [row for row, shown in milestones if shown["client_facing"] and shown["moved_past_promise"]]
    unhandled = _unhandled(connection, moment, stale)
    return Overview(
        now=moment.now,
        today=moment.today,
        zone=moment.zone,
        people={name: person.name for name, person in people.items()},
        languages={name: person.language or settings.language for name, person in people.items()},
        clients=clients,
        projects_without_client=_projects_without_client(connection),
        coordinator=settings.people[settings.coordinator].name,
        clients_without_bd=[key for key, client in clients.items() if client.bd is None],
        overdue=sorted((row for row in facing if row.key in late), key=lambda row: (-row.days_overdue, row.key)),
        moved_past_promise=sorted(moved, key=lambda row: (-row.days_past_promise, row.key)),
        internal_overdue=len(late) - sum(row.key in late for row in facing),
        unhandled=unhandled,
        alerts=read_firing(
            connection,
            rules,
            moment,
            stale,
            {row.key for row in moved} | {row.key for row in unhandled},
            {name: person.name for name, person in settings.people.items()},
        ),
        due_soon=sorted(
            (row for row in facing if row.key not in late and row.deadline_on and row.deadline_on <= soon),
            key=lambda row: (row.deadline_on or date.max, row.key),
        ),
        undated=[row for row in facing if row.deadline_on is None],
        indicators=[row for row in read_indicators(connection) if row.client is None or row.client in clients],
        sources=sources,
        problems=_problems(connection),
    )


def _milestones(connection: Connection, moment: Moment, stale: set[str]) -> list[tuple[MilestoneRow, Row]]:
    """The open ones, each with the view's row it was made from."""
    selection = select_view(MILESTONE, moment)
    open_ones = selection.statement.where(selection.columns["status_category"].in_(_OPEN))
    references = _references(connection)
    return [(_milestone(row, moment, stale, references), row) for row in selection.read(connection, open_ones)]


def _references(connection: Connection) -> dict[tuple[str, date], str]:
    """By what the client agreed to a milestone's date, as it was recorded last; a date from a field of the tool has
    none."""
    agreement = _tables["agreement"].c
    statement = select(agreement.milestone_key, agreement.agreed_on, agreement.reference).order_by(
        agreement.recorded_at, agreement.id
    )
    return {(row.milestone_key, row.agreed_on): row.reference for row in connection.execute(statement)}


def _milestone(row: Row, moment: Moment, stale: set[str], references: Mapping[tuple[str, date], str]) -> MilestoneRow:
    committed_on = row["committed_on"]
    return _filled(
        MilestoneRow,
        row,
        project_name=row["project_name"] or "",
        agreed_reference=references.get((row["key"], row["agreed_on"])),
        days_overdue=row["days_overdue"] or 0,
        days_past_promise=max((moment.today - committed_on).days, 0) if committed_on else 0,
        working_days_past_promise=_working_days(row, moment, committed_on, max(moment.today, committed_on or date.min)),
        slip_working_days=_working_days(row, moment, row["baseline_on"], row["deadline_on"]),
        moved_by=row["moved_by_name"],
        stale=row["source"] in stale,
    )


def _filled(made: type[_Shown], row: Row, **reckoned: Any) -> _Shown:
    """A row of the page: what was `reckoned` for it, and for the rest the view's columns of the same names."""
    names = {field.name for field in fields(made)} - reckoned.keys()
    return made(**{name: row[name] for name in names}, **reckoned)


def _working_days(row: Row, moment: Moment, start: date | None, end: date | None) -> int | None:
    if start is None or end is None:
        return None
    try:
        return moment.calendar(row["calendar"]).days_between(start, end)
    except OutsideCalendar:
        return None  # due in many years: how many of those days are worked, nobody knows yet


def _unhandled(connection: Connection, moment: Moment, stale: set[str]) -> list[FeedbackRow]:
    selection = select_view(FEEDBACK, moment)
    waiting = selection.statement.where(selection.columns["unhandled"])
    rows = [
        _filled(FeedbackRow, row, author=row["author"] or "", stale=row["source"] in stale)
        for row in selection.read(connection, waiting)
    ]
    return sorted(rows, key=lambda row: (-inf if row.waited_hours is None else -row.waited_hours, row.key))


def _bd_managers(clients: Mapping[str, ClientRow], settings: Settings) -> dict[str, PersonSettings]:
    """Those who have a client, in the order of the config."""
    bound = {client.bd for client in clients.values()}
    return {name: person for name, person in settings.people.items() if f"person/{name}" in bound}


def _projects_without_client(connection: Connection) -> list[ProjectRow]:
    project, source, link = _tables["project"], _tables["source"], _tables["identity_link"]
    suggested = (
        select(func.min(link.c.to_key))
        .where(link.c.kind == "project_client", link.c.status == "suggested", link.c.from_key == project.c.key)
        .scalar_subquery()
    )
    statement = (
        select(project.c.key, project.c.name, project.c.url, source.c.kind, suggested.label("suggested"))
        .join(source, source.c.name == project.c.source)
        .where(
            project.c.client_key.is_(None),
            project.c.deleted_at.is_(None),
            project.c.archived == false(),
            source.c.active,
        )
        .order_by(project.c.name, project.c.key)
    )
    return [
        ProjectRow(row.key, row.name, row.url, tool_name(row.kind), row.suggested)
        for row in connection.execute(statement)
    ]


def _problems(connection: Connection) -> dict[tuple[str, str], int]:
    """Of projects, items, milestones and feedback: what else a tool holds is on nobody's page."""
    problem, client = _tables["mapping_problem"], _tables["client"]
    key = problem.c.source + "/" + problem.c.stream + "/" + problem.c.vendor_id
    owned = [_tables[name] for name in ("project", "work_item", "milestone", "feedback")]
    records: FromClause = problem
    for table in owned:
        records = records.outerjoin(table, table.c.key == key)
    whose = func.coalesce(*(table.c.client_key for table in owned))
    statement = (
        select(problem.c.source, client.c.bd_person, func.count().label("fields"))
        .select_from(records.join(client, client.c.key == whose))
        .where(client.c.bd_person.is_not(None))
        .group_by(problem.c.source, client.c.bd_person)
    )
    return {(row.source, row.bd_person): row.fields for row in connection.execute(statement)}
