"""From Asana's records to the unified rows.

A task has no status but `completed`: until then its section's name is the word, or a custom field called Status.
Approvals that were rejected are given up. Milestones are tasks of that subtype, and projects with a due date. A task
may be in several projects: one row, many references. Section headers are no work.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from config.settings import StatusCategory
from config.words import normal, normals
from connectors.base import Record
from unify.mappers.acceptance import NOT_ASKED
from unify.mappers.asana_people import account_of, user_of
from unify.mappers.asana_stories import map_story
from unify.mappers.asana_words import COMPLETED, INCOMPLETE, PRIORITY_FIELDS, SEVERITIES, STATUS_FIELDS, words_of
from unify.mappers.effort import MINUTES, hours
from unify.mappers.item_rows import feedback_of, key_to, milestone_of, row_of
from unify.mapping import Mapped, MappingContext, Row
from unify.parsing import Reader, day_in
from unify.tables import row_key

VERSION = "8"

COMPARED: Mapping[str, tuple[str, ...]] = {"projects": ("due", "status")}
"""A project has no history; a task tells its own."""

PERSONAL: Collection[str] = ()


def tables(stream: str) -> tuple[str, ...]:
    """A task may be work item, milestone, feedback and risk at once; a story is a comment or a change."""
    return {
        "users": ("account",),
        "projects": ("project", "milestone"),
        "tasks": ("work_item", "milestone", "feedback", "risk"),
        "stories": ("comment", "change"),
    }.get(stream, ())


def map_record(record: Record, context: MappingContext) -> Mapped:
    """Rows and problems of one record; what is vocabulary only gives none."""
    mapped = Mapped()
    match record.stream:
        case "users":
            _Mapping(record, context, mapped).user()
        case "projects":
            _Mapping(record, context, mapped).project()
        case "tasks":
            _Mapping(record, context, mapped).task()
        case "stories":
            map_story(record, context, mapped)
    return mapped


class _Mapping:
    """One record being mapped."""

    def __init__(self, record: Record, context: MappingContext, mapped: Mapped) -> None:
        self.record = record
        self.context = context
        self.source = context.source
        self.mapped = mapped
        self.words = words_of(context)
        self.reader = Reader(record, mapped.problems)

    # --- users

    def user(self) -> None:
        """A membership of the workspace: a guest's address belongs to another organisation."""
        told = self.reader
        is_guest = told.flag("is_guest")
        is_active = not told.has("is_active") or told.flag("is_active")
        row = account_of(
            self.source, self.record.id, told.at("user"), guest=is_guest, member=not is_guest, active=is_active
        )
        self.mapped.add("account", row)

    # --- projects

    def project(self) -> None:
        """A project; with a due date it is a milestone too."""
        told = self.reader
        health = told.text("current_status_update", "status_type") or None
        category: StatusCategory = "done" if told.flag("completed") else "unknown"
        fields = told.objects("custom_fields")
        row = row_of(
            self.source,
            self.record,
            told.link("permalink_url"),
            told.instant("created_at"),
            told.instant("modified_at"),
        ) | {
            "name": told.text("name"),
            "short": self.record.id,
            "description": told.text("notes"),
            "owner_account": user_of(told.at("owner"), self.source, self.words, self.mapped),
            "archived": told.flag("archived"),
            "status_category": category,
            "health_native": health,
            "start_on": told.day("start_on"),
            "due_on": told.day("due_on"),
            "service_desk": False,
            "reader_accounts": [row_key(self.source, "users", gid) for gid in self.words.readers(self.record.id)],
            "client_hints": self._client_hints(fields, []),
            "budget_hours": self.context.settings.budget_hours.get(self.record.id),
        }
        self.mapped.add("project", row)
        if row["due_on"] is not None:
            self.mapped.add("milestone", self._delivery(row))

    def _delivery(self, project: Row) -> Row:
        """The project's own date. Archived before it was completed, it is given up."""
        is_done = project["status_category"] == "done"
        native = COMPLETED if is_done else "archived" if project["archived"] else INCOMPLETE
        category: StatusCategory = "done" if is_done else "cancelled" if project["archived"] else "todo"
        shared = ("key", "vendor_id", "url", "created_at", "updated_at", "name", "owner_account", "due_on")
        return {name: project[name] for name in shared} | {
            "project_key": project["key"],
            "kind": "project",
            "status_native": native,
            "status_category": category,
            "client_facing": True,
            "due_at": None,
            "done_at": self.reader.instant("completed_at") if is_done else None,
            "agreed_native_on": None,
            **NOT_ASKED,
        }

    # --- tasks

    def task(self) -> None:
        """A work item always; a milestone by its subtype; feedback and a risk by section, tag or field."""
        told = self.reader
        if told.flag("is_rendered_as_separator"):
            return
        item, marks = self._item()
        self.mapped.add("work_item", item)
        if item["kind"] == "milestone":
            self.mapped.add("milestone", milestone_of(item, self.words.acceptance.of(marks, self._said(), told)))
        if marks & self.words.feedback:
            severity = SEVERITIES.get(normal(item["priority_native"] or ""), "warning")
            urgent, closed_at = bool(marks & self.words.urgent), told.instant("completed_at")
            self.mapped.add("feedback", feedback_of(item, urgent=urgent, severity=severity, closed_at=closed_at))
        if self.words.risks.is_one(marks):
            self.mapped.add("risk", self.words.risks.row(item, self._said(), told))

    def _said(self) -> dict[str, str]:
        """Name -> what it says, of the custom fields."""
        fields = self.reader.objects("custom_fields")
        return {self.words.called(field): ", ".join(self.words.values(field)) for field in fields}

    def _item(self) -> tuple[Row, frozenset[str]]:
        """The work item, and the words (tags, sections, choices) that may make it feedback."""
        told = self.reader
        fields = told.objects("custom_fields")
        sections = [self.words.section(one.at("section")) for one in told.objects("memberships")]
        status, category = self._status(fields, sections)
        tags = [name for tag in told.objects("tags") if (name := tag.text("name"))]
        due_on, due_at = self._due(told)
        done_at = told.instant("completed_at") if category == "done" else None
        assignee = user_of(told.at("assignee"), self.source, self.words, self.mapped)
        projects = [row_key(self.source, "projects", gid) for gid in self._projects()]
        row = row_of(
            self.source,
            self.record,
            told.link("permalink_url"),
            told.instant("created_at"),
            told.instant("modified_at"),
        ) | {
            "project_key": next(iter(projects), None),
            "project_keys": projects,
            "parent_key": key_to(self.source, "tasks", told.text("parent", "gid")),
            "milestone_keys": [],
            "short": "",
            "kind": told.text("resource_subtype"),
            "name": told.text("name"),
            "description": told.text("notes"),
            "status_native": status,
            "status_category": category,
            "priority_native": next(iter(self._values(fields, PRIORITY_FIELDS)), None),
            "labels": tags,
            "assignee_accounts": [assignee] if assignee else [],
            "reporter_account": user_of(told.at("created_by"), self.source, self.words, self.mapped),
            "follower_accounts": [
                row_key(self.source, "users", gid) for one in told.objects("followers") if (gid := one.text("gid"))
            ],
            "start_on": told.day("start_on"),
            "due_on": due_on,
            "due_at": due_at,
            "done_at": done_at,
            "done_basis": "native" if done_at else None,
            **self._effort(fields),
            "client_hints": self._client_hints(fields, tags),
        }
        chosen = [value for field in fields for value in self.words.values(field)]
        return row, normals([*tags, *sections, *chosen])

    def _effort(self, fields: list[Reader]) -> Row:
        """Hours, of fields of these names; what was tracked as time is spent, where no field says so."""
        effort = self.words.effort
        said = {self.words.called(one): _hours_in(one) for one in fields if self.words.field(one) in effort.names}
        row = effort.of(said, self.reader)
        tracked = hours(self.reader, "actual_time_minutes", unit=MINUTES)
        return row if row["spent_hours"] is not None else {**row, "spent_hours": tracked}

    def _projects(self) -> list[str]:
        """The projects that a task is in; a subtask is in its parent's."""
        own, inherited = self.reader.objects("memberships"), self.reader.objects("parent", "memberships")
        gids = [membership.text("project", "gid") for membership in own or inherited]
        return list(dict.fromkeys(gid for gid in gids if gid))

    def _status(self, fields: list[Reader], sections: list[str]) -> tuple[str, StatusCategory]:
        """The word and what it means: of a field called Status, of a custom type, of the sections it lies in."""
        told = self.reader
        custom = told.text("custom_type_status_option", "name")
        words = [word for word in (*self._values(fields, STATUS_FIELDS), custom, *sections) if word]
        meant = next(((word, found) for word in words if (found := self.words.category(word))), None)
        is_given_up = told.text("approval_status") == "rejected" or (meant is not None and meant[1] == "cancelled")
        if told.flag("completed"):
            return (meant[0] if meant and is_given_up else COMPLETED), ("cancelled" if is_given_up else "done")
        return meant or (next(iter(words), ""), "todo")

    def _due(self, told: Reader) -> tuple[date | None, datetime | None]:
        """Day and instant; of an instant the day is the organisation's, whatever the author's was."""
        due_at = told.instant("due_at")
        return (day_in(self.context.zone, due_at) if due_at else told.day("due_on")), due_at

    def _values(self, fields: list[Reader], called: frozenset[str]) -> list[str]:
        """What the custom fields of these names hold."""
        return [value for field in fields if self.words.field(field) in called for value in self.words.values(field)]

    def _client_hints(self, fields: list[Reader], tags: list[str]) -> list[str]:
        """Values of the custom field that the config names; and what follows that word in tags ("Client: …")."""
        wanted = self.words.client_field
        if not wanted:
            return []
        rest = [tag.partition(":")[2].strip() for tag in tags if normal(tag.partition(":")[0]) == wanted]
        return [hint for hint in (*self._values(fields, frozenset({wanted})), *rest) if hint]


def _hours_in(field: Reader) -> str:
    """A number as hours: one that Asana shows as a duration is of minutes (unverified), any other stands as it is."""
    number = field.number("number_value")
    if number is None:
        return field.text("display_value")
    return f"{number / MINUTES if field.text('format') == 'duration' else number:.4f}"
