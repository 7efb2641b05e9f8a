"""Our notes on HubSpot's tickets: one for each key, recognised by a marker. Clients cannot read notes."""

from functools import cache
from html import escape, unescape

from connectors import hubspot_payload as payloads
from connectors import own_comment
from connectors.answers import id_of, stamp
from connectors.base import VendorChanged
from connectors.hubspot_api import VERSION, HubspotApi
from connectors.hubspot_objects import HubspotObjects

NOTE_TO = {"tickets": 228, "contacts": 202, "companies": 190}
"""HubSpot's own types of association, from a note."""

LONGEST = 65_536
"""Characters that a note's body takes."""


class HubspotNotes:
    """Posts, edits and takes back."""

    def __init__(self, api: HubspotApi, objects: HubspotObjects) -> None:
        self._api = api
        self._objects = objects
        self._path = f"/crm/objects/{VERSION}/notes"

    def put(self, ticket: str, text: str, key: str, known: str | None) -> str:
        """Post our note for `key`, or edit it where it stands; return its id."""
        body, survivor = note_body(text, key), cache(lambda: self._survivor(ticket))
        return own_comment.put(
            known,
            edit=lambda note: self._api.write("PATCH", f"{self._path}/{note}", {"properties": {"hs_note_body": body}}),
            find=lambda: self._find(survivor(), key),
            post=lambda: self._post(survivor(), body),
        )

    def take_back(self, ticket: str, key: str, known: str | None) -> None:
        """Archive our note for `key`."""
        own_comment.take_back(
            known,
            find=lambda: self._find(self._survivor(ticket), key),
            delete=lambda note: self._api.write("DELETE", f"{self._path}/{note}"),
        )

    def _survivor(self, ticket: str) -> str:
        """The ticket's id: of one that was merged into another, HubSpot answers with that. Raises NotFound."""
        told = payloads.an_object(self._api.get(f"/crm/objects/{VERSION}/tickets/{ticket}", properties="subject"))
        return id_of(told) or ticket

    def _find(self, ticket: str, key: str) -> str | None:
        """Among the ticket's own notes: a search would be behind by seconds, just when it matters."""
        notes = self._objects.linked("tickets", "notes", [ticket]).get(ticket, [])
        for note in self._objects.batch("notes", notes, ["hs_note_body"]):
            body = payloads.property_of(note, "hs_note_body")
            if isinstance(body, str) and own_comment.mark(key) in unescape(body):
                return id_of(note)
        return None

    def _post(self, ticket: str, body: str) -> str:
        """On the ticket, and on whom it concerns: there the account's manager looks."""
        at = self._api.server_time
        if at is None:
            raise VendorChanged(f"{self._api.name}: HubSpot's answers tell no date, which a note must have")
        to = [("tickets", ticket)]
        for other in ("contacts", "companies"):
            to += [(other, id) for id in self._objects.linked("tickets", other, [ticket]).get(ticket, [])]
        sent = {
            "properties": {"hs_timestamp": stamp(at), "hs_note_body": body},
            "associations": [_association(kind, id) for kind, id in to],
        }
        return id_of(payloads.an_object(self._api.write("POST", self._path, sent)))


def note_body(text: str, key: str) -> str:
    """Plain text as HTML, a paragraph a line, so that nothing in it is markup; the marker behind it."""
    end = f"<p>{escape(own_comment.mark(key))}</p>"
    lines = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
    while len(lines) + len(end) > LONGEST:
        lines = lines[: lines.rindex("<p>")]
    return lines + end


def _association(kind: str, id: str) -> dict[str, object]:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": NOTE_TO[kind]}]
    return {"to": {"id": id}, "types": types}
