"""One record of HubSpot as its mapper reads it: properties that are texts, what it is associated with, and its page."""

import re
from datetime import datetime
from typing import Any

from connectors.base import Problem, Record
from unify.mappers.hubspot_words import Stage, stage_of
from unify.mappers.item_rows import row_of
from unify.mapping import MappingContext, Row
from unify.parsing import Reader
from unify.tables import row_key

PAGES = {"tickets": "0-5", "contacts": "0-1", "deals": "0-3", "companies": "0-2"}
"""HubSpot's own ids of the types that have a page. What was said, or answered to a survey, is read on the page of whom
or what it concerns: of the first of these types.

https://developers.hubspot.com/docs/api-reference/latest/crm/understanding-the-crm ("Object type IDs"), checked November
2026. The address has the form of those that the API gives, here and there, as `url` of a record; that is optional, and
the documents do not say when it is told.
"""

_ID = re.compile(r"[0-9]+")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


class HubspotRecord:
    """Reads one record; what it cannot read is added to `problems`."""

    def __init__(self, record: Record, context: MappingContext, problems: list[Problem]) -> None:
        self.record = record
        self.context = context
        self.source = context.source
        self.reader = Reader(record, problems)
        self.properties = self.reader.at("properties")

    def row(self) -> Row:
        """What every row of the record carries."""
        made = self.instant("createdate") or self.reader.instant("createdAt")
        return row_of(self.source, self.record, self._page(), made, self.reader.instant("updatedAt"))

    def linked(self, kind: str) -> list[str]:
        """Keys of the objects of a type that it is associated with."""
        return [row_key(self.source, kind, id) for id in self._linked_ids(kind)]

    def owner(self) -> str | None:
        """The key of whoever it belongs to."""
        id = self.properties.id("hubspot_owner_id")
        return row_key(self.source, "owners", id) if id else None

    def stage(self, stream: str, pipeline: str, stage: str) -> Stage | None:
        """The stage that these properties name."""
        found = stage_of(self.record, self.context, stream, self.text(pipeline), self.text(stage))
        if found is None and self.text(stage):
            self.properties.problem((stage,), "names a stage that its pipeline does not show", self.text(stage))
        return found

    def text(self, name: str) -> str:
        """A property, "" where it is unset."""
        return self.properties.text(name)

    def number(self, name: str) -> float | None:
        """A property that is a number."""
        return self.properties.number(name)

    def flag(self, name: str) -> bool:
        """A property that is true or false."""
        return self.text(name) == "true"

    def instant(self, name: str) -> datetime | None:
        """A property that is an instant."""
        return instant_of(self.properties, name)

    def _linked_ids(self, kind: str) -> list[str]:
        ids = self.reader.at("associations")
        found = [ids.id(kind, number) for number in range(len(ids.values(kind)))]
        if "" in found:
            ids.problem((kind,), "names one without an id")
        return [id for id in found if id]

    def _page(self) -> str | None:
        """The page for people; None where there is none, or the portal does not tell where its pages are."""
        for portal in self.context.vocabulary.get("portal", {}).values():
            told = Reader(self.record, [], portal)
            number, host = told.id("portalId"), told.text("uiDomain")
            kind, id = self._place()
            if _ID.fullmatch(number) and _HOST.fullmatch(host) and _ID.fullmatch(id):
                return f"https://{host}/contacts/{number}/record/{PAGES[kind]}/{id}"
        return None

    def _place(self) -> tuple[str, str]:
        """Type and id of the object on whose page the record is read; ("", "") where there is none."""
        if self.record.stream in PAGES:
            return self.record.stream, self.record.id
        linked = ((kind, self._linked_ids(kind)) for kind in PAGES)
        return next(((kind, ids[0]) for kind, ids in linked if ids), ("", ""))


def instant_of(told: Reader, name: str) -> datetime | None:
    """HubSpot writes instants as ISO 8601, and here and there in milliseconds."""
    value: Any = told.payload.get(name)
    if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
        return told.instant_ms(name)
    return told.instant(name)
