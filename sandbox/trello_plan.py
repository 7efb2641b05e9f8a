"""From the plan to what a stand-in Trello holds: its boards, with every card's life up to now."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sandbox.plan import ContactPlan, ItemPlan, Plan, ProjectPlan, Staff
from sandbox.trello_state import (
    FEEDBACK_LABEL,
    HUB,
    LISTS,
    MILESTONE_LABEL,
    WORKSPACE,
    Json,
    TrelloState,
    due_stamp,
    ident,
    member_id,
    membership,
    stamp,
)


def from_plan(plan: Plan) -> TrelloState:
    """The plan's Trello boards, with every card's history up to now."""
    state = TrelloState()
    everyone: list[Staff | ContactPlan] = [*plan.staff, *plan.contacts]
    people = {person.id: person for person in everyone if "trello" in person.vendors}
    for person in people.values():
        _add_member(state, person)
    state.members[HUB] = {"id": HUB, "username": "milepost_hub", "fullName": "Milepost", "memberType": "normal"}
    team = [HUB, *(member_id(person.number) for person in plan.staff if person.id in people)]
    state.workspaces[WORKSPACE] = {
        "id": WORKSPACE,
        "name": "workspace",
        "displayName": plan.name,
        "memberships": [membership(WORKSPACE, number, member) for number, member in enumerate(team)],
    }
    for project in plan.of_vendor("trello"):
        _add_project(state, project, {id: member_id(person.number) for id, person in people.items()})
    return state


def _add_member(state: TrelloState, person: Staff | ContactPlan) -> None:
    id = member_id(person.number)
    state.members[id] = {"id": id, "username": person.id, "fullName": person.name, "memberType": "normal"}


def board_id(project: ProjectPlan) -> str:
    """The id of the board that is that project."""
    return ident(project.created_at, project.number, 0xB0)


def _add_project(state: TrelloState, project: ProjectPlan, ids: dict[str, str]) -> None:
    board = board_id(project)
    members = [HUB, *(ids[id] for id in _people_of(project) if id in ids)]
    state.add_board(board, project.name, WORKSPACE, members, desc=project.description)
    state.boards[board]["dateLastActivity"] = stamp(project.created_at)
    for name in dict.fromkeys(LISTS.values()):
        state.list_named(board, name)
    for item in project.items:
        _add_item(state, board, item, ids, ids[project.owner])


def _people_of(project: ProjectPlan) -> list[str]:
    """Members as planned, the owner, and whoever worked or wrote there."""
    working = [person for item in project.items for person in (item.assignee, item.reporter) if person]
    writing = [message.author for item in project.items for message in item.messages]
    return list(dict.fromkeys([project.owner, *project.members, *working, *writing]))


def _add_item(state: TrelloState, board: str, item: ItemPlan, ids: dict[str, str], owner: str) -> None:
    """The card and its life, in the order in which it was lived."""
    card = state.add_card(board, item, ids.get(item.reporter or "", owner))
    labels = [*item.labels, *([MILESTONE_LABEL] * item.milestone), *([FEEDBACK_LABEL] * item.feedback)]
    card["idLabels"] = [state.label_named(board, label)["id"] for label in labels]
    worker = ids.get(item.assignee or "", owner)
    card["idMembers"] = [ids[item.assignee]] if item.assignee else []
    for _, step in sorted(_life(state, card, item, ids, worker, board), key=lambda step: step[0]):
        step()
    card.update(item.odd)
    if item.updated_at:
        state.stir(card, item.updated_at)


def _life(
    state: TrelloState, card: Json, item: ItemPlan, ids: dict[str, str], worker: str, board: str
) -> Iterator[tuple[datetime, Any]]:
    """What happened to a card: (when, what to call)."""

    def to_list(by: str, at: datetime, name: str) -> None:
        target = state.list_named(board, name)["id"]
        if card["idList"] != target:
            state.update(card, by, at, idList=target)

    def later(call: Any, *args: Any, **more: Any) -> Any:
        return lambda: call(*args, **more)

    for move in item.moves:
        yield move.at, later(state.update, card, ids.get(move.by, worker), move.at, due=due_stamp(move.new))
    for change in item.status_changes:
        if change.new != "cancelled":
            yield change.at, later(to_list, ids.get(change.by, worker), change.at, LISTS[change.new])
    for message in item.messages:
        yield message.at, later(state.say, card, ids.get(message.author, worker), message.at, message.text)
    last = max([item.created_at, *(change.at for change in item.status_changes)])
    ended = item.done_at or last + timedelta(seconds=1)
    if item.status == "cancelled":
        yield ended, later(state.update, card, worker, ended, closed=True)
    else:
        yield ended, later(to_list, worker, ended, item.status_name or LISTS[item.status])
    if item.status == "done" and item.due is not None:
        yield ended, later(state.update, card, worker, ended, dueComplete=True)
