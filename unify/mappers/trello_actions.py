"""From Trello's actions to the unified rows: what was said on a card, and what was changed."""

from datetime import datetime

from connectors.base import Record, Ref
from connectors.own_comment import MARK
from unify.mappers.item_rows import change_of, key_to, row_of
from unify.mappers.trello_board import Board, account_of, is_on_a_board, is_plain, team_of
from unify.mapping import Mapped, MappingContext, Row
from unify.parsing import Reader
from unify.tables import row_key


def map_action(record: Record, context: MappingContext, mapped: Mapped) -> None:
    """Add the rows and problems of one action."""
    _Action(record, context, mapped).map()


class _Action:
    """One action being mapped."""

    def __init__(self, record: Record, context: MappingContext, mapped: Mapped) -> None:
        self.record = record
        self.context = context
        self.source = context.source
        self.mapped = mapped
        self.reader = Reader(record, mapped.problems)

    def map(self) -> None:
        """A comment, or what changed. A copied comment is none: its author and time are those of the copying."""
        told, parent = self.reader, self.record.parent
        if parent is None:
            if told.text("data", "card", "id"):
                told.problem(("data", "card", "id"), "is not an id")
            return
        self._author()
        kind = told.text("type")
        if kind == "commentCard":
            self.mapped.add("comment", self._comment(parent))
        elif kind in ("addMemberToCard", "removeMemberFromCard"):
            name = told.text("data", "member", "name") or told.text("member", "fullName") or None
            old, new = (None, name) if kind == "addMemberToCard" else (name, None)
            self._change(parent, 0, "assignee", old, new)
        elif kind == "updateCard":
            for number, (field, old, new) in enumerate(self._updates()):
                self._change(parent, number, field, old, new)

    def _author(self) -> None:
        """The account of somebody who wrote here and is on none of the boards any more."""
        told, id_ = self.reader, self.reader.text("idMemberCreator")
        if id_ and told.has("memberCreator") and not is_on_a_board(self.record, self.context, id_):
            is_member = id_ in team_of(self.record, self.context)
            account = account_of(self.source, id_, told.at("memberCreator"), is_member=is_member, is_guest=False)
            self.mapped.add("account", account)

    def _comment(self, parent: Ref) -> Row:
        told = self.reader
        at = told.instant("date")
        on = row_key(self.source, *parent)
        author = told.text("idMemberCreator")
        text = told.text("data", "text")
        card = told.text("data", "card", "shortLink")
        url = f"https://trello.com/c/{card}#comment-{self.record.id}" if is_plain(card) else None
        edited_at = told.instant("data", "dateLastEdited")
        return row_of(self.source, self.record, url, at, edited_at or at) | {
            "on_key": on,
            "on_keys": [on],
            "kind": "comment",
            "direction": "none",
            "author_account": key_to(self.source, "members", author),
            "author_contact": None,
            "visible": Board(self.record, self.context, told.text("data", "board", "id")).shows_to_clients,
            "ours": author in self.context.own_accounts and MARK.search(text) is not None,
            "text": text,
            "edited_at": edited_at,
        }

    def _updates(self) -> list[tuple[str, str | None, str | None]]:
        """What an `updateCard` changed, as (field, old, new). As a rule it is one; all keys of `old` are read."""
        told = self.reader
        old, card = told.at("data", "old"), told.at("data", "card")
        found: list[tuple[str, str | None, str | None]] = []
        if "due" in old.payload:
            found.append(("due", _iso(old.instant("due")), _iso(card.instant("due"))))
        if "idList" in old.payload:
            before, after = told.text("data", "listBefore", "name"), told.text("data", "listAfter", "name")
            found.append(("status", before or None, after or None))
        if "dueComplete" in old.payload:
            words = ("complete", "incomplete") if old.flag("dueComplete") else ("incomplete", "complete")
            found.append(("status", *words))
        if "closed" in old.payload:
            found.append(("status", "archived", None) if old.flag("closed") else ("status", None, "archived"))
        if "name" in old.payload:
            found.append(("name", old.text("name") or None, card.text("name") or None))
        return found

    def _change(self, parent: Ref, number: int, field: str, old: str | None, new: str | None) -> None:
        at = self.reader.instant("date")
        id_ = f"{self.record.id}.{number}" if number else self.record.id
        row = row_of(self.source, self.record, None, at, at, id_)
        author = key_to(self.source, "members", self.reader.text("idMemberCreator"))
        row |= change_of(self.source, parent, (field, old, new), at=at, author=author)
        self.mapped.add("change", row)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
