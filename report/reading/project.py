"""All of one project."""

from dataclasses import dataclass
from datetime import date

from report.asked import Asked, NoSuchThing
from report.reading.health import read_health_around
from rules.health.values import Health
from rules.views.project import PROJECT_VIEW
from rules.views.reader import ViewReader


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
    """All that its page says."""

    head: ProjectHead


def read_project(asked: Asked) -> ProjectPage:
    """Of the project whose key is `asked.of`. Raises NoSuchThing where there is none that the reader may see."""
    views = ViewReader(asked.connection, asked.moment, asked.reader.scope.allows)
    return ProjectPage(_head(asked, views))


def _head(asked: Asked, views: ViewReader) -> ProjectHead:
    names = ("key", "name", "url", "source", "client", "bd", "owner_name", "start_on", "due_on")
    found = views.rows(PROJECT_VIEW, names, lambda scope: scope.columns["key"] == asked.of)
    if not found:
        raise NoSuchThing("there is no such project")
    health = read_health_around(asked, found[0]["client"])
    return ProjectHead(**found[0], health=health[asked.of])
