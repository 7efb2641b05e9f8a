"""Reading an Asana project's tasks with their subtasks and stories: all of them, or what changed since."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from connectors.answers import decode, instant, is_id, stamp
from connectors.asana_api import AsanaApi, Json
from connectors.base import LOOK_BACK, Cursor, Page, Problem, Record, Ref

RECENT = timedelta(days=14)
"""Whether an edited comment moves its task's `modified_at`, Asana does not say: once a day, the stories of tasks that
changed in these days are read again."""

DEEPEST = 5
"""Levels of subtasks that are followed."""

_OPTION = "(gid|name)"
TASK = (
    "name,notes,resource_subtype,completed,completed_at,approval_status,custom_type_status_option.name,"
    f"is_rendered_as_separator,assignee.{_OPTION},created_by.{_OPTION},created_at,modified_at,due_on,due_at,start_on,"
    f"memberships.(project|section).{_OPTION},followers.gid,tags.name,parent.gid,num_subtasks,permalink_url,"
    "actual_time_minutes,custom_fields.(gid|name|resource_subtype|format|number_value|display_value|"
    f"enum_value.{_OPTION}|multi_enum_values.{_OPTION})"
)
SUBTASK = f"{TASK},parent.memberships.project.gid"
"""A subtask is in no project of its own."""

LIVING = "memberships.project.gid,num_subtasks,completed,completed_at"

STORY = ",".join(
    (
        "created_at",
        *("created_by.gid", "created_by.name", "created_by.email"),
        *("type", "resource_subtype", "text", "is_edited", "source"),
        *("old_dates.due_on", "old_dates.due_at", "new_dates.due_on", "new_dates.due_at"),
        *("old_section.name", "new_section.name", "old_name", "new_name", "assignee.gid", "assignee.name"),
        *("custom_field.gid", "custom_field.name", "old_enum_value.name", "new_enum_value.name"),
        *("target.projects.gid",),
    )
)

TOLD = frozenset(
    (
        *("comment_added", "due_date_changed", "assigned", "unassigned", "section_changed"),
        *("marked_complete", "marked_incomplete", "name_changed", "enum_custom_field_changed"),
    )
)
"""Kinds of stories that the unified rows know; of the others there are many, and new ones come without notice."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a project was read: until when by the server's clock, and when it was last read whole."""

    until: datetime
    whole_at: datetime

    @classmethod
    def load(cls, cursor: Cursor | None) -> "Position | None":
        """What a cursor of ours says; None for none, and for one of another version."""
        told = json.loads(cursor) if cursor is not None else {}
        if told.get("v") != 1:
            return None
        return cls(datetime.fromisoformat(told["until"]), datetime.fromisoformat(told["whole_at"]))

    def cursor(self) -> Cursor:
        """As it is kept."""
        told = {"v": 1, "until": self.until.isoformat(), "whole_at": self.whole_at.isoformat()}
        return Cursor(json.dumps(told))


class _Task(NamedTuple):
    """A task as read. `under`: the task that it is a subtask of, where it was found as one."""

    payload: Json
    body: bytes
    under: Ref | None = None

    @property
    def ref(self) -> Ref:
        return Ref("tasks", self.payload["gid"])


class Tasks:
    """The tasks of one account. `since`: tasks completed before that day are left out."""

    def __init__(self, api: AsanaApi, since: date | None, home_of: Callable[[Sequence[str]], str | None]) -> None:
        """`home_of`: the part that keeps a task which is in all of these projects; None where none of them is read."""
        self._api = api
        self._since = since
        self._home_of = home_of

    def read(self, project: str, begun: Position | None) -> Iterator[Page]:
        """What changed since `begun`, and once a day all. The cursor comes last: tasks are in no order of change.

        Whether a task that goes to another section or project counts as modified, Asana says both ways; and a subtask's
        change does not count for its parent. The day is the server's, so that all projects are listed in the same run:
        a task taken out of one of them is then found in the other.
        """
        started = self._api.server_time
        is_whole = begun is None or started is None or started.date() != begun.whole_at.date()
        since = begun.until - (RECENT if is_whole else LOOK_BACK) if begun else None
        query = {"project": project, "opt_fields": TASK} | self._completed_since()
        if begun is None or started is None or is_whole:
            cursor = Position(started, started).cursor() if started else None
            last = Page([], cursor, [("tasks", None)])
        else:
            query["modified_since"] = stamp(begun.until - LOOK_BACK)
            last = Page([], Position(started, begun.whole_at).cursor())
        for elements in self._api.pages("/tasks", query):
            yield self._page(project, elements, since)
        yield last

    def ids(self, project: str) -> Iterator[Sequence[str]]:
        """Ids of a project's tasks and their subtasks, in pages."""
        query = {"project": project, "opt_fields": LIVING} | self._completed_since()
        for elements in self._api.pages("/tasks", query):
            found, _ = self._found(project, elements)
            below = [task for tasks in self._subtasks(found, LIVING).values() for task in tasks]
            yield [task.payload["gid"] for task in (*found, *below)]

    def _completed_since(self) -> dict[str, str]:
        return {"completed_since": f"{self._since.isoformat()}T00:00:00.000Z"} if self._since else {}

    def _page(self, project: str, elements: Sequence[bytes], since: datetime | None) -> Page:
        """Tasks with all their subtasks, and the stories of those that changed."""
        found, problems = self._found(project, elements)
        below = self._subtasks(found, SUBTASK)
        tasks = [*found, *(task for tasks in below.values() for task in tasks)]
        whole: list[tuple[str, Ref | None]] = [("tasks", ref) for ref in below]
        records = [
            Record("tasks", task.ref.id, instant(task.payload.get("modified_at")), task.payload, task.under, task.body)
            for task in tasks
        ]
        changed = [task.ref for task in tasks if _is_since(task.payload, since)]
        told = self._api.many([f"/tasks/{ref.id}/stories" for ref in changed], STORY)
        for ref, stories in zip(changed, told, strict=True):
            if stories is not None:
                told_of, odd = _stories(stories, ref)
                records += told_of
                problems += odd
                whole.append(("stories", ref))
        return Page(records, None, whole, problems)

    def _found(self, project: str, elements: Sequence[bytes]) -> tuple[list[_Task], list[Problem]]:
        """The tasks whose home this project is: one that is in several is kept once."""
        found: list[_Task] = []
        problems: list[Problem] = []
        for element in elements:
            payload = decode(element, "tasks")
            if not has_gid(payload):
                problems = [Problem("tasks", "", "", "is not an object with a gid")]
            elif self._home_of(_projects_of(payload)) in (project, None):
                found.append(_Task(payload, element))
        return found, problems

    def _subtasks(self, tasks: Sequence[_Task], fields: str) -> Mapping[Ref, list[_Task]]:
        """Of each task that has some, all its subtasks that no project lists; and theirs. Gone parents are left out."""
        below: dict[Ref, list[_Task]] = {}
        generation = list(tasks)
        for _ in range(DEEPEST):
            parents = [task.ref for task in generation if _counts(task.payload)]
            generation = []
            for ref, elements in zip(
                parents, self._api.many([f"/tasks/{ref.id}/subtasks" for ref in parents], fields), strict=True
            ):
                if elements is None:
                    continue
                read = [_Task(decode(element, "tasks"), element, ref) for element in elements]
                below[ref] = [task for task in read if has_gid(task.payload) and self._is_only_here(task.payload)]
                generation += below[ref]
        return below

    def _is_only_here(self, subtask: Json) -> bool:
        """Whether a subtask is in no project that is read, and not older than is wanted."""
        if self._home_of(_projects_of(subtask)) is not None:
            return False
        completed = instant(subtask.get("completed_at")) if subtask.get("completed") is True else None
        return self._since is None or completed is None or completed.date() >= self._since


def _stories(elements: Sequence[bytes], task: Ref) -> tuple[list[Record], list[Problem]]:
    """Of a task's stories those that the unified rows know, and odd ones, for the mapper to name."""
    records: list[Record] = []
    problems: list[Problem] = []
    for element in elements:
        payload = decode(element, "stories")
        if not has_gid(payload):
            problems = [Problem(task.stream, task.id, "stories", "holds one without a gid")]
        elif (kind := payload.get("resource_subtype")) is not None and (not is_id(kind) or kind in TOLD):
            at = instant(payload.get("created_at"))
            records.append(Record("stories", payload["gid"], at, payload, task, element))
    return records, problems


def _projects_of(task: Json) -> list[str]:
    memberships = task.get("memberships")
    listed = memberships if isinstance(memberships, list) else []
    projects = [one.get("project") for one in listed if isinstance(one, dict)]
    return [gid for project in projects if (gid := gid_of(project))]


def _counts(task: Json) -> bool:
    """Whether a task has subtasks."""
    number = task.get("num_subtasks")
    return isinstance(number, int) and number > 0


def _is_since(task: Json, since: datetime | None) -> bool:
    """A task that does not tell may have changed."""
    at = instant(task.get("modified_at"))
    return since is None or at is None or at >= since


def gid_of(thing: object) -> str:
    """A record's id; "" where an element cannot become a record."""
    gid = thing.get("gid") if isinstance(thing, dict) else None
    return gid if isinstance(gid, str) and is_id(gid) else ""


def has_gid(thing: object) -> bool:
    """Whether an element can become a record."""
    return bool(gid_of(thing))
