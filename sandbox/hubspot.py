"""A stand-in for a HubSpot portal: what a plan holds of it, and the story that goes on in it."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from html import unescape
from typing import Any

from sandbox.http import Door, Fault
from sandbox.hubspot_api import TOKEN, VERSION, HubspotApi
from sandbox.hubspot_plan import PROJECT_PROPERTY, from_plan, object_ids, owner_id
from sandbox.hubspot_state import PORTAL, HubspotState, Json, object_id, stamp
from sandbox.plan import Message, Plan

__all__ = ["PORTAL", "PROJECT_PROPERTY", "TOKEN", "VERSION", "HubspotSandbox"]


class HubspotSandbox(HubspotApi):
    """One portal with one valid token. `app` answers; the verbs are what people do meanwhile."""

    def __init__(
        self, state: HubspotState, clock: Callable[[], datetime], missing_scopes: Collection[str] = ()
    ) -> None:
        super().__init__(state, clock, missing_scopes)
        self._owner_ids: Mapping[str, str] = {}
        self._ids: Mapping[str, str] = {}
        self.app = Door(self.routes(), self.refuse)

    @classmethod
    def from_plan(
        cls, plan: Plan, clock: Callable[[], datetime], missing_scopes: Collection[str] = ()
    ) -> "HubspotSandbox":
        """The CRM of an invented firm; `missing_scopes` were not granted to the token."""
        made = cls(from_plan(plan), clock, missing_scopes)
        made._owner_ids = {one.id: owner_id(one.number) for one in plan.staff if "hubspot" in one.vendors}
        made._ids = object_ids(plan)
        return made

    # --- what tests and the demo ask

    @property
    def faults(self) -> list[Fault]:
        """Planned faults."""
        return self.app.faults

    def account_id(self, person: str) -> str:
        """The owner who is that staff member."""
        return self._owner_ids[person]

    def company_ref(self, company: str) -> str:
        """The record of a company of the plan."""
        return self._ids[company]

    def ticket_id(self, number: int) -> str:
        """The record of the ticket of that number."""
        return object_id(number)

    def project_ref(self, project: Any) -> str:
        """Raises LookupError: no project lives in a CRM."""
        raise LookupError(f"HubSpot has no projects, so not {project.key}")

    @property
    def comments_posted(self) -> list[Json]:
        """The notes that the hub wrote and left standing, as a reader sees them."""
        return [
            {
                "tickets": self.state.associated("notes", note["id"], "tickets"),
                "id": note["id"],
                "text": unescape(note["properties"]["hs_note_body"]),
            }
            for note in self.state.living("notes")
            if note["id"] in self.hub_notes
        ]

    def revoke(self) -> None:
        """The key's owner takes it back."""
        self.tokens.clear()

    # --- the story

    def add_message(self, number: int, message: Message) -> None:
        """Somebody writes on the ticket of that number, or calls: a client by mail, staff by the message's kind."""
        with self.app.lock:
            ticket = self.state.objects["tickets"][object_id(number)]
            by_client = message.author not in self._owner_ids
            owner = ticket["properties"].get("hubspot_owner_id") if by_client else self._owner_ids[message.author]
            self.state.converse(ticket, message, by_client=by_client, owner=owner)

    def log_mail(self, contact: str, at: datetime, text: str, *, incoming: bool, by: str | None = None) -> str:
        """A mail to or from a contact that belongs to no ticket; its id."""
        with self.app.lock:
            mail = self.state.add_new(
                "emails",
                at,
                {
                    "hs_timestamp": stamp(at),
                    "hs_email_direction": "INCOMING_EMAIL" if incoming else "EMAIL",
                    "hs_email_status": None if incoming else "SENT",
                    "hs_email_subject": text[:40],
                    "hs_email_text": text,
                    "hubspot_owner_id": self._owner_ids[by] if by else None,
                },
            )
            id = str(mail["id"])
            self.state.associate("emails", id, "contacts", self._ids[contact])
            return id

    def answer_survey(self, contact: str, at: datetime, kind: str, score: str, text: str = "") -> str:
        """A contact fills a survey in; the submission's id."""
        with self.app.lock:
            given = self.state.add_new(
                "feedback_submissions",
                at,
                {
                    "hs_survey_type": kind,
                    "hs_survey_name": f"{kind} survey",
                    "hs_value": score,
                    "hs_content": text or None,
                    "hs_submission_timestamp": stamp(at),
                },
            )
            id = str(given["id"])
            self.state.associate("feedback_submissions", id, "contacts", self._ids[contact])
            return id
