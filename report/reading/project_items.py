"""The items of one project, and its whole record of changes: the rows behind what its page counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from report.asked import Asked
from report.reading.project import find_project
from report.reading.project_changes import RequirementChange, read_changes_of
from rules.views.base import name_of
from unify.derived import ACCOUNT, PERSON, WORK_ITEM, fetch


@dataclass(frozen=True, slots=True)
class ProjectItem:
    """A work item; `owner_name` is the first of those who have it."""

    key: str
    short: str
    name: str
    url: str | None
    source: str
    status: str
    status_category: str
    due_on: date | None
    owner_name: str | None


@dataclass(frozen=True, slots=True)
class ProjectItems:
    """A page of a project's items, of the status category that is asked for; `more`: there are others after it."""

    key: str
    name: str
    items: Sequence[ProjectItem]
    more: bool


def read_items(asked: Asked) -> ProjectItems:
    """The nearest day first, those without one last. Raises NoSuchThing."""
    project, item, limit = find_project(asked), WORK_ITEM.c, asked.filters.limit
    wanted = select(item.key).where(item.project_key == project["key"], item.deleted_at.is_(None))
    wanted = wanted.where(asked.reader.scope.allows(item.client_key))
    if asked.filters.status:
        wanted = wanted.where(item.status_category == asked.filters.status)
    page = (
        wanted.order_by(item.due_on.is_(None), item.due_on, item.key)
        .limit(None if limit is None else limit + 1)
        .offset(asked.filters.offset)
        .subquery("page")
    )
    columns = (item.key, item.short, item.name, item.url, item.source, item.status_category, item.due_on)
    shown = (
        select(*columns, item.status_native.label("status"), name_of(PERSON.c.name, ACCOUNT.c.name).label("owner_name"))
        .select_from(page.join(WORK_ITEM, item.key == page.c.key))
        .outerjoin(ACCOUNT, ACCOUNT.c.key == item.assignee_accounts[0].as_string())
        .outerjoin(PERSON, PERSON.c.key == ACCOUNT.c.person_key)
        .order_by(item.due_on.is_(None), item.due_on, item.key)
    )
    found = [ProjectItem(**row) for row in fetch(asked.connection, shown)]
    return ProjectItems(project["key"], project["name"], found[:limit], limit is not None and len(found) > limit)


@dataclass(frozen=True, slots=True)
class ProjectChanges:
    """A page of a project's record of changes; `more`: there are others after it."""

    key: str
    name: str
    changes: Sequence[RequirementChange]
    more: bool


def read_changes_page(asked: Asked) -> ProjectChanges:
    """The latest first. Raises NoSuchThing."""
    project, limit = find_project(asked), asked.filters.limit
    count = None if limit is None else limit + 1
    found = read_changes_of(asked, project["key"], project["client"], count, asked.filters.offset)
    return ProjectChanges(project["key"], project["name"], found[:limit], limit is not None and len(found) > limit)
