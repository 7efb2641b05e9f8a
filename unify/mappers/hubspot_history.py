"""What HubSpot tells of a property's earlier values, as changes."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from unify.mappers.hubspot_record import HubspotRecord, instant_of
from unify.mappers.hubspot_words import stage_of
from unify.mappers.item_rows import change_of, row_of
from unify.mapping import MappingContext, Row
from unify.parsing import Reader, day_in
from unify.tables import row_key

_FIELDS: Mapping[str, str] = {
    "closedate": "due",
    "dealstage": "status",
    "hs_pipeline_stage": "status",
    "hubspot_owner_id": "assignee",
}

_PIPELINES = {"deal_history": ("deal_pipelines", "pipeline"), "ticket_history": ("ticket_pipelines", "hs_pipeline")}
"""Stream -> where its stages have their names, and the property that tells in which pipeline it stands now."""

_MAKING = timedelta(minutes=1)
"""What was set so soon after a record was made, it was made with: that changed nothing."""


def changes_of(record: HubspotRecord) -> Iterator[Row]:
    """A row for each time that a stage, an owner or a day of closing became another one, oldest first."""
    entity = record.record.parent
    if entity is None:
        return
    made_at = record.reader.instant("createdAt")
    for name, field in _FIELDS.items():
        old: str | None = None
        for at, entry in _oldest_first(record.reader, name):
            new = _value(record, field, entry)
            if old != new and not (old is None and made_at and at - made_at <= _MAKING):
                id = f"{record.record.id}/{field}/{at:%Y%m%dT%H%M%S%fZ}"
                author = _author(record.context, entry)
                row = row_of(record.source, record.record, None, at, at, id)
                yield row | change_of(record.source, entity, (field, old, new), at=at, author=author)
            old = new


def _oldest_first(reader: Reader, name: str) -> list[tuple[datetime, Reader]]:
    """A property's values by their time; of several at one instant the last, which stands first."""
    entries: dict[datetime, Reader] = {}
    for entry in reader.objects("propertiesWithHistory", name):
        if at := instant_of(entry, "timestamp"):
            entries.setdefault(at, entry)
    return sorted(entries.items(), key=lambda item: item[0])


def _value(record: HubspotRecord, field: str, entry: Reader) -> str | None:
    """As `Change` writes it: a day, the names of a stage and of an owner; a stage that is gone has its id only."""
    text = entry.text("value")
    if not text:
        return None
    if field == "due":
        day = day_in(record.context.zone, instant_of(entry, "value"))
        return day.isoformat() if day else None
    return _stage(record, text) if field == "status" else _owner(record.context, text)


def _stage(record: HubspotRecord, id: str) -> str:
    stream, property = _PIPELINES[record.record.stream]
    own = record.text(property)
    for pipeline in (own, *record.context.vocabulary.get(stream, {})):
        if found := stage_of(record.record, record.context, stream, pipeline, id):
            return found.label
    return id


def _owner(context: MappingContext, id: str) -> str:
    told = context.vocabulary.get("owners", {}).get(id, {})
    name = " ".join(part for part in (told.get("firstName"), told.get("lastName")) if isinstance(part, str) and part)
    return name or id


def _author(context: MappingContext, entry: Reader) -> str | None:
    """The owner who is that user: values name users, which have another id than owners."""
    user = entry.id("updatedByUserId")
    owners: Mapping[str, Mapping[str, Any]] = context.vocabulary.get("owners", {})
    found = (id for id, told in owners.items() if user and str(told.get("userId")) == user)
    return next((row_key(context.source, "owners", id) for id in found), None)
