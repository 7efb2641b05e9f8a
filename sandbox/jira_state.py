"""What a Jira site holds, in Jira's own shapes (Cloud, v3), made from the plan or from recorded answers."""

import csv
import gzip
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.plan import ItemPlan, Message, Plan, ProjectPlan, Status

Json = dict[str, Any]

SITE = "https://lanternquay.atlassian.net"
"""The site's own address, as its answers give it; nobody asks there."""

ZONE = ZoneInfo("Asia/Hong_Kong")
"""Of the account's profile: answers carry its offset, and quoted JQL dates are read in it."""

CATEGORIES: Mapping[str, Json] = {
    "new": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    "indeterminate": {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"},
    "done": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}
_CATEGORY_OF: Mapping[Status, str] = {"todo": "new", "doing": "indeterminate", "done": "done", "cancelled": "done"}
_STATUS_NAMES: Mapping[Status, str] = {"todo": "To Do", "doing": "In Progress", "done": "Done", "cancelled": "Done"}

TYPES: tuple[tuple[str, str, int], ...] = (
    ("10000", "Epic", 1),
    ("10010", "Milestone", 1),
    ("10001", "Story", 0),
    ("10002", "Task", 0),
    ("10004", "Bug", 0),
    ("10020", "Service Request", 0),
    ("10003", "Sub-task", -1),
)
PRIORITIES = {"Highest": "1", "High": "2", "Medium": "3", "Low": "4", "Lowest": "5"}
START_FIELD, REQUEST_FIELD, CLIENT_FIELD = "customfield_10015", "customfield_10010", "customfield_10050"
FEEDBACK_LABEL = "client feedback"


def stamp(at: datetime) -> str:
    """An instant as Jira writes it: no colon in the offset."""
    return at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}+0800"


def document(text: str) -> Json:
    """Plain text as an Atlassian document: one paragraph a line."""
    lines = [line for line in text.splitlines() if line]
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines],
    }


@dataclass
class JiraState:
    """Projects by key, issues by id, and what hangs on them by issue id; all of it mutable by the story."""

    site: str = SITE
    projects: dict[str, Json] = field(default_factory=dict)
    issues: dict[str, Json] = field(default_factory=dict)
    comments: dict[str, list[Json]] = field(default_factory=dict)
    changes: dict[str, list[Json]] = field(default_factory=dict)
    versions: dict[str, list[Json]] = field(default_factory=dict)
    users: dict[str, Json] = field(default_factory=dict)
    fields: list[Json] = field(default_factory=list)
    statuses: dict[str, Json] = field(default_factory=dict)
    types: list[Json] = field(default_factory=list)
    by_number: dict[int, str] = field(default_factory=dict)
    """The plan's item number -> issue id."""
    last_id: int = 90000

    def new_id(self) -> str:
        """An id that nothing has yet."""
        self.last_id += 1
        return str(self.last_id)

    def issue(self, id_or_key: str) -> Json | None:
        """An issue by id or key."""
        if id_or_key in self.issues:
            return self.issues[id_or_key]
        return next((issue for issue in self.issues.values() if issue["key"] == id_or_key), None)

    def change(self, issue: Json, at: datetime, by: str, *items: Json) -> None:
        """Write an entry of the changelog, oldest first, and touch the issue."""
        entry = {"id": self.new_id(), "author": self.users[by], "created": stamp(at), "items": list(items)}
        self.changes.setdefault(issue["id"], []).append(entry)
        self.touch(issue, at)

    def touch(self, issue: Json, at: datetime) -> None:
        """Move `updated` on."""
        if datetime.fromisoformat(issue["fields"]["updated"]) < at:
            issue["fields"]["updated"] = stamp(at)

    def comment(self, issue: Json, at: datetime, by: str, body: Any, *, public: bool, **more: Any) -> Json:
        """Write a comment."""
        id_ = more.pop("id", None) or self.new_id()
        made = {
            "self": f"{self.site}/rest/api/3/issue/{issue['id']}/comment/{id_}",
            "id": id_,
            "author": self.users[by],
            "updateAuthor": self.users[by],
            "body": body,
            "created": stamp(at),
            "updated": stamp(at),
            "jsdPublic": public,
            **more,
        }
        self.comments.setdefault(issue["id"], []).append(made)
        self.touch(issue, at)
        return made

    def set_status(self, issue: Json, status: Status, name: str | None, at: datetime) -> None:
        """Put an issue in a status, with the resolution and the dates that come with it."""
        category = _CATEGORY_OF[status]
        resolution = {"done": "Done", "cancelled": "Won't Do"}.get(status)
        issue["fields"] |= {
            "status": self.status(name or _STATUS_NAMES[status], category),
            "statuscategorychangedate": stamp(at),
            "resolution": {"id": "1" if status == "done" else "2", "name": resolution} if resolution else None,
            "resolutiondate": stamp(at) if resolution else None,
        }

    def status(self, name: str, category: str) -> Json:
        """A status of the site, made if it is new."""
        if name not in self.statuses:
            id_ = str(10000 + len(self.statuses))
            self.statuses[name] = {
                "self": f"{self.site}/rest/api/3/status/{id_}",
                "description": "",
                "iconUrl": f"{self.site}/",
                "name": name,
                "untranslatedName": name,
                "id": id_,
                "statusCategory": CATEGORIES[category],
            }
        return {key: value for key, value in self.statuses[name].items() if key != "untranslatedName"}


def account_id(kind: str, number: int) -> str:
    """Ids as Cloud gives them: `712020:` for staff, `qm:` for portal customers."""
    return f"712020:{number:08x}" if kind == "staff" else f"qm:lanternquay:{number:08x}"


def user(id_: str, name: str, account_type: str, email: str | None) -> Json:
    """A user; without the e-mail where the account hides it."""
    shown = {"emailAddress": email} if email else {}
    return {
        "self": f"{SITE}/rest/api/3/user?accountId={id_}",
        "accountId": id_,
        "accountType": account_type,
        "displayName": name,
        "active": True,
        "timeZone": "Asia/Hong_Kong",
        **shown,
    }


def _fields() -> list[Json]:
    system = (
        "summary description status statuscategorychangedate resolution resolutiondate assignee reporter creator "
        "duedate created updated labels priority parent issuetype fixVersions components project comment"
    ).split()
    customs = (
        (START_FIELD, "Start date", "com.atlassian.jira.plugin.system.customfieldtypes:datepicker", "date"),
        (REQUEST_FIELD, "Request Type", "com.atlassian.servicedesk:vp-origin", "sd-customerrequesttype"),
        (CLIENT_FIELD, "Client", "com.atlassian.jira.plugin.system.customfieldtypes:select", "option"),
    )
    known: list[Json] = [
        {"id": name, "key": name, "name": name, "custom": False, "clauseNames": [name], "schema": {"type": "any"}}
        for name in system
    ]
    for id_, name, custom, kind in customs:
        schema = {"type": kind, "custom": custom, "customId": int(id_.rpartition("_")[2])}
        known.append({"id": id_, "key": id_, "name": name, "untranslatedName": name, "custom": True, "schema": schema})
    return known


def _types() -> list[Json]:
    return [
        {
            "self": f"{SITE}/rest/api/3/issuetype/{id_}",
            "id": id_,
            "description": "",
            "iconUrl": f"{SITE}/icon/{id_}",
            "name": name,
            "untranslatedName": name,
            "subtask": level < 0,
            "hierarchyLevel": level,
        }
        for id_, name, level in TYPES
    ]


def from_plan(plan: Plan, hub: Json, service_projects: Collection[str] = ()) -> JiraState:
    """The Jira share of a plan. `service_projects` are keys of projects served as service desks."""
    return _FromPlan(plan, hub, service_projects).state


class _FromPlan:
    """Builds the state of one plan; `people` are the plan's ids by account id."""

    def __init__(self, plan: Plan, hub: Json, service_projects: Collection[str]) -> None:
        self.state = JiraState(fields=_fields(), types=_types())
        self.people: dict[str, str] = {}
        self.state.users[hub["accountId"]] = hub
        for one in plan.staff:
            email = None if "jira" in one.email_hidden_in else one.email
            self._add(one.id, user(account_id("staff", one.number), one.name, "atlassian", email))
        for contact in plan.contacts:
            self._add(contact.id, user(account_id("contact", contact.number), contact.name, "customer", contact.email))
        for status, name in _STATUS_NAMES.items():
            self.state.status(name, _CATEGORY_OF[status])
        for project in plan.of_vendor("jira"):
            self._project(project, project.key in service_projects)

    def _add(self, plan_id: str, made: Json) -> None:
        self.people[plan_id] = made["accountId"]
        self.state.users[made["accountId"]] = made

    def _user(self, plan_id: str | None) -> Json | None:
        return self.state.users[self.people[plan_id]] if plan_id else None

    def _project(self, plan: ProjectPlan, service: bool) -> None:
        id_ = str(10000 + plan.number)
        self.state.projects[plan.key] = {
            "self": f"{SITE}/rest/api/3/project/{id_}",
            "id": id_,
            "key": plan.key,
            "name": plan.name,
            "description": plan.description,
            "lead": self._user(plan.owner),
            "projectTypeKey": "service_desk" if service else "software",
            "simplified": False,
            "style": "classic",
            "isPrivate": False,
            "archived": False,
        }
        self.state.versions[plan.key] = [
            {
                "self": f"{SITE}/rest/api/3/version/{30000 + version.number}",
                "id": str(30000 + version.number),
                "name": version.name,
                "archived": False,
                "released": version.status == "done",
                "projectId": int(id_),
                **({"releaseDate": str(version.due)} if version.due else {}),
            }
            for version in plan.milestones
        ]
        for place, item in enumerate(plan.items, start=1):
            self._item(plan, item, place, service)
        for item in plan.items:
            self._belongs(plan, item)

    def _item(self, project: ProjectPlan, item: ItemPlan, place: int, service: bool) -> None:
        id_ = str(10000 + item.number)
        self.state.by_number[item.number] = id_
        priority = "Medium"
        issue: Json = {
            "expand": "operations,changelog",
            "id": id_,
            "self": f"{SITE}/rest/api/3/issue/{id_}",
            "key": f"{project.key}-{place}",
            "fields": {
                "summary": item.name,
                "description": document(item.description) if item.description else None,
                "assignee": self._user(item.assignee),
                "reporter": self._user(item.reporter),
                "creator": self._user(item.reporter),
                "duedate": str(_day(item.due)) if item.due else None,
                "created": stamp(item.created_at),
                "updated": stamp(item.created_at),
                "labels": [*item.labels, *([FEEDBACK_LABEL] if item.feedback else [])],
                "priority": {"id": PRIORITIES[priority], "name": priority},
                "issuetype": self._type("service request" if service else item.kind),
                "fixVersions": [],
                "components": [],
                "project": _embedded(self.state.projects[project.key]),
                START_FIELD: None,
                REQUEST_FIELD: {"requestType": {"id": "7", "name": "Get help"}} if service else None,
                CLIENT_FIELD: None,
            },
        }
        self.state.issues[id_] = issue
        self.state.set_status(issue, item.status, item.status_name, item.done_at or item.created_at)
        self._history(issue, item)
        for message in item.messages:
            self.message(issue, message)
        for at in (item.updated_at, item.done_at):
            if at is not None:
                self.state.touch(issue, at)
        issue["fields"].update(item.odd)

    def _history(self, issue: Json, item: ItemPlan) -> None:
        moves = [(move.at, move.by, due_change(_day(move.old), _day(move.new))) for move in item.moves]
        steps = [(one.at, one.by, self._status_change(one.old, one.new)) for one in item.status_changes]
        for at, by, entry in sorted([*moves, *steps], key=lambda change: change[0]):
            self.state.change(issue, at, self.people[by], entry)
        if item.status_changes and not item.done_at:
            issue["fields"]["statuscategorychangedate"] = stamp(max(one.at for one in item.status_changes))

    def _status_change(self, old: Status, new: Status) -> Json:
        before, after = (self.state.statuses[_STATUS_NAMES[status]] for status in (old, new))
        return status_change(before, after)

    def message(self, issue: Json, message: Message) -> None:
        """A comment of the plan."""
        self.state.comment(
            issue,
            message.at,
            self.people[message.author],
            document(message.text),
            public=message.kind != "note",
            id=str(20000 + message.number) if message.number else None,
        )

    def _belongs(self, project: ProjectPlan, item: ItemPlan) -> None:
        """Under its version or its parent, once all of them are there."""
        if item.of is None:
            return
        fields = self.state.issues[self.state.by_number[item.number]]["fields"]
        parent = self.state.issues.get(self.state.by_number.get(item.of, ""))
        if parent is None:
            wanted = str(30000 + item.of)
            fields["fixVersions"] = [one for one in self.state.versions[project.key] if one["id"] == wanted]
        else:
            shown = {key: parent["fields"][key] for key in ("summary", "status", "priority", "issuetype")}
            fields["parent"] = {**{key: parent[key] for key in ("id", "key", "self")}, "fields": shown}

    def _type(self, kind: str) -> Json:
        found = next((one for one in self.state.types if one["name"].casefold() == kind.casefold()), None)
        chosen = found or next(one for one in self.state.types if one["name"] == "Task")
        return {key: value for key, value in chosen.items() if key != "untranslatedName"}


def due_change(old: date | None, new: date | None) -> Json:
    """A changelog item of the due date."""
    return {
        "field": "duedate",
        "fieldtype": "jira",
        "fieldId": "duedate",
        "from": str(old) if old else None,
        "fromString": f"{old} 00:00:00.0" if old else None,
        "to": str(new) if new else None,
        "toString": f"{new} 00:00:00.0" if new else None,
    }


def status_change(old: Json, new: Json) -> Json:
    """A changelog item of the status."""
    return {
        "field": "status",
        "fieldtype": "jira",
        "fieldId": "status",
        "from": old["id"],
        "fromString": old["name"],
        "to": new["id"],
        "toString": new["name"],
    }


def _day(due: date | datetime | None) -> date | None:
    """Jira's due date is a day; an instant of the plan falls on one in the site's zone."""
    return due.astimezone(ZONE).date() if isinstance(due, datetime) else due


def _embedded(project: Json) -> Json:
    """A project as an issue shows it."""
    return {key: project[key] for key in ("self", "id", "key", "name", "projectTypeKey", "simplified")}


# --- recorded answers ---------------------------------------------------------------------------------------------


def from_recorded(folder: Path, hub: Json) -> JiraState:
    """The records of `folder` as one site, each as it was sent.

    Issues whose history was recorded without them are served bare, so that their history can be read.
    """
    state = JiraState(fields=_fields())
    state.users[hub["accountId"]] = hub
    state.types = [one for one, _ in _recorded(folder, "issue_types")]
    for status, _ in _recorded(folder, "status"):
        state.statuses[status["id"]] = status
    for project, _ in _recorded(folder, "projects"):
        state.projects[project["key"]] = project
    for name in ("issues", "issues_for_due_date"):
        for issue, _ in _recorded(folder, name):
            _take_issue(state, issue)
    recorded_alone: dict[str, list[Json]] = {}
    for entry, about in _recorded(folder, "issue_changelogs"):
        recorded_alone.setdefault(str(about["issue_id"]), []).append(entry)
    for id_, entries in recorded_alone.items():
        if id_ not in state.issues:
            _bare_issue(state, id_, entries)
        state.changes[id_] = sorted(entries, key=lambda entry: _moment(entry["created"]))
    return state


def _recorded(folder: Path, name: str) -> Iterator[tuple[Json, Json]]:
    """The records of one file, each with what it hangs on."""
    csv.field_size_limit(2**31 - 1)
    path = folder / f"{name}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield json.loads(row["data"]), json.loads(row["input"]) or {}


def _take_issue(state: JiraState, issue: Json) -> None:
    fields = issue["fields"]
    history = issue.pop("changelog", None) or {}
    state.issues[issue["id"]] = issue
    state.comments[issue["id"]] = (fields.pop("comment", None) or {}).get("comments", [])
    state.changes[issue["id"]] = sorted(history.get("histories", []), key=lambda entry: _moment(entry["created"]))
    project = state.projects.setdefault(fields["project"]["key"], fields["project"])
    versions = state.versions.setdefault(project["key"], [])
    for version in fields.get("fixVersions") or []:
        if all(version["id"] != known["id"] for known in versions):
            versions.append({**version, "projectId": int(project["id"])})


def _bare_issue(state: JiraState, id_: str, entries: list[Json]) -> None:
    moments = sorted(entry["created"] for entry in entries)
    project = next(iter(state.issues.values()))["fields"]["project"]
    category = CATEGORIES["indeterminate"]
    state.issues[id_] = {
        "id": id_,
        "key": f"{project['key']}-{id_}",
        "self": f"{state.site}/rest/api/3/issue/{id_}",
        "fields": {
            "summary": f"Issue {id_}, of which only the history was recorded",
            "project": project,
            "status": {"id": "3", "name": "In Progress", "statusCategory": category},
            "issuetype": next(one for one in state.types if not one["subtask"]),
            "created": moments[0],
            "updated": moments[-1],
        },
    }


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
