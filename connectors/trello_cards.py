"""Reading a Trello board's cards with their actions: whole, or only what moved since."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from connectors.answers import decode, instant, is_id, stamp
from connectors.base import LOOK_BACK, Cursor, Page, Problem, Record, Ref
from connectors.trello_api import BATCH, Json, TrelloApi
from connectors.trello_paging import PAGE, pages_of_actions, pages_of_cards

MANY = 100
"""More touched cards than this: reading the board whole is cheaper."""

WHOLE_EVERY = timedelta(days=1)
"""Of a board's own activity: whether every kind of change moves `dateLastActivity` is not documented."""

FIELDS = (
    "idShort,shortLink,name,desc,due,start,dueComplete,closed,dateLastActivity,idBoard,idList,idMembers,labels,idLabels,"
    "badges,url,shortUrl,isTemplate,cardRole"
)
CARD = {"fields": FIELDS, "customFieldItems": "true", "checklists": "all"}

MADE = ("createCard", "copyCard", "emailCard", "convertToCardFromCheckItem")
ACTIONS = ",".join((*MADE, "updateCard", "commentCard", "addMemberToCard", "removeMemberFromCard"))


@dataclass(frozen=True, slots=True)
class Position:
    """How far a board was read: up to which activity of its own, and which of its cards; when it was read whole.

    Instants stay as Trello writes them, all alike, so that they compare as text.
    """

    activity: str
    until: str = ""
    whole_at: str = ""

    @classmethod
    def load(cls, cursor: Cursor | None) -> "Position | None":
        """The position that a cursor tells; None where there is none, or it is of another version."""
        told = json.loads(cursor) if cursor else {}
        return cls(told["activity"], told["until"], told["whole_at"]) if told.get("v") == 1 else None

    def cursor(self) -> Cursor:
        """The cursor that tells it."""
        told = {"v": 1, "activity": self.activity, "until": self.until, "whole_at": self.whole_at}
        return Cursor(json.dumps(told))

    def shows_quiet(self, board: Json) -> bool:
        """Whether nothing happened on the board since; one without an activity cannot be shown to be quiet."""
        return bool(self.activity) and self.activity == activity_of(board)


class Cards:
    """The cards of one account's boards. `since`: closed cards older than that are left out."""

    def __init__(self, api: TrelloApi, since: date | None) -> None:
        self._api = api
        self._since = since

    def read(self, board: Json, begun: Position | None) -> Iterator[Page]:
        """The whole board at first, and where it tells no activity; then what moved, and once a day all behind that."""
        if begun is None or not activity_of(board):
            yield from self._whole(board)
        elif not begun.shows_quiet(board):
            yield from self._changes(board, begun)

    def ids(self, board: str) -> Iterator[Sequence[str]]:
        """Ids of all cards that are wanted, archived ones among them, in pages."""
        for cards in self._thin(board):
            yield [str(card["id"]) for card in cards if has_id(card) and self._is_wanted(card)]

    # --- what moved

    def _changes(self, board: Json, begun: Position) -> Iterator[Page]:
        listed = [card for page in self._thin(str(board["id"])) for card in page if has_id(card)]
        since = _minus(begun.until, LOOK_BACK)
        touched = [card for card in listed if self._is_wanted(card) and _is_since(card, since)]
        if len(touched) > MANY:
            yield from self._whole(board)
            return
        for start in range(0, len(touched), BATCH):
            yield self._touched(touched[start : start + BATCH])
        if _minus(activity_of(board), WHOLE_EVERY) >= begun.whole_at:
            yield from self._whole(board)
        else:
            yield Page([], Position(activity_of(board), _latest(listed, begun.until), begun.whole_at).cursor())

    def _touched(self, cards: Sequence[Json]) -> Page:
        """Some cards, each with all its actions. One that is gone by now is left to the sweep."""
        query = {**CARD, "actions": ACTIONS, "actions_limit": str(PAGE)}
        records: list[Record] = []
        whole: list[tuple[str, Ref | None]] = []
        for card in self._api.many([(f"/cards/{card['id']}", query) for card in cards]):
            if card is None or not has_id(card):
                continue
            ref = Ref("cards", str(card["id"]))
            nested = card.pop("actions", None)
            actions = [action for action in nested if has_id(action)] if isinstance(nested, list) else []
            telling = Telling()
            for action in actions:
                telling.note(ref.id, action)
            records.append(_card_record(card, telling))
            records += [_action_record(action, ref) for action in actions]
            # Only a history that reaches back to its beginning shows that what is absent from it is gone.
            if len(actions) < PAGE and any(action.get("type") in MADE for action in actions):
                whole.append(("actions", ref))
        return Page(records, None, whole)

    # --- the whole board

    def _whole(self, board: Json) -> Iterator[Page]:
        """All actions, newest first, then all cards; what of an action tells about its card goes with the card."""
        id = str(board["id"])
        left_out = self._left_out(id)
        telling = Telling()
        query = {"filter": ACTIONS, "memberCreator_fields": "fullName,username"}
        for actions in pages_of_actions(self._api, id, query):
            yield _actions_page(actions, left_out, telling)
        until, is_all_told = "", True
        for cards in pages_of_cards(self._api, id, CARD):
            found = [card for card in cards if has_id(card)]
            is_all_told = is_all_told and all(card["id"] in left_out or telling.begins(card["id"]) for card in found)
            until = _latest(found, until)
            records = [_card_record(card, telling) for card in found if card["id"] not in left_out]
            odd = [Problem("cards", "", "", "is not an object with an id")] if len(found) < len(cards) else []
            yield Page(records, None, problems=odd)
        activity = activity_of(board)
        # Only histories that all reach back to their beginning show that what is absent from them is gone.
        whole: list[tuple[str, Ref | None]] = [("cards", None), *([("actions", None)] if is_all_told else [])]
        yield Page([], Position(activity, until, activity).cursor(), whole)

    def _left_out(self, board: str) -> frozenset[str]:
        """The cards that `since` leaves out; asked for only where there is a `since`."""
        if self._since is None:
            return frozenset()
        cards = (card for page in self._thin(board) for card in page if has_id(card))
        return frozenset(str(card["id"]) for card in cards if not self._is_wanted(card))

    def _is_wanted(self, card: Json) -> bool:
        if self._since is None or not (card.get("closed") or card.get("dueComplete")):
            return True
        return str(card.get("dateLastActivity") or "") >= self._since.isoformat()

    def _thin(self, board: str) -> Iterator[list[Any]]:
        return pages_of_cards(self._api, board, {"fields": "dateLastActivity,closed,dueComplete"})


class Telling:
    """The actions that tell about their card what it does not say itself: who made it, when it was done.

    Actions come newest first; of each kind the newest is kept.
    """

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, Json]] = {}

    def note(self, card: str, action: Json) -> None:
        """Keep it if it tells something that no newer one did."""
        data = action.get("data")
        old = data.get("old") if isinstance(data, dict) else None
        kept = self._kept.setdefault(card, {})
        kind = action.get("type")
        if kind in MADE:
            kept.setdefault("made", action)
        elif kind == "updateCard" and isinstance(old, dict):
            for field in ("dueComplete", "idList"):
                if field in old:
                    kept.setdefault(field, action)

    def begins(self, card: str) -> bool:
        """Whether the making of a card was among them."""
        return "made" in self._kept.get(card, {})

    def of(self, card: str) -> list[Json]:
        """What was kept for a card, in an order that does not depend on how it was read."""
        kept = self._kept.get(card, {})
        return list({str(kept[kind]["id"]): kept[kind] for kind in sorted(kept)}.values())


def _actions_page(bodies: Sequence[bytes], left_out: frozenset[str], telling: Telling) -> Page:
    records: list[Record] = []
    problems: list[Problem] = []
    for body in bodies:
        action = decode(body, "actions")
        card = _card_of(action)
        if not has_id(action):
            problems = [Problem("actions", "", "", "is not an object with an id")]
        elif card not in left_out:
            telling.note(card, action)
            records.append(_action_record(action, Ref("cards", card) if card else None, body))
    return Page(records, None, problems=problems)


def _card_record(card: Json, telling: Telling) -> Record:
    """A card with the actions that tell about it, as Trello nests them; made of several answers, so without a body."""
    id = str(card["id"])
    return Record("cards", id, instant(card.get("dateLastActivity")), {**card, "actions": telling.of(id)})


def _action_record(action: Json, card: Ref | None, body: bytes = b"") -> Record:
    return Record("actions", str(action["id"]), instant(action.get("date")), action, card, body)


def _card_of(action: Any) -> str:
    """The id of the card that an action is about; "" where it names none."""
    data = action.get("data") if isinstance(action, dict) else None
    card = data.get("card") if isinstance(data, dict) else None
    return str(card["id"]) if isinstance(card, dict) and has_id(card) else ""


def has_id(thing: Any) -> bool:
    """Whether an element can become a record."""
    return isinstance(thing, dict) and is_id(thing.get("id"))


def activity_of(board: Json) -> str:
    """When something last happened on a board; "" where it does not say."""
    return str(board.get("dateLastActivity") or "")


def _is_since(card: Json, since: str) -> bool:
    """A card without an activity may have changed."""
    at = card.get("dateLastActivity")
    return not isinstance(at, str) or at >= since


def _latest(cards: Sequence[Json], begun: str) -> str:
    told = (card.get("dateLastActivity") for card in cards)
    return max([begun, *(at for at in told if isinstance(at, str) and instant(at))])


def _minus(text: str, span: timedelta) -> str:
    at = instant(text)
    return stamp(at - span) if at else ""
