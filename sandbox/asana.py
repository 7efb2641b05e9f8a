"""A stand-in for Asana: what a plan holds of it, and the story that goes on in it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Self

from sandbox.asana_api import TOKEN, AsanaApi
from sandbox.asana_plan import from_plan, project_gid
from sandbox.asana_state import HUB, AsanaState, Json, gid
from sandbox.http import Door, Fault
from sandbox.plan import Message, Plan, ProjectPlan

__all__ = ["TOKEN", "AsanaSandbox"]


class AsanaSandbox(AsanaApi):
    """Asana with one workspace and one valid token. `app` answers; the verbs are what people do meanwhile."""

    def __init__(self, state: AsanaState, clock: Callable[[], datetime]) -> None:
        super().__init__(state, clock)
        self._gids: Mapping[str, str] = {}
        self.app = Door(self.routes(), self.refuse)

    @classmethod
    def from_plan(cls, plan: Plan, clock: Callable[[], datetime]) -> Self:
        """The invented firm's projects."""
        made = cls(from_plan(plan), clock)
        made._gids = {
            **{one.id: gid(1201, one.number) for one in plan.staff},
            **{one.id: gid(1201, one.number) for one in plan.contacts},
        }
        return made

    # --- what tests and the demo ask

    @property
    def faults(self) -> list[Fault]:
        """Planned faults."""
        return self.app.faults

    @property
    def comments_posted(self) -> list[Json]:
        """The hub's comments as they stand now."""
        return [
            {"task": story["target"]["gid"], "id": story["gid"], "text": story["text"]}
            for story in self.state.stories.values()
            if story["type"] == "comment" and story["created_by"]["gid"] == HUB
        ]

    def account_id(self, person: str) -> str:
        """The user who is that staff member or contact of the plan."""
        return self._gids[person]

    def project_ref(self, project: ProjectPlan) -> str:
        """What the config calls that project: its gid."""
        return project_gid(project)

    def task_id(self, number: int) -> str:
        """The task that is the item of that number."""
        return self.state.by_number[number]

    # --- what people do

    def revoke(self) -> None:
        """The token's owner takes it back."""
        self.valid = False

    def move_due(self, number: int, new: date | datetime | None, by: str, at: datetime) -> None:
        """Somebody sets another due date."""
        with self.app.lock:
            self.state.set_due(self.state.task(number), new, self._user(by), at)

    def complete(self, number: int, by: str, at: datetime) -> None:
        """Somebody ticks the task."""
        with self.app.lock:
            self.state.set_completed(self.state.task(number), True, self._user(by), at)

    def move_to(self, number: int, section: str, by: str, at: datetime) -> None:
        """Somebody drags the task to another section of its first project."""
        with self.app.lock:
            task = self.state.task(number)
            project = task["memberships"][0]["project"]["gid"]
            self.state.move(task, self.state.section_named(project, section), self._user(by), at)

    def delete(self, number: int, at: datetime) -> None:
        """Somebody deletes the task."""
        with self.app.lock:
            self.state.delete(self.state.task(number), at)

    def add_message(self, number: int, message: Message) -> None:
        """Somebody comments."""
        with self.app.lock:
            self.state.say(self.state.task(number), self._user(message.author), message.at, message.text)

    def invite(self, project: str, person: str) -> None:
        """Somebody becomes a member of the project."""
        with self.app.lock:
            self.state.projects[project]["members"].append(self._user(person))

    def _user(self, person: str) -> Json:
        return self.state.users[self.account_id(person)]
