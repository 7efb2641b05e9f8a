"""Our comments on Trello cards: one for each key, recognised by a marker, and only among ourselves."""

from collections.abc import Callable

from connectors.answers import decode
from connectors.base import NotCommentable, NotFound
from connectors.trello_api import Json, NotPermitted, TrelloApi

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
        """Post or edit; Trello repeats nothing by itself, so the marker is looked for before anything is posted."""
        marked = f"{text}\n\n{marker(key)}"
        if known and self._edit(card, known, marked):
            return known
        if (found := self._find(card, key)) and self._edit(card, found, marked):
            return found
        self._must_be_among_us(card)
        return str(self._api.write("POST", f"/cards/{card}/actions/comments", text=marked)["id"])

    def take_back(self, card: str, key: str, known: str | None) -> None:
        """Delete; one that is gone already is as good."""
        try:
            if id := known or self._find(card, key):
                self._api.write("DELETE", f"/cards/{card}/actions/{id}/comments")
        except NotFound:
            return

    def _find(self, card: str, key: str) -> str | None:
        comments = self._api.objects(f"/cards/{card}/actions", filter="commentCard", limit=MOST)
        for action in (decode(one, "actions") for one in comments):
            data = action.get("data") if isinstance(action, dict) else None
            text = data.get("text") if isinstance(data, dict) else None
            if isinstance(text, str) and marker(key) in text and action.get("idMemberCreator") == self._me():
                return str(action["id"])
        return None

    def _edit(self, card: str, id: str, text: str) -> bool:
        """False: somebody deleted it."""
        try:
            self._api.write("PUT", f"/cards/{card}/actions/{id}/comments", text=text)
        except NotFound:
            return False
        return True

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


def marker(key: str) -> str:
    """What marks a comment as ours: Markdown has no hidden form, so it is short and visible."""
    return f"(milepost:{key})"


def _members(memberships: object) -> set[str]:
    listed = memberships if isinstance(memberships, list) else []
    return {str(one.get("idMember")) for one in listed if isinstance(one, dict)}
