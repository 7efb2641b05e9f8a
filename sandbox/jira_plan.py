"""The Jira share of the plan, as a Jira site holds it."""

from collections.abc import Collection
from datetime import date, datetime

from sandbox.jira_state import (
    CATEGORY_OF,
    SITE,
    STATUS_NAMES,
    ZONE,
    JiraState,
    Json,
    account_id,
    document,
    due_change,
    stamp,
    status_change,
    user,
)
from sandbox.plan import ItemPlan, Message, Plan, ProjectPlan, Status

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

SYSTEM_FIELDS = (
    *("summary", "description", "status", "statuscategorychangedate", "resolution", "resolutiondate", "assignee"),
    *("reporter", "creator", "duedate", "created", "updated", "labels", "priority", "parent", "issuetype"),
    *("fixVersions", "components", "project", "comment", "timetracking"),
)


def known_fields() -> list[Json]:
    """The fields of a site: the system's, and three that it named for itself."""
    customs = (
        (START_FIELD, "Start date", "com.atlassian.jira.plugin.system.customfieldtypes:datepicker", "date"),
        (REQUEST_FIELD, "Request Type", "com.atlassian.servicedesk:vp-origin", "sd-customerrequesttype"),
        (CLIENT_FIELD, "Client", "com.atlassian.jira.plugin.system.customfieldtypes:select", "option"),
    )
    known: list[Json] = [
        {"id": name, "key": name, "name": name, "custom": False, "clauseNames": [name], "schema": {"type": "any"}}
        for name in SYSTEM_FIELDS
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
        self.state = JiraState(fields=known_fields(), types=_types())
        self.people: dict[str, str] = {}
        self.state.users[hub["accountId"]] = hub
        for one in plan.staff:
            email = None if "jira" in one.email_hidden_in else one.email
            self._add(one.id, user(account_id("staff", one.number), one.name, "atlassian", email))
        for contact in plan.contacts:
            self._add(contact.id, user(account_id("contact", contact.number), contact.name, "customer", contact.email))
        for status, name in STATUS_NAMES.items():
            self.state.status(name, CATEGORY_OF[status])
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
                "timetracking": _time_tracking(item),
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
        before, after = (self.state.statuses[STATUS_NAMES[status]] for status in (old, new))
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


def _day(due: date | datetime | None) -> date | None:
    """Jira's due date is a day; an instant of the plan falls on one in the site's zone."""
    return due.astimezone(ZONE).date() if isinstance(due, datetime) else due


def _time_tracking(item: ItemPlan) -> Json:
    """Jira's account of an issue's hours; it names only what somebody entered."""
    told = {
        "originalEstimate": item.estimate_hours,
        "remainingEstimate": item.remaining_hours,
        "timeSpent": item.spent_hours,
    }
    known = {name: hours for name, hours in told.items() if hours is not None}
    return {name: f"{hours:g}h" for name, hours in known.items()} | {
        f"{name}Seconds": int(hours * 3600) for name, hours in known.items()
    }


def _embedded(project: Json) -> Json:
    """A project as an issue shows it."""
    return {key: project[key] for key in ("self", "id", "key", "name", "projectTypeKey", "simplified")}
