"""What a Jira site holds, in Jira's own shapes (Cloud, v3), and how it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.plan import Status

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
CATEGORY_OF: Mapping[Status, str] = {"todo": "new", "doing": "indeterminate", "done": "done", "cancelled": "done"}
STATUS_NAMES: Mapping[Status, str] = {"todo": "To Do", "doing": "In Progress", "done": "Done", "cancelled": "Done"}


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
        category = CATEGORY_OF[status]
        resolution = {"done": "Done", "cancelled": "Won't Do"}.get(status)
        issue["fields"] |= {
            "status": self.status(name or STATUS_NAMES[status], category),
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


def labels_change(old: Sequence[str], new: Sequence[str]) -> Json:
    """A changelog item of the labels, which have no ids."""
    before, after = " ".join(old), " ".join(new)
    return {
        "field": "labels",
        "fieldtype": "jira",
        "fieldId": "labels",
        "from": None,
        "fromString": before,
        "to": None,
        "toString": after,
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
