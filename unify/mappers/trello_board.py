"""What a Trello board's vocabulary tells the mapper: its lists, its custom fields, and who is a guest on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.base import Record
from unify.mapping import MappingContext, Row
from unify.parsing import Reader
from unify.tables import row_key


@dataclass(frozen=True, slots=True)
class BoardList:
    """A list: its name is the status of its cards; a closed one is out of sight with all of them."""

    name: str
    is_closed: bool


@dataclass(frozen=True, slots=True)
class CustomField:
    """A custom field and, where it is a choice, its options by id."""

    name: str
    options: Mapping[str, str]


class Board:
    """One board as last read; empty where it was not."""

    def __init__(self, record: Record, context: MappingContext, id: str) -> None:
        payload = context.vocabulary.get("boards", {}).get(id, {})
        # What is odd in it is reported where the board itself is mapped, not once more with each of its cards.
        self._board = Reader(record, [], payload)
        self._context = context
        self._record = record

    def list(self, id: str) -> BoardList | None:
        """The list of that id."""
        for one in self._board.objects("lists"):
            if one.text("id") == id:
                return BoardList(one.text("name"), one.flag("closed"))
        return None

    def custom_field(self, id: str) -> CustomField | None:
        """The definition of that id; None where somebody deleted it."""
        for one in self._board.objects("customFields"):
            if one.text("id") == id:
                options = {option.text("id"): option.text("value", "text") for option in one.objects("options")}
                return CustomField(one.text("name"), options)
        return None

    @property
    def shows_to_clients(self) -> bool | None:
        """Whether somebody outside the workspace can read it; None where the workspace's members are not known."""
        if self._board.text("prefs", "permissionLevel") == "public":
            return True
        members = {one.text("idMember") for one in self._board.objects("memberships")}
        team = self._team(self._board.text("idOrganization"))
        return None if team is None or not members else not members <= team

    def readers(self) -> Sequence[str]:
        """The ids of its members, where nobody can read it but they and its workspace; else none."""
        visibility, workspace = self._board.text("prefs", "permissionLevel"), self._board.text("idOrganization")
        if visibility == "private" or (visibility == "org" and self._team(workspace) is not None):
            members = (one.text("idMember") for one in self._board.objects("memberships"))
            return sorted({id for id in members if id})
        return []

    def is_guest(self, member: str) -> bool:
        """Whether that member is known to be none of the board's workspace."""
        team = self._team(self._board.text("idOrganization"))
        return team is not None and member not in team

    def _team(self, workspace: str) -> set[str] | None:
        payload = self._context.vocabulary.get("workspaces", {}).get(workspace)
        return None if payload is None else members_of(Reader(self._record, [], payload))


def members_of(workspace: Reader) -> set[str]:
    """The ids of a workspace's members."""
    return {one.text("idMember") for one in workspace.objects("memberships") if not one.flag("deactivated")}


def team_of(record: Record, context: MappingContext) -> set[str]:
    """The ids of the members of every workspace that is known."""
    found: set[str] = set()
    for payload in context.vocabulary.get("workspaces", {}).values():
        found |= members_of(Reader(record, [], payload))
    return found


def is_on_a_board(record: Record, context: MappingContext, member: str) -> bool:
    """Whether some board lists that member: the row of the account then comes from there."""
    boards: Iterable[Any] = context.vocabulary.get("boards", {}).values()
    return any(one.text("id") == member for board in boards for one in Reader(record, [], board).objects("members"))


def account_of(source: str, id_: str, member: Reader, *, is_member: bool, is_guest: bool) -> Row:
    """An account; Trello gives nobody's e-mail but the token's own member's."""
    handle = member.text("username")
    return {
        "key": row_key(source, "members", id_),
        "vendor_id": id_,
        "url": f"https://trello.com/{handle}" if is_plain(handle) else None,
        "created_at": None,
        "updated_at": None,
        "name": member.text("fullName") or handle,
        "handle": handle or None,
        "email": None,
        "kind": "guest" if is_guest else "human",
        "member": is_member,
        # A ghost was invited by e-mail and has not come yet.
        "active": member.text("memberType") != "ghost",
    }


def is_plain(name: str) -> bool:
    """Fit to stand in an address as it is."""
    return name.replace("_", "").isalnum() and name.isascii()
