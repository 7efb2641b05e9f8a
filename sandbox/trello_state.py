"""What a stand-in Trello holds: boards, lists, labels, members, cards and actions, shaped as Trello sends them.

Made from the plan (`sandbox.trello_plan`) or from answers that Trello once gave (`sandbox.trello_recorded`), then
changed by its verbs: each leaves the action that Trello leaves, or none where Trello leaves none, and moves
`dateLastActivity`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.plan import ItemPlan, Status

Json = dict[str, Any]

OFFICE = ZoneInfo("Asia/Hong_Kong")
WORKSPACE = "60aa0001000000000000f001"
HUB = "60aa00010000000000000a0b"
"""The member whose token the hub holds."""

LISTS: dict[Status, str] = {"todo": "待辦", "doing": "進行中", "done": "完成", "cancelled": "待辦"}
MILESTONE_LABEL, FEEDBACK_LABEL = "里程碑", "客戶反饋"
END_OF_WORK = time(18)
"""Trello knows no due day: who picks a day gets some time of it."""


def ident(created_at: datetime, number: int, kind: int) -> str:
    """24 hexadecimal digits as Trello makes them: the first eight are the second of creation."""
    return f"{int(created_at.timestamp()):08x}{kind:04x}{number:012x}"


def member_id(number: int) -> str:
    """The id of the member who is the plan's person of that number."""
    return f"60aa0000{number:016x}"


def stamp(at: datetime | None) -> str | None:
    """An instant as Trello writes it."""
    if at is None:
        return None
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def due_stamp(due: date | datetime | None) -> str | None:
    """A due date as Trello writes it; a mere day gets a time."""
    if due is None or isinstance(due, datetime):
        return stamp(due)
    return stamp(datetime.combine(due, END_OF_WORK, OFFICE))


def short_link(number: int) -> str:
    """Eight letters and digits."""
    return f"sq{number:06x}"


@dataclass
class TrelloState:
    """Everything by id. `cards` of the deleted are gone; their actions stay."""

    members: dict[str, Json] = field(default_factory=dict)
    workspaces: dict[str, Json] = field(default_factory=dict)
    boards: dict[str, Json] = field(default_factory=dict)
    lists: dict[str, Json] = field(default_factory=dict)
    labels: dict[str, Json] = field(default_factory=dict)
    custom_fields: dict[str, Json] = field(default_factory=dict)
    cards: dict[str, Json] = field(default_factory=dict)
    checklists: dict[str, list[Json]] = field(default_factory=dict)
    actions: dict[str, Json] = field(default_factory=dict)
    _by_number: dict[int, str] = field(default_factory=dict)
    _serial: int = 0

    # --- asking

    def card(self, number: int) -> Json:
        """The card of the plan's item of that number."""
        return self.cards[self._by_number[number]]

    def of_board(self, things: dict[str, Json], board: str) -> list[Json]:
        """Those that belong to a board."""
        return [thing for thing in things.values() if thing.get("idBoard") == board]

    def actions_of(self, board: str | None = None, card: str | None = None) -> list[Json]:
        """The actions of a board or a card, newest first."""
        found = [
            action
            for action in self.actions.values()
            if (board is None or action["data"]["board"]["id"] == board)
            and (card is None or action["data"].get("card", {}).get("id") == card)
        ]
        return sorted(found, key=lambda action: (action["date"], action["id"]), reverse=True)

    # --- changing, as people do

    def add_board(self, id: str, name: str, workspace: str, members: Iterable[str], *, desc: str = "") -> Json:
        """A board with its members; it has no list and no label yet."""
        link = id[-8:]
        self.boards[id] = {
            "id": id,
            "name": name,
            "desc": desc,
            "closed": False,
            "url": f"https://trello.com/b/{link}",
            "shortLink": link,
            "idOrganization": workspace,
            "dateLastActivity": None,
            "prefs": {"permissionLevel": "private"},
            "memberships": [membership(id, number, member) for number, member in enumerate(members)],
        }
        return self.boards[id]

    def list_named(self, board: str, name: str) -> Json:
        """That board's list of that name, made where it is missing."""
        for one in self.of_board(self.lists, board):
            if one["name"] == name:
                return one
        made: Json = {"id": self._new_id(board, 0x11), "name": name, "closed": False, "idBoard": board}
        made["pos"] = 65536 * (1 + len(self.of_board(self.lists, board)))
        return self.lists.setdefault(made["id"], made)

    def label_named(self, board: str, name: str) -> Json:
        """That board's label of that name, made where it is missing."""
        for one in self.of_board(self.labels, board):
            if one["name"] == name:
                return one
        made = {"id": self._new_id(board, 0x1F), "idBoard": board, "name": name, "color": "purple"}
        return self.labels.setdefault(made["id"], made)

    def add_card(self, board: str, item: ItemPlan, reporter: str) -> Json:
        """A card as it was on the day it was made."""
        id = ident(item.created_at, item.number, 0xCA)
        link = short_link(item.number)
        first_due = item.moves[0].old if item.moves else item.due
        card: Json = {
            "id": id,
            "idShort": 1 + len(self.of_board(self.cards, board)),
            "shortLink": link,
            "name": item.name,
            "desc": item.description,
            "due": due_stamp(first_due),
            "start": None,
            "dueComplete": False,
            "dueReminder": None,
            "closed": False,
            "isTemplate": False,
            "cardRole": None,
            "dateLastActivity": None,
            "idBoard": board,
            "idList": self.list_named(board, LISTS["todo"])["id"],
            "idMembers": [],
            "idLabels": [],
            "idChecklists": [],
            "customFieldItems": [],
            "pos": 16384 * item.number,
            "url": f"https://trello.com/c/{link}/{item.number}",
            "shortUrl": f"https://trello.com/c/{link}",
        }
        self.cards[id] = card
        self._by_number[item.number] = id
        self.act("createCard", card, reporter, item.created_at)
        return card

    def act(self, kind: str, card: Json, by: str, at: datetime, new: Json | None = None, **data: Any) -> Json:
        """Leave an action, and move the activity of card and board; `new` are the card's fields that it tells."""
        self._serial += 1
        board = self.boards[card["idBoard"]]
        action: Json = {
            "id": ident(at, self._serial, 0xAC),
            "idMemberCreator": by,
            "type": kind,
            "date": stamp(at),
            "data": {
                "card": {key: card[key] for key in ("id", "name", "idShort", "shortLink")} | (new or {}),
                "board": {key: board[key] for key in ("id", "name", "shortLink")},
                "list": {key: self.lists[card["idList"]][key] for key in ("id", "name")},
                **data,
            },
        }
        self.actions[action["id"]] = action
        self.stir(card, at)
        return action

    def stir(self, card: Json, at: datetime) -> None:
        """Something happened to the card."""
        for thing in (card, self.boards[card["idBoard"]]):
            thing["dateLastActivity"] = max(thing["dateLastActivity"] or "", stamp(at) or "")

    def update(self, card: Json, by: str, at: datetime, **new: Any) -> Json:
        """Change fields of a card: an `updateCard` with their old values."""
        old = {key: card[key] for key in new}
        card.update(new)
        lists = {}
        if "idList" in new:
            for name, id in (("listBefore", old["idList"]), ("listAfter", new["idList"])):
                lists[name] = {"id": id, "name": self.lists[id]["name"]}
        return self.act("updateCard", card, by, at, dict(new), old=old, **lists)

    def relabel(self, card: Json, names: Sequence[str], at: datetime) -> None:
        """Set a card's labels. Trello leaves no action of that."""
        card["idLabels"] = [self.label_named(card["idBoard"], name)["id"] for name in names]
        self.stir(card, at)

    def delete(self, card: Json, by: str, at: datetime) -> None:
        """The card is gone; a `deleteCard` tells only its id."""
        self.act("deleteCard", card, by, at)
        del self.cards[card["id"]]

    def say(self, card: Json, by: str, at: datetime, text: str) -> Json:
        """Write a comment."""
        return self.act("commentCard", card, by, at, text=text)

    def join(self, board: Json, member: str, at: datetime) -> None:
        """Somebody is let into the board."""
        memberships = board["memberships"]
        memberships.append(membership(board["id"], len(memberships), member))
        board["dateLastActivity"] = max(board["dateLastActivity"] or "", stamp(at) or "")

    def _new_id(self, board: str, kind: int) -> str:
        self._serial += 1
        return f"{board[:8]}{kind:04x}{self._serial:012x}"


def membership(board: str, number: int, member: str) -> Json:
    """That a member belongs to a board or a workspace."""
    return {
        "id": f"{board[:8]}00ee{int(board[-6:], 16) % 0xFFFF:04x}{number:08x}",
        "idMember": member,
        "memberType": "normal",
        "unconfirmed": False,
        "deactivated": False,
    }
