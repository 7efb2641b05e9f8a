"""All of one project."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select

from report.asked import Asked, NoSuchThing
from report.reading.alert_history import PastAlert, alerts_of_project
from report.reading.health import read_health_around
from report.reading.project_changes import RequirementChange, read_changes_of
from report.reading.project_comments import ClientComment, read_comments_of
from report.reading.project_milestones import ProjectMilestone, read_milestones_of
from report.reading.risks import RiskRow, risks_where
from rules.health.values import Health
from rules.language.compile import Scope
from rules.views.project import PROJECT_VIEW
from rules.views.reader import ViewReader
from unify.derived import WORK_ITEM, Row, fetch

LATEST = 20
"""Changes on the page; the others are on a page of their own."""


@dataclass(frozen=True, slots=True)
class ProjectHead:
    """What it is, whose, and how it does; `client` and `bd` are keys."""

    key: str
    name: str
    url: str | None
    source: str
    client: str | None
    bd: str | None
    owner_name: str | None
    start_on: date | None
    due_on: date | None
    health: Health


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """All that its page says. `work`: how many items there are of each status category; `changes`: the latest, and
    one more than the page shows where there are others; `risks`: open ones."""

    head: ProjectHead
    milestones: Sequence[ProjectMilestone]
    work: Mapping[str, int]
    changes: Sequence[RequirementChange]
    comments: Sequence[ClientComment]
    risks: Sequence[RiskRow]
    alerts: Sequence[PastAlert]


def read_project(asked: Asked) -> ProjectPage:
    """Of the project whose key is `asked.of`. Raises NoSuchThing where there is none that the reader may see."""
    head = _head(asked)
    return ProjectPage(
        head,
        read_milestones_of(asked, head.key),
        _work(asked, head.key),
        read_changes_of(asked, head.key, head.client, LATEST + 1),
        read_comments_of(asked, head.key),
        risks_where(_views(asked), lambda scope: _open_of(scope, head.key)),
        alerts_of_project(asked, head.key, head.client),
    )


def _open_of(scope: Scope, project: str) -> ColumnElement[bool]:
    return and_(scope.columns["is_open"], scope.columns["project"] == project)


def _views(asked: Asked) -> ViewReader:
    """Whatever the address narrows other pages to."""
    return asked.views.within(asked.reader.scope.allows)


def _work(asked: Asked, project: str) -> Mapping[str, int]:
    """From an index alone, where nothing is kept from the reader: a single item of it may be another client's."""
    item = WORK_ITEM.c
    counted = (
        select(item.status_category.label("category"), func.count().label("items"))
        .where(item.project_key == project, item.deleted_at.is_(None), asked.reader.scope.allows(item.client_key))
        .group_by(item.status_category)
    )
    return {row["category"]: row["items"] for row in fetch(asked.connection, counted)}


def _head(asked: Asked) -> ProjectHead:
    found = find_project(asked)
    health = read_health_around(asked, found["client"])
    return ProjectHead(**found, health=health[asked.of])


def find_project(asked: Asked) -> Row:
    """What it is, without how it does. Raises NoSuchThing."""
    names = ("key", "name", "url", "source", "client", "bd", "owner_name", "start_on", "due_on")
    found = _views(asked).rows(PROJECT_VIEW, names, lambda scope: scope.columns["key"] == asked.of)
    if not found:
        raise NoSuchThing("there is no such project")
    return found[0]
