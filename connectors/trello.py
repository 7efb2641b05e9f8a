"""Trello (REST API 1), through py-trello's `fetch_json`.

- API: https://developer.atlassian.com/cloud/trello/rest/, checked November 2026.
- Sign-in: key and token, in the Authorization header. A token reaches every board of its member: use a service member.
- Limits: 100 requests in 10 s and token; 429 without Retry-After, and persistence is punished.
- Paging: bare lists. Actions newest first, `before` until fewer than asked come; cards by `before` = smallest id seen.
- A board's `dateLastActivity` gates everything: one request shows which boards are quiet, and those cost no more.
- Labels, custom fields and edited or deleted comments leave no action: a card whose `dateLastActivity` moved is read
  again with all its actions, and a board that is active is read whole once a day.
- Not read: attachments, votes, stickers, cards' positions, other members' e-mail addresses (never given).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from config.settings import Secret, SourceSettings
from connectors.answers import decode, mapping
from connectors.base import (
    AccessDenied,
    Account,
    Cursor,
    NotCommentable,
    NotFound,
    NotPermitted,
    Page,
    Record,
    Ref,
    Stream,
    VendorChanged,
)
from connectors.governor import Governor
from connectors.scope import Scope, count, names_in
from connectors.trello_api import Json, TrelloApi
from connectors.trello_cards import Cards, Position, activity_of, has_id
from connectors.trello_comments import Comments

LIMITS = ("100/10 seconds",)

AT_ONCE = 4
"""Boards that are read side by side: ten requests a second need no more."""

COMMENTED = "cards"
"""The stream whose records take comments."""

LISTED = "name,desc,url,shortLink,closed,dateLastActivity,idOrganization"
BOARD = {
    # Vocabulary, which has everything mapped again when it changes: so nothing that moves with each day's work.
    "fields": "name,desc,url,shortLink,closed,idOrganization,prefs",
    "lists": "all",
    "list_fields": "name,closed",
    "labels": "all",
    "labels_limit": "1000",
    "customFields": "true",
    "members": "all",
    "member_fields": "fullName,username,memberType",
    "memberships": "all",
    "cards": "none",
    "actions": "none",
}


class TrelloSettings(SourceSettings):
    """A member's boards. `projects` are ids, short links or names of boards or workspaces."""

    kind: Literal["trello"] = "trello"
    key: Secret


class Trello:
    """Workspaces, boards with their vocabulary, and cards with their actions (comments among them)."""

    def __init__(self, settings: TrelloSettings, governor: Governor) -> None:
        self.settings = settings
        self._api = TrelloApi(settings.name, settings.url, settings.key, settings.token, governor)
        self._cards = Cards(self._api, settings.since)
        self._comments = Comments(self._api, settings.comment_back, _names_of_board)
        self._scope = Scope(settings.projects, _names_of_board, _names_of_workspace)
        self._listed: Mapping[str, Json] | None = None
        self._is_fresh = False

    def check(self) -> Account:
        """Address, credential and permission, in that order: each fails with its own words."""
        try:
            me = self._api.object("/members/me", fields="username,fullName,memberType")
        except NotFound as error:
            raise self._api.wrong_url() from error
        if not has_id(me):
            raise VendorChanged(f"{self._api.name}: Trello does not say who the token's member is")
        handle = f"@{me.get('username')}"
        name = str(me.get("fullName") or handle)
        listed = self._list_boards()
        boards = self._boards()
        if not boards and not self._unmatched():
            raise AccessDenied(
                f"{self._api.name}: {name} sees no open board in Trello: invite {handle} to the boards to be read"
            )
        workspaces = {board.get("idOrganization") for board in boards.values()} - {None}
        return Account(
            id=str(me["id"]),
            name=name,
            tenants=dict(_tenant_of(board) for board in listed.values()),
            sees=f"{count(len(boards), 'board')} in {count(len(workspaces), 'workspace')}",
            projects={id: str(board.get("name") or "") for id, board in boards.items()},
            notes=[f"{one} is not visible to {handle}: invite it there" for one in self._unmatched()],
        )

    def streams(self) -> Sequence[Stream]:
        """Members of workspaces first, so that guests are known; then boards with their words; then cards."""
        return (
            Stream("workspaces", vocabulary=True),
            Stream("boards", vocabulary=True, at_once=AT_ONCE),
            Stream("cards", at_once=AT_ONCE, heeds_since=True, children=("actions",)),
        )

    def parts(self, stream: str) -> Sequence[str]:
        """Boards are parts; one that the config names and nobody shows us is one too, so that reading it says so."""
        if stream == "workspaces":
            return ("",)
        boards = [id for id, board in self._boards().items() if stream == "boards" or not board.get("closed")]
        return [*boards, *self._unmatched()]

    def read(self, stream: str, part: str, cursor: Cursor | None) -> Iterator[Page]:
        """Workspaces whole; a board and its cards where the board's activity moved since `cursor`."""
        match stream:
            case "workspaces":
                yield self._workspaces()
            case "boards":
                board, begun = self._board(part), Position.load(cursor)
                if begun is None or not begun.shows_quiet(board):
                    body = self._api.get(f"/boards/{part}", **BOARD)
                    record = Record("boards", part, None, self._api.as_object(body, part), body=body)
                    yield Page([record], Position(activity_of(board)).cursor(), [("boards", None)])
            case "cards":
                yield from self._cards.read(self._board(part), Position.load(cursor))
            case _:
                raise ValueError(f"trello has no stream {stream!r}")

    def living_ids(self, stream: str, part: str) -> Iterator[Sequence[str]]:
        """Ids of a board's cards, archived ones among them; of other streams, what a read shows."""
        if stream == "cards":
            self._board(part)
            yield from self._cards.ids(part)
        elif stream == "boards":
            yield [str(self._board(part)["id"])]
        else:
            yield [record.id for record in self._workspaces().records]

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Trello does not count: a sweep tells what is absent."""
        return {}

    def comment(self, on: Ref, text: str | None, key: str, known: str | None) -> str | None:
        """Our one comment for `key`. Whoever sees the board sees it.

        Raises NotCommentable on what is no card, and for a new comment where somebody outside the workspace could read
        it and the config does not name the board; NotFound for a card that is gone; AccessDenied.
        """
        if on.stream != COMMENTED:
            raise NotCommentable(f"{self._api.name}: Trello has no comments on {on.stream}")
        if text is None:
            self._comments.take_back(on.id, key, known)
            return None
        return self._comments.put(on.id, text, key, known)

    # --- boards and workspaces

    def _list_boards(self) -> Mapping[str, Json]:
        elements = self._api.objects(
            "/members/me/boards",
            filter="all",
            fields=LISTED,
            organization="true",
            organization_fields="name,displayName",
        )
        boards = [found for found in (decode(one, "boards") for one in elements) if has_id(found)]
        self._listed, self._is_fresh = {str(board["id"]): board for board in boards}, True
        return self._listed

    def _boards(self) -> Mapping[str, Json]:
        """The boards in scope by id, as listed when this run began."""
        listed = self._list_boards() if self._listed is None else self._listed
        return {
            id: board for id, board in listed.items() if self._scope.holds(board, is_closed=bool(board.get("closed")))
        }

    def _unmatched(self) -> list[str]:
        """What the config names and the account does not see."""
        return self._scope.unmatched(self._boards().values())

    def _board(self, part: str) -> Json:
        board = self._boards().get(part)
        if board is None:
            raise NotFound(
                f"{self._api.name}: the board {part} is closed or not visible to the token's member: invite it there, "
                f"or take the board out of sources.{self._api.name}.projects"
            )
        return board

    def _workspaces(self) -> Page:
        """Each workspace with its memberships: who is on a board and not here is a guest.

        One whose members we may not see (we are a guest there ourselves) is left out. A run begins here: boards are
        listed anew, unless `check` has just done so.
        """
        if not self._is_fresh:
            self._list_boards()
        self._is_fresh = False
        records = []
        for id in sorted(
            {str(board["idOrganization"]) for board in self._boards().values() if board["idOrganization"]}
        ):
            try:
                memberships = decode(self._api.get(f"/organizations/{id}/memberships"), "memberships")
            except (NotFound, NotPermitted):
                continue
            records.append(Record("workspaces", id, None, {"id": id, "memberships": memberships}))
        return Page(records, None, [("workspaces", None)])


def _tenant_of(board: Json) -> tuple[str, str]:
    """Id and name of a board's workspace; of the board itself, where it is in none."""
    if not board.get("idOrganization"):
        return str(board["id"]), str(board.get("name") or "")
    id = str(board["idOrganization"])
    return id, str(mapping(board.get("organization")).get("displayName") or id)


def _names_of_board(board: Mapping[str, object]) -> set[str]:
    return names_in(board, "id", "shortLink", "name")


def _names_of_workspace(board: Mapping[str, object]) -> set[str]:
    return names_in(board.get("organization"), "name", "displayName") | names_in(board, "idOrganization")
