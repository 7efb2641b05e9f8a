"""Reading HubSpot's objects: searched in the order of their change, each with what it is associated with."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from connectors import hubspot_payload as payloads
from connectors.answers import id_of, instant, mapping
from connectors.base import Cursor, Page, Problem, Record, VendorChanged
from connectors.hubspot_api import VERSION, HubspotApi
from connectors.hubspot_history import histories
from connectors.hubspot_position import Found, Position, reached

SEARCH_PAGE, LIST_PAGE, BATCH, LINKS = 200, 100, 100, 1000
CEILING = 10_000
"""Results of one search that can be paged through."""

WHOLE_EVERY = timedelta(days=1)
"""What an object is associated with may change without moving its watermark."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ID = "hs_object_id"

_ENGAGED = ("hs_timestamp", "hubspot_owner_id")

PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "companies": ("name", "domain", "hs_additional_domains", "hubspot_owner_id"),
    "contacts": ("email", "hs_additional_emails", "firstname", "lastname", "jobtitle", "hubspot_owner_id"),
    "deals": (
        *("dealname", "amount", "deal_currency_code", "pipeline", "dealstage", "closedate"),
        *("hs_is_closed", "hs_is_closed_won", "hubspot_owner_id"),
    ),
    "tickets": (
        *("subject", "content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority", "hubspot_owner_id"),
        *("hs_is_closed", "closed_date", "hs_last_closed_date", "first_agent_reply_date"),
        *("hs_last_message_received_at", "hs_last_message_sent_at"),
    ),
    "notes": (*_ENGAGED, "hs_note_body"),
    "calls": (*_ENGAGED, "hs_call_title", "hs_call_body", "hs_call_direction", "hs_call_status"),
    "meetings": (*_ENGAGED, "hs_meeting_title", "hs_meeting_body", "hs_meeting_start_time", "hs_meeting_outcome"),
    "emails": (
        *(*_ENGAGED, "hs_email_direction", "hs_email_status", "hs_email_subject"),
        *("hs_email_text", "hs_email_html"),
    ),
    "communications": (*_ENGAGED, "hs_communication_channel_type", "hs_communication_body"),
    "feedback_submissions": (
        *("hs_survey_type", "hs_survey_name", "hs_submission_name", "hs_value", "hs_content"),
        *("hs_submission_timestamp", "hs_response_group"),
    ),
}
"""What is read of each type: HubSpot shows next to nothing that is not asked for by name."""

ENGAGEMENTS = ("notes", "calls", "meetings", "emails", "communications")

ASSOCIATED: Mapping[str, tuple[str, ...]] = {
    "contacts": ("companies",),
    "deals": ("companies", "contacts"),
    "tickets": ("companies", "contacts"),
    "feedback_submissions": ("contacts",),
    **dict.fromkeys(ENGAGEMENTS, ("tickets", "contacts")),
}
ELSEWHERE = ("deals", "companies")
"""Asked only of those engagements that belong to no ticket."""


def modified_property(kind: str) -> str:
    """The property that tells when an object last changed; contacts have their own."""
    return "lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"


class HubspotObjects:
    """The objects of one portal."""

    def __init__(self, api: HubspotApi, since: date | None, project_property: str) -> None:
        """`since`: tickets that were closed before are left out. `project_property`: of deals, read beside ours."""
        self._api = api
        self._since = datetime.combine(since, time(), UTC) if since else None
        self._project_property = project_property

    def read(self, kind: str, begun: Position | None) -> Iterator[Page]:
        """Pages of a type, oldest change first, each of as many records as one request tells the associations of.

        Once a day all of them, for associations change and leave no trace; the cursor then stays until the end.
        """
        now = self._api.server_time
        if begun is None:
            yield from self._pages(kind, None, now, self._changed(kind, None))
        elif kind in ASSOCIATED and now and (begun.whole_at is None or now - begun.whole_at >= WHOLE_EVERY):
            last: Cursor | None = replace(begun, whole_at=now).cursor()
            for page in self._pages(kind, begun, now, self._changed(kind, None)):
                last = page.cursor or last
                yield replace(page, cursor=None)
            yield Page([], last)
        else:
            changed = self._changed(kind, begun.since)
            news = ([one for one in found if begun.is_news(one)] for found in changed)
            yield from self._pages(kind, begun, begun.whole_at, news)

    def _pages(
        self, kind: str, begun: Position | None, whole_at: datetime | None, read: Iterable[list[Found]]
    ) -> Iterator[Page]:
        position = begun
        waiting: list[Found] = []
        for found in read:
            waiting += found
            while len(waiting) >= LINKS:
                some, waiting = waiting[:LINKS], waiting[LINKS:]
                position = reached(position, some, whole_at)
                yield self._page(kind, some, begun, position)
        if waiting:
            yield self._page(kind, waiting, begun, reached(position, waiting, whole_at))

    def ids(self, kind: str) -> Iterator[list[str]]:
        """The ids of all that lives, by the plain list: a search may be behind."""
        for found in self._list(kind, ("closed_date",) if self._heeds_since(kind) else (_ID,)):
            yield [one.id for one in found if one.id and self._is_wanted(kind, one)]

    def _heeds_since(self, kind: str) -> bool:
        return kind == "tickets" and self._since is not None

    def _is_wanted(self, kind: str, one: Found) -> bool:
        """Whether a search within `since` finds it."""
        if not self._heeds_since(kind) or not (told := payloads.property_of(one.sliced.payload, "closed_date")):
            return True
        closed = instant(told)
        return closed is None or self._since is None or closed >= self._since

    def count(self, kind: str) -> int:
        """How many there are. Raises MissingScope where the token may not know."""
        return self._api.search(kind, {"limit": 1}).total

    def linked(self, kind: str, other: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """Id -> ids of type `other` that it is associated with, for those of `ids` that are with any."""
        found: dict[str, set[str]] = {}
        inputs = [{"id": id} for id in ids]
        while inputs:
            some, inputs = inputs[:LINKS], inputs[LINKS:]
            path = f"/crm/associations/{VERSION}/{kind}/{other}/batch/read"
            answer = payloads.page(self._api.ask(path, {"inputs": some}))
            self._api.must_be_whole(answer, path, "NO_ASSOCIATIONS_FOUND")
            for element in answer.elements:
                id, to, after = _links_of(element.payload)
                found.setdefault(id, set()).update(to)
                if after:
                    inputs.append({"id": id, "after": after})
        return {id: sorted(to, key=lambda one: (len(one), one)) for id, to in found.items()}

    def batch(self, kind: str, ids: Sequence[str], properties: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """Some properties of objects whose ids are known; one that is gone is left out."""
        for start in range(0, len(ids), BATCH):
            inputs = [{"id": id} for id in ids[start : start + BATCH]]
            asked = {"inputs": inputs, "properties": list(properties)}
            answer = payloads.page(self._api.ask(f"/crm/objects/{VERSION}/{kind}/batch/read", asked))
            yield from (mapping(one.payload) for one in answer.elements)

    # --- records

    def _page(self, kind: str, found: Sequence[Found], begun: Position | None, position: Position | None) -> Page:
        """A page that reaches to `position`. Only what changed since `begun` is asked for its history."""
        whole = [one for one in found if one.id]
        linked = self._associations(kind, [one.id for one in whole])
        records = []
        for one in whole:
            payload, body = payloads.with_associations(one.sliced, linked[one.id])
            records.append(Record(kind, one.id, one.modified, payload, body=body))
        changed = [(one.id, one.modified) for one in whole if begun is None or begun.is_news(one)]
        records += histories(self._api, kind, changed)
        odd = [Problem(kind, "", "", "is not an object with an id") for one in found if not one.id]
        if "" in linked:
            odd.append(Problem(kind, "", "associations", "some are of nothing that has an id"))
        return Page(records, position.cursor() if position else None, problems=odd)

    def _associations(self, kind: str, ids: Sequence[str]) -> dict[str, dict[str, list[str]]]:
        """Id -> type -> ids; the types are those of `ASSOCIATED`, each present even where there are none."""
        told: dict[str, dict[str, list[str]]] = {id: {} for id in ids}
        for other in ASSOCIATED.get(kind, ()):
            self._associate(told, kind, other, ids)
        if kind in ENGAGEMENTS:
            loose = [id for id in ids if not told[id]["tickets"]]
            for other in ELSEWHERE:
                self._associate(told, kind, other, loose)
        return told

    def _associate(self, told: dict[str, dict[str, list[str]]], kind: str, other: str, ids: Sequence[str]) -> None:
        linked = self.linked(kind, other, ids)
        if "" in linked:
            told[""] = {}
        for id in ids:
            told[id][other] = linked.get(id, [])

    # --- searching

    def _changed(self, kind: str, since: datetime | None) -> Iterator[list[Found]]:
        """What changed since then (None: everything), oldest change first.

        Paged by the last instant seen, for an offset would skip what moves up while we page. Offsets are used inside
        one instant only; where more than a search can page through share one (a bulk import), they are read by id.
        """
        instant, operator, after = since, "GTE", ""
        seen: set[tuple[str, datetime | None]] = set()
        while True:
            if int(after or 0) + SEARCH_PAGE > CEILING:
                yield from self._at(kind, instant, seen)
                operator, after, seen = "GT", "", set()
            changed = [_filter(modified_property(kind), operator, instant)] if instant else []
            answer = self._search(kind, changed, modified_property(kind), after)
            found = [_found(kind, one) for one in answer.elements]
            yield [one for one in found if not one.id or (one.id, one.modified) not in seen]
            if not answer.after:  # an empty page is not the end: its records may be such as we may not see
                return
            last, marks = found[-1].modified if found else None, {(one.id, one.modified) for one in found}
            if last is not None and (instant is None or last > instant):
                instant, operator, after, seen = last, "GTE", "", marks
            else:
                after, seen = self._advanced(after, answer.after), seen | marks

    def _at(
        self, kind: str, instant: datetime | None, seen: Collection[tuple[str, datetime | None]]
    ) -> Iterator[list[Found]]:
        """What changed at one instant and is not among `seen`, by id: each search begins behind the last one found."""
        if instant is None:
            raise VendorChanged(f"{self._api.name}: HubSpot does not tell when {kind} changed")
        then, last = _filter(modified_property(kind), "EQ", instant), ""
        while True:
            behind = [{"propertyName": _ID, "operator": "GT", "value": last}] if last else []
            answer = self._search(kind, [then, *behind], _ID)
            found = [_found(kind, one) for one in answer.elements]
            yield [one for one in found if not one.id or (one.id, one.modified) not in seen]
            if not answer.after:
                return
            last = self._advanced(last, max((one.id for one in found), key=lambda id: (len(id), id), default=last))

    def _search(self, kind: str, changed: Sequence[Mapping[str, str]], order: str, after: str = "") -> payloads.Answer:
        groups = [changed] if changed else []
        if kind == "tickets" and self._since:
            still_open = {"propertyName": "closed_date", "operator": "NOT_HAS_PROPERTY"}
            groups = [[*changed, still_open], [*changed, _filter("closed_date", "GTE", self._since)]]
        asked: dict[str, Any] = {
            "filterGroups": [{"filters": group} for group in groups],
            "sorts": [{"propertyName": order, "direction": "ASCENDING"}],
            "properties": self._properties(kind),
            "limit": SEARCH_PAGE,
        }
        return self._api.search(kind, {**asked, "after": after} if after else asked)

    def _properties(self, kind: str) -> list[str]:
        own = [self._project_property] if kind == "deals" and self._project_property else []
        return [*PROPERTIES[kind], modified_property(kind), *own]

    def _list(self, kind: str, properties: Sequence[str]) -> Iterator[list[Found]]:
        asked = {"limit": str(LIST_PAGE), "properties": ",".join(properties)}
        after = ""
        while True:
            query = {**asked, "after": after} if after else asked
            answer = payloads.page(self._api.get(f"/crm/objects/{VERSION}/{kind}", **query))
            yield [_found(kind, one) for one in answer.elements]
            if not answer.after:
                return
            after = self._advanced(after, answer.after)

    def _advanced(self, before: str, after: str) -> str:
        """Where to go on, if that is somewhere else."""
        if after == before:
            raise VendorChanged(f"{self._api.name}: HubSpot gave the same `after` twice; reading on would never end")
        return after


def _found(kind: str, one: payloads.Sliced) -> Found:
    modified = instant(payloads.property_of(one.payload, modified_property(kind)))
    return Found(one, id_of(one.payload), modified)


def _filter(name: str, operator: str, at: datetime) -> dict[str, str]:
    """A comparison with an instant, which HubSpot takes in milliseconds, as a text."""
    return {"propertyName": name, "operator": operator, "value": str((at - EPOCH) // timedelta(milliseconds=1))}


def _links_of(result: object) -> tuple[str, list[str], str]:
    """Whose associations these are, the ids ("" for one that is none), and where to go on ("": these are all)."""
    told = mapping(result)
    to = told.get("to")
    links = to if isinstance(to, list) else [to] if to else []
    ids = [id_of({"id": mapping(one).get("toObjectId")}) for one in links]
    after = mapping(mapping(told.get("paging")).get("next")).get("after")
    return id_of(told.get("from")), ids, str(after or "")
