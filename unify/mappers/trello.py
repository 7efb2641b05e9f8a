"""From Trello's records to the unified rows.

A card has no status of its own: its list's name is the word, `dueComplete` says done whatever the list, archived and
not done is given up. Templates, and cards that stand for something else (separators, links, mirrors), are no work.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime

from config.settings import StatusCategory
from config.words import category, normal, normals
from connectors.base import Record
from unify.mappers.acceptance import acceptance_of
from unify.mappers.effort import effort_of
from unify.mappers.item_rows import feedback_of, key_to, milestone_of, row_of
from unify.mappers.risks import risks_of
from unify.mappers.trello_actions import map_action
from unify.mappers.trello_board import Board, account_of, team_of
from unify.mapping import Mapped, MappingContext, Row
from unify.parsing import Reader, day_in
from unify.tables import row_key

VERSION = "8"

COMPARED: Mapping[str, tuple[str, ...]] = {}
"""Trello tells the history of due dates, lists and members itself."""

PERSONAL: Collection[str] = ()

MADE = ("createCard", "copyCard", "emailCard", "convertToCardFromCheckItem")


def tables(stream: str) -> tuple[str, ...]:
    """A card may be work item, milestone, feedback and risk at once; an action is a comment or a change."""
    return {
        "boards": ("project",),
        "cards": ("work_item", "milestone", "feedback", "risk"),
        "actions": ("comment", "change"),
    }.get(stream, ())


def map_record(record: Record, context: MappingContext) -> Mapped:
    """Rows and problems of one record; a record of an unknown stream gives none."""
    mapped = Mapped()
    match record.stream:
        case "boards":
            _Mapping(record, context, mapped).board()
        case "cards":
            _Mapping(record, context, mapped).card()
        case "actions":
            map_action(record, context, mapped)
    return mapped


class _Mapping:
    """One record being mapped."""

    def __init__(self, record: Record, context: MappingContext, mapped: Mapped) -> None:
        self.record = record
        self.context = context
        self.source = context.source
        self.settings = context.settings
        self.mapped = mapped
        self.reader = Reader(record, mapped.problems)

    # --- boards

    def board(self) -> None:
        """A board is a project; its members are accounts."""
        told = self.reader
        board = Board(self.record, self.context, self.record.id)
        row = row_of(self.source, self.record, told.link("url"), self._born(self.record.id), None)
        row |= {
            "name": told.text("name"),
            "short": self.record.id,
            "description": told.text("desc"),
            "owner_account": None,
            "archived": told.flag("closed"),
            "status_category": "unknown",
            "health_native": None,
            "start_on": None,
            "due_on": None,
            "service_desk": False,
            "reader_accounts": [row_key(self.source, "members", id_) for id_ in board.readers()],
            "client_hints": [],
            "budget_hours": self.settings.budget_hours.get(self.record.id),
        }
        self.mapped.add("project", row)
        team = team_of(self.record, self.context)
        for member in told.objects("members"):
            if id_ := member.text("id"):
                is_guest = id_ not in team and board.is_guest(id_)
                is_member = id_ in team
                self.mapped.add("account", account_of(self.source, id_, member, is_member=is_member, is_guest=is_guest))

    # --- cards

    def card(self) -> None:
        """A work item always; a milestone, feedback and a risk by label or list."""
        told = self.reader
        if told.flag("isTemplate") or told.text("cardRole"):
            return
        item, words = self._item()
        self.mapped.add("work_item", item)
        board = Board(self.record, self.context, told.text("idBoard"))
        if words & normals(self.settings.milestone_labels):
            acceptance = acceptance_of(self.context)
            fields = dict(self._custom_fields(board, acceptance.names))
            self.mapped.add("milestone", milestone_of(item, acceptance.of(words, fields, told)))
        if words & normals(self.settings.feedback_labels):
            urgent = bool(words & normals(self.settings.urgent_labels))
            self.mapped.add("feedback", feedback_of(item, urgent=urgent, closed_at=item["done_at"]))
        risks = risks_of(self.context)
        if risks.is_one(words):
            self.mapped.add("risk", risks.row(item, dict(self._custom_fields(board, risks.names)), told))

    def _item(self) -> tuple[Row, frozenset[str]]:
        """The work item, and the words (labels, list) that may make it more."""
        told = self.reader
        board = Board(self.record, self.context, told.text("idBoard"))
        status, status_category = self._status(board)
        due_at = told.instant("due")
        done_at, basis = self._done(status_category)
        labels = self._labels()
        effort = effort_of(self.context)
        made_by = next((one for one in self._actions() if one.text("type") in MADE), None)
        updated_at = told.instant("dateLastActivity")
        url = told.link("shortUrl") or told.link("url")
        row = row_of(self.source, self.record, url, self._born(self.record.id), updated_at)
        project = told.text("idBoard")
        number = told.id("idShort")
        row |= {
            "project_key": key_to(self.source, "boards", project),
            "project_keys": [row_key(self.source, "boards", project)] if project else [],
            "parent_key": None,
            "milestone_keys": [],
            "short": f"#{number}" if number else "",
            "kind": "card",
            "name": told.text("name"),
            "description": told.text("desc"),
            "status_native": status,
            "status_category": status_category,
            "priority_native": None,
            "labels": labels,
            "assignee_accounts": [row_key(self.source, "members", id_) for id_ in told.texts("idMembers")],
            "reporter_account": key_to(self.source, "members", made_by.text("idMemberCreator")) if made_by else None,
            "start_on": day_in(self.context.zone, told.instant("start")),
            "due_on": day_in(self.context.zone, due_at),
            "due_at": due_at,
            "done_at": done_at,
            "done_basis": basis,
            **effort.of(dict(self._custom_fields(board, effort.names)), told),
            "client_hints": self._client_hints(board, labels),
        }
        return row, normals([*labels, status])

    def _status(self, board: Board) -> tuple[str, StatusCategory]:
        """The list's name and what it means, once the card's own flags have had their say."""
        told = self.reader
        at = board.list(told.text("idList"))
        if at is None and told.has("idList"):
            told.problem(("idList",), "names a list that its board does not show", told.payload.get("idList"))
        status = at.name if at else ""
        by_list = (category(status, self.settings.status) or "todo") if at else "unknown"
        if told.flag("dueComplete") or by_list == "done":
            return status, "done"
        if told.flag("closed") or (at is not None and at.is_closed):
            return status, "cancelled"
        return status, by_list

    def _done(self, reached: StatusCategory) -> tuple[datetime | None, str | None]:
        """When it was done, and how we know: the tick, else the move into the list where it lies."""
        if reached != "done":
            return None, None
        ticked = self.reader.flag("dueComplete")
        for action in self._actions():
            old = action.at("data", "old")
            if (ticked and old.payload.get("dueComplete") is False) or (not ticked and old.has("idList")):
                at = action.instant("date")
                return at, ("native" if ticked else "status_change") if at else None
        return None, None

    def _labels(self) -> list[str]:
        """Names of labels; one without a name goes by its colour."""
        labels = [label.text("name") or label.text("color") for label in self.reader.objects("labels")]
        return [label for label in labels if label]

    def _actions(self) -> list[Reader]:
        """The actions that the connector kept with the card."""
        return self.reader.objects("actions")

    def _client_hints(self, board: Board, labels: list[str]) -> list[str]:
        """Values of the custom field that the config names; and what follows that word in labels ("Client: …")."""
        wanted = normal(self.settings.client_field)
        if not wanted:
            return []
        hints = [label.partition(":")[2].strip() for label in labels if normal(label.partition(":")[0]) == wanted]
        hints += [value for _, value in self._custom_fields(board, (wanted,))]
        return [hint for hint in hints if hint]

    def _custom_fields(self, board: Board, wanted: Collection[str]) -> Iterator[tuple[str, str]]:
        """Name and value, as a text, of each of its custom fields of these names that is filled in."""
        for item in self.reader.objects("customFieldItems"):
            field = board.custom_field(item.text("idCustomField"))
            if field is None or normal(field.name) not in wanted:
                continue
            # A choice has no value of its own: the definition knows its options.
            value = field.options.get(item.text("idValue"), "")
            for kind in ("text", "number", "checked", "date"):
                value = value or item.text("value", kind)
            yield field.name, value

    def _born(self, id_: str) -> datetime | None:
        """The first eight hexadecimal digits of an id are the second of its creation."""
        try:
            return datetime.fromtimestamp(int(id_[:8], 16), tz=UTC)
        except ValueError:
            self.reader.problem(("id",), "does not tell when it was made", id_)
            return None
