"""Our comments on Trello cards: one for each key, recognised by a marker, and only among ourselves."""

from collections.abc import Callable

from connectors import own_comment
from connectors.answers import decode
from connectors.base import NotCommentable, NotFound, NotPermitted
from connectors.trello_api import Json, TrelloApi

MOST = "1000"
"""Comments of one card that are searched."""


class Comments:
    """The comments that the token's member writes. There is no private one: whoever sees the board sees it."""

    def __init__(self, api: TrelloApi, allowed: bool | tuple[str, ...], names_of: Callable[[Json], set[str]]) -> None:
        """`allowed`: boards that the config names; elsewhere all readers must be of the workspace."""
        self._api = api
        self._allowed = () if isinstance(allowed, bool) else allowed
        self._names_of = names_of
        self._own_id = ""

    def put(self, card: str, text: str, key: str, known: str | None) -> str:
        """Post or edit."""
        sent = f"{text}\n\n{own_comment.mark(key)}"
        place = f"/cards/{card}/actions"

        def post() -> str:
            self._must_be_among_us(card)
            return str(self._api.write("POST", f"{place}/comments", text=sent)["id"])

        return own_comment.put(
            known,
            edit=lambda action: self._api.write("PUT", f"{place}/{action}/comments", text=sent),
            find=lambda: self._find(card, key),
            post=post,
        )

    def take_back(self, card: str, key: str, known: str | None) -> None:
        """Delete."""
        own_comment.take_back(
            known,
            find=lambda: self._find(card, key),
            delete=lambda action: self._api.write("DELETE", f"/cards/{card}/actions/{action}/comments"),
        )

    def _find(self, card: str, key: str) -> str | None:
        comments = self._api.objects(f"/cards/{card}/actions", filter="commentCard", limit=MOST)
        for action in (decode(one, "actions") for one in comments):
            data = action.get("data") if isinstance(action, dict) else None
            text = data.get("text") if isinstance(data, dict) else None
            if isinstance(text, str) and own_comment.mark(key) in text and action.get("idMemberCreator") == self._me():
                return str(action["id"])
        return None

    def _must_be_among_us(self, card: str) -> None:
        id = str(self._api.object(f"/cards/{card}", fields="idBoard").get("idBoard"))
        fields = "name,shortLink,idOrganization,prefs"
        board = self._api.object(f"/boards/{id}", fields=fields, memberships="all", cards="none", actions="none")
        if not (self._names_of(board) & set(self._allowed) or self._is_among_us(board)):
            raise NotCommentable(
                f"{self._api.name}: people outside the workspace can read the board {id}; name it in "
                f"sources.{self._api.name}.comment_back to comment there all the same"
            )

    def _is_among_us(self, board: Json) -> bool:
        """Whether all who can read the board can be shown to be members of its workspace."""
        prefs, workspace = board.get("prefs"), board.get("idOrganization")
        if not workspace or not isinstance(prefs, dict) or prefs.get("permissionLevel") not in ("private", "org"):
            return False
        try:
            memberships = decode(self._api.get(f"/organizations/{workspace}/memberships"), "memberships")
        except (NotFound, NotPermitted):
            return False
        readers = _members(board.get("memberships"))
        return bool(readers) and readers <= _members(memberships)

    def _me(self) -> str:
        if not self._own_id:
            self._own_id = str(self._api.object("/members/me", fields="username").get("id"))
        return self._own_id


def _members(memberships: object) -> set[str]:
    listed = memberships if isinstance(memberships, list) else []
    return {str(one.get("idMember")) for one in listed if isinstance(one, dict)}
