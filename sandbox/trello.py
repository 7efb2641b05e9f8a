"""A stand-in for Trello's REST API (below `/1`), as the hub and a curious test may use it.

Honest where a client could go wrong: 401 and 404 are plain text, ids are checked, `fields` selects, actions come newest
first and fifty at most unless asked, cards come by position and are the newest of their creation when limited, labels
and deletions of comments leave no action, `/batch` answers each part by itself.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.http import Door, Fault, answer, text
from sandbox.plan import Message, Plan, ProjectPlan
from sandbox.trello_recorded import from_recorded
from sandbox.trello_state import (
    HUB,
    Json,
    TrelloState,
    board_id,
    due_stamp,
    from_plan,
    member_id,
)

KEY = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
TOKEN = "ATTA5b1e7d90c2f84a6638e0d4b7a91c3f52e86d07b4c915a2f3"

CARD_FILTERS: dict[str, Callable[[Json, bool], bool]] = {
    "all": lambda card, listed: True,
    "open": lambda card, listed: not card["closed"],
    "closed": lambda card, listed: bool(card["closed"]),
    "visible": lambda card, listed: not card["closed"] and listed,
    "none": lambda card, listed: False,
}

_OAUTH = re.compile(r'OAuth oauth_consumer_key="([^"]*)", oauth_token="([^"]*)"')
_ID = re.compile(r"[0-9a-f]{24}")

Query = Mapping[str, str]


class Refused(Exception):
    """An answer other than 200, in plain text."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(body)
        self.status = status
        self.body = body


NOT_FOUND = (404, "The requested resource was not found.")


class TrelloSandbox:
    """Trello with one state and one valid token. `app` answers; the verbs below it are what people do meanwhile."""

    def __init__(self, state: TrelloState, clock: Callable[[], datetime], plan: Plan | None = None) -> None:
        self.state = state
        self.may_write = True
        self.hidden: set[str] = set()
        """Boards that the token's member cannot see."""
        self._clock = clock
        self._valid = True
        self._numbers: dict[str, int] = {}
        if plan:
            self._numbers |= {person.id: person.number for person in plan.staff}
            self._numbers |= {person.id: person.number for person in plan.contacts}
        methods = ["GET", "POST", "PUT", "DELETE"]
        self.app = Door([Route("/{path:path}", self._serve, methods=methods)], self._refuse)

    @classmethod
    def from_plan(cls, plan: Plan, clock: Callable[[], datetime]) -> Self:
        """The invented firm's boards."""
        return cls(from_plan(plan), clock, plan)

    @classmethod
    def from_recorded(cls, folder: Path, clock: Callable[[], datetime]) -> Self:
        """Boards that once were, from the folder of recorded answers."""
        return cls(from_recorded(folder), clock)

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

    # --- for tests and the story

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
        return member_id(self._numbers[person])

    def project_ref(self, project: ProjectPlan) -> str:
        """What the config calls that project: its board's id."""
        return board_id(project)

    def card_id(self, number: int) -> str:
        """The card that is the item of that number."""
        return str(self.state.card(number)["id"])

    def revoke(self) -> None:
        """The token's owner takes it back."""
        self._valid = False

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

    # --- HTTP

    def _refuse(self, request: Request) -> Response | None:
        """Key and token come in the OAuth header or in the query; refusals are plain text."""
        signed = _OAUTH.fullmatch(request.headers.get("authorization", ""))
        asked = request.query_params
        key, token = signed.groups() if signed else (asked.get("key", ""), asked.get("token", ""))
        if key != KEY:
            return text("invalid key", 401)
        if token != TOKEN or not self._valid:
            return text("invalid token", 401)
        if request.method != "GET" and not self.may_write:
            return text("unauthorized permission requested", 401)
        return None

    async def _serve(self, request: Request) -> Response:
        query = dict(request.query_params)
        if request.method in ("POST", "PUT"):
            query |= await _sent(request)
        path = "/" + request.path_params["path"]
        try:
            return answer(self._route(request.method, path, query))
        except Refused as refusal:
            return text(refusal.body, refusal.status)

    def _route(self, method: str, path: str, query: Query) -> Any:
        """The answer to a call, as data."""
        for verb, pattern, serve in self._routes():
            found = re.fullmatch(pattern, path)
            if verb == method and found:
                return serve(query, *found.groups())
        raise Refused(404, f"Cannot {method} {path}")

    def _routes(self) -> Iterable[tuple[str, str, Callable[..., Any]]]:
        yield "GET", r"/members/me", self._me
        yield "GET", r"/members/me/boards", self._boards
        yield "GET", r"/organizations/([^/]+)/memberships", self._workspace_memberships
        yield "GET", r"/boards/([^/]+)", self._board
        yield "GET", r"/boards/([^/]+)/cards(?:/(\w+))?", self._board_cards
        yield "GET", r"/boards/([^/]+)/actions", self._board_actions
        yield "GET", r"/cards/([^/]+)", self._card
        yield "GET", r"/cards/([^/]+)/actions", self._card_actions
        yield "POST", r"/cards/([^/]+)/actions/comments", self._post_comment
        yield "PUT", r"/cards/([^/]+)/actions/([^/]+)/comments", self._edit_comment
        yield "DELETE", r"/cards/([^/]+)/actions/([^/]+)/comments", self._delete_comment
        yield "GET", r"/batch", self._batch

    # --- reading

    def _me(self, query: Query) -> Json:
        return _select(self.state.members[HUB], query.get("fields", "all"))

    def _boards(self, query: Query) -> list[Json]:
        wanted = query.get("filter", "all")
        boards = [board for id, board in self.state.boards.items() if id not in self.hidden]
        return [
            _select(board, query.get("fields", "all")) | self._workspace_of(board, query)
            for board in boards
            if wanted == "all" or (wanted == "open" and not board["closed"])
        ]

    def _workspace_of(self, board: Json, query: Query) -> Json:
        if query.get("organization") != "true":
            return {}
        workspace = self.state.workspaces.get(board["idOrganization"])
        return {"organization": workspace and _select(workspace, query.get("organization_fields", "name"))}

    def _workspace_memberships(self, query: Query, id: str) -> list[Json]:
        workspace = self.state.workspaces.get(_checked(id))
        if workspace is None:
            raise Refused(*NOT_FOUND)
        memberships: list[Json] = workspace["memberships"]
        return memberships

    def _visible_board(self, id: str) -> Json:
        board = self.state.boards.get(_checked(id))
        if board is None or id in self.hidden:
            raise Refused(404, "board not found")
        return board

    def _board(self, query: Query, id: str) -> Json:
        board = self._visible_board(id)
        shown = _select(board, query.get("fields", "name,desc,closed,idOrganization,url"))
        if (which := query.get("lists", "none")) != "none":
            lists = self.state.of_board(self.state.lists, id)
            shown["lists"] = [
                _select(one, query.get("list_fields", "all")) for one in lists if which == "all" or not one["closed"]
            ]
        if query.get("labels", "none") != "none":
            shown["labels"] = self.state.of_board(self.state.labels, id)[: int(query.get("labels_limit", "50"))]
        if query.get("customFields") == "true":
            shown["customFields"] = [
                one for one in self.state.custom_fields.values() if one["idModel"] == id and one["modelType"] == "board"
            ]
        if query.get("memberships", "none") != "none":
            shown["memberships"] = board["memberships"]
        if query.get("members", "none") != "none":
            members = [self.state.members[one["idMember"]] for one in board["memberships"]]
            shown["members"] = [_select(one, query.get("member_fields", "all")) for one in members]
        return shown

    def _board_cards(self, query: Query, id: str, which: str | None) -> list[Json]:
        """The newest by creation when limited; then in the order of the board, which promises nothing."""
        self._visible_board(id)
        keep = CARD_FILTERS.get(which or query.get("filter", "visible"))
        if keep is None:
            raise Refused(400, "invalid value for filter")
        lists = self.state.lists
        found = [
            card
            for card in self.state.of_board(self.state.cards, id)
            if keep(card, not lists.get(card["idList"], {}).get("closed")) and _between(card["id"], query)
        ]
        newest = sorted(found, key=lambda card: str(card["id"]), reverse=True)[: _limit(query, 1000)]
        return [self._show(card, query) for card in sorted(newest, key=lambda card: float(card["pos"]))]

    def _board_actions(self, query: Query, id: str) -> list[Json]:
        self._visible_board(id)
        return self._actions(self.state.actions_of(board=id), query)

    def _card(self, query: Query, id: str) -> Json:
        return self._show(self._visible_card(id), query)

    def _card_actions(self, query: Query, id: str) -> list[Json]:
        self._visible_card(id)
        return self._actions(self.state.actions_of(card=id), {"filter": "commentCard,updateCard:idList"} | dict(query))

    def _visible_card(self, id: str) -> Json:
        card = self.state.cards.get(_checked(id))
        if card is None or card["idBoard"] in self.hidden:
            raise Refused(*NOT_FOUND)
        return card

    def _show(self, card: Json, query: Query) -> Json:
        """A card as sent: labels, badges and nested resources are put together at that moment."""
        actions = self.state.actions_of(card=card["id"])
        checklists = self.state.checklists.get(card["id"], [])
        whole = {
            **card,
            "labels": [self.state.labels[id] for id in card["idLabels"] if id in self.state.labels],
            "badges": card.get("badges", {})
            | {
                "comments": sum(action["type"] == "commentCard" for action in actions),
                "due": card["due"],
                "dueComplete": card["dueComplete"],
            },
        }
        items = whole.pop("customFieldItems", [])
        shown = _select(whole, query.get("fields", "all"))
        if query.get("customFieldItems") == "true":
            shown["customFieldItems"] = items
        if query.get("checklists", "none") == "all":
            shown["checklists"] = checklists
        if query.get("actions"):
            nested = {"filter": query["actions"], "limit": query.get("actions_limit", "50")}
            nested["memberCreator"] = query.get("action_memberCreator", "true")
            shown["actions"] = self._actions(actions, nested)
        return shown

    def _actions(self, actions: list[Json], query: Query) -> list[Json]:
        """Newest first; `filter` names types, some with a field."""
        wanted = query.get("filter", "all").split(",")
        found = [
            action
            for action in actions
            if any(_is_of(action, kind) for kind in wanted) and _between(action["id"], query, action["date"])
        ]
        return [self._show_action(action, query) for action in found[: _limit(query, 50)]]

    def _show_action(self, action: Json, query: Query) -> Json:
        shown = _select(action, query.get("fields", "all"))
        author = self.state.members.get(action["idMemberCreator"])
        if author and query.get("memberCreator", "true") == "true":
            shown["memberCreator"] = {key: author[key] for key in ("id", "username", "fullName")}
        return shown

    def _batch(self, query: Query) -> list[Json]:
        """Up to ten GETs, split at the commas of what was sent; commas inside one are encoded once more."""
        urls = query.get("urls", "").split(",")
        if len(urls) > 10 or not all(url.startswith("/") for url in urls):
            raise Refused(400, "invalid value for urls")
        return [self._one_of_batch(urlsplit(unquote(url))) for url in urls]

    def _one_of_batch(self, url: Any) -> Json:
        try:
            return {"200": self._route("GET", url.path, dict(parse_qsl(url.query)))}
        except Refused as refusal:
            return {"name": "NotFoundError", "message": refusal.body, "statusCode": refusal.status}

    # --- writing

    def _post_comment(self, query: Query, id: str) -> Json:
        action = self.state.say(self._visible_card(id), HUB, self._clock(), _text(query))
        return self._show_action(action, {})

    def _own_comment(self, card: str, id: str) -> Json:
        self._visible_card(card)
        action = self.state.actions.get(_checked(id))
        if action is None or action["type"] != "commentCard" or action["data"]["card"]["id"] != card:
            raise Refused(*NOT_FOUND)
        if action["idMemberCreator"] != HUB:
            raise Refused(401, "unauthorized card permission requested")
        return action

    def _edit_comment(self, query: Query, card: str, id: str) -> Json:
        """The action keeps id and date; no list of actions tells of the edit."""
        action = self._own_comment(card, id)
        action["data"]["text"] = _text(query)
        action["data"]["dateLastEdited"] = self._clock().isoformat()
        self.state.stir(self.state.cards[card], self._clock())
        return self._show_action(action, {})

    def _delete_comment(self, query: Query, card: str, id: str) -> Json:
        del self.state.actions[self._own_comment(card, id)["id"]]
        self.state.stir(self.state.cards[card], self._clock())
        return {"_value": None}


async def _sent(request: Request) -> dict[str, str]:
    """Parameters in the body: JSON or a form."""
    if request.headers.get("content-type", "").startswith("application/json"):
        body = await request.body()
        sent = await request.json() if body else {}
        return sent if isinstance(sent, dict) else {}
    return dict(parse_qsl((await request.body()).decode()))


def _checked(id: str) -> str:
    if _ID.fullmatch(id) is None:
        raise Refused(400, "invalid id")
    return id


def _text(query: Query) -> str:
    """A comment's text, within Trello's bounds."""
    if not 1 <= len(query.get("text", "")) <= 16384:
        raise Refused(400, "invalid value for text")
    return query["text"]


def _limit(query: Query, usual: int) -> int:
    limit = query.get("limit", str(usual))
    if not limit.isdigit() or int(limit) > 1000:
        raise Refused(400, "invalid value for limit")
    return int(limit)


def _select(thing: Json, fields: str) -> Json:
    """The fields asked for; the id always."""
    if fields == "all":
        return dict(thing)
    return {key: value for key, value in thing.items() if key == "id" or key in fields.split(",")}


def _is_of(action: Json, kind: str) -> bool:
    """Whether an action is of a type as filters write it: `updateCard`, or `updateCard:due` for one field."""
    name, _, changed = kind.partition(":")
    return kind == "all" or (action["type"] == name and (not changed or changed in action["data"].get("old", {})))


def _between(id: str, query: Query, at: str = "") -> bool:
    """`since` and `before` are ids or dates; ids are compared by their time of creation, then by themselves."""
    for bound, inside in (("since", 1), ("before", -1)):
        if value := query.get(bound):
            mine, theirs = (id, value) if _ID.fullmatch(value) else (at or _made_at(id), value)
            if (mine > theirs) - (mine < theirs) != inside:
                return False
    return True


def _made_at(id: str) -> str:
    """The second of creation that an id tells, as ISO 8601."""
    return datetime.fromtimestamp(int(id[:8], 16), tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
