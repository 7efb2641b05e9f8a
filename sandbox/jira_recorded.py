"""Answers that a real Jira once gave, served as a site."""

from datetime import datetime
from pathlib import Path

from sandbox.jira_plan import known_fields
from sandbox.jira_state import CATEGORIES, JiraState, Json
from sandbox.recorded import recorded

_TASK = {"id": "1", "name": "Task", "subtask": False}


def from_recorded(folder: Path, hub: Json) -> JiraState:
    """The records of `folder` as one site, each as it was sent; of two with one id, the later.

    Issues whose history was recorded without them are served bare, so that their history can be read.
    """
    state = JiraState(fields=known_fields())
    state.users[hub["accountId"]] = hub
    state.types = list({one.data["id"]: one.data for one in recorded(folder, "issue_types")}.values())
    for status in recorded(folder, "status"):
        state.statuses[status.data["id"]] = status.data
    for project in recorded(folder, "projects"):
        state.projects[project.data["key"]] = project.data
    for name in ("issues", "issues_for_due_date"):
        for issue in recorded(folder, name):
            _take_issue(state, issue.data)
    recorded_alone: dict[str, list[Json]] = {}
    for entry in recorded(folder, "issue_changelogs"):
        recorded_alone.setdefault(str(entry.input["issue_id"]), []).append(entry.data)
    for id_, entries in recorded_alone.items():
        if id_ not in state.issues:
            _bare_issue(state, id_, entries)
        state.changes[id_] = _in_order({entry["id"]: entry for entry in [*state.changes.get(id_, []), *entries]})
    return state


def _take_issue(state: JiraState, issue: Json) -> None:
    fields = issue["fields"]
    history = issue.pop("changelog", None) or {}
    state.issues[issue["id"]] = issue
    state.comments[issue["id"]] = (fields.pop("comment", None) or {}).get("comments", [])
    state.changes[issue["id"]] = _in_order({entry["id"]: entry for entry in history.get("histories", [])})
    project = state.projects.setdefault(fields["project"]["key"], fields["project"])
    versions = state.versions.setdefault(project["key"], [])
    for version in fields.get("fixVersions") or []:
        if all(version["id"] != known["id"] for known in versions):
            versions.append({**version, "projectId": int(project["id"])})


def _bare_issue(state: JiraState, id_: str, entries: list[Json]) -> None:
    """An issue that says no more than its history does, in the project of those that were recorded beside it."""
    moments = sorted((entry["created"] for entry in entries), key=datetime.fromisoformat)
    project = next(iter(state.issues.values()))["fields"]["project"]
    state.issues[id_] = {
        "id": id_,
        "key": f"{project['key']}-{id_}",
        "self": f"{state.site}/rest/api/3/issue/{id_}",
        "fields": {
            "summary": f"Issue {id_}, of which only the history was recorded",
            "project": project,
            "status": {"id": "3", "name": "In Progress", "statusCategory": CATEGORIES["indeterminate"]},
            "issuetype": next((one for one in state.types if not one["subtask"]), _TASK),
            "created": moments[0],
            "updated": moments[-1],
        },
    }


def _in_order(entries: dict[str, Json]) -> list[Json]:
    """Entries of a changelog, oldest first."""
    return sorted(entries.values(), key=lambda entry: datetime.fromisoformat(entry["created"]))
