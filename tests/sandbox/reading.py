"""How tests read a plan: its parts beside each other, and working time counted span by span."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sandbox.lantern_quay.office import HONG_KONG_TIME, Office
from sandbox.plan import ItemPlan, MilestonePlan, Plan, ProjectPlan, TicketPlan


def items(plan: Plan) -> Iterator[tuple[ProjectPlan, ItemPlan]]:
    """Every item beside its project."""
    return ((project, item) for project in plan.projects for item in project.items)


def last_client_message(plan: Plan, ticket: TicketPlan) -> datetime | None:
    """The oldest client message that nobody of the staff has answered since."""
    contacts = {contact.id for contact in plan.contacts}
    waiting: datetime | None = None
    for message in ticket.messages:
        waiting = (waiting or message.at) if message.author in contacts else None
    return waiting


def working_hours(office: Office, hours: tuple[tuple[time, time], ...], start: datetime, end: datetime) -> float:
    """Hours of work between two instants, counted span by span."""
    total = timedelta()
    for one in office.days(start.date(), end.date()):
        for opens, closes in hours:
            first = max(start, datetime.combine(one, opens, HONG_KONG_TIME))
            last = min(end, datetime.combine(one, closes, HONG_KONG_TIME))
            total += max(last - first, timedelta())
    return total / timedelta(hours=1)


def working_days_late(office: Office, due: date, today: date) -> int:
    """Working days after `due`, up to and with `today`."""
    return len(office.days(due + timedelta(days=1), today))


def milestones_of(project: ProjectPlan) -> list[ItemPlan | MilestonePlan]:
    """The milestones of one project."""
    return [*project.milestones, *(item for item in project.items if item.milestone)]


def due_day(due: date | datetime) -> date:
    """The day of a due date, whichever way it is said."""
    return due.date() if isinstance(due, datetime) else due
