"""What a HubSpot portal holds: objects, what they are associated with, and what people do with them.

Every value of a property is a text, and unset is null. Ids are unique inside one type only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.plan import Message

Json = dict[str, Any]

PORTAL = 24_681_012
ENGAGEMENTS = ("notes", "calls", "meetings", "emails", "communications")
TYPES = ("companies", "contacts", "deals", "tickets", *ENGAGEMENTS, "feedback_submissions")

ASSOCIATION_TYPES: Mapping[tuple[str, str], int] = {
    ("contacts", "companies"): 279,
    ("companies", "contacts"): 280,
    ("contacts", "deals"): 4,
    ("deals", "contacts"): 3,
    ("deals", "companies"): 341,
    ("companies", "deals"): 342,
    ("contacts", "tickets"): 15,
    ("tickets", "contacts"): 16,
    ("tickets", "companies"): 339,
    ("companies", "tickets"): 340,
    ("notes", "contacts"): 202,
    ("notes", "companies"): 190,
    ("notes", "deals"): 214,
    ("notes", "tickets"): 228,
    ("emails", "contacts"): 198,
    ("emails", "companies"): 186,
    ("emails", "deals"): 210,
    ("emails", "tickets"): 224,
    ("calls", "contacts"): 194,
    ("calls", "companies"): 182,
    ("calls", "deals"): 206,
    ("calls", "tickets"): 220,
    ("meetings", "contacts"): 200,
    ("meetings", "companies"): 188,
    ("meetings", "deals"): 212,
    ("meetings", "tickets"): 226,
    ("communications", "contacts"): 81,
    ("communications", "tickets"): 83,
    ("communications", "deals"): 85,
    ("communications", "companies"): 87,
    ("feedback_submissions", "contacts"): 98,
    ("feedback_submissions", "tickets"): 100,
}
"""From, to: HubSpot's own type. Of engagements the way there; the way back counts one less."""


def stamp(at: datetime | None) -> str | None:
    """An instant as HubSpot writes it."""
    if at is None:
        return None
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def object_id(number: int) -> str:
    """The id of what has that number in the plan."""
    return str(40_000 + number)


def modified_property(kind: str) -> str:
    """The property that tells when an object last changed; contacts have their own."""
    return "lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"


@dataclass
class HubspotState:
    """Objects by type and id, in the order of their making. `archived` ones are listed apart; a GDPR delete is not."""

    owners: list[Json] = field(default_factory=list)
    objects: dict[str, dict[str, Json]] = field(default_factory=lambda: {kind: {} for kind in TYPES})
    associations: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    """(type, id, other type) -> ids; held both ways."""
    merged: dict[tuple[str, str], str] = field(default_factory=dict)
    """(type, id that was absorbed) -> id of the survivor."""
    history: dict[tuple[str, str, str], list[Json]] = field(default_factory=dict)
    """(type, id, property) -> every value it had, newest first."""
    _serial: int = 5_000_000

    # --- asking

    def find(self, kind: str, id: str) -> Json | None:
        """A living object; of one that was merged away, the survivor."""
        found = self.objects[kind].get(self.merged.get((kind, id), id))
        return None if found is None or found["archived"] else found

    def living(self, kind: str) -> list[Json]:
        """Everything of a type that is not archived, in the order of ids."""
        return [one for one in self.by_id(kind) if not one["archived"]]

    def by_id(self, kind: str) -> list[Json]:
        """Everything of a type, archived or not, in the order of ids."""
        return sorted(self.objects[kind].values(), key=lambda one: int(one["id"]))

    def associated(self, kind: str, id: str, other: str) -> list[str]:
        """Ids of the living objects of type `other` that hang on an object."""
        linked = self.associations.get((kind, id, other), [])
        return [one for one in linked if self.find(other, one) is not None]

    # --- changing

    def add(self, kind: str, id: str, created: datetime, properties: Mapping[str, str | None]) -> Json:
        """Make an object; it was last changed when it was made."""
        made: Json = {
            "id": id,
            "properties": {"hs_object_id": id, **properties},
            "createdAt": stamp(created),
            "updatedAt": stamp(created),
            "archived": False,
        }
        made["properties"][
            "createdate" if kind in ("companies", "contacts", "deals", "tickets") else "hs_createdate"
        ] = stamp(created)
        self.objects[kind][id] = made
        self.stir(kind, made, created)
        self._remember(kind, id, created, {name: value for name, value in properties.items() if value}, None)
        return made

    def add_new(self, kind: str, at: datetime, properties: Mapping[str, str | None]) -> Json:
        """Make an object with the next id."""
        self._serial += 1
        return self.add(kind, str(self._serial), at, properties)

    def stir(self, kind: str, thing: Json, at: datetime) -> None:
        """Something of the object changed: its watermark moves, and never back."""
        new = max(thing["updatedAt"], stamp(at) or "")
        thing["updatedAt"] = thing["properties"][modified_property(kind)] = new

    def update(
        self, kind: str, thing: Json, at: datetime, properties: Mapping[str, str | None], by: str | None = None
    ) -> None:
        """Set properties; `by`: the owner who did."""
        told = thing["properties"]
        changed = {name: value for name, value in properties.items() if (value or "") != (told.get(name) or "")}
        told.update(properties)
        self._remember(kind, thing["id"], at, changed, by)
        self.stir(kind, thing, at)

    def _remember(self, kind: str, id: str, at: datetime, properties: Mapping[str, str | None], by: str | None) -> None:
        """Put values on top of those before. A value that was taken away is an empty one."""
        user = next((one["userId"] for one in self.owners if one["id"] == by), None)
        from_user = {"sourceType": "CRM_UI", "sourceId": f"userId:{user}", "updatedByUserId": user}
        source = from_user if user else {"sourceType": "INTEGRATION", "sourceId": "1"}
        for name, value in properties.items():
            entry = {"value": value or "", "timestamp": stamp(at), **source}
            self.history.setdefault((kind, id, name), []).insert(0, entry)

    def associate(self, kind: str, id: str, other: str, other_id: str) -> None:
        """Link two objects, both ways. It moves nobody's watermark."""
        for key, value in (((kind, id, other), other_id), ((other, other_id, kind), id)):
            linked = self.associations.setdefault(key, [])
            if value not in linked:
                linked.append(value)

    def archive(self, kind: str, id: str, at: datetime) -> None:
        """Move an object to the recycle bin."""
        self.objects[kind][id] |= {"archived": True, "archivedAt": stamp(at)}

    def erase(self, kind: str, id: str) -> None:
        """Delete for good, as privacy law asks: no listing ever shows it again."""
        del self.objects[kind][id]

    def merge(self, kind: str, survivor: str, absorbed: str, at: datetime) -> None:
        """One record takes up another: whoever asks for the old id is given the survivor, and so are its links."""
        for other in TYPES:
            for linked in self.associations.pop((kind, absorbed, other), []):
                self.associations[(other, linked, kind)].remove(absorbed)
                self.associate(kind, survivor, other, linked)
        del self.objects[kind][absorbed]
        self.merged[kind, absorbed] = survivor
        self.stir(kind, self.objects[kind][survivor], at)

    # --- what people do with tickets

    def converse(self, ticket: Json, message: Message, *, by_client: bool, owner: str | None) -> Json:
        """Log what was said on a ticket: an engagement that hangs on it and on whom it concerns."""
        subject = ticket["properties"]["subject"]
        kind, logged = self.log(message, by_client=by_client, owner=owner, subject=subject)
        self.associate(kind, logged["id"], "tickets", ticket["id"])
        for other in ("contacts", "companies"):
            for linked in self.associated("tickets", ticket["id"], other):
                self.associate(kind, logged["id"], other, linked)
        self._note_message(ticket, message, by_client=by_client, written=kind in ("emails", "communications"))
        return logged

    def log(self, message: Message, *, by_client: bool, owner: str | None, subject: str) -> tuple[str, Json]:
        """Log what was said: the type of the engagement, and itself. It hangs on nothing yet."""
        kind, properties = _engagement(message, by_client=by_client, owner=owner, subject=subject)
        if not message.number:
            return kind, self.add_new(kind, message.at, properties)
        return kind, self.add(kind, object_id(message.number), message.at, properties)

    def _note_message(self, ticket: Json, message: Message, *, by_client: bool, written: bool) -> None:
        """HubSpot's own stamps know mails and chats; calls, meetings and notes only stir the ticket."""
        told, at = ticket["properties"], stamp(message.at)
        new: dict[str, str | None] = {}
        if written and by_client:
            new["hs_last_message_received_at"] = at
            if told["hs_pipeline_stage"] == "2":
                new["hs_pipeline_stage"] = "3"
        elif written:
            new["hs_last_message_sent_at"] = at
            new["first_agent_reply_date"] = told.get("first_agent_reply_date") or at
        self.update("tickets", ticket, message.at, new)

    def close(self, ticket: Json, at: datetime) -> None:
        """Somebody closes a ticket."""
        ended = {
            "hs_pipeline_stage": "4",
            "hs_is_closed": "true",
            "closed_date": stamp(at),
            "hs_last_closed_date": stamp(at),
        }
        self.update("tickets", ticket, at, ended)


def _engagement(
    message: Message, *, by_client: bool, owner: str | None, subject: str
) -> tuple[str, dict[str, str | None]]:
    """The type of object that a message is kept as, and its properties. What a client says arrives as a mail."""
    shared = {"hs_timestamp": stamp(message.at), "hubspot_owner_id": owner}
    if by_client or message.kind in ("comment", "email"):
        return "emails", shared | {
            "hs_email_direction": "INCOMING_EMAIL" if by_client else "EMAIL",
            "hs_email_status": None if by_client else "SENT",
            "hs_email_subject": subject,
            "hs_email_text": message.text,
        }
    match message.kind:
        case "call":
            return "calls", shared | {
                "hs_call_title": subject,
                "hs_call_body": message.text,
                "hs_call_direction": "OUTBOUND",
            }
        case "meeting":
            return "meetings", shared | {
                "hs_meeting_title": subject,
                "hs_meeting_body": message.text,
                "hs_meeting_start_time": stamp(message.at),
                "hs_meeting_end_time": stamp(message.at + timedelta(hours=1)),
                "hs_meeting_outcome": "COMPLETED",
            }
        case "communication":
            return "communications", shared | {
                "hs_communication_channel_type": "WHATS_APP",
                "hs_communication_body": message.text,
            }
    return "notes", shared | {"hs_note_body": f"<p>{message.text}</p>"}
