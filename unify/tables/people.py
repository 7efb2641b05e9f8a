"""Who works, and for whom: accounts and the persons behind them, clients, companies, contacts, deals, feedback."""

from datetime import date, datetime

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from unify.tables.row import SourceRow, json_list


class Account(SourceRow, table=True):
    """One log-in in one tool: a Jira user, a Trello member, an Asana user, a CRM owner."""

    __tablename__ = "account"

    name: str = ""
    handle: str | None = None
    email: str | None = None
    """Normalised; None where the tool hides it."""
    kind: str = "human"
    """human, bot, customer (portal only), guest, queue"""
    member: bool = False
    """The tool shows it as one of ours: workspace member, CRM owner, licensed user."""
    active: bool = True
    # derived
    person_key: str | None = Field(default=None, index=True)
    side: str = "unknown"
    """hub, bot, client, team, unknown"""
    client_key: str | None = None


class Person(SQLModel, table=True):
    """A human: one of `[people]`, or made from an account. Keys `person/{config name | e-mail | account key}`."""

    __tablename__ = "person"

    key: str = Field(primary_key=True)
    name: str = ""
    email: str | None = None
    side: str = "unknown"
    configured: bool = False
    capacity_hours: float = 0.0
    """Of work in a week, as the config says; 0: it does not, and the calendar tells."""


class IdentityLink(SQLModel, table=True):
    """Why an account belongs to a person, or a company to a client. Links, never merged rows."""

    __tablename__ = "identity_link"

    kind: str = Field(primary_key=True)
    """account_person, company_client, project_client, contact_client"""
    from_key: str = Field(primary_key=True)
    to_key: str = Field(primary_key=True)
    method: str
    """config, email, crm, domain, field, deal, name (a suggestion only)"""
    status: str = "active"
    """active, suggested"""
    evidence: str = ""


class Reference(SQLModel, table=True):
    """The keys that a row carries in a list, one row each, so that SQL can ask from their end. Written by `unify.link`.

    A work item to its milestones (`milestone_keys`); a comment to what it is on beside `on_key`; feedback to what else
    carries its messages (the item it was written on; the contact, where it is a mail or a survey).
    """

    __tablename__ = "reference"

    from_key: str = Field(primary_key=True)
    to_key: str = Field(primary_key=True, index=True)


class Client(SQLModel, table=True):
    """One of `[clients]`. Key `client/{config name}`."""

    __tablename__ = "client"

    key: str = Field(primary_key=True)
    names: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """By language; key "" is the one for all others."""
    bd_person: str | None = None
    bd_basis: str | None = None
    """config, crm"""
    calendar: str = "default"
    confidential: bool = False
    tier: str | None = None
    contract_start_on: date | None = None
    contract_end_on: date | None = None
    notice_days: int | None = None
    warranty_end_on: date | None = None
    cadence: str | None = None
    """weekly, fortnightly, monthly; None: none was agreed"""
    cadence_by: str | None = None
    """any, call, meeting"""
    report_day: int | None = None
    """The working day of the month by which the progress report is sent; None: none was agreed."""


class ClientContact(SQLModel, table=True):
    """When we were last in touch with a client, as far as any tool tells. Written by `unify.derive_clients`."""

    __tablename__ = "client_contact"

    client_key: str = Field(primary_key=True)
    source: str = ""
    """The CRM where its companies are: what is logged there. Empty: none that is in the config."""
    first_contact_at: datetime | None = None
    contact_at: datetime | None = None
    """The last meeting, call, mail, message or note, or what the client wrote."""
    call_at: datetime | None = None
    meeting_at: datetime | None = None
    report_at: datetime | None = None
    """The last mail to them that speaks of the progress report, or note that says that it was sent."""


class Company(SourceRow, table=True):
    """A CRM's company."""

    __tablename__ = "company"

    name: str = ""
    domains: list[str] = json_list()
    owner_account: str | None = None
    # derived
    client_key: str | None = Field(default=None, index=True)


class Contact(SourceRow, table=True):
    """A human on the client's side, as the CRM knows them."""

    __tablename__ = "contact"

    name: str = ""
    emails: list[str] = json_list()
    job_title: str | None = None
    owner_account: str | None = None
    company_keys: list[str] = json_list()
    # derived
    client_key: str | None = Field(default=None, index=True)


class Deal(SourceRow, table=True):
    """A contract being won, won or lost. `amount_text` as the CRM sent it: money is not reckoned with here."""

    __tablename__ = "deal"

    name: str = ""
    amount_text: str | None = None
    currency: str | None = None
    pipeline: str | None = None
    stage_native: str = ""
    stage_category: str = "open"
    """open, won, lost"""
    close_on: date | None = None
    closed_at: datetime | None = None
    owner_account: str | None = None
    company_keys: list[str] = json_list()
    contact_keys: list[str] = json_list()
    project_hint: str | None = None
    """Value of the configured property that holds a project's key."""
    # derived
    client_key: str | None = Field(default=None, index=True)


class Feedback(SourceRow, table=True):
    """What a client told us: one row per ticket, item or commented item, never per message."""

    __tablename__ = "feedback"
    # What is open or not handled is little, and rules ask for nothing else.
    __table_args__ = (
        Index("feedback_by_status", "status_category", "waiting_since"),
        Index("feedback_by_handled", "handled", "waiting_since"),
        # Few wait again after they were answered, and few give a score.
        Index("feedback_by_waiting", "waiting_since"),
        Index("feedback_by_score", "score"),
    )

    origin: str
    """ticket, request, item, comment, survey, email"""
    subject: str = ""
    text: str = ""
    project_key: str | None = Field(default=None, index=True)
    item_key: str | None = None
    """The work item it also is, or was written on."""
    author_account: str | None = None
    contact_keys: list[str] = json_list()
    company_keys: list[str] = json_list()
    owner_account: str | None = None
    severity: str = "warning"
    """info, warning, high, critical"""
    urgent: bool = False
    status_native: str = ""
    status_category: str = "unknown"
    received_at: datetime | None = None
    closed_at: datetime | None = None
    native_first_response_at: datetime | None = None
    last_received_at: datetime | None = None
    """The vendor's own note of the client's last message, where it has one."""
    last_sent_at: datetime | None = None
    score: float | None = None
    """0-100."""
    # derived
    client_key: str | None = Field(default=None, index=True)
    bd_person: str | None = None
    owner_person: str | None = None
    author_name: str | None = None
    calendar: str = "default"
    waiting_since: datetime | None = None
    first_response_at: datetime | None = None
    response_basis: str | None = None
    """visible, internal, manual"""
    answered: bool = False
    """Somebody answered the latest client message."""
    handled: bool = False
