"""How every project and client is doing now, by the views that rules read: ten queries, however many there are."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from config.settings import Settings
from rules.health.clients import read_clients, read_feedback
from rules.health.decide import client_health, project_health
from rules.health.projects import UnreadOf, read_projects
from rules.health.values import Health, Unread, Waiting
from rules.moment import Moment
from rules.views.reader import Allows, ViewReader, everybody
from unify.derived import SOURCE, fetch
from unify.freshness import source_labels

STALE_AFTER = timedelta(hours=24)
"""Of work: of what was read longer ago nobody knows."""


def read_health(
    connection: Connection, settings: Settings, moment: Moment, scope_of_projects: Allows = everybody
) -> Mapping[str, Health]:
    """The health at `moment` of every living project and of every client, by key, in the order of keys.

    Only what a reader may see is read, as `scope_of_projects` says of a column of clients' keys.
    """
    return health_by(ViewReader(connection, moment, scope_of_projects), settings)


def health_by(views: ViewReader, settings: Settings) -> Mapping[str, Health]:
    """The same of what `views` reads."""
    moment = views.moment
    unread = _unread(views, source_labels(settings))
    feedback = read_feedback(views)
    of_projects: dict[str, list[Waiting]] = defaultdict(list)
    for told in feedback:
        of_projects[told.project or ""].append(told.waiting)
    projects = {one.key: project_health(one, moment.today) for one in read_projects(views, of_projects, unread)}
    of_clients: dict[str | None, list[Health]] = defaultdict(list)
    for health in projects.values():
        of_clients[health.client].append(health)
    clients = {
        one.key: client_health(one, of_clients[one.key], moment.today)
        for one in read_clients(views, feedback, projects.keys(), unread)
    }
    return {**projects, **clients}


def _unread(views: ViewReader, labels: Mapping[str, str]) -> UnreadOf:
    """What was not read for so long, on the calendar of those who must answer, that nothing is known of it."""
    rows = fetch(views.connection, select(SOURCE.c.name, SOURCE.c.last_ok_at))
    read_at: Mapping[str, datetime | None] = {row["name"]: row["last_ok_at"] for row in rows}

    def unread(source: str, calendar: str) -> Unread | None:
        at, label = read_at.get(source), labels.get(source, source)
        if at is None:
            return Unread(source, label, None)
        is_stale = views.moment.calendar(calendar).between(at, views.moment.now) > STALE_AFTER
        return Unread(source, label, views.day(at)) if is_stale else None

    return unread
