"""A few answers as Jira and Trello might have given them, written by hand in the form of recorded ones."""

from pathlib import Path
from typing import Any

from tests.recording import record

SITE = "https://brightwell.atlassian.net/rest/api/2"
BOARD, LIST, MEMBER = "64" * 12, "65" * 12, "67" * 12
ANGELA = {"accountId": "5b10ac8d82e05b22cc7d4ef5", "displayName": "Angela Poon", "accountType": "atlassian"}
GO_LIVE = {"id": "7", "name": "Go-live", "released": False, "archived": False, "releaseDate": "2023-03-03"}

Json = dict[str, Any]


def hand_written(folder: Path) -> Path:
    """Two projects with three issues, and a board with three cards, one of them a template.

    A version was due on Friday 3 March 2023 and is not released; two due dates are none; the last thing happened on
    Thursday 9 March.
    """
    jira, trello = folder / "jira", folder / "trello"
    record(jira, "status", [_status("1", "Open", "new"), _status("6", "Closed", "done")])
    record(jira, "issue_types", [{"id": "10", "name": "Task", "subtask": False}])
    record(jira, "projects", [_project("1", "PORT", "Portal"), _project("2", "OR", "Order Room")])
    issues = [
        _issue("100", "PORT-1", "1", duedate="2023-03-03", fixVersions=[GO_LIVE]),
        _issue("101", "PORT-2", "1", duedate="2023-02-31"),
        _issue("200", "OR-1", "2", status=_status("6", "Closed", "done")),
    ]
    record(jira, "issues", issues)
    record(jira, "issue_changelogs", [_moved("900", "2023-02-17", "2023-03-03")], about={"issue_id": 100})
    record(trello, "lists", [{"id": LIST, "name": "Doing", "closed": False, "idBoard": BOARD}], board=BOARD)
    record(trello, "members", [{"id": MEMBER, "fullName": "Angela Poon", "username": "angela"}], board=BOARD)
    checklist = {"id": "68" * 12, "idCard": "6a" * 12, "checkItems": [{"id": "69" * 12, "state": "complete"}]}
    record(trello, "check_items", [checklist], board=BOARD)
    cards = [
        _card("6a" * 12, "Stock count", due="2023-03-20T10:00:00.000Z"),
        _card("6b" * 12, "Label printer", due="soon"),
        _card("6c" * 12, "How to write a card", isTemplate=True),
    ]
    record(trello, "cards", cards, board=BOARD)
    return folder


def _status(id_: str, name: str, category: str) -> Json:
    return {"self": f"{SITE}/status/{id_}", "id": id_, "name": name, "statusCategory": {"key": category}}


def _project(id_: str, key: str, name: str) -> Json:
    return {"self": f"{SITE}/project/{id_}", "id": id_, "key": key, "name": name, "projectTypeKey": "software"}


def _issue(id_: str, key: str, project: str, **fields: Any) -> Json:
    named = {"1": ("PORT", "Portal"), "2": ("OR", "Order Room")}[project]
    return {
        "self": f"{SITE}/issue/{id_}",
        "id": id_,
        "key": key,
        "fields": {
            "summary": f"What {key} is about",
            "project": _project(project, *named),
            "issuetype": {"id": "10", "name": "Task", "subtask": False},
            "status": _status("1", "Open", "new"),
            "assignee": ANGELA,
            "reporter": ANGELA,
            "created": "2023-01-09T10:00:00.000+0800",
            "updated": "2023-03-01T10:00:00.000+0800",
            **fields,
        },
    }


def _moved(id_: str, old: str, new: str) -> Json:
    moved = {"field": "duedate", "fieldId": "duedate", "from": old, "fromString": old, "to": new, "toString": new}
    return {"id": id_, "author": ANGELA, "created": "2023-02-15T10:00:00.000+0800", "items": [moved]}


def _card(id_: str, name: str, **more: Any) -> Json:
    return {
        "id": id_,
        "name": name,
        "idBoard": BOARD,
        "idList": LIST,
        "idMembers": [MEMBER],
        "idLabels": [],
        "pos": 1,
        "closed": False,
        "due": None,
        "dueComplete": False,
        "isTemplate": False,
        "dateLastActivity": "2023-03-09T07:15:17.904Z",
        **more,
    }
