"""Answers that a real Jira once gave, served as a site."""

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sandbox.jira_plan import known_fields
from sandbox.jira_state import CATEGORIES, JiraState, Json


def from_recorded(folder: Path, hub: Json) -> JiraState:
    """The records of `folder` as one site, each as it was sent.

    Issues whose history was recorded without them are served bare, so that their history can be read.
    """
    state = JiraState(fields=known_fields())
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
