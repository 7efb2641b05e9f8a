"""A stand-in for Trello's REST API (below `/1`), as the hub and a curious test may use it.

Honest where a client could go wrong: 401 and 404 are plain text, ids are checked, `fields` selects, actions come newest
first and fifty at most unless asked, cards come by position and are the newest of their creation when limited, labels
and deletions of comments leave no action, `/batch` answers each part by itself.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.http import answer, text
from sandbox.trello_query import (
    CARD_FILTERS,
    NOT_FOUND,
    Query,
    Refused,
    checked,
    is_between,
    is_of,
    limit_of,
    select,
    text_in,
)
from sandbox.trello_state import HUB, Json, TrelloState

KEY = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
TOKEN = "ATTA5b1e7d90c2f84a6638e0d4b7a91c3f52e86d07b4c915a2f3"

_OAUTH = re.compile(r'OAuth oauth_consumer_key="([^"]*)", oauth_token="([^"]*)"')


class TrelloApi:
    """Trello's answers about one state, to one valid token. The attributes are switches for whoever tests."""

    def __init__(self, state: TrelloState, clock: Callable[[], datetime]) -> None:
        self.state = state
        self.clock = clock
        self.valid = True
        """False: the token was taken back."""
        self.may_write = True
        self.most_cards = 1000
        """Asked for more of them at once, it finds the question too large."""
        self.hidden: set[str] = set()
        """Boards that the token's member cannot see."""

    def routes(self) -> list[Route]:
        """All that it answers."""
        return [Route("/{path:path}", self._serve, methods=["GET", "POST", "PUT", "DELETE"])]

    def refuse(self, request: Request) -> Response | None:
        """Key and token come in the OAuth header or in the query; refusals are plain text."""
        signed = _OAUTH.fullmatch(request.headers.get("authorization", ""))
        asked = request.query_params
        key, token = signed.groups() if signed else (asked.get("key", ""), asked.get("token", ""))
        if key != KEY:
            return text("invalid key", 401)
        if token != TOKEN or not self.valid:
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
        for verb, pattern, serve in self._calls():
            found = re.fullmatch(pattern, path)
            if verb == method and found:
                return serve(query, *found.groups())
        raise Refused(404, f"Cannot {method} {path}")

    def _calls(self) -> Iterable[tuple[str, str, Callable[..., Any]]]:
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
        return select(self.state.members[HUB], query.get("fields", "all"))

    def _boards(self, query: Query) -> list[Json]:
        wanted = query.get("filter", "all")
        boards = [board for id, board in self.state.boards.items() if id not in self.hidden]
        return [
            select(board, query.get("fields", "all")) | self._workspace_of(board, query)
            for board in boards
            if wanted == "all" or (wanted == "open" and not board["closed"])
        ]

    def _workspace_of(self, board: Json, query: Query) -> Json:
        if query.get("organization") != "true":
            return {}
        workspace = self.state.workspaces.get(board["idOrganization"])
        return {"organization": workspace and select(workspace, query.get("organization_fields", "name"))}

    def _workspace_memberships(self, query: Query, id: str) -> list[Json]:
        workspace = self.state.workspaces.get(checked(id))
        if workspace is None:
            raise Refused(*NOT_FOUND)
        memberships: list[Json] = workspace["memberships"]
        return memberships

    def _visible_board(self, id: str) -> Json:
        board = self.state.boards.get(checked(id))
        if board is None or id in self.hidden:
            raise Refused(404, "board not found")
        return board

    def _board(self, query: Query, id: str) -> Json:
        board = self._visible_board(id)
        shown = select(board, query.get("fields", "name,desc,closed,idOrganization,url"))
        if (which := query.get("lists", "none")) != "none":
            lists = self.state.of_board(self.state.lists, id)
            shown["lists"] = [
                select(one, query.get("list_fields", "all")) for one in lists if which == "all" or not one["closed"]
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
            shown["members"] = [select(one, query.get("member_fields", "all")) for one in members]
        return shown

    def _board_cards(self, query: Query, id: str, which: str | None) -> list[Json]:
        """The newest by creation when limited; then in the order of the board, which promises nothing."""
        self._visible_board(id)
        if limit_of(query, 1000) > self.most_cards:
            raise Refused(403, "API_TOO_MANY_CARDS_REQUESTED")
        keep = CARD_FILTERS.get(which or query.get("filter", "visible"))
        if keep is None:
            raise Refused(400, "invalid value for filter")
        lists = self.state.lists
        found = [
            card
            for card in self.state.of_board(self.state.cards, id)
            if keep(card, not lists.get(card["idList"], {}).get("closed")) and is_between(card["id"], query)
        ]
        newest = sorted(found, key=lambda card: str(card["id"]), reverse=True)[: limit_of(query, 1000)]
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
        card = self.state.cards.get(checked(id))
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
        shown = select(whole, query.get("fields", "all"))
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
            if any(is_of(action, kind) for kind in wanted) and is_between(action["id"], query, action["date"])
        ]
        return [self._show_action(action, query) for action in found[: limit_of(query, 50)]]

    def _show_action(self, action: Json, query: Query) -> Json:
        shown = select(action, query.get("fields", "all"))
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
        action = self.state.say(self._visible_card(id), HUB, self.clock(), text_in(query))
        return self._show_action(action, {})

    def _own_comment(self, card: str, id: str) -> Json:
        self._visible_card(card)
        action = self.state.actions.get(checked(id))
        if action is None or action["type"] != "commentCard" or action["data"]["card"]["id"] != card:
            raise Refused(*NOT_FOUND)
        if action["idMemberCreator"] != HUB:
            raise Refused(401, "unauthorized card permission requested")
        return action

    def _edit_comment(self, query: Query, card: str, id: str) -> Json:
        """The action keeps id and date; no list of actions tells of the edit."""
        action = self._own_comment(card, id)
        action["data"]["text"] = text_in(query)
        action["data"]["dateLastEdited"] = self.clock().isoformat()
        self.state.stir(self.state.cards[card], self.clock())
        return self._show_action(action, {})

    def _delete_comment(self, query: Query, card: str, id: str) -> Json:
        del self.state.actions[self._own_comment(card, id)["id"]]
        self.state.stir(self.state.cards[card], self.clock())
        return {"_value": None}


async def _sent(request: Request) -> dict[str, str]:
    """Parameters in the body: JSON or a form."""
    if request.headers.get("content-type", "").startswith("application/json"):
        body = await request.body()
        sent = await request.json() if body else {}
        return sent if isinstance(sent, dict) else {}
    return dict(parse_qsl((await request.body()).decode()))
