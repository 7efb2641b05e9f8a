"""What is worked on: projects, items, milestones and risks, with what was said about them and what changed."""

from datetime import date, datetime

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field

from unify.tables.row import SourceRow, json_list


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
    client_hints: list[str] = json_list()
    """Values of the configured `client_field`."""
    budget_hours: float | None = None
    """What the config says that it may take."""
    # derived
    client_key: str | None = Field(default=None, index=True)
    client_basis: str | None = None
    """config, field, deal"""


class WorkItem(SourceRow, table=True):
    """An issue, a card, a task. `project_key` is the first of `project_keys`."""

    __tablename__ = "work_item"
    __table_args__ = (
        Index("work_item_by_short", "source", "short"),
        # Open ones are few among all that were ever done, and what is due is asked of them alone. Beside it stands what
        # tells whether an item is in nobody's week yet, so that its row is not read for that.
        Index(
            "work_item_by_status",
            *("status_category", "due_on", "deleted_at", "remaining_hours", "estimate_hours", "spent_hours"),
        ),
        # Whether we have open work for a client: not asked of all that was ever done for them.
        Index("work_item_by_client", "client_key", "status_category"),
        # It holds all that is counted of a project, so that no row is read for it.
        Index("work_item_by_project", "project_key", "status_category", "spent_hours", "deleted_at"),
    )

    project_key: str | None = None
    project_keys: list[str] = json_list()
    parent_key: str | None = Field(default=None, index=True)
    milestone_keys: list[str] = json_list()
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
    labels: list[str] = json_list()
    assignee_accounts: list[str] = json_list()
    reporter_account: str | None = None
    follower_accounts: list[str] = json_list()
    """Who can read it besides those who were let into its projects, where the tool tells."""
    start_on: date | None = None
    due_on: date | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None
    done_basis: str | None = None
    """native, status_change"""
    estimate_hours: float | None = None
    remaining_hours: float | None = None
    spent_hours: float | None = None
    """Hours of work on it alone, not on its sub-tasks."""
    client_hints: list[str] = json_list()
    # derived
    client_key: str | None = None


class Milestone(SourceRow, table=True):
    """A date that was promised or planned. One made from an item or a project has that row's key."""

    __tablename__ = "milestone"
    __table_args__ = (
        # The open ones are few, and rules ask for little else.
        Index("milestone_by_status", "status_category", "deadline_at"),
        # Of all that were ever done, those that are paid for, and those that wait for the client's word.
        Index("milestone_by_payment", "payment", "status_category"),
        Index("milestone_by_acceptance", "status_category", "client_facing", "accepted", "accepted_on"),
    )

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
    accepted: bool | None = None
    """The client accepted it; None: the config does not say how that shows."""
    accepted_on: date | None = None
    """When, where a field of the tool holds the day."""
    payment: bool = False
    """Once it is done, the client is invoiced."""
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
    """`deadline_on` - `baseline_on`, calendar days."""
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


class Comment(SourceRow, table=True):
    """A message: a comment, a note, a call, a meeting, a mail. `on_keys` are the rows it was written on."""

    __tablename__ = "comment"

    on_key: str | None = Field(default=None, index=True)
    """The first of `on_keys`."""
    on_keys: list[str] = json_list()
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
