"""From Asana's stories to the unified rows: what was said on a task, and what was changed."""

from connectors.base import Record
from connectors.own_comment import MARK
from unify.mappers.asana_people import user_of
from unify.mappers.asana_words import COMPLETED, INCOMPLETE, STATUS_FIELDS, words_of
from unify.mappers.item_rows import change_of, row_of
from unify.mapping import Mapped, MappingContext, Row
from unify.parsing import Reader
from unify.tables import row_key


def map_story(record: Record, context: MappingContext, mapped: Mapped) -> None:
    """Add the rows and problems of one story."""
    _Story(record, context, mapped).map()


class _Story:
    """One story being mapped."""

    def __init__(self, record: Record, context: MappingContext, mapped: Mapped) -> None:
        self.record = record
        self.context = context
        self.source = context.source
        self.mapped = mapped
        self.words = words_of(context)
        self.reader = Reader(record, mapped.problems)

    def map(self) -> None:
        """A comment, or what changed."""
        if self.record.parent is None:
            return
        told = self.reader
        author = user_of(told.at("created_by"), self.source, self.words, self.mapped)
        if told.text("resource_subtype") == "comment_added":
            self.mapped.add("comment", self._comment(row_key(self.source, *self.record.parent), author))
        elif change := self._change():
            at = told.instant("created_at")
            row = row_of(self.source, self.record, None, at, at)
            row |= change_of(self.source, self.record.parent, change, at=at, author=author)
            self.mapped.add("change", row)

    def _comment(self, on: str, author: str | None) -> Row:
        told = self.reader
        at, text = told.instant("created_at"), told.text("text")
        projects = [project.text("gid") for project in told.objects("target", "projects")]
        is_own = told.text("created_by", "gid") in self.context.own_accounts
        return row_of(self.source, self.record, None, at, at) | {
            "on_key": on,
            "on_keys": [on],
            "kind": "comment",
            "direction": "none",
            "author_account": author,
            "author_contact": None,
            "visible": self.words.shows_to_clients(projects),
            "ours": is_own and MARK.search(text) is not None,
            "text": text,
            # That it was edited is told, when it was is not.
            "edited_at": None,
        }

    def _change(self) -> tuple[str, str | None, str | None] | None:
        """What a system story tells, as (field, old, new); None for what changes nothing of ours."""
        told = self.reader
        match told.text("resource_subtype"):
            case "due_date_changed":
                old, new = self._told_due("old_dates"), self._told_due("new_dates")
                return ("due", old, new) if old != new else None
            case "section_changed":
                return "status", told.text("old_section", "name") or None, told.text("new_section", "name") or None
            case "marked_complete":
                return "status", INCOMPLETE, COMPLETED
            case "marked_incomplete":
                return "status", COMPLETED, INCOMPLETE
            case "enum_custom_field_changed" if self.words.field(told.at("custom_field")) in STATUS_FIELDS:
                return (
                    "status",
                    told.text("old_enum_value", "name") or None,
                    told.text("new_enum_value", "name") or None,
                )
            case "assigned":
                return "assignee", None, told.text("assignee", "name") or None
            case "unassigned":
                return "assignee", told.text("assignee", "name") or None, None
            case "name_changed":
                return "name", told.text("old_name") or None, told.text("new_name") or None
        return None

    def _told_due(self, name: str) -> str | None:
        told = self.reader.at(name)
        due = told.instant("due_at") or told.day("due_on")
        return due.isoformat() if due else None
