"""Answers that Trello once gave, served as boards."""

from pathlib import Path

from sandbox.recorded import recorded
from sandbox.trello_state import HUB, WORKSPACE, TrelloState, membership


def from_recorded(folder: Path) -> TrelloState:
    """The records of `folder`, each as it was sent.

    Of boards, workspaces and actions nothing was recorded: a board is called by its id and has no history, and its
    members are taken for members of the one workspace.
    """
    state = TrelloState()
    state.members[HUB] = {"id": HUB, "username": "milepost_hub", "fullName": "Milepost", "memberType": "normal"}
    state.cards = {one.data["id"]: one.data for one in recorded(folder, "cards")}
    state.lists = {one.data["id"]: one.data for one in recorded(folder, "lists")}
    state.labels = {one.data["id"]: one.data for one in recorded(folder, "labels")}
    for checklist in recorded(folder, "check_items"):
        state.checklists.setdefault(checklist.data["idCard"], []).append(checklist.data)
    members: dict[str, list[str]] = {}
    for member in recorded(folder, "members"):
        state.members[member.data["id"]] = member.data
        members.setdefault(member.params["BoardId"], []).append(member.data["id"])
    state.workspaces[WORKSPACE] = {
        "id": WORKSPACE,
        "name": "recorded",
        "displayName": "Recorded",
        "memberships": [membership(WORKSPACE, number, member) for number, member in enumerate(state.members)],
    }
    for board in sorted({one["idBoard"] for one in [*state.cards.values(), *state.lists.values()]}):
        _add_board(state, board, [HUB, *members.get(board, [])])
    return state


def _add_board(state: TrelloState, id: str, members: list[str]) -> None:
    board = state.add_board(id, f"Board {id[:8]}", WORKSPACE, members)
    moved = [card["dateLastActivity"] for card in state.of_board(state.cards, id) if card["dateLastActivity"]]
    board["dateLastActivity"] = max(moved, default=None)
