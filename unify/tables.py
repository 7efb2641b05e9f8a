"""The unified model: every table of the database.

A row made from a vendor's record has the key `{source}/{stream}/{vendor id}` (`row_key`), computable without a
look-up. References between synced rows are such keys, indexed and without a foreign key: the parent may come later,
or never. Columns under "derived" are written by `unify.link` and `unify.derive` only; a mapper never names them, and
the store's upsert never touches them.

Models define tables and types. Rows travel as dicts keyed by column name; objects are for reading.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


def row_key(source: str, stream: str, vendor_id: str) -> str:
    """The primary key of the row made from that record."""
    return f"{source}/{stream}/{vendor_id}"


BY_SHORT = "short"
"""In the place of a stream: the key names an item by what people call it, where the tool tells no id."""


def _json() -> Any:
    return Field(default_factory=list, sa_column=Column(JSON, nullable=False))


# --- What the hub keeps of its sources ---------------------------------------------------------------------------


class Source(SQLModel, table=True):
    """A configured source. Its name is the identity of everything read from it."""

    __tablename__ = "source"

    name: str = Field(primary_key=True)
    kind: str
    tenant: str = ""
    """The organisations that the credential reached last, a line each: id and name. One that shares none is refused."""
    account_id: str = ""
    """Who we are there: what that account writes is ours."""
    active: bool = True
    """False: left the config; its rows stay, outside rules and report."""
    mapping_version: str = ""
    """Hash of the mapper's version, the mapping settings and the vocabulary the rows were made with."""
    scope_version: str = ""
    last_ok_at: datetime | None = None
    """Start of the last run that read every stream."""
    last_tried_at: datetime | None = None
    last_error: str = ""


class StreamState(SQLModel, table=True):
    """The cursor of one stream in one part."""

    __tablename__ = "stream_state"

    source: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    cursor: str | None = None
    complete_at: datetime | None = None
    """When a pass over this part last came to its end."""


class RawRecord(SQLModel, table=True):
    """The latest payload of a record, compressed; the truth that `milepost remap` maps again."""

    __tablename__ = "raw_record"
    __table_args__ = (
        Index("raw_record_by_parent", "source", "parent_stream", "parent_id", "stream"),
        Index("raw_record_by_part", "source", "stream", "part"),
    )

    source: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    vendor_id: str = Field(primary_key=True)
    part: str = ""
    parent_stream: str = ""
    parent_id: str = ""
    updated_at: datetime | None = None
    """As the connector told it: the mapper is handed the same record again."""
    codec: str = "zstd"
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    hash: int
    """xxh3 of the payload's bytes, as a signed 64-bit number: a shortcut, not a truth."""
    seen_at: datetime
    pass_id: int = 0
    """The pass that saw it last: what a whole pass did not see is gone."""
    deleted_at: datetime | None = None


class RawHistory(SQLModel, table=True):
    """Every different payload, of streams without history at the vendor (Jira versions, Asana projects)."""

    __tablename__ = "raw_history"
    __table_args__ = (Index("raw_history_by_record", "source", "stream", "vendor_id"),)

    id: int | None = Field(default=None, primary_key=True)
    source: str
    stream: str
    vendor_id: str
    codec: str = "zstd"
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    hash: int
    seen_at: datetime


class SyncRun(SQLModel, table=True):
    """One run over one source, and how it ended."""

    __tablename__ = "sync_run"

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(index=True)
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str = "running"
    """running, ok, failed, stopped"""
    error: str = ""
    requests: int = 0
    records: int = 0
    changed: int = 0


class Lease(SQLModel, table=True):
    """Who works on a source now, across threads and processes; dead after `expires_at` (real time)."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    expires_at: datetime


class MappingProblem(SQLModel, table=True):
    """A field that could not be read, until the record is read again without it."""

    __tablename__ = "mapping_problem"

    source: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    vendor_id: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    reason: str
    value: str = ""
    seen_at: datetime


class HubState(SQLModel, table=True):
    """What the hub remembers of itself, by name."""

    __tablename__ = "hub_state"

    name: str = Field(primary_key=True)
    """settled_with: hash of the settings that link and derive last went by;
    pruned/{source}: when what was deleted there long ago was last removed;
    swept/{source}: when it was last looked for what is gone there without a trace;
    projects/{source}: what the config named there when it was last read whole;
    erased_in_log: somebody was erased, and the write-ahead log still holds them;
    broken/{source}: how often in a row it could not be read, why, and when it is asked again"""
    value: str


class Touched(SQLModel, table=True):
    """Rows that changed since link and derive last ran over them."""

    __tablename__ = "touched"

    table: str = Field(primary_key=True)
    key: str = Field(primary_key=True)


# --- The unified rows ---------------------------------------------------------------------------------------------


class SourceRow(SQLModel):
    """What every row made from a vendor's record carries."""

    key: str = Field(primary_key=True)
    source: str
    vendor_id: str
    url: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    """The vendor's."""
    changed_here_at: datetime | None = None
    """Moves only when the content differs."""
    deleted_at: datetime | None = None
    delete_reason: str | None = None
    """deleted, archived, lost_access, out_of_scope"""


class Project(SourceRow, table=True):
    """A Jira project, a Trello board, an Asana project."""

    __tablename__ = "project"

    name: str
    short: str = ""
    """What people call it in the tool and in config: APP, a board's id, a gid."""
    description: str = ""
    owner_account: str | None = None
    archived: bool = False
    status_category: str = "unknown"
    health_native: str | None = None
    start_on: date | None = None
    due_on: date | None = None
    service_desk: bool = False
    """Clients can read public comments here."""
    reader_accounts: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """Accounts that were let into it; whoever else can read it is of the workspace, and so ours. Empty: others can read
    it too, and nobody can tell who. None: the tool does not tell, and any account of the source may read it."""
    client_hints: list[str] = _json()
    """Values of the configured `client_field`."""
    # derived
    client_key: str | None = Field(default=None, index=True)
    client_basis: str | None = None
    """config, field, deal"""


class WorkItem(SourceRow, table=True):
    """An issue, a card, a task. `project_key` is the first of `project_keys`."""

    __tablename__ = "work_item"
    __table_args__ = (Index("work_item_by_short", "source", "short"),)

    project_key: str | None = Field(default=None, index=True)
    project_keys: list[str] = _json()
    parent_key: str | None = Field(default=None, index=True)
    milestone_keys: list[str] = _json()
    """Milestones it belongs to: its fixVersions, its epic (maybe `BY_SHORT`); elsewhere none are claimed."""
    short: str = ""
    """What people call it: APP-88."""
    kind: str = ""
    """The vendor's type: Epic, Bug, card, milestone …"""
    name: str = ""
    description: str = ""
    status_native: str = ""
    status_category: str = "unknown"
    priority_native: str | None = None
    labels: list[str] = _json()
    assignee_accounts: list[str] = _json()
    reporter_account: str | None = None
    start_on: date | None = None
    due_on: date | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None
    done_basis: str | None = None
    """native, status_change"""
    client_hints: list[str] = _json()
    # derived
    client_key: str | None = Field(default=None, index=True)


class Milestone(SourceRow, table=True):
    """A date that was promised or planned. One made from an item or a project has that row's key."""

    __tablename__ = "milestone"
    __table_args__ = (Index("milestone_by_deadline", "deadline_at"),)

    project_key: str | None = Field(default=None, index=True)
    kind: str
    """version, item (an issue, card or task), project"""
    name: str = ""
    status_native: str = ""
    status_category: str = "unknown"
    owner_account: str | None = None
    client_facing: bool = True
    due_on: date | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None
    agreed_native_on: date | None = None
    """From a field that the config maps."""
    # derived
    client_key: str | None = Field(default=None, index=True)
    bd_person: str | None = None
    owner_person: str | None = None
    calendar: str = "default"
    """Of those who must answer: the client's, else the default one."""
    counted: bool = True
    """False: a project's own date on a day that one of its milestones holds; that one counts, this one nowhere."""
    done_by_account: str | None = None
    """Who set it done, from its history."""
    baseline_on: date | None = None
    agreed_on: date | None = None
    agreed_recorded_at: datetime | None = None
    deadline_on: date | None = None
    """The day that overdue asks: `agreed_on` if recorded after the last change of the tool's date, else `due_on`."""
    deadline_at: datetime | None = None
    """The instant that overdue asks: the vendor's, else the last microsecond of `deadline_on` in our zone."""
    slip_days: int | None = None
    """`due_on` - `baseline_on`, calendar days."""
    moves: int = 0
    """Changes of the date after the baseline."""
    moved_at: datetime | None = None
    moved_by_account: str | None = None
    open_items: int = 0
    total_items: int = 0


class Risk(SourceRow, table=True):
    """A work item that is a risk: how likely, how bad, what is done about it. It has that item's key."""

    __tablename__ = "risk"

    project_key: str | None = Field(default=None, index=True)
    name: str = ""
    status_native: str = ""
    status_category: str = "unknown"
    owner_account: str | None = None
    probability: int | None = None
    """1-5; None: nobody said, or not in words that we know."""
    impact: int | None = None
    """1-5."""
    response: str | None = None
    """avoid, mitigate, transfer, accept"""
    response_plan: str = ""
    due_on: date | None = None
    """When the response is to be carried out."""
    implemented: bool = False
    """The response was carried out: somebody says so, or the item is done."""
    implemented_on: date | None = None
    occurred: bool = False
    """What was feared has happened."""
    occurred_on: date | None = None


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
    language: str | None = None
    calendar: str = "default"
    confidential: bool = False


class Company(SourceRow, table=True):
    """A CRM's company."""

    __tablename__ = "company"

    name: str = ""
    domains: list[str] = _json()
    owner_account: str | None = None
    # derived
    client_key: str | None = Field(default=None, index=True)


class Contact(SourceRow, table=True):
    """A human on the client's side, as the CRM knows them."""

    __tablename__ = "contact"

    name: str = ""
    emails: list[str] = _json()
    job_title: str | None = None
    owner_account: str | None = None
    company_keys: list[str] = _json()
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
    company_keys: list[str] = _json()
    contact_keys: list[str] = _json()
    project_hint: str | None = None
    """Value of the configured property that holds a project's key."""
    # derived
    client_key: str | None = Field(default=None, index=True)


class Feedback(SourceRow, table=True):
    """What a client told us: one row per ticket, item or commented item, never per message."""

    __tablename__ = "feedback"
    __table_args__ = (Index("feedback_by_waiting", "waiting_since"),)

    origin: str
    """ticket, request, item, comment, survey, email"""
    subject: str = ""
    text: str = ""
    project_key: str | None = Field(default=None, index=True)
    item_key: str | None = None
    """The work item it also is, or was written on."""
    author_account: str | None = None
    contact_keys: list[str] = _json()
    company_keys: list[str] = _json()
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


class Comment(SourceRow, table=True):
    """A message: a comment, a note, a call, a meeting, a mail. `on_keys` are the rows it was written on."""

    __tablename__ = "comment"

    on_key: str | None = Field(default=None, index=True)
    """The first of `on_keys`."""
    on_keys: list[str] = _json()
    kind: str = "comment"
    """comment, note, call, meeting, email, communication"""
    direction: str = "none"
    """inbound, outbound, none"""
    author_account: str | None = None
    author_contact: str | None = None
    visible: bool | None = None
    """The client can read it; None: the tool cannot say."""
    ours: bool = False
    """Carries our marker."""
    text: str = ""
    edited_at: datetime | None = None
    # derived
    side: str = "unknown"


class Change(SourceRow, table=True):
    """A field of an entity went from one value to another. Native history and our own comparison alike."""

    __tablename__ = "change"

    entity_key: str = Field(index=True)
    field: str
    """due, status, assignee, milestone, name"""
    old: str | None = None
    new: str | None = None
    """Dates as YYYY-MM-DD, instants as ISO 8601 UTC, statuses and names as the vendor writes them."""
    changed_at: datetime | None = None
    not_before: datetime | None = None
    """Origin "compared" knows an interval only: from here to `changed_at`."""
    author_account: str | None = None
    origin: str = "native"
    """native, compared"""


# --- What people told the hub -------------------------------------------------------------------------------------


class Agreement(SQLModel, table=True):
    """A date that the client accepted, recorded with its reference (`milepost agree`)."""

    __tablename__ = "agreement"

    id: int | None = Field(default=None, primary_key=True)
    milestone_key: str = Field(index=True)
    agreed_on: date
    reference: str
    recorded_at: datetime
    recorded_by: str


class Answer(SQLModel, table=True):
    """An answer given outside the tools (`milepost answered`)."""

    __tablename__ = "answer"

    id: int | None = Field(default=None, primary_key=True)
    feedback_key: str = Field(index=True)
    answered_at: datetime
    how: str
    recorded_at: datetime
    recorded_by: str
    note_id: str | None = None
    """Of the note written to the CRM, where that is allowed."""


# --- Alerts -------------------------------------------------------------------------------------------------------


class Evaluation(SQLModel, table=True):
    """That a rule has looked at a source: what it finds at a first look, or after a gap, was bad before we came."""

    __tablename__ = "evaluation"

    source: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    mapping_version: str = ""
    """Of the source's rows, when last looked at."""
    first_at: datetime
    last_at: datetime


class Alert(SQLModel, table=True):
    """One rule's finding about one subject. `AlertEvent` rows tell how it came to its state."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("rule", "subject"),)

    fingerprint: str = Field(primary_key=True)
    """`{rule}:{subject}`"""
    rule: str
    subject: str = Field(index=True)
    source: str
    client_key: str | None = None
    episode: int = 1
    state: str = "firing"
    """pending, firing, acknowledged, snoozed, resolved"""
    severity: str = "warning"
    urgent: bool = False
    adopted: bool = True
    """False: already bad at the first look; only the coordinator was told."""
    since: datetime
    """Start of this episode."""
    resolved_at: datetime | None = None
    resolve_reason: str | None = None
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """The view's columns when last seen, JSON: what the messages say."""


class AlertEvent(SQLModel, table=True):
    """A change of an alert's state: from, to, when, why, who."""

    __tablename__ = "alert_event"

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(foreign_key="alert.fingerprint", index=True)
    episode: int
    at: datetime
    from_state: str | None = None
    to_state: str
    severity: str
    reason: str
    actor: str = "milepost"


class Delivery(SQLModel, table=True):
    """A row of the outbox: one message to one recipient by one channel, or one comment on one item."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("key"), Index("delivery_by_state", "state", "not_before"))

    id: int | None = Field(default=None, primary_key=True)
    key: str
    """The receiver can see it: Message-ID, Slack metadata, the comment's marker."""
    channel: str
    """A channel of the config, or `comment:{source}`."""
    recipient: str
    """A person's key, "" for a group channel, or the subject of a comment."""
    kind: str
    """alert, daily, summary, resolved, comment, comment_removed"""
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    state: str = "waiting"
    """waiting, sent, parked (a person must act), dropped"""
    created_at: datetime
    not_before: datetime
    attempts: int = 0
    last_error: str = ""
    sent_at: datetime | None = None
    receipt: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What the channel needs to update it: Slack's channel and ts, a Message-ID, a comment's id."""
    after: int | None = Field(default=None, foreign_key="delivery.id")
    """The delivery whose thread it joins."""


class DeliveryAlert(SQLModel, table=True):
    """Which alerts, in which episode, a delivery told about."""

    __tablename__ = "delivery_alert"

    delivery_id: int = Field(primary_key=True, foreign_key="delivery.id")
    fingerprint: str = Field(primary_key=True, foreign_key="alert.fingerprint", index=True)
    episode: int = Field(primary_key=True)
    reason: str
