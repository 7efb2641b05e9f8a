"""The plan of an invented firm's year: what the sandbox's vendors serve, and what is true of it.

A plan states each *fate* (answered; waiting; overdue), so that the truth needs no calendar and comes from here, not
from the payloads that are served. Each vendor's app (`sandbox.jira` …) turns its share into that vendor's records.
All instants are aware; ids are made by the vendors' apps from `number`, which is unique over the whole plan.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Vendor = Literal["jira", "trello", "asana", "hubspot"]
Status = Literal["todo", "doing", "done", "cancelled"]


@dataclass(frozen=True)
class Staff:
    """One of the firm's people. `vendors`: where they have an account, and whether that tool shows the e-mail."""

    id: str
    name: str
    email: str
    role: Literal["bd", "head_of_bd", "coordinator", "lead", "engineer", "admin", "director"]
    language: str = "en"
    vendors: frozenset[Vendor] = frozenset()
    email_hidden_in: frozenset[Vendor] = frozenset()
    number: int = 0
    configured: bool = True
    """One of the demo's [people]. False: the hub knows the accounts only."""
    capacity_hours: float | None = None
    """Of work in a week, where that is not the usual."""


@dataclass(frozen=True)
class ContactPlan:
    """A human at a client. `vendors`: tools where they are guest or portal customer too."""

    id: str
    name: str
    email: str
    company: str
    title: str = ""
    vendors: frozenset[Vendor] = frozenset()
    number: int = 0


@dataclass(frozen=True)
class CompanyPlan:
    """A company in the CRM. `client` None: one that no client names."""

    id: str
    name: str
    domains: tuple[str, ...]
    client: str | None
    owner: str
    number: int = 0


@dataclass(frozen=True)
class ClientPlan:
    """One of the demo's [clients]. `names` by language."""

    id: str
    names: dict[str, str]
    domains: tuple[str, ...]
    bd: str
    calendar: str = "default"
    confidential: bool = False
    code: str = ""
    tier: str = ""
    contract_end: date | None = None
    cadence: str = ""
    cadence_by: str = "any"
    report_day: int = 0
    """The working day of the month by which the progress report is sent; 0: none is."""


@dataclass(frozen=True)
class Message:
    """A comment, reply, note, call, meeting or mail. `author` is a Staff or ContactPlan id."""

    author: str
    at: datetime
    text: str
    kind: Literal["comment", "note", "call", "meeting", "email", "communication"] = "comment"
    number: int = 0


@dataclass(frozen=True)
class Move:
    """A due date went from one day (or instant) to another."""

    at: datetime
    by: str
    old: date | datetime | None
    new: date | datetime | None


@dataclass(frozen=True)
class StatusChange:
    """A status went from one to another."""

    at: datetime
    by: str
    old: Status
    new: Status


@dataclass
class ItemPlan:
    """An issue, a card, a task. `status_name` is the tool's own word, where it is not the usual one.

    `kind` is one of task, story, bug, and in Jira also epic and milestone: types that stand above the others and may
    have children (`Epic`, `Milestone`). `milestone`: it is one itself (Trello label, Asana subtype, those two Jira
    types). `of`: number of the MilestonePlan (a version) or of the ItemPlan (the parent) it belongs to (Jira).
    `feedback`: it carries a feedback label. `labels` hold the tool's other labels, neither of these two.
    """

    number: int
    name: str
    status: Status
    created_at: datetime
    kind: str = "task"
    status_name: str | None = None
    assignee: str | None = None
    reporter: str | None = None
    due: date | datetime | None = None
    done_at: datetime | None = None
    updated_at: datetime | None = None
    labels: tuple[str, ...] = ()
    description: str = ""
    milestone: bool = False
    of: int | None = None
    feedback: bool = False
    moves: tuple[Move, ...] = ()
    status_changes: tuple[StatusChange, ...] = ()
    messages: tuple[Message, ...] = ()
    overdue: bool = False
    """The fate, for a milestone: its promise has passed on the story date."""
    unhandled: bool = False
    """The fate, for feedback: past its limit on the story date."""
    estimate_hours: float | None = None
    spent_hours: float | None = None
    remaining_hours: float | None = None
    """Jira's alone: Asana keeps none."""
    odd: dict[str, object] = field(default_factory=dict)
    """Vendor fields served as they are, to be unreadable on purpose (a due date in the year 51502)."""


@dataclass
class MilestonePlan:
    """A milestone that is no item: a Jira version, an Asana project's own due date."""

    number: int
    kind: Literal["version", "project"]
    name: str
    due: date | None
    status: Literal["todo", "done"] = "todo"
    released_on: date | None = None
    overdue: bool = False


@dataclass
class ProjectPlan:
    """A Jira project, Trello board or Asana project. `client` None: only suggested."""

    number: int
    vendor: Literal["jira", "trello", "asana"]
    key: str
    name: str
    client: str | None
    owner: str
    created_at: datetime
    items: list[ItemPlan] = field(default_factory=list)
    milestones: list[MilestonePlan] = field(default_factory=list)
    description: str = ""
    closed: bool = False
    """All is delivered. The tool still lists it: completed, not archived."""
    members: tuple[str, ...] = ()
    """Staff and contacts on the board or project; empty: the staff that work in it."""
    budget_hours: float | None = None


@dataclass
class TicketPlan:
    """A CRM ticket. `messages` in order; the first is the client's."""

    number: int
    subject: str
    text: str
    received_at: datetime
    contact: str
    company: str
    status: Literal["new", "waiting_on_contact", "waiting_on_us", "closed"] = "new"
    priority: Literal["LOW", "MEDIUM", "HIGH", "URGENT"] | None = "MEDIUM"
    owner: str | None = None
    closed_at: datetime | None = None
    messages: tuple[Message, ...] = ()
    unhandled: bool = False


@dataclass(frozen=True)
class SurveyPlan:
    """A contact's answer to a survey of the CRM; `value` on the scale of its kind. `messages`: what we said to it."""

    number: int
    kind: Literal["CSAT", "NPS", "CES"]
    subject: str
    value: str
    text: str
    received_at: datetime
    contact: str
    company: str
    messages: tuple[Message, ...] = ()
    unhandled: bool = False


@dataclass(frozen=True)
class DealPlan:
    """A deal. `project` is the key of the delivery project it pays for, where known."""

    number: int
    name: str
    company: str
    owner: str
    stage: str
    amount: str
    currency: str
    close_on: date
    contact: str | None = None
    project: str | None = None
    moves: tuple[Move, ...] = ()
    """Of the day on which it closes."""


@dataclass(frozen=True)
class ClosurePlan:
    """That the offices of a region were closed out of turn, as a member of the staff told the hub."""

    region: str
    begins_at: datetime
    ends_at: datetime
    reason: str
    told_by: str
    told_at: datetime


@dataclass
class Plan:
    """A whole firm and its year."""

    name: str
    story_now: datetime
    first_sync: datetime
    staff: list[Staff]
    clients: list[ClientPlan]
    companies: list[CompanyPlan]
    contacts: list[ContactPlan]
    projects: list[ProjectPlan]
    tickets: list[TicketPlan]
    deals: list[DealPlan]
    surveys: list[SurveyPlan] = field(default_factory=list)
    expires: dict[str, date] = field(default_factory=dict)
    """When the hub's credential of a tool ends."""
    accepted_labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By tool: what says there that the client accepted a milestone."""
    closures: list[ClosurePlan] = field(default_factory=list)

    def of_vendor(self, vendor: str) -> list[ProjectPlan]:
        """The projects that live in one tool."""
        return [project for project in self.projects if project.vendor == vendor]

    def of_client(self, client: str) -> list[ProjectPlan]:
        """The projects that the demo's config gives to a client."""
        return [project for project in self.projects if project.client == client]

    def companies_of(self, client: str) -> list[CompanyPlan]:
        """The companies of the CRM that the demo's config gives to a client."""
        return [company for company in self.companies if company.client == client]

    def configured_people(self) -> list[tuple[Staff, list[Vendor]]]:
        """The demo's [people], each with the tools that hide their e-mail: those accounts the config must name."""
        return [(person, sorted(person.email_hidden_in)) for person in self.staff if person.configured]

    def project(self, key: str) -> ProjectPlan:
        """The project of that key."""
        return next(project for project in self.projects if project.key == key)

    def item(self, key: str, name: str) -> ItemPlan:
        """The item of that project and name."""
        return next(item for item in self.project(key).items if item.name == name)

    def ticket(self, subject: str) -> TicketPlan:
        """The ticket of that subject."""
        return next(ticket for ticket in self.tickets if ticket.subject == subject)

    def person(self, id: str) -> Staff:
        """The staff member of that id."""
        return next(person for person in self.staff if person.id == id)
