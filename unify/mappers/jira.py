"""From Jira's records to the unified rows.

The category of a status goes by its category's key and the resolution: names are translated to the account's language.
Types are compared by id through the vocabulary, which also knows their untranslated names, and by their own name.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from config.settings import StatusCategory
from config.words import normal, normals
from connectors.base import Record
from connectors.own_comment import MARK
from unify.mappers.acceptance import NOT_ASKED
from unify.mappers.effort import NOT_TOLD, SECONDS, hours
from unify.mappers.item_rows import change_of, feedback_of, milestone_of, row_of
from unify.mappers.jira_people import is_sound, mark_of, read_account, user_id
from unify.mappers.jira_text import read_document
from unify.mappers.jira_words import CANCELLED, CATEGORIES, SEVERITIES, words_of
from unify.mapping import Mapped, MappingContext, Row
from unify.parsing import Reader
from unify.tables import BY_SHORT, row_key

VERSION = "5"

COMPARED: Mapping[str, tuple[str, ...]] = {"versions": ("due", "status")}
"""A version has neither history nor time of change."""

PERSONAL: Collection[str] = ()

_CHANGES = {
    "duedate": "due",
    "due date": "due",
    "status": "status",
    "assignee": "assignee",
    "fixversions": "milestone",
    "fix version": "milestone",
}

_LAST_SECONDS = 10**11
"""A number of seconds up to here (the year 5138); larger ones are milliseconds."""


def tables(stream: str) -> tuple[str, ...]:
    """An issue may be work item, milestone, feedback and risk at once; a change's rows have keys of their own."""
    return {
        "projects": ("project",),
        "versions": ("milestone",),
        "issues": ("work_item", "milestone", "feedback", "risk"),
        "comments": ("comment",),
        "request_comments": ("comment",),
    }.get(stream, ())


def map_record(record: Record, context: MappingContext) -> Mapped:
    """Rows of one record; vocabulary gives none."""
    mapped = Mapped()
    mapping = _MAPPINGS.get(record.stream)
    if mapping is not None:
        mapping(_Mapping(record, context, mapped))
    return mapped


class _Mapping:
    """One record being mapped."""

    def __init__(self, record: Record, context: MappingContext, mapped: Mapped) -> None:
        self.record = record
        self.source = context.source
        self.own_accounts = context.own_accounts
        self.mapped = mapped
        self.words = words_of(context)
        self.reader = Reader(record, mapped.problems)
        self.seen: set[str] = set()

    # --- projects and versions

    def project(self) -> None:
        """A project; its lead is the owner."""
        told = self.reader
        short = told.text("key")
        row = row_of(self.source, self.record, self._browse(short), None, None)
        row |= {
            "name": told.text("name") or short,
            "short": short,
            "description": told.text("description"),
            "owner_account": self._account("lead"),
            "archived": told.flag("archived"),
            "status_category": "unknown",
            "health_native": None,
            "start_on": None,
            "due_on": None,
            "service_desk": told.text("projectTypeKey") == "service_desk",
            "reader_accounts": None,
            "client_hints": [],
            "budget_hours": self.words.budget_hours.get(short) or self.words.budget_hours.get(self.record.id),
        }
        self.mapped.add("project", row)

    def version(self) -> None:
        """A version is a milestone: released is done; archived without release is given up."""
        told = self.reader
        released, archived = told.flag("released"), told.flag("archived")
        native = "released" if released else "archived" if archived else "unreleased"
        category = {"released": "done", "archived": "cancelled"}.get(native, "todo")
        project, driver = told.id("projectId"), told.text("driver")
        query = quote(f"fixVersion = {self.record.id}", errors="replace")
        url = f"{self.words.browse}/issues/?jql={query}" if self.words.browse else None
        row = row_of(self.source, self.record, url, None, None)
        row |= {
            "project_key": row_key(self.source, "projects", project) if project else None,
            "kind": "version",
            "name": told.text("name"),
            "status_native": native,
            "status_category": self.words.told({native}) or category,
            "owner_account": row_key(self.source, "users", driver) if driver else None,
            "client_facing": True,
            "due_on": told.day("releaseDate"),
            "due_at": None,
            "done_at": None,
            "agreed_native_on": None,
            **NOT_ASKED,
        }
        self.mapped.add("milestone", row)

    # --- issues

    def issue(self) -> None:
        """A work item always; a milestone by its type; feedback and a risk by type or label; feedback as a request."""
        fields = self.reader.at("fields")
        item = self._item(fields)
        self.mapped.add("work_item", item)
        types = self._types(fields)
        marks = types | normals(item["labels"])
        if types & self.words.milestone_types:
            # Clients are told of it unless it is an epic and nothing else.
            client_facing = "epic" not in types or bool(types & self.words.client_facing)
            accepted = self.words.acceptance.of(
                marks | normals([item["status_native"]]), _said(fields, self.words.fields.accepted), self.reader
            )
            self.mapped.add("milestone", milestone_of(item, accepted, client_facing=client_facing))
        is_request = self._is_request(fields)
        if is_request or marks & self.words.feedback:
            closed_at = self._closed_at(fields) if item["status_category"] in ("done", "cancelled") else None
            priority = normal(item["priority_native"] or "")
            row = feedback_of(
                item,
                origin="request" if is_request else "item",
                severity=SEVERITIES.get(priority, "warning"),
                urgent=bool((marks | {priority}) & self.words.urgent),
                closed_at=closed_at,
            )
            self.mapped.add("feedback", row)
        if self.words.risks.is_one(marks):
            self.mapped.add("risk", self.words.risks.row(item, _said(fields, self.words.fields.risk), self.reader))

    def _item(self, fields: Reader) -> Row:
        key = self.reader.text("key")
        category = self._category(fields)
        done_at, basis = self._done(fields, category)
        project = fields.id("project", "id")
        parent = fields.id("parent", "id")
        assignee = self._account("assignee", of=fields)
        creator = self._account("creator", of=fields)
        reporter = self._account("reporter", of=fields) or creator
        row = row_of(self.source, self.record, self._browse(key), fields.instant("created"), fields.instant("updated"))
        return row | {
            "project_key": row_key(self.source, "projects", project) if project else None,
            "project_keys": [row_key(self.source, "projects", project)] if project else [],
            "parent_key": row_key(self.source, "issues", parent) if parent else None,
            "milestone_keys": self._milestone_keys(fields, parent),
            "short": key,
            "kind": fields.text("issuetype", "name"),
            "name": fields.text("summary"),
            "description": self._document(fields, "description"),
            "status_native": fields.text("status", "name"),
            "status_category": category,
            "priority_native": fields.text("priority", "name") or None,
            "labels": fields.texts("labels"),
            "assignee_accounts": [assignee] if assignee else [],
            "reporter_account": reporter,
            "start_on": fields.day(self.words.fields.start) if self.words.fields.start else None,
            "due_on": fields.day("duedate"),
            "due_at": None,
            "done_at": done_at,
            "done_basis": basis,
            **_hours(fields),
            "client_hints": self._client_hints(fields),
        }

    def _is_request(self, fields: Reader) -> bool:
        """Whether a client asked for it: in a service project, and, where the site tells, with a request type."""
        if fields.text("project", "projectTypeKey") != "service_desk":
            return False
        return not self.words.fields.request or fields.has(self.words.fields.request)

    def _types(self, fields: Reader) -> set[str]:
        return self._known_names(fields, "issuetype", self.words.types)

    def _known_names(self, fields: Reader, name: str, known: Mapping[str, set[str]]) -> set[str]:
        """A type's or status's own name and those that the vocabulary knows for its id."""
        own = normal(fields.text(name, "name"))
        return known.get(fields.id(name, "id"), set()) | ({own} if own else set())

    def _category(self, fields: Reader) -> StatusCategory:
        """By the config; else by the category's key, and where that is done, by the resolution."""
        told = self.words.told(self._known_names(fields, "status", self.words.statuses))
        if told is not None:
            return told
        category = CATEGORIES.get(fields.text("status", "statusCategory", "key"), "unknown")
        if category != "done":
            return category
        resolution = normal(fields.text("resolution", "name"))
        return self.words.told({resolution}) or ("cancelled" if resolution in CANCELLED else "done")

    def _done(self, fields: Reader, category: StatusCategory) -> tuple[datetime | None, str | None]:
        """When it was done and how we know. A workflow that sets no resolution leaves no date of it."""
        if category != "done":
            return None, None
        resolved = fields.instant("resolutiondate")
        if resolved is not None:
            return resolved, "native"
        moved = self._closed_at(fields)
        return moved, "status_change" if moved else None

    def _closed_at(self, fields: Reader) -> datetime | None:
        at = fields.instant("resolutiondate")
        if at is None and fields.text("status", "statusCategory", "key") == "done":
            return fields.instant("statuscategorychangedate")
        return at

    def _milestone_keys(self, fields: Reader, parent: str) -> list[str]:
        """Its versions, and its parent where that is a milestone. Data Center names an epic by its key alone."""
        ids = [version.id("id") for version in fields.objects("fixVersions")]
        keys = [row_key(self.source, "versions", id_) for id_ in ids if id_]
        if parent and self._types(fields.at("parent", "fields")) & self.words.milestone_types:
            keys.append(row_key(self.source, "issues", parent))
        elif not parent and self.words.fields.epic and (epic := fields.text(self.words.fields.epic)):
            keys.append(row_key(self.source, BY_SHORT, epic))
        return keys

    def _client_hints(self, fields: Reader) -> list[str]:
        """Values of the configured field; where no field is called so, what follows that prefix in labels."""
        if not self.words.client_prefix:
            return []
        if self.words.fields.client:
            return _texts_in(fields.payload.get(self.words.fields.client))
        labels = (label for label in fields.texts("labels") if normal(label).startswith(self.words.client_prefix))
        return [rest for label in labels if (rest := label[len(self.words.client_prefix) :].strip())]

    # --- what hangs on issues

    def comment(self) -> None:
        """A comment. Whether a client can read it shows only in service projects, which have a stream of their own."""
        told = self.reader
        parent = self.record.parent
        on = row_key(self.source, *parent) if parent else None
        created, updated = told.instant("created"), told.instant("updated")
        text = self._document(told, "body")
        in_service_project = self.record.stream == "request_comments"
        row = row_of(self.source, self.record, None, created, updated)
        row |= {
            "on_key": on,
            "on_keys": [on] if on else [],
            "kind": "comment",
            "direction": "none",
            "author_account": self._account("author"),
            "author_contact": None,
            "visible": told.flag("jsdPublic") if in_service_project and told.has("jsdPublic") else None,
            "ours": self._is_own(told.at("author")) and MARK.search(text) is not None,
            "text": text,
            "edited_at": updated if created and updated and updated - created > timedelta(seconds=1) else None,
        }
        self.mapped.add("comment", row)

    def _document(self, told: Reader, name: str) -> str:
        """The text of a document; what can be read of an odd one."""
        body = told.payload.get(name)
        text, is_sound = read_document(body)
        if not is_sound:
            told.problem((name,), "is neither a text nor a document throughout", body)
        return text

    def _is_own(self, author: Reader) -> bool:
        """Whether our account wrote it; it may be a colleague's, who writes by hand too."""
        return user_id(author) in self.own_accounts

    def history(self) -> None:
        """An issue's history: one row for each of our fields in each of its entries."""
        for entry in self.reader.objects("histories"):
            id_ = entry.id("id")
            author, at = self._account("author", of=entry), self._moment(entry)
            for number, item in enumerate(entry.objects("items")):
                field = _CHANGES.get(normal(item.text("fieldId") or item.text("field")))
                if field is None or self.record.parent is None or not id_:
                    continue
                row = row_of(self.source, self.record, None, at, at, f"{id_}.{number}")
                told = (field, *self._values(item, field))
                self.mapped.add("change", row | change_of(self.source, self.record.parent, told, at=at, author=author))

    def _moment(self, entry: Reader) -> datetime | None:
        """`created` of the bulk answer may be a number, of seconds or of milliseconds; elsewhere it is a text."""
        value = entry.payload.get("created")
        if isinstance(value, bool) or not isinstance(value, int):
            return entry.instant("created")
        return entry.instant_ms("created", unit_ms=1 if abs(value) > _LAST_SECONDS else 1000)

    def _values(self, item: Reader, field: str) -> tuple[str | None, str | None]:
        """Old and new value: dates as days, everything else as Jira writes it for people."""
        if field != "due":
            return item.text("fromString") or None, item.text("toString") or None
        return self._day(item, "from"), self._day(item, "to")

    def _day(self, item: Reader, name: str) -> str | None:
        """A day of the history; an instant behind it (`2026-10-16 00:00:00.0`) says nothing."""
        day = item.as_day(item.text(name)[:10], name)
        return day.isoformat() if day else None

    # --- people, keys

    def _account(self, name: str, of: Reader | None = None) -> str | None:
        """The key of a user object's account, and its row; None where there is nobody."""
        holder = of or self.reader
        mark = mark_of(holder.payload.get(name))
        known = self.words.people.get(mark) if mark else None
        key, row = known or read_account(self.source, holder.at(name))
        if mark and known is None and is_sound(mark):
            self.words.remember(mark, (key, row))
        if row is not None and row["key"] not in self.seen:
            self.seen.add(row["key"])
            self.mapped.add("account", row)
        return key

    def _browse(self, key: str) -> str | None:
        """The page for people. Under api.atlassian.com there is none: the site's own address is not known here."""
        if not self.words.browse or not key:
            return None
        plain = key.isascii() and key.replace("-", "").isalnum()  # as keys are: quoting is slow
        return f"{self.words.browse}/browse/{key if plain else quote(key)}"


_MAPPINGS: Mapping[str, Callable[[_Mapping], None]] = {
    "projects": _Mapping.project,
    "versions": _Mapping.version,
    "issues": _Mapping.issue,
    "comments": _Mapping.comment,
    "request_comments": _Mapping.comment,
    "histories": _Mapping.history,
}


def _hours(fields: Reader) -> Row:
    """What Jira's time tracking says of the issue itself; a site may have switched it off."""
    if not fields.payload.get("timetracking"):
        return NOT_TOLD
    told = {"estimate": "originalEstimateSeconds", "remaining": "remainingEstimateSeconds", "spent": "timeSpentSeconds"}
    return {f"{field}_hours": hours(fields, "timetracking", name, unit=SECONDS) for field, name in told.items()}


def _said(fields: Reader, named: Mapping[str, str]) -> dict[str, str]:
    """Name -> what it says, of custom fields given as name -> id."""
    return {name: _plain(fields.payload.get(id_)) for name, id_ in named.items()}


def _plain(value: object) -> str:
    """A custom field's value as a text: of a number, a choice, a paragraph."""
    if isinstance(value, Mapping) and value.get("type") == "doc":
        return read_document(value)[0]
    if isinstance(value, int | float):
        return f"{value:g}"
    return ", ".join(_texts_in(value)) or ("" if not value else repr(value))


def _texts_in(value: object) -> list[str]:
    """The texts of a custom field's value: a text, an option, an organisation, or a list of those."""
    said = [one.get("value") or one.get("name") if isinstance(one, Mapping) else one for one in _as_list(value)]
    return [text for text in said if isinstance(text, str) and text]


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
