"""From HubSpot's records to the unified rows.

Every property is a text, and unset is null or missing. What an object is associated with stands in `associations`
(type -> ids), as the connector put it there. A ticket is feedback; so is a survey's answer, and a logged mail from a
client that belongs to no ticket. What was said is a comment: on its tickets, else on whom and what it concerns.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from config.words import normal, normals
from connectors.base import Record
from connectors.own_comment import MARK
from unify.identity import normal_email
from unify.mappers.hubspot_history import changes_of
from unify.mappers.hubspot_record import HubspotRecord
from unify.mappers.hubspot_words import (
    SEVERITIES,
    deal_category,
    plain_text,
    satisfaction,
    ticket_category,
)
from unify.mapping import Mapped, MappingContext, Row
from unify.parsing import day_in

VERSION = "3"

COMPARED: Mapping[str, tuple[str, ...]] = {}
"""HubSpot tells the history of a deal's and a ticket's stage, owner and closing date itself."""

PERSONAL: Collection[str] = ("contacts",)

_SAID = {
    "notes": "note",
    "calls": "call",
    "meetings": "meeting",
    "emails": "email",
    "communications": "communication",
}

_DIRECTIONS = {"INCOMING_EMAIL": "inbound", "EMAIL": "outbound", "INBOUND": "inbound", "OUTBOUND": "outbound"}

_NEVER_ARRIVED = frozenset({"BOUNCED", "FAILED", "SCHEDULED", "SENDING"})
_NEVER_HAPPENED = frozenset({"BUSY", "CANCELED", "CANCELLED", "FAILED", "MISSED", "NO_ANSWER", "NO_SHOW"})

_LEFT_OPEN = frozenset({"", "SCHEDULED"})
"""Outcomes of a meeting that nobody has set yet: HubSpot's own, and none."""


def tables(stream: str) -> tuple[str, ...]:
    """A mail may be a comment and feedback at once; a change's rows have keys of their own."""
    return {
        "owners": ("account",),
        "companies": ("company",),
        "contacts": ("contact",),
        "deals": ("deal",),
        "tickets": ("feedback",),
        "feedback_submissions": ("feedback",),
        "emails": ("comment", "feedback"),
        **dict.fromkeys(("notes", "calls", "meetings", "communications"), ("comment",)),
    }.get(stream, ())


def map_record(record: Record, context: MappingContext) -> Mapped:
    """Rows and problems of one record; the portal and its pipelines give none."""
    mapped = Mapped()
    mapping = {
        "owners": _Mapping.user,
        "companies": _Mapping.company,
        "contacts": _Mapping.contact,
        "deals": _Mapping.deal,
        "tickets": _Mapping.ticket,
        "feedback_submissions": _Mapping.survey,
        "deal_history": _Mapping.history,
        "ticket_history": _Mapping.history,
        **dict.fromkeys(_SAID, _Mapping.engagement),
    }.get(record.stream)
    if mapping is not None:
        mapping(_Mapping(record, context, mapped))
    return mapped


class _Mapping(HubspotRecord):
    """One record being mapped."""

    def __init__(self, record: Record, context: MappingContext, mapped: Mapped) -> None:
        super().__init__(record, context, mapped.problems)
        self.mapped = mapped

    # --- people and firms

    def user(self) -> None:
        """A user of the CRM, or a queue of theirs."""
        told = self.reader
        name = " ".join(part for part in (told.text("firstName"), told.text("lastName")) if part)
        email = told.text("email")
        row = self.row()
        row |= {
            "name": name or email,
            "handle": None,
            "email": normal_email(email),
            "kind": "queue" if told.text("type") == "QUEUE" else "human",
            "member": True,
            "active": not told.flag("archived"),
        }
        self.mapped.add("account", row)

    def company(self) -> None:
        """A company, with all its domains."""
        domains = [self.text("domain"), *self.text("hs_additional_domains").split(";")]
        row = self.row()
        row |= {
            "name": self.text("name"),
            "domains": _distinct(domain.strip().casefold() for domain in domains),
            "owner_account": self.owner(),
        }
        self.mapped.add("company", row)

    def contact(self) -> None:
        """A human at a client; without a name, their address stands for it."""
        emails = _distinct(text.strip() for text in (self.text("email"), *self.text("hs_additional_emails").split(";")))
        name = " ".join(part for part in (self.text("firstname"), self.text("lastname")) if part)
        row = self.row()
        row |= {
            "name": name or next(iter(emails), ""),
            "emails": emails,
            "job_title": self.text("jobtitle") or None,
            "owner_account": self.owner(),
            "company_keys": self.linked("companies"),
        }
        self.mapped.add("contact", row)

    def deal(self) -> None:
        """A deal; its closing date is a day here."""
        stage = self.stage("deal_pipelines", "pipeline", "dealstage")
        category = deal_category(stage, self.flag("hs_is_closed"), self.flag("hs_is_closed_won"))
        closes_at = self.instant("closedate")
        hint = self.context.settings.project_property
        row = self.row()
        row |= {
            "name": self.text("dealname"),
            "amount_text": self.text("amount") or None,
            "currency": self.text("deal_currency_code") or None,
            "pipeline": self.text("pipeline") or None,
            "stage_native": stage.label if stage else self.text("dealstage"),
            "stage_category": category,
            "close_on": day_in(self.context.zone, closes_at),
            "closed_at": closes_at if category != "open" else None,
            "owner_account": self.owner(),
            "company_keys": self.linked("companies"),
            "contact_keys": self.linked("contacts"),
            "project_hint": (self.text(hint) or None) if hint else None,
        }
        self.mapped.add("deal", row)

    def history(self) -> None:
        """What a deal or a ticket was before: one row for each change."""
        for row in changes_of(self):
            self.mapped.add("change", row)

    # --- feedback

    def ticket(self) -> None:
        """A ticket is feedback only. The CRM's own stamps of messages count where the messages cannot be read."""
        stage = self.stage("ticket_pipelines", "hs_pipeline", "hs_pipeline_stage")
        native = stage.label if stage else self.text("hs_pipeline_stage")
        category = ticket_category(stage, self.flag("hs_is_closed"), self.context.settings.status, native)
        closed_at = self.instant("closed_date") or self.instant("hs_last_closed_date")
        row = self.row()
        row |= self._feedback("ticket", self.text("subject"), self.text("content"), row["created_at"])
        priority = self.text("hs_ticket_priority")
        row |= {
            "severity": SEVERITIES.get(priority.upper(), "warning"),
            "urgent": normal(priority) in normals(self.context.settings.urgent_labels),
            "status_native": native,
            "status_category": category,
            "closed_at": closed_at if category in ("done", "cancelled") else None,
            "native_first_response_at": self.instant("first_agent_reply_date"),
            "last_received_at": self.instant("hs_last_message_received_at"),
            "last_sent_at": self.instant("hs_last_message_sent_at"),
        }
        self.mapped.add("feedback", row)

    def survey(self) -> None:
        """A survey's answer. HubSpot knows no "handled": it is open until somebody answers."""
        row = self.row()
        received_at = self.instant("hs_submission_timestamp") or row["created_at"]
        subject = self.text("hs_submission_name") or self.text("hs_survey_name")
        row |= self._feedback("survey", subject, self.text("hs_content"), received_at)
        row["score"] = self._score()
        self.mapped.add("feedback", row)

    def _score(self) -> float | None:
        value = self.number("hs_value")
        if value is None:
            return None
        kind = self.text("hs_survey_type").upper()
        score = satisfaction(kind, value)
        if score is None:
            self.properties.problem(
                ("hs_value",), f"is outside the scale of a survey of type {kind or '(none)'}", value
            )
        return score

    def _feedback(self, origin: str, subject: str, text: str, received_at: datetime | None) -> Row:
        return {
            "project_key": None,
            "status_native": "",
            "status_category": "todo",
            "origin": origin,
            "subject": subject,
            "text": text,
            "item_key": None,
            "author_account": None,
            "contact_keys": self.linked("contacts"),
            "company_keys": self.linked("companies"),
            "owner_account": self.owner(),
            "severity": "warning",
            "urgent": False,
            "received_at": received_at,
            "closed_at": None,
            "native_first_response_at": None,
            "last_received_at": None,
            "last_sent_at": None,
            "score": None,
        }

    # --- what was said

    def engagement(self) -> None:
        """A comment; a client's mail that belongs to no ticket is feedback too."""
        kind = _SAID[self.record.stream]
        outcome = self.text("hs_call_status") or self.text("hs_meeting_outcome")
        if outcome.upper() in _NEVER_HAPPENED:
            return
        row = self.row()
        row["created_at"] = self._said_at(row["created_at"], row["updated_at"])
        comment = row | self._comment(kind)
        self.mapped.add("comment", comment)
        if comment["direction"] == "inbound" and kind == "email" and not self.linked("tickets"):
            told = self._feedback("email", self.text("hs_email_subject"), comment["text"], row["created_at"])
            self.mapped.add("feedback", row | told)

    def _comment(self, kind: str) -> Row:
        """A mail that never arrived, or was forwarded to the CRM by we know not whom, has no author and no side."""
        tickets, contacts = self.linked("tickets"), self.linked("contacts")
        on = tickets or [*contacts, *self.linked("deals"), *self.linked("companies")]
        direction = _DIRECTIONS.get((self.text("hs_email_direction") or self.text("hs_call_direction")).upper(), "none")
        if self.text("hs_email_status").upper() in _NEVER_ARRIVED:
            direction = "none"
        by_client = kind == "email" and direction == "inbound"
        by_nobody = kind == "email" and direction == "none"
        text = self._said(kind)
        return {
            "on_key": next(iter(on), None),
            "on_keys": on,
            "kind": kind,
            "direction": direction,
            "author_account": None if by_client or by_nobody else self.owner(),
            "author_contact": next(iter(contacts), None) if by_client else None,
            "visible": kind != "note" and not by_nobody,
            "ours": kind == "note" and MARK.search(text) is not None,
            "text": text,
            "edited_at": None,
        }

    def _said(self, kind: str) -> str:
        if kind == "email":
            return self.text("hs_email_text") or plain_text(self.text("hs_email_html"))
        body = {
            "note": "hs_note_body",
            "call": "hs_call_body",
            "meeting": "hs_meeting_body",
            "communication": "hs_communication_body",
        }[kind]
        return plain_text(self.text(body)) or self.text(f"hs_{kind}_title")

    def _said_at(self, logged_at: datetime | None, changed_at: datetime | None) -> datetime | None:
        """When it was said. A meeting to come tells the client of it when it is made: it answers nothing later.

        Few set the outcome of one that was held. It was where somebody changed the record after it began, and did not
        call it off.
        """
        at = self.instant("hs_meeting_start_time") or self.instant("hs_timestamp") or logged_at
        outcome = self.text("hs_meeting_outcome").upper()
        if self.record.stream != "meetings" or outcome == "COMPLETED":
            return at
        has_begun = at is not None and changed_at is not None and at <= changed_at
        return at if has_begun and outcome in _LEFT_OPEN else min(filter(None, (at, logged_at)), default=None)


def _distinct(texts: Any) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]
