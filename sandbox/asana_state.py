"""What a stand-in Asana holds: users, projects, sections, tasks and stories, shaped as Asana sends them.

Inner records are the very objects, so that a user's name is right wherever it is shown. The verbs leave the story that
Asana leaves, and move `modified_at` where Asana moves it: not when a task goes to another section.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.plan import ItemPlan, Status

Json = dict[str, Any]

OFFICE = ZoneInfo("Asia/Hong_Kong")
WORKSPACE, TEAM, HUB = "1200000000000001", "1200000000000002", "1201000000000000"
"""HUB is the user whose token the hub holds."""

SECTIONS: dict[Status, str] = {"todo": "待辦", "doing": "進行中", "done": "完成", "cancelled": "已取消"}
FEEDBACK_TAG = "客戶反饋"


def gid(kind: int, number: int) -> str:
    """Sixteen digits; `kind` keeps users, projects and tasks of one number apart."""
    return f"{kind}{number:012d}"


def stamp(at: datetime | None) -> str | None:
    """An instant as Asana writes it."""
    if at is None:
        return None
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def dates(due: date | datetime | None) -> Json:
    """A due date as Asana writes it: the day as its author meant it, and the instant where a time was set."""
    if isinstance(due, datetime):
        return {"start_on": None, "due_on": due.astimezone(OFFICE).date().isoformat(), "due_at": stamp(due)}
    return {"start_on": None, "due_on": due.isoformat() if due else None, "due_at": None}


@dataclass
class AsanaState:
    """Everything by gid. Stories of a deleted task are gone with it."""

    workspaces: dict[str, Json] = field(default_factory=dict)
    users: dict[str, Json] = field(default_factory=dict)
    memberships: dict[str, Json] = field(default_factory=dict)
    """Of the workspace, by user."""
    projects: dict[str, Json] = field(default_factory=dict)
    sections: dict[str, Json] = field(default_factory=dict)
    tags: dict[str, Json] = field(default_factory=dict)
    tasks: dict[str, Json] = field(default_factory=dict)
    stories: dict[str, Json] = field(default_factory=dict)
    events: list[tuple[str, Json]] = field(default_factory=list)
    """With the project where each can be heard."""
    by_number: dict[int, str] = field(default_factory=dict)
    serial: int = 0

    # --- asking

    def task(self, number: int) -> Json:
        """The task that is the plan's item of that number."""
        return self.tasks[self.by_number[number]]

    def sections_of(self, project: str) -> list[Json]:
        """A project's sections in their order."""
        return [one for one in self.sections.values() if one["project"]["gid"] == project]

    def tasks_of(self, project: str) -> list[Json]:
        """The tasks that were put into a project; subtasks are not, unless somebody did."""
        return [
            task
            for task in self.tasks.values()
            if any(membership["project"]["gid"] == project for membership in task["memberships"])
        ]

    def subtasks_of(self, task: str) -> list[Json]:
        """A task's subtasks."""
        return [one for one in self.tasks.values() if one["parent"] is not None and one["parent"]["gid"] == task]

    def stories_of(self, task: str) -> list[Json]:
        """A task's stories, oldest first."""
        found = [story for story in self.stories.values() if story["target"]["gid"] == task]
        return sorted(found, key=lambda story: (story["created_at"], story["gid"]))

    # --- making

    def add_user(self, id: str, name: str, email: str | None, *, guest: bool = False) -> Json:
        """A user of the workspace."""
        user: Json = {"gid": id, "resource_type": "user", "name": name, "photo": None}
        if email is not None:
            user["email"] = email
        workspace = self.workspaces[WORKSPACE]
        self.users[id] = user | {"workspaces": [workspace]}
        self.memberships[id] = {
            "gid": gid(1202, int(id[4:])),
            "resource_type": "workspace_membership",
            "user": self.users[id],
            "workspace": workspace,
            "is_active": True,
            "is_admin": False,
            "is_guest": guest,
            "is_view_only": False,
        }
        return self.users[id]

    def add_project(self, id: str, name: str, members: Iterable[str], created_at: datetime, **more: Any) -> Json:
        """A project with the usual sections."""
        self.projects[id] = {
            "gid": id,
            "resource_type": "project",
            "name": name,
            "notes": "",
            "archived": False,
            "completed": False,
            "completed_at": None,
            "created_at": stamp(created_at),
            "modified_at": stamp(created_at),
            "start_on": None,
            "due_on": None,
            "owner": None,
            "team": {"gid": TEAM, "resource_type": "team", "name": "Delivery"},
            "workspace": self.workspaces[WORKSPACE],
            "members": [self.users[user] for user in members],
            "current_status_update": None,
            "custom_fields": [],
            "custom_field_settings": [],
            "default_view": "board",
            "privacy_setting": "private",
            "permalink_url": f"https://app.asana.com/1/{WORKSPACE}/project/{id}",
            **more,
        }
        for name in SECTIONS.values():
            self.section_named(id, name)
        return self.projects[id]

    def section_named(self, project: str, name: str) -> Json:
        """A project's section of that name, made where it is missing."""
        for one in self.sections_of(project):
            if one["name"] == name:
                return one
        made = {
            "gid": gid(1209, int(project[4:]) * 100 + len(self.sections_of(project))),
            "resource_type": "section",
            "name": name,
            "created_at": self.projects[project]["created_at"],
            "project": self.projects[project],
        }
        return self.sections.setdefault(made["gid"], made)

    def tag_named(self, name: str) -> Json:
        """The tag of that name, made where it is missing."""
        for tag in self.tags.values():
            if tag["name"] == name:
                return tag
        made = {"gid": gid(1207, len(self.tags) + 1), "resource_type": "tag", "name": name}
        return self.tags.setdefault(made["gid"], made)

    def add_task(self, id: str, project: str | None, item: ItemPlan, author: Json, parent: Json | None = None) -> Json:
        """A task as it was on the day it was made; without `project` it is a subtask of `parent`."""
        within = self.projects[project] if project else None
        home = [{"project": within, "section": self.section_named(project, SECTIONS["todo"])}] if project else []
        task: Json = {
            "gid": id,
            "resource_type": "task",
            "resource_subtype": "milestone" if item.milestone else "default_task",
            "name": item.name,
            "notes": item.description,
            "completed": False,
            "completed_at": None,
            "completed_by": None,
            "approval_status": None,
            "is_rendered_as_separator": False,
            "assignee": None,
            "created_by": author,
            "created_at": stamp(item.created_at),
            "modified_at": stamp(item.created_at),
            **dates(item.moves[0].old if item.moves else item.due),
            "start_at": None,
            "memberships": home,
            "projects": [within] if within else [],
            "workspace": self.workspaces[WORKSPACE],
            "tags": [],
            "followers": [author],
            "custom_fields": [],
            "actual_time_minutes": None,
            "dependencies": [],
            "parent": parent,
            "num_subtasks": 0,
            "permalink_url": f"https://app.asana.com/1/{WORKSPACE}/task/{id}",
        }
        if parent is not None:
            parent["num_subtasks"] += 1
        self.tasks[id] = task
        self.by_number[item.number] = id
        self.tell(task, "added", stamp(item.created_at))
        return task

    # --- changing, as people do

    def story(self, task: Json, subtype: str, by: Json | None, at: datetime, text: str, **more: Any) -> Json:
        """Leave a story on a task."""
        self.serial += 1
        story: Json = {
            "gid": gid(1213, self.serial),
            "resource_type": "story",
            "resource_subtype": subtype,
            "type": "comment" if subtype == "comment_added" else "system",
            "text": text,
            "created_at": stamp(at),
            "created_by": by,
            "target": task,
            "source": "web",
            **more,
        }
        self.stories[story["gid"]] = story
        return story

    def stir(self, task: Json, at: datetime) -> None:
        """Something of the task changed: its own `modified_at` moves, its project's does not."""
        task["modified_at"] = max(task["modified_at"], stamp(at) or "")
        self.tell(task, "changed", stamp(at))

    def set_due(self, task: Json, due: date | datetime | None, by: Json, at: datetime) -> None:
        """Somebody sets another due date."""
        old, new = {name: task[name] for name in dates(None)}, dates(due)
        task.update(new)
        words = f"changed the due date to {new['due_on']}" if due else "removed the due date"
        self.story(task, "due_date_changed", by, at, words, old_dates=old, new_dates=new)
        self.stir(task, at)

    def set_completed(self, task: Json, completed: bool, by: Json, at: datetime) -> None:
        """Somebody ticks the task, or takes the tick away."""
        task |= {"completed": completed, "completed_at": stamp(at) if completed else None}
        task["completed_by"] = by if completed else None
        subtype = "marked_complete" if completed else "marked_incomplete"
        self.story(task, subtype, by, at, subtype.replace("_", " this task "))
        self.stir(task, at)

    def move(self, task: Json, section: Json, by: Json, at: datetime) -> None:
        """Somebody drags the task to another section of the same project."""
        membership = next(one for one in task["memberships"] if one["project"] is section["project"])
        old = membership["section"]
        if old is section:
            return
        membership["section"] = section
        words = f"moved this task from {old['name']} to {section['name']}"
        self.story(task, "section_changed", by, at, words, old_section=old, new_section=section)

    def assign(self, task: Json, to: Json, by: Json, at: datetime) -> None:
        """Somebody gives the task to somebody."""
        task["assignee"] = to
        self.story(task, "assigned", by, at, f"assigned to {to['name']}", assignee=to)
        self.follow(task, to)
        self.stir(task, at)

    def say(self, task: Json, by: Json, at: datetime, text: str, source: str = "web") -> Json:
        """Somebody comments, and so follows the task."""
        story = self.story(
            task, "comment_added", by, at, text, is_edited=False, is_pinned=False, is_editable=True, source=source
        )
        self.follow(task, by)
        self.stir(task, at)
        return story

    def follow(self, task: Json, user: Json) -> None:
        """Somebody is told from now on."""
        if user not in task["followers"]:
            task["followers"].append(user)

    def delete(self, task: Json, at: datetime) -> None:
        """The task goes into the trash, its subtasks and stories with it."""
        for subtask in self.subtasks_of(task["gid"]):
            self.delete(subtask, at)
        self.tell(task, "deleted", stamp(at))
        if task["parent"] is not None:
            task["parent"]["num_subtasks"] -= 1
        for story in self.stories_of(task["gid"]):
            del self.stories[story["gid"]]
        del self.tasks[task["gid"]]

    def tell(self, task: Json, action: str, at: str | None) -> None:
        """An event, for whoever listens to one of the task's projects."""
        event = {"user": None, "created_at": at, "type": "task", "action": action, "resource": task, "parent": None}
        self.events += [(membership["project"]["gid"], event) for membership in task["memberships"]]
