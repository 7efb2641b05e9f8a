"""A stand-in for Trello: what a plan or recorded answers hold, and the story that goes on in it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Self

from sandbox.http import Door, Fault
from sandbox.plan import Message, Plan, ProjectPlan
from sandbox.trello_api import KEY, TOKEN, TrelloApi
from sandbox.trello_plan import board_id, from_plan
from sandbox.trello_recorded import from_recorded
from sandbox.trello_state import HUB, Json, TrelloState, due_stamp, member_id

__all__ = ["KEY", "TOKEN", "TrelloSandbox"]


class TrelloSandbox(TrelloApi):
    """Trello with one state and one valid token. `app` answers; the verbs are what people do meanwhile."""

    def __init__(self, state: TrelloState, clock: Callable[[], datetime]) -> None:
        super().__init__(state, clock)
        self._members: Mapping[str, str] = {}
        self.app = Door(self.routes(), self.refuse)

    @classmethod
    def from_plan(cls, plan: Plan, clock: Callable[[], datetime]) -> Self:
        """The invented firm's boards."""
        made = cls(from_plan(plan), clock)
        made._members = {
            **{one.id: member_id(one.number) for one in plan.staff},
            **{one.id: member_id(one.number) for one in plan.contacts},
        }
        return made

    @classmethod
    def from_recorded(cls, folder: Path, clock: Callable[[], datetime]) -> Self:
        """Boards that once were, from the folder of recorded answers."""
        return cls(from_recorded(folder), clock)

    # --- what tests and the demo ask

    def holds(self) -> dict[str, int]:
        """How many of everything there are, by Trello's words."""
        checklists = [one for some in self.state.checklists.values() for one in some]
        return {
            "boards": len(self.state.boards),
            "lists": len(self.state.lists),
            "labels": len(self.state.labels),
            "members": len(self.state.members),
            "cards": len(self.state.cards),
            "checklists": len(checklists),
            "checkItems": sum(len(one["checkItems"]) for one in checklists),
        }

    @property
    def faults(self) -> list[Fault]:
        """Planned faults."""
        return self.app.faults

    @property
    def comments_posted(self) -> list[Json]:
        """The hub's comments as they stand now."""
        return [
            {"card": action["data"]["card"]["id"], "id": action["id"], "text": action["data"]["text"]}
            for action in self.state.actions.values()
            if action["type"] == "commentCard" and action["idMemberCreator"] == HUB
        ]

    def account_id(self, person: str) -> str:
        """The member who is that staff member or contact of the plan."""
        return self._members[person]

    def project_ref(self, project: ProjectPlan) -> str:
        """What the config calls that project: its board's id."""
        return board_id(project)

    def card_id(self, number: int) -> str:
        """The card that is the item of that number."""
        return str(self.state.card(number)["id"])

    # --- what people do

    def revoke(self) -> None:
        """The token's owner takes it back."""
        self.valid = False

    def move_due(self, number: int, new: date | datetime | None, by: str, at: datetime) -> None:
        """Somebody sets another due date."""
        with self.app.lock:
            self.state.update(self.state.card(number), self.account_id(by), at, due=due_stamp(new))

    def complete(self, number: int, by: str, at: datetime) -> None:
        """Somebody ticks the due date."""
        with self.app.lock:
            self.state.update(self.state.card(number), self.account_id(by), at, dueComplete=True)

    def move_to(self, number: int, list_name: str, by: str, at: datetime) -> None:
        """Somebody drags the card to another list."""
        with self.app.lock:
            card = self.state.card(number)
            target = self.state.list_named(card["idBoard"], list_name)["id"]
            self.state.update(card, self.account_id(by), at, idList=target)

    def archive(self, number: int, by: str, at: datetime) -> None:
        """Somebody archives the card."""
        with self.app.lock:
            self.state.update(self.state.card(number), self.account_id(by), at, closed=True)

    def delete(self, number: int, by: str, at: datetime) -> None:
        """Somebody deletes the card for good."""
        with self.app.lock:
            self.state.delete(self.state.card(number), self.account_id(by), at)

    def relabel(self, number: int, names: list[str], at: datetime) -> None:
        """Somebody sets the labels, of which no action tells."""
        with self.app.lock:
            self.state.relabel(self.state.card(number), names, at)

    def add_message(self, number: int, message: Message) -> None:
        """Somebody comments."""
        with self.app.lock:
            card = self.state.card(number)
            self.state.say(card, self.account_id(message.author), message.at, message.text)

    def invite(self, board: str, person: str, at: datetime) -> None:
        """Somebody joins a board, a guest of the workspace unless they are of it."""
        with self.app.lock:
            self.state.join(self.state.boards[board], self.account_id(person), at)
