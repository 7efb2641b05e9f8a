"""A stand-in for a Jira site: what a plan or recorded answers hold, and the story that goes on in it."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sandbox.http import Door
from sandbox.jira_api import JiraApi
from sandbox.jira_dialect import plain
from sandbox.jira_plan import from_plan
from sandbox.jira_recorded import from_recorded
from sandbox.jira_site import EMAIL, HUB, TOKEN, Deployment
from sandbox.jira_state import JiraState, Json, account_id, document, due_change, labels_change, status_change
from sandbox.plan import Message, Plan

__all__ = ["EMAIL", "HUB", "TOKEN", "Deployment", "JiraSandbox"]


class JiraSandbox(JiraApi):
    """One site. `comments_posted` is what the hub wrote and left standing; `app.faults` come before anything else."""

    def __init__(self, state: JiraState, clock: Callable[[], datetime], deployment: Deployment = "Cloud") -> None:
        super().__init__(state, clock, deployment)
        self._people: Mapping[str, str] = {}
        self.app = Door(self.routes(), self.refuse)

    @classmethod
    def from_plan(
        cls,
        plan: Plan,
        clock: Callable[[], datetime],
        deployment: Deployment = "Cloud",
        service_projects: Collection[str] = (),
    ) -> "JiraSandbox":
        """The Jira share of an invented firm; `service_projects` are served as service desks."""
        made = cls(from_plan(plan, HUB, service_projects), clock, deployment)
        made._people = {
            **{one.id: account_id("staff", one.number) for one in plan.staff},
            **{one.id: account_id("contact", one.number) for one in plan.contacts},
        }
        return made

    @classmethod
    def from_recorded(cls, folder: Path, clock: Callable[[], datetime]) -> "JiraSandbox":
        """Answers that a real site once gave."""
        return cls(from_recorded(folder, HUB), clock)

    # --- what tests and the demo ask

    def holds(self) -> dict[str, int]:
        """How many of everything there are, by Jira's words."""
        return {
            "projects": len(self.state.projects),
            "statuses": len(self.state.statuses),
            "issuetypes": len(self.state.types),
            "versions": sum(map(len, self.state.versions.values())),
            "issues": len(self.state.issues),
            "comments": sum(map(len, self.state.comments.values())),
            "changes": len(self.changes()),
        }

    def changes(self) -> list[Json]:
        """Every entry of every issue's changelog."""
        return [entry for entries in self.state.changes.values() for entry in entries]

    def account_id(self, person: str) -> str:
        """The account of a staff member or contact of the plan."""
        return self._people[person]

    def project_ref(self, project: Any) -> str:
        """What a config calls a project: its key."""
        return str(project.key)

    @property
    def comments_posted(self) -> list[Json]:
        """What the hub wrote: item, id, text, whether a client can read it."""
        return [
            {
                "item": self.state.issues[one["self"].split("/")[-3]]["key"],
                "id": one["id"],
                "text": plain(one["body"]),
                "public": one["jsdPublic"],
            }
            for one in self.written
        ]

    # --- the story

    def move_due(self, number: int, new: date, by: str, at: datetime) -> None:
        """Move an item's due date, or a version's release date (which leaves no trace)."""
        with self.app.lock:
            version = self._version(number)
            if version is not None:
                version["releaseDate"] = str(new)
                return
            issue = self._item(number)
            old = issue["fields"]["duedate"]
            entry = due_change(date.fromisoformat(old) if old else None, new)
            self.state.change(issue, at, self._people[by], entry)
            issue["fields"]["duedate"] = str(new)

    def add_label(self, number: int, label: str, by: str, at: datetime) -> None:
        """Put another label on an item."""
        with self.app.lock:
            issue = self._item(number)
            labels = [*issue["fields"]["labels"], label]
            self.state.change(issue, at, self._people[by], labels_change(issue["fields"]["labels"], labels))
            issue["fields"]["labels"] = labels

    def complete(self, number: int, by: str, at: datetime) -> None:
        """Finish an item."""
        with self.app.lock:
            issue = self._item(number)
            before = issue["fields"]["status"]
            self.state.set_status(issue, "done", None, at)
            self.state.change(issue, at, self._people[by], status_change(before, issue["fields"]["status"]))

    def add_message(self, number: int, message: Message) -> None:
        """Somebody comments on an item."""
        with self.app.lock:
            self.state.comment(
                self._item(number),
                message.at,
                self._people[message.author],
                document(message.text),
                public=message.kind != "note",
            )

    def release_version(self, number: int, on: date) -> None:
        """Release a version; `releaseDate` becomes the day it went out."""
        with self.app.lock:
            version = self._version(number)
            if version is None:
                raise KeyError(number)
            version |= {"released": True, "releaseDate": str(on)}

    def delete(self, number: int) -> None:
        """Delete an issue: search leaves it out, and nothing tells."""
        with self.app.lock:
            del self.state.issues[self.state.by_number[number]]

    def move_to_project(self, number: int, key: str, at: datetime) -> None:
        """Move an issue to another project: it gets another key there, and keeps its id and all that hangs on it."""
        with self.app.lock:
            issue = self._item(number)
            there = next(one["fields"]["project"] for one in self.state.issues.values() if _project_of(one) == key)
            taken = sum(_project_of(one) == key for one in self.state.issues.values())
            issue["key"] = f"{key}-{taken + 1000}"
            issue["fields"]["project"] = there
            self.state.touch(issue, at)

    def _item(self, number: int) -> Json:
        return self.state.issues[self.state.by_number[number]]

    def _version(self, number: int) -> Json | None:
        wanted = str(30000 + number)
        every = (version for versions in self.state.versions.values() for version in versions)
        return next((version for version in every if version["id"] == wanted), None)


def _project_of(issue: Json) -> str:
    return str(issue["fields"]["project"]["key"])
